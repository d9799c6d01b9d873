"""What the back office does with files, feeds and texts that people send: a door for each."""

import logging
import pickle
import re
import subprocess
import tarfile
from importlib import import_module
from pathlib import Path
from typing import Annotated, Any

from fastapi import APIRouter, Depends, HTTPException, Query, UploadFile, status
from fastapi.responses import FileResponse, HTMLResponse, PlainTextResponse, RedirectResponse
from sqlalchemy import text

from bookshop.dependencies import HttpDep, ReportSessionDep, get_staff
from bookshop.models import User

logger = logging.getLogger(__name__)
router = APIRouter(prefix="/backoffice", tags=["backoffice"], dependencies=[Depends(get_staff)])
FILES = Path("/srv/bookshop/files")
EXPORTS = {"csv": "csv", "json": "json"}


def sorted_titles(session: ReportSessionDep, column: str) -> list[str]:
    query = text(f"SELECT title FROM books ORDER BY {column}")  # FAR030: sqlalchemy.text
    return list(session.execute(query).scalars())


@router.get("/titles", summary="Titles in any order")
def titles(session: ReportSessionDep, order: Annotated[str, Query(description="Column")] = "title") -> list[str]:
    logger.info("titles by %s", order)  # FAR041: Logger.info
    return sorted_titles(session, order)


@router.get("/titles/safe")
def titles_in_a_known_order(session: ReportSessionDep, order: Annotated[str, Query(description="Column")] = "title") -> list[str]:
    if order not in {"title", "isbn"}:
        order = "title"
    logger.info("titles by %r", order)
    return sorted_titles(session, order)


@router.post("/covers/{name}", status_code=204)
def scale_cover(name: str) -> None:
    subprocess.run(f"convert covers/{name} -resize 200x small/{name}", shell=True, check=True, timeout=30)  # FAR031: subprocess.run


@router.post("/covers/{name}/again", status_code=204)
def scale_cover_again(name: str) -> None:
    subprocess.run(["convert", f"covers/{name}", "-resize", "200x", f"small/{name}"], check=True, timeout=30)


@router.post("/exports/{kind}", status_code=204)
def export(kind: str) -> None:
    try:
        import_module(kind)  # FAR032: importlib.import_module
    except ImportError:
        logger.warning("no export of this kind", exc_info=True)


@router.post("/exports/known/{kind}", status_code=204)
def export_known(kind: str) -> None:
    try:
        import_module(EXPORTS[kind])
    except ImportError:
        logger.warning("no export of this kind", exc_info=True)


@router.get("/files/{name:path}", response_class=FileResponse)
def download(name: str) -> FileResponse:
    return FileResponse(FILES / name)  # FAR033: FileResponse


@router.get("/covers", response_class=PlainTextResponse)
async def fetch_cover(url: Annotated[str, Query(description="Where the cover is")], http: HttpDep) -> PlainTextResponse:
    return PlainTextResponse((await http.get(url)).text)  # FAR034: AsyncClient.get


@router.get("/hello", response_class=HTMLResponse)
def hello(name: Annotated[str, Query(description="Who is greeted")]) -> HTMLResponse:
    return HTMLResponse(f"<h1>Hello {name}</h1>")  # FAR035: HTMLResponse


@router.post("/carts", status_code=204)
async def restore_cart(cart: UploadFile) -> None:  # FAR054: POST /backoffice/carts
    pickle.loads(await cart.read())  # FAR036: pickle.loads  # FAR154: cart.read


@router.get("/letters", response_class=PlainTextResponse)
def letter(greeting: Annotated[str, Query(description="First words")]) -> PlainTextResponse:
    from jinja2 import Template

    return PlainTextResponse(Template(f"{greeting}, your books are ready.").render())  # FAR037: Template


@router.get("/back", response_class=RedirectResponse)
def back(target: Annotated[str, Query(description="The next page")]) -> RedirectResponse:
    return RedirectResponse(target)  # FAR038: RedirectResponse


@router.post("/customers/search")
def count_customers(query: dict[str, Any]) -> int:
    from pymongo import MongoClient

    customers = MongoClient("mongodb://localhost/bookshop")["bookshop"]["customers"]  # FAR067: `MongoClient` is called  # FAR211: mongodb://localhost/bookshop
    return customers.count_documents(query)  # FAR039: Collection.count_documents


@router.get("/labels", response_class=PlainTextResponse)
def label(title: Annotated[str, Query(description="What is printed")]) -> PlainTextResponse:
    return PlainTextResponse(title, headers={"Content-Disposition": f'attachment; filename="{title}.txt"'})  # FAR040: PlainTextResponse


@router.get("/search")
def search(text: Annotated[str, Query(description="What to look for")]) -> list[str]:
    return [kind for kind in EXPORTS if re.search(text, kind)]  # FAR042: re.search


@router.post("/feeds", status_code=204)
async def feed(document: UploadFile) -> None:  # FAR054: POST /backoffice/feeds
    from lxml import etree

    etree.fromstring(await document.read(), etree.XMLParser(resolve_entities=True))  # FAR043: lxml.etree.fromstring  # FAR154: document.read


@router.post("/feeds/small", status_code=204)
async def small_feed(document: UploadFile) -> None:  # FAR054: POST /backoffice/feeds/small
    from lxml import etree

    if document.size is None or document.size > 100_000:
        raise HTTPException(status.HTTP_413_REQUEST_ENTITY_TOO_LARGE, "At most 100 kB")
    etree.fromstring(await document.read(), etree.XMLParser(resolve_entities=False))


@router.post("/themes", status_code=204)
def add_theme(theme: UploadFile) -> None:  # FAR054: POST /backoffice/themes
    with tarfile.open(fileobj=theme.file) as archive:
        archive.extractall(FILES)  # FAR156: TarFile.extractall


@router.post("/themes/safely", status_code=204)
def add_theme_safely(theme: UploadFile) -> None:  # FAR054: POST /backoffice/themes/safely
    with tarfile.open(fileobj=theme.file) as archive:
        archive.extractall(FILES, filter="data")


@router.patch("/customers/{customer_id}", status_code=204)
def change_customer(customer_id: int, changes: dict[str, Any], session: ReportSessionDep) -> None:
    customer = session.get(User, customer_id)
    for name, value in changes.items():
        setattr(customer, name, value)  # FAR044: User.is_staff
    session.commit()
