from typing import Annotated

import httpx
import jwt
from fastapi import Depends, HTTPException, Query, Request, status
from fastapi.security import OAuth2PasswordBearer
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Session, joinedload, selectinload

from bookshop import security
from bookshop.db import get_report_session, get_session
from bookshop.models import Book, Order, User

SessionDep = Annotated[AsyncSession, Depends(get_session)]
ReportSessionDep = Annotated[Session, Depends(get_report_session)]
ArchiveSessionDep = Annotated[Session, Depends(get_report_session())]  # FAR111: get_report_session


class Page:
    def __init__(
        self, offset: Annotated[int, Query(ge=0)] = 0, limit: Annotated[int, Query(ge=1, le=100)] = 20
    ) -> None:
        self.offset = offset
        self.limit = limit


PageDep = Annotated[Page, Depends()]


def get_http(request: Request) -> httpx.AsyncClient:
    """The client that the application opened when it started."""
    http: httpx.AsyncClient = request.app.state.http
    return http


HttpDep = Annotated[httpx.AsyncClient, Depends(get_http)]

oauth2_scheme = OAuth2PasswordBearer(tokenUrl="users/login")


async def get_current_user(token: Annotated[str, Depends(oauth2_scheme)], session: SessionDep) -> User:
    try:
        user_id = security.read_access_token(token)
    except jwt.InvalidTokenError:
        raise HTTPException(  # FAR017: from
            status.HTTP_401_UNAUTHORIZED, detail="Invalid token", headers={"WWW-Authenticate": "Bearer"}
        )
    user = await session.get(User, user_id)
    if user is None:
        raise HTTPException(status.HTTP_401_UNAUTHORIZED, detail="Unknown user")
    return user


CurrentUser = Annotated[User, Depends(get_current_user)]


def get_staff(user: CurrentUser) -> User:
    if not user.is_staff:
        raise HTTPException(status.HTTP_403_FORBIDDEN, detail="For staff only")
    return user


StaffUser = Annotated[User, Depends(get_staff)]


async def get_book(book_id: int, session: SessionDep) -> Book:
    book = await session.scalar(select(Book).where(Book.id == book_id).options(joinedload(Book.author)))
    if book is None:
        raise HTTPException(status.HTTP_404_NOT_FOUND, detail=f"There is no book {book_id}")
    return book


BookDep = Annotated[Book, Depends(get_book)]


async def get_own_order(order_id: int, user: CurrentUser, session: SessionDep) -> Order:
    """An order of the current user; somebody else's is as unknown as one that does not exist."""
    order = await session.scalar(
        select(Order).where(Order.id == order_id, Order.user_id == user.id).options(selectinload(Order.lines))
    )
    if order is None:
        raise HTTPException(status.HTTP_404_NOT_FOUND, detail=f"You have no order {order_id}")
    return order


OwnOrder = Annotated[Order, Depends(get_own_order)]
