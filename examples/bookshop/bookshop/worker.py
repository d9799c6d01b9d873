"""What the shop does by itself: `python -m bookshop.worker`."""

import asyncio
import logging
import os
import random
import time
from datetime import timedelta

import httpx
from sqlalchemy import select

from bookshop.db import new_session
from bookshop.models import Book, Order, OrderStatus, User, now
from bookshop.services import covers, files, mailer, pricing

logger = logging.getLogger(__name__)

REFRESH_SECONDS = 3600
RETRY_SECONDS = 30
REMIND_AFTER = timedelta(days=3)

HEARTBEAT_URL = os.getenv("BOOKSHOP_HEARTBEAT_URL", "https://monitor.example/beat")
HEARTBEAT_TOKEN = os.getenv("BOOKSHOP_HEARTBEAT_TOKEN", "")


async def refresh_prices(http: httpx.AsyncClient) -> None:
    while True:
        try:
            changed = await pricing.refresh(http)
        except httpx.HTTPError:
            logger.exception("The prices cannot be refreshed")
            time.sleep(RETRY_SECONDS)  # FAR002: time.sleep
            continue
        logger.info("%s prices have changed", changed)
        await asyncio.sleep(REFRESH_SECONDS + random.uniform(0, 60))


async def send_reminders() -> None:
    while True:
        try:
            await remind_unpaid()
            await asyncio.sleep(REFRESH_SECONDS)
        except asyncio.CancelledError:  # FAR019: CancelledError
            logger.info("The reminders are interrupted")


async def send_heartbeats(http: httpx.AsyncClient) -> None:
    while True:
        try:
            await http.post(HEARTBEAT_URL, headers={"Authorization": f"Bearer {HEARTBEAT_TOKEN}"})
            await asyncio.sleep(60)
        except asyncio.CancelledError:
            logger.info("The heartbeats end")
            raise
        except httpx.HTTPError:
            logger.warning("A heartbeat was lost", exc_info=True)
            await asyncio.sleep(RETRY_SECONDS)


async def remind_unpaid() -> None:
    query = (
        select(User.email, Order.id)
        .join(Order, Order.user_id == User.id)
        .where(Order.status == OrderStatus.PLACED, Order.placed_at < now() - REMIND_AFTER)
    )
    async with new_session() as session:
        unpaid = (await session.execute(query)).all()
    for email, order_id in unpaid:
        await mailer.send(email, f"Order {order_id}", "We look forward to your payment.")


async def fetch_covers() -> None:
    """Give a cover to each book that has none."""
    async with new_session() as session:
        books = (await session.execute(select(Book.isbn, Book.id))).all()
    missing = await asyncio.to_thread(lambda: {isbn: id for isbn, id in books if not files.has_cover(id)})
    for isbn, content in (await covers.download_all(list(missing))).items():
        small = await asyncio.to_thread(covers.thumbnail, content)
        await asyncio.to_thread(files.save_cover, missing[isbn], small)


async def main() -> None:
    async with httpx.AsyncClient(timeout=10) as http:
        await asyncio.gather(refresh_prices(http), send_reminders(), send_heartbeats(http), fetch_covers())


if __name__ == "__main__":
    logging.basicConfig(level=logging.INFO)
    asyncio.run(main())
