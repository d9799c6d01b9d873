from functools import partial

from fastapi import APIRouter, Depends, FastAPI, Query, Request

app = FastAPI()


def user():
    return 1


def tenant(name: str = Query("")):
    return name


class Base:
    def __init__(self, name: str = Depends(tenant)):
        self.name = name


class Inherited(Base):
    pass


class Filters(Base):
    def __init__(self, kind: str = "", base: Base = Depends()):
        self.kind = kind


class Checker:
    def __init__(self, role):
        self.role = role

    def __call__(self, who: int = Depends(user)):
        return who

    def method(self, who: int = Depends(tenant)):
        return who

    @classmethod
    def of_class(cls, who: int = Depends(user)):
        return who

    @staticmethod
    def static(who: int = Depends(user)):
        return who


checker = Checker("a")


class Service:
    prefix = "/service"

    def __init__(self):
        self.checker = Checker("b")
        self.router = APIRouter(prefix=self.prefix, dependencies=[Depends(self.guard)])
        self.router.get("/bound")(self.bound)
        self.router.add_api_route("/class", self.of_class)
        self.router.add_api_route("/static", self.static, methods=["POST", "PUT"])
        self.router.add_api_route("/lambda", lambda: 1)
        self.router.add_api_route("/call", Checker("c"))
        self.router.add_api_route("/partial", partial(self.with_argument, 1))
        for verb in ("get", "delete"):
            getattr(self.router, verb)("/verb")(self.verb)

    def guard(self, request: Request, who=Depends(user)):
        return who

    async def bound(self, who=Depends(user)):
        return 1

    @classmethod
    def of_class(cls, who=Depends(checker.method)):
        return 1

    @staticmethod
    async def static(who=Depends(Checker.of_class)):
        return 1

    def with_argument(self, number, who=Depends(Checker.static)):
        return 1

    def verb(self):
        return 1


class Special(Service):
    prefix = "/special"

    async def bound(self, who=Depends(tenant)):
        return 2


app.include_router(Service().router)
app.include_router(Special().router)


@app.get("/inherited")
def inherited(base: Inherited = Depends()):
    return 1


@app.get("/filters")
def filters(found: Filters = Depends(Filters)):
    return 1


@app.get("/called", dependencies=[Depends(checker)])
def called(who=Depends(checker.method)):
    return 1


@app.get("/partial-dependency")
def with_partial(who=Depends(partial(tenant, name="x")), n=Depends(lambda who=Depends(user): who)):
    return 1


class Holder:
    app = FastAPI()
    router = APIRouter(prefix="/held")

    @router.get("/static")
    @staticmethod
    def static():
        return 1


Holder.app.include_router(Holder.router)
app.mount("/holder", Holder.app)
