"""The figures of the day, for the screen in the back room."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query
from sqlalchemy import create_engine, func, select
from sqlalchemy.orm import Session

from bookshop.db import new_report_session
from bookshop.dependencies import get_staff
from bookshop.models import Book
from bookshop.settings import settings

router = APIRouter(prefix="/figures", tags=["figures"], dependencies=[Depends(get_staff)])
screen_session = new_report_session()  # FAR066: screen_session


@router.get("/stock")
def copies_in_stock() -> int:
    return screen_session.scalar(select(func.sum(Book.stock))) or 0


def count_titles() -> int:
    engine = create_engine(f"sqlite:///{settings.database}")
    with Session(engine) as session:
        return session.scalar(select(func.count(Book.id))) or 0


@router.get("/titles")
def titles(factor: Annotated[int, Query(ge=1, le=10, description="How many shops share the list")] = 1) -> int:
    return count_titles() * factor  # FAR067: count_titles → create_engine
