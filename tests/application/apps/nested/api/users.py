from fastapi import APIRouter, Depends
from pydantic import BaseModel

from .deps import Checker, Paging, Session, User, admin_only, needs

router = APIRouter(dependencies=[Depends(needs("users"))])


class Person(BaseModel):
    name: str


@router.get("", response_model=list[Person], operation_id="all_people")
def everybody(paging: Paging, db: Session):
    return []


@router.get("/me")
async def me(user: User) -> Person:
    return Person(name=user)


@router.post("/", status_code=201, response_model=Person, dependencies=[Depends(admin_only)])
@router.put("/{name}", response_model=None)
def store(name: str = "", checker: str = Depends(Checker("editor"))) -> Person:
    return Person(name=name)
