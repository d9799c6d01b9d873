"""What the terminals in the shop show of the catalogue."""

from decimal import Decimal
from typing import Annotated

from fastapi import APIRouter, Depends, HTTPException, Path, Query, status
from sqlalchemy import func, select, text

from bookshop.dependencies import PageDep, ReportSessionDep, SessionDep, get_staff
from bookshop.models import Author, Book, Review
from bookshop.schemas import AuthorOut

router = APIRouter(prefix="/catalogue", tags=["catalogue"], dependencies=[Depends(get_staff)])

Isbn = Annotated[str, Path(pattern=r"^\d{13}$")]


@router.get("/authors", response_model=list[AuthorOut])
async def list_authors(session: SessionDep) -> list[Author]:
    return list(await session.scalars(select(Author).order_by(Author.name)))  # FAR073: every row of `Author`


@router.get("/titles")
async def find_titles(
    page: PageDep,
    session: SessionDep,
    beginning: Annotated[str, Query(min_length=3, description="How the title begins")],
) -> list[str]:
    query = select(Book.title).where(func.lower(Book.title).startswith(beginning.lower()))  # FAR077: Book.title
    return list(await session.scalars(query.offset(page.offset).limit(page.limit)))  # FAR078: `Book`


@router.get("/sold-out/count")
async def count_sold_out(session: SessionDep) -> int:
    found = await session.scalars(select(Book).where(Book.stock == 0))  # FAR074: Book.stock
    return len(found.all())  # FAR075: count


@router.get("/labels/{isbn}")
async def read_label(isbn: Isbn, session: SessionDep) -> str:
    found = await session.execute(text("SELECT * FROM books WHERE isbn = :isbn"), {"isbn": isbn})  # FAR079: books
    row = found.mappings().first()
    if row is None:
        raise HTTPException(status.HTTP_404_NOT_FOUND, detail="There is no such book")
    return f"{row['title']} ({row['isbn']})"


@router.get("/prices")
async def read_prices(  # FAR076: 1·N
    session: SessionDep,
    isbns: Annotated[list[str], Query(max_length=50, description="Those on the shelf in front of the terminal")],
) -> dict[str, Decimal | None]:
    return {isbn: await session.scalar(select(Book.price).where(Book.isbn == isbn)) for isbn in isbns}  # FAR071: isbns


@router.get("/praise/{review_id}")
async def read_praise(
    review_id: Annotated[int, Path(description="The review that is shown")], session: SessionDep
) -> str:
    review = await session.get(Review, review_id)
    if review is None:
        raise HTTPException(status.HTTP_404_NOT_FOUND, detail="There is no such review")
    return f"{review.stars} stars for {review.book.title}"  # FAR072: `review.book`


@router.get("/praised")
def list_praised(session: ReportSessionDep) -> list[str]:  # FAR076: up to 1 + 1·N statements
    praising = select(Review).where(Review.stars == 5).order_by(Review.id.desc()).limit(20)
    best = session.scalars(praising)  # FAR074: Review.stars
    return [review.book.title for review in best]  # FAR070: 1 + N queries
