from typing import Annotated

from fastapi import Depends, Security
from fastapi.security import OAuth2PasswordBearer

oauth2 = OAuth2PasswordBearer(tokenUrl="token", scopes={"me": "", "items": ""})


def tracer():
    return None


def settings():
    return {}


def session(config: Annotated[dict, Depends(settings)]):
    yield None


async def current_user(token: Annotated[str, Depends(oauth2)], db=Depends(session, use_cache=False)):
    return token


class Pages:
    def __init__(self, page: int = 1, db=Depends(session)):
        self.page = page


class Checker:
    def __init__(self, role: str):
        self.role = role

    def __call__(self, user=Depends(current_user)):
        return user


def needs(permission: str):
    def check(user=Depends(current_user)):
        return user

    return check


admin_only = Checker("admin")
User = Annotated[str, Security(current_user, scopes=["me"])]
Session = Annotated[object, Depends(session)]
Paging = Annotated[Pages, Depends()]
