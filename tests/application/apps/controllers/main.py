import inspect
from functools import wraps

from fastapi import APIRouter, Depends, FastAPI

router = APIRouter(prefix="/c")
second = APIRouter(prefix="/s")
app = FastAPI()


def user():
    return 1


def audit():
    return 1


def route(path, *methods, **options):
    def mark(function):
        function.spec = (path, methods or ("GET",), options)
        return function

    return mark


def logged(function):
    @wraps(function)
    def wrapper(*args, **kwargs):
        return function(*args, **kwargs)

    return wrapper


def controller(target: APIRouter, prefix: str = ""):
    def decorate(cls):
        instance = cls()
        for name, method in inspect.getmembers(cls, inspect.isfunction):
            if not hasattr(method, "spec"):
                continue
            path, methods, options = method.spec
            target.add_api_route(prefix + path, getattr(instance, name), methods=list(methods), **options)
        return cls

    return decorate


def by_dict(target, **defaults):
    def decorate(cls):
        view = cls()
        for name, member in vars(cls).items():
            if callable(member) and not name.startswith("_"):
                spec = getattr(member, "spec", None)
                if spec is None:
                    target.add_api_route("/" + name.replace("_", "-"), getattr(view, name), **defaults)
        return cls

    return decorate


class Base:
    @route("/inherited")
    def inherited(self, who=Depends(user)):
        return 1


@controller(router, prefix="/one")
class One(Base):
    @route("/listed")
    def listed(self, who=Depends(user)):
        return 1

    @route("/made", "POST", "PUT", status_code=201, dependencies=[Depends(audit)])
    @logged
    async def made(self):
        return 1

    def helper(self):
        return 1


@controller(router)
class Two(Base):
    @logged
    @route("/below")
    def below(self):
        return 1


@by_dict(second, status_code=202)
class Three:
    def plain_name(self, who=Depends(user)):
        return 1

    async def other(self):
        return 1

    def _hidden(self):
        return 1


class Routable:
    def __init__(self, prefix=""):
        self.router = APIRouter(prefix=prefix)
        for name in dir(self):
            method = getattr(type(self), name, None)
            spec = getattr(method, "spec", None)
            if spec:
                self.router.add_api_route(spec[0], getattr(self, name), methods=list(spec[1]))


class Four(Routable):
    @route("/four")
    def four(self, who=Depends(user)):
        return 1

    @route("/five", "DELETE")
    def five(self):
        return 1


app.include_router(router)
app.include_router(second)
app.include_router(Four("/routable").router)
