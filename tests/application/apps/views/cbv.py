import inspect
from typing import get_type_hints

from fastapi import Depends


def cbv(router):
    """A class-based view: the routes of the methods get an instance made of the class's dependencies."""

    def decorate(cls):
        _with_dependencies(cls)
        functions = {function for _, function in inspect.getmembers(cls, inspect.isfunction)}
        for route in list(router.routes):
            if getattr(route, "endpoint", None) in functions:
                router.routes.remove(route)
                signature = inspect.signature(route.endpoint)
                first, *rest = signature.parameters.values()
                rest = [each.replace(kind=inspect.Parameter.KEYWORD_ONLY) for each in rest]
                route.endpoint.__signature__ = signature.replace(parameters=[first.replace(default=Depends(cls)), *rest])
                router.add_api_route(
                    route.path.removeprefix(router.prefix), route.endpoint, methods=list(route.methods), status_code=route.status_code
                )
        return cls

    return decorate


def _with_dependencies(cls):
    names = get_type_hints(cls)
    parameters = [
        inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, default=getattr(cls, name), annotation=names[name]) for name in names
    ]

    def __init__(self, **given):
        for name, value in given.items():
            setattr(self, name, value)

    __init__.__signature__ = inspect.Signature([inspect.Parameter("self", inspect.Parameter.POSITIONAL_ONLY), *parameters])
    cls.__init__ = __init__
