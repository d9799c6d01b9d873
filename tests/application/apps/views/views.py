from fastapi import APIRouter, Depends

from cbv import cbv

router = APIRouter(prefix="/things")


def session():
    return 1


def user():
    return 1


def tenant():
    return 1


class Base:
    tenant: int = Depends(tenant)


@cbv(router)
class Things(Base):
    db: int = Depends(session)

    @router.get("")
    def everything(self):
        return []

    @router.post("/{number}", status_code=201)
    async def make(self, number: int, who: int = Depends(user)):
        return number
