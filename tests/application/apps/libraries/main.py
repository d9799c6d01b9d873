from fastapi import APIRouter, Depends, FastAPI, Header
from fastapi_utils.cbv import cbv
from fastapi_utils.inferring_router import InferringRouter
from fastapi_restful.cbv import cbv as restful_cbv

router = APIRouter(prefix="/things")
other = InferringRouter()
third = APIRouter()


def db() -> int:
    return 1


def user(token: str = Header()) -> str:
    return token


def tenant(who: str = Depends(user)) -> str:
    return who


class Base:
    tenant: str = Depends(tenant)


@cbv(router)
class Things(Base):
    session: int = Depends(db)

    @router.get("/all")
    def everything(self):
        return []

    @router.post("/{number}", status_code=201)
    async def make(self, number: int, who: str = Depends(user)):
        return number


@cbv(other)
class Others:
    def __init__(self, who: str = Depends(user)):
        self.who = who

    @other.get("/others")
    def listed(self) -> int:
        return 1


@restful_cbv(third)
class Thirds:
    user: str = Depends(user)
    plain: int = 3

    @third.get("/thirds")
    def listed(self):
        return 1

    @third.get("/thirds/more")
    async def more(self):
        return 1


app = FastAPI()
app.include_router(router, prefix="/v1")
app.include_router(other, prefix="/v1")
app.include_router(third)
