"""The screen in the shop's window: its own small application, `uvicorn bookshop.window:app`, next to a Redis."""

import redis.asyncio
from fastapi import FastAPI

app = FastAPI(title="Shop window")
visitors = redis.asyncio.Redis(host="localhost", decode_responses=True)


@app.get("/visitors", tags=["visitors"])
async def count_visitors() -> dict[str, int]:
    return {"visitors": len(await visitors.keys("visitor:*"))}  # FAR184: `visitors.keys` walks
