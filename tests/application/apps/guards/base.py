from typing import Annotated, Generic, TypeVar

from fastapi import APIRouter, Depends, Header, HTTPException, Security
from fastapi.security import HTTPBearer, OAuth2PasswordBearer, SecurityScopes

T = TypeVar("T")
oauth = OAuth2PasswordBearer(tokenUrl="token", scopes={"read": "", "write": ""})
bearer = HTTPBearer()


def session() -> int:
    return 1


def user(scopes: SecurityScopes, token: Annotated[str, Security(oauth)]) -> str:
    return token


User = Annotated[str, Security(user, scopes=["read"])]
Session = Annotated[int, Depends(session)]
Both = Annotated[str, Security(user, scopes=["write"])]


class Common:
    def __init__(self, session: Session, limit: int = 10) -> None: ...


class Paged(Common):
    def __init__(self, session: Session, user: User, page: int = 0) -> None:
        super().__init__(session)


class Chain:
    def __init__(self, *names: str) -> None: ...

    async def __call__(self, page: Annotated[Paged, Depends()]) -> None: ...


class Guarded(APIRouter):
    def __init__(self, *args, **kwargs) -> None:
        kwargs.setdefault("dependencies", [])
        kwargs["dependencies"] = [*kwargs["dependencies"], Depends(bearer)]
        super().__init__(*args, **kwargs)

    def add_api_route(self, path, endpoint, **kwargs):
        if not path.endswith("/") and path:
            path = path + "/"
        super().add_api_route(path, endpoint, **kwargs)


class Crud(Generic[T]):
    prefix = "/crud"

    def __init__(self) -> None:
        self.router = Guarded(prefix=self.prefix, tags=[type(self).__name__])
        self.routes()

    def routes(self) -> None:
        self.router.get("")(self.list)
        self.router.post("", status_code=201)(self.create)

    def list(self, page: Annotated[Paged, Depends()]) -> list[int]:
        return []

    def create(self, session: Session) -> None: ...


class Books(Crud[int]):
    prefix = "/books"

    def routes(self) -> None:
        super().routes()
        self.router.add_api_route("/{number}", self.one, methods=["GET"], dependencies=[Depends(Chain("a"))])

    def one(self, number: int, user: Both) -> int:
        return number

    def create(self, session: Session, user: Both) -> None: ...
