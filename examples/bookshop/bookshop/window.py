"""The screen in the shop's window: its own small application, `uvicorn bookshop.window:app`, next to a Redis."""

import asyncio

import redis.asyncio
from fastapi import FastAPI

app = FastAPI(title="Shop window")
visitors = redis.asyncio.Redis(host="localhost", decode_responses=True)  # FAR211: `localhost` is written into


@app.get("/visitors", tags=["visitors"])
async def count_visitors() -> dict[str, int]:  # FAR214: 3 routes
    return {"visitors": len(await visitors.keys("visitor:*"))}  # FAR184: `visitors.keys` walks


async def dim_at_night() -> None:
    while True:  # FAR149: `visitors.publish` ends `dim_at_night`
        await visitors.publish("window", "dim")
        await asyncio.sleep(24 * 60 * 60)


@app.on_event("startup")  # FAR113: on_event
async def start_dimming() -> None:
    app.state.dimming = asyncio.create_task(dim_at_night())  # FAR135: `dim_at_night` runs for ever


@app.get("/weather/{town}", tags=["visitors"])
async def show_weather(town: str) -> dict[str, str]:
    """What the window says of the weather; nobody wants to know it of last week."""
    known = await visitors.get(f"weather:{town}")
    if known is None:
        known = f"Good weather for reading in {town}"
        await visitors.set(f"weather:{town}", known)  # FAR181: keeps an entry of a cache for good
    return {"weather": known}


@app.get("/next-visitor", tags=["visitors"])
async def wait_for_visitor() -> dict[str, bool]:
    door = visitors.pubsub()  # FAR183: when something fails before
    await door.subscribe("door")
    message = await door.get_message(ignore_subscribe_messages=True, timeout=5)
    await door.aclose()
    return {"came": message is not None}
