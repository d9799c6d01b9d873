from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, Depends, HTTPException, Path, Query, Response, status
from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from bookshop.dependencies import HttpDep, ReportSessionDep, get_staff
from bookshop.models import Book, Order, OrderLine
from bookshop.schemas import SalesRow
from bookshop.services import files, pricing

router = APIRouter(prefix="/reports", tags=["reports"], dependencies=[Depends(get_staff)])

Since = Annotated[date, Query(description="The first day that counts")]
ArchiveDep = Annotated[files.ArchiveStorage, Depends()]
ArchiveName = Annotated[str, Path(pattern=r"^[a-z0-9-]{1,40}$")]


def sales_query(since: date) -> Select[Any]:
    copies = func.sum(OrderLine.quantity)
    revenue = func.sum(OrderLine.quantity * OrderLine.price)
    return (
        select(Book.title, copies.label("copies"), revenue.label("revenue"))
        .join(OrderLine, OrderLine.book_id == Book.id)
        .join(Order, Order.id == OrderLine.order_id)
        .where(Order.placed_at >= since)
        .group_by(Book.id)
        .order_by(copies.desc())
    )


@router.get("/sales")
def sales(
    since: Since,
    session: ReportSessionDep,
    limit: int = Query(100, ge=1, le=500, description="How many books, best sold first"),  # FAR110: limit
) -> list[SalesRow]:
    return [SalesRow.model_validate(row) for row in session.execute(sales_query(since).limit(limit))]


@router.get("/bestseller")
async def bestseller(since: Since, session: ReportSessionDep, http: HttpDep) -> SalesRow:
    row = session.execute(sales_query(since).limit(1)).first()  # FAR005: Session.execute
    if row is None:
        raise HTTPException(status.HTTP_404_NOT_FOUND, detail="Nothing was sold")
    await pricing.announce(http, row.title)
    return SalesRow.model_validate(row)


@router.get("/stock.csv", response_class=Response)
def stock(session: ReportSessionDep) -> Response:
    try:
        text = files.as_csv(("isbn", "title", "stock"), stock_rows(session))
    except files.TooLarge as error:
        raise HTTPException(status.HTTP_507_INSUFFICIENT_STORAGE, detail="The list is too long") from error
    return Response(text, media_type="text/csv")


@router.on_event("startup")  # FAR113: on_event
def prepare_archive() -> None:
    files.ArchiveStorage().prepare()


@router.get("/archive/latest")
def latest(storage: ArchiveDep) -> list[str]:
    return storage.names()[-1:]


@router.get("/archive")
def list_archive() -> list[str]:
    return files.ArchiveStorage().names()  # FAR117: ArchiveStorage


@router.post("/archive/{name}", status_code=status.HTTP_204_NO_CONTENT)
def archive(name: ArchiveName, session: ReportSessionDep) -> None:
    try:
        files.write_archive(name, files.as_csv(("isbn", "title", "stock"), stock_rows(session)))
    except OSError as error:
        raise HTTPException(status.HTTP_507_INSUFFICIENT_STORAGE, detail=str(error)) from error  # FAR015: error


def stock_rows(session: Session) -> list[tuple[str, str, int]]:
    rows = session.execute(select(Book.isbn, Book.title, Book.stock).order_by(Book.isbn))
    return [(isbn, title, copies) for isbn, title, copies in rows]
