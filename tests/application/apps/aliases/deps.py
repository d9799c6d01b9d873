from typing import Annotated

from fastapi import Depends, Security
from fastapi.security import OAuth2PasswordBearer

oauth2 = OAuth2PasswordBearer("token")


class Session: ...


class Pager:
    def __init__(self, user: "User", size: int = 10):
        self.size = size


def session() -> Session:
    return Session()


def user(token: "Token", db: "Db") -> str:
    return token


type Db = Annotated[Session, Depends(session)]
type Token = Annotated[str, Depends(oauth2)]
type User = Annotated[str, Depends(user)]
type Admin = Annotated[User, Security(user, scopes=["admin"])]
type Page[T] = Annotated[T, Depends()]
type Sized = Annotated[Pager, Depends()]
