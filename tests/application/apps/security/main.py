from typing import Annotated

from fastapi import APIRouter, Depends, FastAPI, Security
from fastapi.security import APIKeyHeader, HTTPBearer, OAuth2PasswordBearer, SecurityScopes

oauth2 = OAuth2PasswordBearer("token", scopes={"me": "", "items": "", "admin": ""})
key = APIKeyHeader(name="X-Key")
bearer = HTTPBearer(auto_error=False)


class Scheme(HTTPBearer):
    async def __call__(self, request):
        return await super().__call__(request)


own = Scheme()


def current(scopes: SecurityScopes, token: Annotated[str, Depends(oauth2)]):
    return token


def active(user: Annotated[str, Security(current, scopes=["me"])]):
    return user


def twice(user: str = Security(active, scopes=["items"])):
    return user


def fresh(user: str = Depends(current, use_cache=False)):
    return user


class Needs:
    def __init__(self, *scopes):
        self.scopes = scopes

    def __call__(self, user: str = Depends(active)):
        return user


def needs(*scopes):
    def checked(user: str = Security(current, scopes=list(scopes))):
        return user

    return checked


is_admin = Needs("admin")
Admin = Annotated[str, Security(twice, scopes=["admin"])]
app = FastAPI(dependencies=[Depends(key)])
router = APIRouter(dependencies=[Security(current, scopes=["router"])])


@app.get("/none")
def none():
    return 1


@app.get("/me")
def me(user: str = Depends(active)):
    return 1


@app.get("/items")
def items(user: Annotated[str, Depends(twice)]):
    return 1


@app.get("/admin")
def admin(user: Admin):
    return 1


@app.get("/fresh")
def refreshed(one: str = Depends(fresh), two: str = Depends(current, use_cache=False)):
    return 1


@app.get("/instance", dependencies=[Depends(is_admin)])
def instance():
    return 1


@app.get("/inline", dependencies=[Depends(Needs("x"))])
def inline():
    return 1


@app.get("/factory", dependencies=[Depends(needs("items")), Security(bearer, scopes=["b"])])
def factory():
    return 1


@app.get("/own")
def owned(token=Depends(own)):
    return 1


@router.get("/router", dependencies=[Security(oauth2, scopes=("direct",))])
def routed():
    return 1


app.include_router(router, prefix="/included", dependencies=[Security(active, scopes=["include"])])
app.dependency_overrides[current] = lambda: "me"
app.dependency_overrides = {active: lambda: "me", **app.dependency_overrides}
