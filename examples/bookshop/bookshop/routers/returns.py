"""Customers send books back; what becomes of it is told over a websocket."""

from typing import Annotated

import jwt
from fastapi import APIRouter, Depends, HTTPException, WebSocket, WebSocketException, status
from sqlalchemy.orm import selectinload

from bookshop import security
from bookshop.dependencies import CurrentUser, OwnOrder, SessionDep, StaffUser
from bookshop.models import Order, OrderStatus, User
from bookshop.schemas import Customer, OrderOut, UserOut

router = APIRouter(prefix="/returns", tags=["returns"])


@router.get("/{order_id}", response_model=OrderOut)
async def get_return(order_id: int, user: CurrentUser, session: SessionDep) -> Order:
    order = await session.get(Order, order_id, options=[selectinload(Order.lines)])  # FAR051: Order.user_id
    if order is None:
        raise HTTPException(status.HTTP_404_NOT_FOUND, detail=f"There is no order {order_id}")
    return order


@router.put("/{order_id}", response_model=OrderOut)
async def send_back(order: OwnOrder, session: SessionDep) -> Order:
    order.status = OrderStatus.CANCELLED
    await session.commit()
    return order


@router.delete("/{order_id}", status_code=status.HTTP_204_NO_CONTENT)
async def keep_after_all(order_id: int, session: SessionDep) -> None:  # FAR050: `DELETE /returns/{order_id}` lets everybody in
    order = await session.get(Order, order_id)
    if order is None:
        raise HTTPException(status.HTTP_404_NOT_FOUND, detail=f"There is no order {order_id}")
    order.status = OrderStatus.SHIPPED
    await session.commit()


@router.get("/customers/{user_id}", response_model=Customer)  # FAR023: `Customer.password_hash`
async def get_customer(user_id: int, staff: StaffUser, session: SessionDep) -> User:
    return await _customer(user_id, session)


@router.get("/contacts/{user_id}", response_model=UserOut)
async def get_contact(user_id: int, staff: StaffUser, session: SessionDep) -> User:
    return await _customer(user_id, session)


async def _customer(user_id: int, session: SessionDep) -> User:
    user = await session.get(User, user_id)
    if user is None:
        raise HTTPException(status.HTTP_404_NOT_FOUND, detail=f"There is no customer {user_id}")
    return user


async def get_socket_user(websocket: WebSocket) -> int:
    """The user whose token the client sends as its first subprotocol."""
    try:
        return security.read_access_token(websocket.headers.get("sec-websocket-protocol", ""))
    except jwt.InvalidTokenError as error:
        raise WebSocketException(status.WS_1008_POLICY_VIOLATION) from error


@router.websocket("/{order_id}/events")
async def tell_events(websocket: WebSocket, order_id: int) -> None:  # FAR059: `/returns/{order_id}/events`
    await websocket.accept()
    await websocket.send_json({"order": order_id, "event": "received"})
    await websocket.close()


@router.websocket("/events")
async def tell_own_events(websocket: WebSocket, user_id: Annotated[int, Depends(get_socket_user)]) -> None:
    await websocket.accept()
    await websocket.send_json({"user": user_id, "event": "received"})
    await websocket.close()
