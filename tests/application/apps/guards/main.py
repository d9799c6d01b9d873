from functools import partial, wraps
from typing import Annotated

import base
from base import Books, Chain, Crud, Guarded, Session, User
from fastapi import APIRouter, Depends, FastAPI, Security


def traced(function):
    @wraps(function)
    def inner(*args, **kwargs):
        return function(*args, **kwargs)

    return inner


def tagged(**options):
    def decorate(function):
        return traced(function)

    return decorate


def override() -> int:
    return 2


app = FastAPI(dependencies=[Depends(Chain("app"))])
app.include_router(Crud[int]().router)
app.include_router(Books().router, prefix="/shop", dependencies=[Security(base.user, scopes=["admin"])])
app.dependency_overrides[base.session] = override

outer = APIRouter(prefix="/outer", dependencies=[Depends(partial(base.session))])
inner = Guarded(prefix="/inner", responses={404: {}})


@inner.get("/a", include_in_schema=False, operation_id="a")
@tagged(name="a")
def a(user: User, session: Session) -> None: ...


@inner.put("/b", deprecated=True, response_model=list[int])
@traced
async def b(session: Annotated[int, Depends(base.session, use_cache=False)]): ...


outer.include_router(inner, prefix="/deeper", tags=["x"], deprecated=None)
app.include_router(outer, prefix="/top")
app.include_router(outer, prefix="/again", include_in_schema=False)


@app.get("/stack-1")
@app.post("/stack-2", tags=["stack"])
def stacked(user: "User") -> None: ...


class View:
    session: Session
    user: User = Security(base.user, scopes=["view"])


lambdas = APIRouter()
lambdas.get("/lambda")(lambda session=Depends(base.session): session)
app.include_router(lambdas)
