"""The tills in the shops: clerks log in once a day, take vouchers, photograph books and print the stock."""

import csv
from typing import Annotated

import jwt
from fastapi import APIRouter, Depends, HTTPException, Response, UploadFile, status
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import FileResponse
from fastapi.security import APIKeyCookie, OAuth2PasswordRequestForm
from pydantic import BaseModel, EmailStr, SecretStr
from sqlalchemy import select

from bookshop import security
from bookshop.dependencies import ReportSessionDep, SessionDep
from bookshop.models import Book, User
from bookshop.schemas import UserOut
from bookshop.settings import settings

router = APIRouter(prefix="/desk", tags=["desk"])

COOKIE = "desk_session"
LIST = "/tmp/bookshop-stock.csv"
MAX_PHOTO_BYTES = 2_000_000

session_cookie = APIKeyCookie(name=COOKIE)


class NewStaffMember(BaseModel):
    email: EmailStr
    password: SecretStr  # FAR058: `NewStaffMember.password` takes a new password of any length


class Voucher(BaseModel):
    cents: int


async def get_clerk(cookie: Annotated[str, Depends(session_cookie)], session: SessionDep) -> User:
    try:
        user_id = security.read_access_token(cookie)
    except jwt.InvalidTokenError as error:
        raise HTTPException(status.HTTP_401_UNAUTHORIZED, detail="Log in again") from error
    clerk = await session.get(User, user_id)
    if clerk is None or not clerk.is_staff:
        raise HTTPException(status.HTTP_403_FORBIDDEN, detail="For staff only")
    return clerk


@router.put("/session", status_code=status.HTTP_204_NO_CONTENT)
async def log_in(
    form: Annotated[OAuth2PasswordRequestForm, Depends()], session: SessionDep, response: Response
) -> None:
    user = await session.scalar(select(User).where(User.email == form.username))
    if user is None or not await run_in_threadpool(security.verify_password, form.password, user.password_hash):
        raise HTTPException(status.HTTP_401_UNAUTHORIZED, detail="Wrong address or password")
    token = security.new_access_token(user.id)
    response.set_cookie(COOKIE, token, httponly=True, samesite="strict")  # FAR055: `desk_session` is sent in clear


@router.delete("/session", status_code=status.HTTP_204_NO_CONTENT, dependencies=[Depends(get_clerk)])
async def log_out(response: Response) -> None:
    response.delete_cookie(COOKIE, secure=True, httponly=True, samesite="strict")


@router.post("/clerks", response_model=UserOut, status_code=status.HTTP_201_CREATED, dependencies=[Depends(get_clerk)])
async def add_clerk(new: NewStaffMember, session: SessionDep) -> User:
    digest = await run_in_threadpool(security.hash_password, new.password.get_secret_value())
    clerk = User(email=new.email, password_hash=digest, is_staff=True)
    session.add(clerk)
    await session.commit()
    return clerk


@router.get("/vouchers/{voucher}", dependencies=[Depends(get_clerk)])
async def take_voucher(voucher: str) -> Voucher:
    try:
        claims = jwt.decode(voucher, options={"verify_signature": False})  # FAR052: `"verify_signature": False`
    except jwt.InvalidTokenError as error:
        raise HTTPException(status.HTTP_404_NOT_FOUND, detail="This is no voucher of ours") from error
    return Voucher(cents=claims["cents"])


@router.put("/books/{book_id}/photo", status_code=status.HTTP_204_NO_CONTENT, dependencies=[Depends(get_clerk)])
def add_photo(book_id: int, photo: UploadFile) -> None:  # FAR054: uploads fill the disk
    if photo.content_type != "image/jpeg":
        raise HTTPException(status.HTTP_415_UNSUPPORTED_MEDIA_TYPE, detail="Only photos")
    content = photo.file.read(MAX_PHOTO_BYTES + 1)
    if len(content) > MAX_PHOTO_BYTES:
        raise HTTPException(413, detail="This photo is too large")
    settings.covers.mkdir(parents=True, exist_ok=True)
    (settings.covers / f"{book_id}.jpg").write_bytes(content)  # FAR155: `photo` is stored on the word of


@router.get("/stock.csv", response_class=FileResponse, dependencies=[Depends(get_clerk)])
def print_stock(session: ReportSessionDep) -> FileResponse:
    rows = session.execute(select(Book.isbn, Book.title, Book.stock).order_by(Book.title)).all()
    with open(LIST, "w", newline="") as stream:  # FAR157: `/tmp/bookshop-stock.csv`
        csv.writer(stream).writerows(tuple(row) for row in rows)
    return FileResponse(LIST, media_type="text/csv")
