"""The application: `uvicorn bookshop.main:app`."""

import logging
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager

import httpx
from fastapi import FastAPI, Request, Response
from fastapi.middleware.cors import CORSMiddleware
from fastapi.middleware.gzip import GZipMiddleware
from fastapi.responses import JSONResponse
from sqlalchemy import text

from bookshop import partners
from bookshop.db import create_tables, engine, get_session
from bookshop.routers import (
    backoffice,
    books,
    catalogue,
    desk,
    figures,
    gifts,
    live,
    orders,
    reports,
    returns,
    reviews,
    users,
)
from bookshop.services.pricing import PriceUnknown
from bookshop.settings import settings

logger = logging.getLogger(__name__)


@asynccontextmanager
async def lifespan(app: FastAPI) -> AsyncIterator[None]:
    await create_tables()
    app.state.printers = ThreadPoolExecutor(2, "printer")  # FAR114: app.state.printers
    async with httpx.AsyncClient(timeout=5) as http:
        app.state.http = http
        yield
    await engine.dispose()


async def time_requests(request: Request, call_next: Callable[[Request], Awaitable[Response]]) -> Response:
    started = time.perf_counter()
    response = await call_next(request)
    response.headers["Server-Timing"] = f"app;dur={1000 * (time.perf_counter() - started):.1f}"
    return response


async def close_for_stocktaking(request: Request, call_next: Callable[[Request], Awaitable[Response]]) -> Response:
    if settings.stocktaking and request.method != "GET":
        return JSONResponse({"detail": "We are counting the books"}, status_code=503)
    return await call_next(request)


async def answer_unknown_price(request: Request, error: Exception) -> JSONResponse:
    logger.warning("No price at %s", request.url.path, exc_info=error)
    return JSONResponse({"detail": "The price is not known at the moment"}, status_code=503)


async def guidelines() -> str:
    return "Be kind to authors"


def create_app() -> FastAPI:
    app = FastAPI(title="Bookshop", lifespan=lifespan)
    app.add_middleware(GZipMiddleware)
    app.add_middleware(CORSMiddleware, allow_origins=[settings.shop_origin])  # FAR115: close_for_stocktaking
    app.middleware("http")(time_requests)
    app.middleware("http")(close_for_stocktaking)
    app.add_exception_handler(PriceUnknown, answer_unknown_price)
    app.include_router(books.router)
    app.include_router(orders.router)
    app.include_router(users.router)
    app.include_router(reports.router)
    app.include_router(reviews.router)
    app.include_router(returns.router)
    app.include_router(desk.router)
    app.include_router(backoffice.router)
    app.include_router(gifts.router)
    app.include_router(figures.router)
    app.include_router(live.router)
    app.include_router(catalogue.router)
    app.mount("/partners", partners.create_partner_app())
    reviews.router.add_api_route("/guidelines", guidelines)  # FAR092: `/guidelines`

    @app.get("/health", tags=["operation"])
    async def health() -> dict[str, str]:
        return {"status": "ok"}

    @app.get("/ready", tags=["operation"])
    async def ready() -> dict[str, str]:
        async for session in get_session():  # FAR112: get_session
            await session.execute(text("SELECT 1"))
        return {"status": "ready"}

    return app


app = create_app()
