from fastapi import APIRouter, HTTPException, Response, UploadFile, status
from fastapi.concurrency import run_in_threadpool
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import joinedload

from bookshop import security
from bookshop.dependencies import BookDep, HttpDep, PageDep, SessionDep, StaffUser
from bookshop.models import Author, Book
from bookshop.schemas import BookOut, IsbnCheck, NewBook, NewPrice, Quotes
from bookshop.services import covers, files, pricing

router = APIRouter(prefix="/books", tags=["books"])

MAX_COVER_BYTES = 5_000_000


@router.get("", response_model=list[BookOut])
async def list_books(page: PageDep, session: SessionDep) -> list[Book]:
    query = select(Book).options(joinedload(Book.author)).order_by(Book.title, Book.id)
    return list(await session.scalars(query.offset(page.offset).limit(page.limit)))


def check_digit(digits: list[int]) -> int:
    """The last digit of an ISBN after its first twelve."""
    return -sum(digit * (3 if position % 2 else 1) for position, digit in enumerate(digits)) % 10


@router.get("/isbn/{isbn}")
async def check_isbn(isbn: str) -> IsbnCheck:  # FAR009: check_isbn
    digits = [int(character) for character in isbn if character.isdigit()]
    if len(digits) != 13:
        raise HTTPException(422, detail="An ISBN has 13 digits")
    expected = check_digit(digits[:12])
    return IsbnCheck(isbn=isbn, valid=digits[12] == expected, expected_digit=expected)


@router.post("", response_model=BookOut, status_code=status.HTTP_201_CREATED)
async def add_book(new: NewBook, staff: StaffUser, session: SessionDep) -> Book:
    author = await session.scalar(select(Author).where(Author.name == new.author)) or Author(name=new.author)
    book = Book(isbn=new.isbn, title=new.title, price=new.price, stock=new.stock, author=author)
    session.add(book)
    try:
        await session.commit()
    except IntegrityError as error:
        raise HTTPException(status.HTTP_409_CONFLICT, detail="There is a book with this ISBN") from error
    return book


@router.get("/{book_id}", response_model=BookOut)
async def get_book(book: BookDep) -> Book:
    return book


@router.put("/{book_id}/price", response_model=BookOut)
async def set_price(book_id: int, new: NewPrice, staff: StaffUser, session: SessionDep) -> Book:
    book = await session.get(Book, book_id, options=[joinedload(Book.author)])
    if book is None:
        raise HTTPException(status.HTTP_404_NOT_FOUND)  # FAR010: detail
    book.price = new.price
    await session.commit()
    return book


@router.get("/{book_id}/quotes")
async def compare_quotes(book: BookDep, staff: StaffUser, http: HttpDep) -> Quotes:
    publisher = await pricing.fetch_publisher_price(http, book.isbn)
    wholesaler = await pricing.fetch_wholesaler_price(http, book.isbn)  # FAR007: gather
    return Quotes(publisher=publisher, wholesaler=wholesaler)


@router.post("/{book_id}/market-price", response_model=BookOut)
async def take_market_price(book: BookDep, staff: StaffUser, session: SessionDep) -> Book:
    price = await pricing.fetch_market_price(book.isbn)
    if pricing.is_plausible(session, book, price):  # FAR003: is_plausible
        book.price = price
    await session.commit()
    return book


@router.post("/prices/refresh", status_code=status.HTTP_204_NO_CONTENT)
async def refresh_prices(staff: StaffUser, session: SessionDep) -> None:
    pricing.refresh_now()  # FAR006: asyncio.run
    await session.rollback()


@router.put("/{book_id}/cover", status_code=status.HTTP_204_NO_CONTENT)
async def upload_cover(book: BookDep, image: UploadFile, staff: StaffUser) -> None:  # FAR054: uploads
    content = await image.read(MAX_COVER_BYTES + 1)
    if len(content) > MAX_COVER_BYTES:
        raise HTTPException(413, detail="A cover has at most 5 MB")
    try:
        small = await run_in_threadpool(covers.thumbnail, content)
    except covers.NotAnImage as error:
        raise HTTPException(status.HTTP_415_UNSUPPORTED_MEDIA_TYPE, detail="This is no image") from error
    await run_in_threadpool(files.save_cover, book.id, small)


@router.put("/{book_id}/cover/from-publisher", status_code=status.HTTP_204_NO_CONTENT)
async def take_publishers_cover(book: BookDep, staff: StaffUser, http: HttpDep) -> None:
    content = await covers.download(http, book.isbn)
    small = covers.thumbnail(content)  # FAR004: PIL.Image
    await run_in_threadpool(files.save_cover, book.id, small)


@router.delete("/{book_id}/cover", status_code=status.HTTP_204_NO_CONTENT)
def delete_cover(book: BookDep, staff: StaffUser) -> None:
    if not files.remove_cover(book.id):
        raise HTTPException(status.HTTP_503_SERVICE_UNAVAILABLE, detail="The cover cannot be removed at the moment")


@router.get("/{book_id}/cover", response_class=Response)
def get_cover(book: BookDep) -> Response:
    content = files.load_cover(book.id)
    if content is None:
        raise HTTPException(status.HTTP_404_NOT_FOUND, detail="This book has no cover")
    return Response(content, media_type="image/png", headers={"ETag": f'"{security.etag(content)}"'})
