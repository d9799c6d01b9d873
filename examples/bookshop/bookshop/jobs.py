"""What the shop does at certain times, and what it leaves to other machines: `python -m bookshop.jobs`."""

import asyncio
from datetime import datetime

from apscheduler.jobstores.sqlalchemy import SQLAlchemyJobStore
from apscheduler.schedulers.background import BackgroundScheduler
from apscheduler.triggers.cron import CronTrigger
from celery import Celery

from bookshop.services import pricing
from bookshop.worker import remind_unpaid

scheduler = BackgroundScheduler(jobstores={"default": SQLAlchemyJobStore("sqlite:///jobs.db")})
celery = Celery("bookshop")  # FAR148: has no time limit


@celery.task
def pack(order_id: int) -> str:
    return f"parcel of order {order_id}"


@celery.task
def ship(order_id: int) -> str:
    parcel = pack.delay(order_id).get(timeout=60)  # FAR146: holds the worker of `ship`
    return f"{parcel}, {datetime.utcnow():%d %B}"


@celery.task
def ship_in_steps(order_id: int) -> None:
    (pack.s(order_id) | label.s()).delay()


@celery.task
async def label(parcel: str) -> str:  # FAR147: the body of `label` never runs
    await asyncio.sleep(0)
    return f"{parcel}, {datetime.utcnow().isoformat()}"  # FAR144: `datetime.utcnow()`


def settle_month() -> None:
    pricing.refresh_now()


async def remind_forever() -> None:
    while True:  # FAR149: `remind_unpaid` ends `remind_forever`
        await remind_unpaid()
        await asyncio.sleep(86400)


async def start_reminding() -> asyncio.Task[None]:
    return asyncio.create_task(remind_forever())


def start() -> None:
    scheduler.add_job(remind_unpaid, CronTrigger(hour=9, timezone="UTC"), id="remind", replace_existing=True)  # FAR143: `remind_unpaid`
    scheduler.add_job(pricing.refresh_now, CronTrigger(hour=3), id="prices", replace_existing=True)  # FAR142: CronTrigger
    scheduler.add_job(pricing.refresh_now, "interval", hours=4)  # FAR141: once more at each start  # FAR145: refresh_now
    scheduler.add_job(settle_month, id="month", replace_existing=True)  # FAR140: settle_month
    scheduler.start()


if __name__ == "__main__":
    start()
