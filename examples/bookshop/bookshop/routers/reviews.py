from typing import Annotated, Any

from fastapi import APIRouter, HTTPException, Path, Query, UploadFile, status
from fastapi.concurrency import run_in_threadpool
from sqlalchemy import func, select

from bookshop.dependencies import BookDep, CurrentUser, PageDep, SessionDep, StaffUser
from bookshop.models import Book, Review
from bookshop.schemas import NewReview, PhotoNote, Rating, ReviewChange, ReviewOut
from bookshop.services import covers, files

router = APIRouter(prefix="/reviews", tags=["reviews"])

MAX_PHOTO_BYTES = 5_000_000


@router.get("", response_model=list[ReviewOut])
async def list_reviews(page: PageDep, session: SessionDep) -> list[Review]:
    query = select(Review).order_by(Review.id).offset(page.offset).limit(page.limit)
    return list(await session.scalars(query))


@router.get("/{review_id}", response_model=ReviewOut)
async def get_review(review_id: int, session: SessionDep) -> Review:
    review = await session.get(Review, review_id)
    if review is None:
        raise HTTPException(status.HTTP_404_NOT_FOUND, detail=f"There is no review {review_id}")
    return review


@router.get("/latest", response_model=list[ReviewOut])  # FAR084: `GET /reviews/latest` never matches
async def latest_reviews(
    session: SessionDep,
    limit: Annotated[int, Query(ge=1, description="How many of the newest reviews")] = 10,  # FAR099: limit
) -> list[Review]:
    return list(await session.scalars(select(Review).order_by(Review.id.desc()).limit(limit)))


@router.get("/of/{book_id}", response_model=list[ReviewOut])
async def reviews_of_book(book_id: int, page: PageDep, session: SessionDep) -> list[Review]:
    query = select(Review).where(Review.book_id == book_id).order_by(Review.id).offset(page.offset).limit(page.limit)
    return list(await session.scalars(query))


@router.get("/of/{book_id}")  # FAR085: reviews_of_book
async def number_of_reviews(book_id: int, session: SessionDep) -> int:
    return await session.scalar(select(func.count()).where(Review.book_id == book_id)) or 0


@router.get("/rating/{isbn}")  # FAR086: `book_isbn` is read from the query instead
async def rating(
    book_isbn: Annotated[str, Query(description="The ISBN, 13 digits")],
    session: SessionDep,
) -> Rating:
    found = await session.execute(
        select(func.avg(Review.stars), func.count()).join(Book, Book.id == Review.book_id).where(Book.isbn == book_isbn)
    )
    stars, count = found.one()
    return Rating(stars=stars or 0, count=count)


@router.get("/stars/{book_id}")
async def stars_of_book(book_id: Annotated[int, Path(ge=1)], session: SessionDep):  # FAR080: `GET /reviews/stars/{book_id}`
    stars = await session.scalar(select(func.avg(Review.stars)).where(Review.book_id == book_id))
    return {"book": book_id, "stars": stars}


@router.post("/create", response_model=ReviewOut)  # FAR083: status_code=201  # FAR088: `create`
async def create_review(new: NewReview, user: CurrentUser, session: SessionDep) -> Review:
    review = Review(book_id=new.book_id, user_id=user.id, stars=new.stars, text=new.text)
    session.add(review)
    await session.commit()
    return review


@router.post("", response_model=ReviewOut, status_code=status.HTTP_201_CREATED)
async def add_review(new: NewReview, user: CurrentUser, session: SessionDep) -> Review:
    review = Review(book_id=new.book_id, user_id=user.id, stars=new.stars, text=new.text)
    session.add(review)
    await session.commit()
    return review


@router.get("/{review_id}/hide", response_model=ReviewOut)  # FAR082: `GET /reviews/{review_id}/hide`
async def hide_review(review_id: int, staff: StaffUser, session: SessionDep) -> Review:
    review = await session.get_one(Review, review_id)
    await session.delete(review)
    await session.commit()
    return review


@router.patch("/{review_id}", response_model=ReviewOut)
async def change_review(review_id: int, change: ReviewChange, user: CurrentUser, session: SessionDep) -> Any:
    query = select(Review).where(Review.id == review_id, Review.user_id == user.id)
    review = (await session.scalars(query)).one_or_none()
    if review is None:
        raise HTTPException(status.HTTP_404_NOT_FOUND, detail=f"You have no review {review_id}")
    for name, value in change.model_dump().items():  # FAR098: `change.model_dump()`
        setattr(review, name, value)
    await session.commit()
    return review


@router.put("/{review_id}/stars", response_model=Rating)  # FAR090: response_model=Rating
async def change_stars(
    review_id: int,
    stars: Annotated[int, Query(ge=1, le=5, description="From 1, dull, to 5, a treasure")],
    user: CurrentUser,
    session: SessionDep,
) -> Rating:
    query = select(Review).where(Review.id == review_id, Review.user_id == user.id)
    review = (await session.scalars(query)).one_or_none()
    if review is None:
        raise HTTPException(status.HTTP_404_NOT_FOUND, detail=f"You have no review {review_id}")
    review.stars = stars
    await session.commit()
    return Rating(stars=stars, count=1)


@router.api_route(  # FAR091: `router.delete(...)`
    "/{review_id}", methods=["DELETE"], status_code=status.HTTP_204_NO_CONTENT
)
async def remove_review(review_id: int, staff: StaffUser, session: SessionDep) -> None:
    await session.delete(await session.get_one(Review, review_id))
    await session.commit()


@router.put("/photos/{book_id}", status_code=status.HTTP_204_NO_CONTENT)
async def upload_photo(  # FAR054: uploads
    book: BookDep,
    note: PhotoNote,  # FAR096: note
    photo: UploadFile,
    staff: StaffUser,
) -> None:
    content = await photo.read(MAX_PHOTO_BYTES)
    small = await run_in_threadpool(covers.thumbnail, content)
    await run_in_threadpool(files.save_cover, book.id, small)
