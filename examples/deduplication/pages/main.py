from typing import Annotated

from fastapi import FastAPI, HTTPException, Path
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import select
from sqlalchemy.dialects.sqlite import insert

from pages.db import SessionDep
from pages.models import Page, SyncRecord

app = FastAPI(title="Pages")

PageId = Annotated[str, Path(min_length=36, max_length=36)]


class NewPage(BaseModel):
    model_config = ConfigDict(extra="forbid")

    page_uuid: Annotated[str, Field(min_length=36, max_length=36)]
    content_hash: Annotated[str, Field(min_length=64, max_length=64)]
    title: Annotated[str, Field(max_length=200)]


class PageOut(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    page_uuid: str
    title: str


class Status(BaseModel):
    is_done: bool


# The protocol kept


@app.put("/pages/{page_uuid}", status_code=204)
def put_page(page_uuid: PageId, page: NewPage, session: SessionDep) -> None:
    row = {"page_uuid": page_uuid, "content_hash": page.content_hash, "title": page.title, "sync_status": "new"}
    session.execute(insert(Page).values(**row).on_conflict_do_update(index_elements=["page_uuid"], set_=row))
    session.commit()


@app.get("/pages/{page_uuid}")
def get_page(page_uuid: PageId, session: SessionDep) -> PageOut:
    page = session.scalar(select(Page).where(Page.page_uuid == page_uuid))
    if page is None:
        raise HTTPException(404, "No such page")
    return PageOut.model_validate(page)


@app.get("/pages/{page_uuid}/status")
def get_status(page_uuid: PageId, session: SessionDep) -> Status:
    record = session.get(SyncRecord, page_uuid)
    return Status(is_done=record is not None and record.sync_status == "done")


@app.get("/pages/{page_uuid}/changes/{content_hash}")
def has_changed(page_uuid: PageId, content_hash: str, session: SessionDep) -> bool:
    changed = select(Page.id).where(Page.page_uuid == page_uuid, Page.content_hash != content_hash)
    return session.scalar(changed) is not None


# The protocol broken


@app.post("/pages", status_code=201)
def add_page(page: NewPage, session: SessionDep) -> PageOut:
    known = session.scalar(select(Page).where(Page.content_hash == page.content_hash))  # FAR203: looked up
    if known is None:
        known = Page(page_uuid=page.page_uuid, content_hash=page.content_hash, title=page.title, sync_status="new")
        session.add(known)
        session.commit()
    return PageOut.model_validate(known)


@app.put("/imports/{page_uuid}", status_code=204)
def import_page(page_uuid: PageId, page: NewPage, session: SessionDep) -> None:
    row = {"page_uuid": page_uuid, "content_hash": page.content_hash, "title": page.title, "sync_status": "new"}
    statement = insert(Page).values(**row)
    statement = statement.on_conflict_do_nothing(index_elements=["content_hash"])  # FAR203: upserted
    session.execute(statement)
    session.commit()


@app.get("/pages/{page_uuid}/hint")
def get_hint(page_uuid: PageId, session: SessionDep) -> Status:
    page = session.scalar(select(Page).where(Page.page_uuid == page_uuid))
    if page is None:
        raise HTTPException(404, "No such page")
    return Status(is_done=page.sync_status == "done")  # FAR205: read it from `SyncRecord`
