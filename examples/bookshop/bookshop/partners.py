"""What the web sites of partners use: an application of its own below `/partners`.

Partners make their clients out of its schema, so its routes are reviewed more strictly than the shop's own, see
pyproject.toml.
"""

from typing import Annotated, Any

from fastapi import APIRouter, FastAPI, HTTPException, Path, Query, status
from fastapi.middleware.cors import CORSMiddleware
from fastapi.responses import JSONResponse
from sqlalchemy import select

from bookshop.dependencies import SessionDep
from bookshop.models import Author, Book
from bookshop.schemas import AuthorOut, Availability, BookOut, OfferPage
from bookshop.services import offers
from bookshop.settings import settings

router = APIRouter(prefix="/v1", tags=["offers"])

IsbnPath = Annotated[str, Path(pattern=r"^\d{13}$")]
Offset = Annotated[int, Query(ge=0, description="How many to leave out at the beginning")]
Limit = Annotated[int, Query(ge=1, le=100, description="How many at most")]


@router.get("/offers")
async def list_offers(session: SessionDep, offset: Offset = 0, limit: Limit = 20) -> OfferPage:
    books, total = await offers.in_stock(session, offset, limit)  # FAR074: Book.stock
    return OfferPage(items=[BookOut.model_validate(book) for book in books], total=total)


@router.get("/news", response_model=list[BookOut])
async def list_news(session: SessionDep, offset: Offset = 0, limit: Limit = 20) -> Any:  # FAR094: `GET /partners/v1/news`
    return await offers.newest(session, offset, limit)


@router.get("/offers/{isbn}", responses={404: {"description": "We do not sell this book"}})
async def get_offer(isbn: IsbnPath, session: SessionDep) -> BookOut:
    book = await offers.with_isbn(session, isbn)
    if book is None:
        raise HTTPException(status.HTTP_404_NOT_FOUND, detail=f"There is no book {isbn}")
    return BookOut.model_validate(book)


@router.get("/offers/{isbn}/author")  # FAR087: 404
async def get_author(isbn: IsbnPath, session: SessionDep) -> AuthorOut:
    query = select(Author).join(Book, Book.author_id == Author.id).where(Book.isbn == isbn)
    author = await session.scalar(query)  # FAR118: `session.scalar`
    if author is None:
        raise HTTPException(status.HTTP_404_NOT_FOUND, detail=f"There is no book {isbn}")
    return AuthorOut.model_validate(author)


@router.get("/offers/{isbn}/availability", response_model=Availability)
async def get_availability(isbn: IsbnPath, session: SessionDep) -> Any:
    book = await offers.with_isbn(session, isbn)
    if book is None:
        return JSONResponse({"error": "unknown"}, status_code=404)  # FAR093: error
    return Availability(isbn=isbn, available=book.stock > 0)


def create_partner_app() -> FastAPI:
    app = FastAPI(title="Bookshop for partners")
    app.add_middleware(
        CORSMiddleware,
        allow_origins=settings.partner_origins,  # FAR053: `allow_origins=["*"]`
        allow_credentials=True,
    )
    app.include_router(router)

    @app.get("/terms")  # FAR089: `GET /partners/terms` has no version  # FAR095: `GET /partners/terms`
    async def terms() -> str:
        return "Name the shop beside every offer"

    return app
