from fastapi import APIRouter, Depends, FastAPI
from fastapi.routing import APIRoute


def audit():
    return 1


def limit():
    return 1


class Route(APIRoute):
    pass


class Defaults(APIRouter):
    def __init__(self, *, prefix="/defaults", tags=("d",), **kwargs):
        super().__init__(prefix=prefix, tags=list(tags), route_class=Route, dependencies=[Depends(audit)], **kwargs)


class Verbs(APIRouter):
    def api_route(self, path, *, dependencies=None, **kwargs):
        return super().api_route("/verbs" + path, dependencies=[*(dependencies or []), Depends(limit)], **kwargs)

    def get(self, path, *, limited=False, **kwargs):
        if limited:
            kwargs.setdefault("dependencies", []).append(Depends(audit))
        return super().get(path, **kwargs)


class Twice(APIRouter):
    def api_route(self, path, *, include_in_schema=True, **kwargs):
        if path.endswith("/"):
            path = path[:-1]
        first = super().api_route(path, include_in_schema=include_in_schema, **kwargs)
        second = super().api_route(path + "/", include_in_schema=False, **kwargs)

        def decorate(function):
            second(function)
            return first(function)

        return decorate


class Positional(APIRouter):
    def add_api_route(self, path, endpoint, *, status_code=202, **kwargs):
        kwargs["tags"] = ["positional"]
        return super().add_api_route("/p" + path, endpoint, status_code=status_code, **kwargs)


class Guarded(FastAPI):
    def __init__(self, *args, **kwargs):
        kwargs["dependencies"] = [*kwargs.get("dependencies", ()), Depends(audit)]
        super().__init__(*args, **kwargs)
        self.configure()

    def configure(self):
        self.add_api_route("/health", self.health)

    def health(self):
        return 1

    def add_api_route(self, path, endpoint, **kwargs):
        kwargs.setdefault("status_code", 203)
        super().add_api_route("/g" + path, endpoint, **kwargs)

    def include_router(self, router, *, prefix="", **kwargs):
        super().include_router(router, prefix="/inc" + prefix, **kwargs)


class Deeper(Guarded):
    def configure(self):
        super().configure()

        @self.get("/deeper")
        def deeper():
            return 1
