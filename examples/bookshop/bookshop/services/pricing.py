"""What a book costs elsewhere."""

import asyncio
import hashlib
import hmac
import logging
from decimal import Decimal, InvalidOperation

import httpx
import requests
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from bookshop.db import new_session
from bookshop.models import Book
from bookshop.settings import settings

logger = logging.getLogger(__name__)

FEED_SIGNING_KEY = "q7Zt4vWm9XpLr2Nc8KdF5sHy3BgJ6aTe"  # FAR020: FEED_SIGNING_KEY
FEED_KEY_HEADER = "X-Feed-Signature"


class PriceUnknown(Exception):
    """Nobody could say what a book costs."""


async def fetch_publisher_price(http: httpx.AsyncClient, isbn: str) -> Decimal:
    response = await http.get(f"{settings.publisher_url}prices/{isbn}", headers=_signed(isbn))
    return _read(response.status_code, response.text, isbn)


async def fetch_wholesaler_price(http: httpx.AsyncClient, isbn: str) -> Decimal:
    response = await http.get(f"{settings.market_url}wholesale/{isbn}")
    return _read(response.status_code, response.text, isbn)


async def fetch_market_price(isbn: str) -> Decimal:
    response = requests.get(f"{settings.market_url}prices/{isbn}", timeout=5)  # FAR001: requests.get
    return _read(response.status_code, response.text, isbn)


def _signed(isbn: str) -> dict[str, str]:
    return {FEED_KEY_HEADER: hmac.new(FEED_SIGNING_KEY.encode(), isbn.encode(), hashlib.sha256).hexdigest()}


def _read(status_code: int, text: str, isbn: str) -> Decimal:
    if status_code != 200:
        raise PriceUnknown(isbn)
    try:
        return Decimal(text)
    except InvalidOperation as error:
        raise PriceUnknown(isbn) from error


async def is_plausible(session: AsyncSession, book: Book, price: Decimal) -> bool:
    """Whether a price lies near what the author's books cost."""
    average = await session.scalar(select(func.avg(Book.price)).where(Book.author_id == book.author_id))
    return average is None or average / 3 < price < average * 3


async def announce(http: httpx.AsyncClient, title: str) -> None:
    """Tell the market what sells; it does not matter when it does not hear it."""
    try:
        await http.post(f"{settings.market_url}bestsellers", json={"title": title})
    except httpx.HTTPError:
        logger.warning("The market did not hear of a bestseller", exc_info=True)


async def refresh(http: httpx.AsyncClient) -> int:
    """Take over the publisher's prices; gives the number of books that have a new one."""
    changed = 0
    async with new_session() as session:
        for book in await session.scalars(select(Book).order_by(Book.id)):
            try:
                price = await fetch_publisher_price(http, book.isbn)
            except Exception:  # FAR013: Exception
                continue
            changed += price != book.price
            book.price = price
        await session.commit()
    return changed


async def _refresh_once() -> int:
    async with httpx.AsyncClient(timeout=5) as http:
        return await refresh(http)


def refresh_now() -> int:
    """For the command line."""
    return asyncio.run(_refresh_once())
