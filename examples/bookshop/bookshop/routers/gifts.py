"""Books as presents: wrapped, with a card, at a certain day."""

from datetime import date, timedelta
from typing import Annotated, Any, Literal

from fastapi import APIRouter, HTTPException, Path, status
from pydantic import BaseModel, ConfigDict, Field, PrivateAttr, SkipValidation, field_validator

from sqlalchemy import select

from bookshop.dependencies import CurrentUser, SessionDep
from bookshop.models import Book

router = APIRouter(prefix="/gifts", tags=["gifts"])


class Paper(BaseModel):
    kind: Literal["paper"] = "paper"
    colour: Annotated[str, Field(max_length=20)]


class Cloth(BaseModel):
    kind: Literal["cloth"] = "cloth"
    pattern: Annotated[str, Field(max_length=20)]


class NewGift(BaseModel):  # FAR104: `text` of `NewGift`
    model_config = ConfigDict(extra="allow")  # FAR105: `NewGift`

    isbn: Annotated[str, Field(pattern=r"^\d{13}$")]
    to: Annotated[str, Field(max_length=100)]
    text: str | None = None
    wrapping: Paper | Cloth  # FAR103: `NewGift.wrapping`
    price: Annotated[int, SkipValidation, Field(ge=0)] = 0  # FAR222: `ge`
    copy: bool = False  # FAR109: `NewGift.copy`
    on: date = date.today() + timedelta(days=3)  # FAR101: date.today()
    __stamp: str = PrivateAttr(default="")  # FAR223: `NewGift.__stamp`

    @field_validator("to")
    @classmethod
    def is_a_name(cls, value: str) -> None:  # FAR106: `is_a_name` returns nothing
        if not value.strip():
            raise ValueError("whose present is it?")


class Lasting(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")


class Plain(BaseModel):
    model_config = ConfigDict(extra="forbid")


class Ribbon(Lasting, Plain):  # FAR221: `Lasting` has `extra='ignore'` and `Plain` `extra='forbid'`
    colour: Annotated[str, Field(max_length=20)]


class Wrapped(BaseModel):
    ribbon: Ribbon


class GiftChange(BaseModel):
    isbn: Annotated[str, Field(pattern=r"^\d{13}$")] | None = None
    ribbon: Annotated[str, Field(max_length=20)] | None  # FAR100: `GiftChange.ribbon`


class Label(BaseModel):
    model_config = ConfigDict(extra="forbid")

    ship_to: str = Field(alias="shipTo")
    lines: Annotated[list[str], Field(max_length=5)] = []


@router.post("", status_code=status.HTTP_201_CREATED)
async def add_gift(gift: NewGift, user: CurrentUser, session: SessionDep) -> Label:
    book = await session.scalar(select(Book).where(Book.isbn == gift.isbn))
    if book is None:
        raise HTTPException(status.HTTP_404_NOT_FOUND, detail=f"There is no book {gift.isbn}")
    lines = [f"{name}: {value}" for name, value in gift.dict().items()]  # FAR102: `.dict()`
    return Label(ship_to=gift.to, lines=lines[:5])  # FAR220: `ship_to`


@router.get("/ribbons/{colour}")
async def show_ribbon(colour: Annotated[str, Path(max_length=20)]) -> Wrapped:
    return Wrapped(ribbon=Ribbon.model_construct(colour=colour))  # FAR224: was never validated


@router.patch("/ribbons/{colour}")
async def change_ribbon(colour: Annotated[str, Path(max_length=20)], change: GiftChange, user: CurrentUser) -> Label:
    return Label(shipTo=f"{user.email}: {change.ribbon or colour}")


@router.post("/cards", status_code=status.HTTP_201_CREATED)
async def add_card(card: dict[str, Any], user: CurrentUser) -> Label:  # FAR107: `dict[str, Any]`
    return Label(shipTo=str(card.get("to", user.email)))
