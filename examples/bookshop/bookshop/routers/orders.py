import logging
from typing import Annotated

from fastapi import APIRouter, BackgroundTasks, Header, HTTPException, Request, status
from fastapi.responses import PlainTextResponse
from pydantic import ValidationError
from sqlalchemy import select
from sqlalchemy.orm import selectinload

from bookshop import security
from bookshop.dependencies import CurrentUser, OwnOrder, PageDep, SessionDep, StaffUser
from bookshop.models import Book, Order, OrderLine, OrderStatus, User
from bookshop.schemas import NewOrder, OrderOut, PaymentNotice
from bookshop.services import mailer

logger = logging.getLogger(__name__)

router = APIRouter(prefix="/orders", tags=["orders"])


@router.post("", response_model=OrderOut, status_code=status.HTTP_201_CREATED)
async def place_order(new: NewOrder, user: CurrentUser, session: SessionDep, background: BackgroundTasks) -> Order:
    wanted = {line.book_id: line.quantity for line in new.lines}
    books = {book.id: book for book in await session.scalars(select(Book).where(Book.id.in_(wanted)))}
    if unknown := wanted.keys() - books.keys():
        raise HTTPException(status.HTTP_404_NOT_FOUND, detail=f"There are no books {sorted(unknown)}")
    for book_id, quantity in wanted.items():
        if books[book_id].stock < quantity:
            raise HTTPException(status.HTTP_409_CONFLICT, detail=f"Too few copies of book {book_id}")
        books[book_id].stock -= quantity
    lines = [OrderLine(book_id=id, quantity=quantity, price=books[id].price) for id, quantity in wanted.items()]
    order = Order(user_id=user.id, lines=lines)
    session.add(order)
    await session.commit()
    background.add_task(mailer.send_receipt, user.email, order)
    return order


@router.get("", response_model=list[OrderOut])
async def list_orders(user: CurrentUser, page: PageDep, session: SessionDep) -> list[Order]:
    query = select(Order).where(Order.user_id == user.id).options(selectinload(Order.lines)).order_by(Order.id.desc())
    return list(await session.scalars(query.offset(page.offset).limit(page.limit)))


@router.get("/{order_id}", response_model=OrderOut)
async def get_order(order: OwnOrder) -> Order:
    return order


@router.get("/{order_id}/receipt", response_class=PlainTextResponse)
async def get_receipt(order_id: int, user: CurrentUser, session: SessionDep) -> str:
    order = await session.get(Order, order_id, options=[selectinload(Order.lines)])
    if order is None or order.user_id != user.id:
        raise HTTPException(status.HTTP_404_NOT_FOUND, detail=f"You have no order {order_id}")
    return mailer.receipt_text(order)  # FAR001: open


@router.post("/{order_id}/ship", response_model=OrderOut)
async def ship(order_id: int, staff: StaffUser, session: SessionDep) -> Order:
    order = await session.get(Order, order_id, options=[selectinload(Order.lines)])
    if order is None:
        return HTTPException(status.HTTP_404_NOT_FOUND, detail=f"There is no order {order_id}")  # FAR011: HTTPException
    if order.status is not OrderStatus.PAID:
        raise HTTPException(status.HTTP_409_CONFLICT, detail="Only paid orders are shipped")
    order.status = OrderStatus.SHIPPED
    await session.commit()
    customer = await session.get_one(User, order.user_id)
    mailer.send_shipping_note(customer.email, order.id)  # FAR003: send_shipping_note
    return order


@router.post("/{order_id}/paid-in-cash", status_code=status.HTTP_204_NO_CONTENT)
async def take_cash(order_id: int, staff: StaffUser, session: SessionDep, background: BackgroundTasks) -> None:
    order = await session.get(Order, order_id)
    if order is None:
        raise HTTPException(status.HTTP_500_INTERNAL_SERVER_ERROR, detail="Order not found")  # FAR016: 500
    order.status = OrderStatus.PAID
    await session.commit()
    background.add_task(mailer.send_thanks, session, order.user_id)  # FAR116: session


@router.post("/{order_id}/cancel", response_model=OrderOut)
async def cancel(order_id: int, user: CurrentUser, session: SessionDep) -> Order:
    try:
        query = select(Order).where(Order.id == order_id, Order.user_id == user.id).options(selectinload(Order.lines))
        order = (await session.scalars(query)).one()
        order.status = OrderStatus.CANCELLED
        await session.commit()
        await mailer.send(user.email, "Cancelled", f"Order {order.id} is cancelled")
        return order
    except Exception as error:  # FAR014: cancel
        raise HTTPException(status.HTTP_400_BAD_REQUEST, detail="The order cannot be cancelled") from error


@router.post("/payments", status_code=status.HTTP_204_NO_CONTENT)
async def take_payment(request: Request, x_signature: Annotated[str, Header()], session: SessionDep) -> None:
    body = await request.body()
    if not security.is_signed_by_bank(body, x_signature):
        raise HTTPException(status.HTTP_401_UNAUTHORIZED, detail="The signature is wrong")
    try:
        notice = PaymentNotice.model_validate_json(body)
    except ValidationError as error:
        logger.warning("The bank sent what is no payment notice", exc_info=error)
        raise HTTPException(status.HTTP_400_BAD_REQUEST, detail="This is no payment notice") from error
    order = await session.get(Order, notice.order_id)
    if order is None:
        raise HTTPException(status.HTTP_404_NOT_FOUND, detail="Order not found")
    order.status = OrderStatus.PAID
    await session.commit()
