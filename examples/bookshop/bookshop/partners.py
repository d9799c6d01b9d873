"""What the web sites of partners embed: an application of its own below `/partners`."""

from fastapi import FastAPI
from fastapi.middleware.cors import CORSMiddleware
from sqlalchemy import select
from sqlalchemy.orm import joinedload

from bookshop.dependencies import PageDep, SessionDep
from bookshop.models import Book
from bookshop.schemas import BookOut
from bookshop.settings import settings


def create_partner_app() -> FastAPI:
    app = FastAPI(title="Bookshop for partners")
    app.add_middleware(
        CORSMiddleware,
        allow_origins=settings.partner_origins,  # FAR053: `allow_origins=["*"]`
        allow_credentials=True,
    )

    @app.get("/books", response_model=list[BookOut])
    async def offers(page: PageDep, session: SessionDep) -> list[Book]:
        query = select(Book).options(joinedload(Book.author)).where(Book.stock > 0).order_by(Book.id)
        return list(await session.scalars(query.offset(page.offset).limit(page.limit)))

    return app
