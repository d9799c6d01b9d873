from typing import Annotated

from fastapi import APIRouter, Depends, FastAPI, HTTPException, Query
from pydantic import BaseModel, ConfigDict, Field

from pages.ocr import Unreadable, recognise, synchronise
from pages.quota import QuotaExceeded, answer_exceeded, check_quota, consume_quota
from pages.services import charge, read, recognise_all

app = FastAPI(title="Pages")
app.add_exception_handler(QuotaExceeded, answer_exceeded)
paid = APIRouter(prefix="/paid", dependencies=[Depends(check_quota)])


class Page(BaseModel):
    model_config = ConfigDict(extra="forbid")

    user: Annotated[str, Field(min_length=1, max_length=40)]
    scan: Annotated[str, Field(max_length=10_000)]


class Account(BaseModel):
    model_config = ConfigDict(extra="forbid")

    user: Annotated[str, Field(min_length=1, max_length=40)]


class Text(BaseModel):
    text: str


# The protocol kept


@app.post("/texts", status_code=201)
async def read_page(page: Page) -> Text:
    await check_quota(page.user)
    try:
        text = await recognise(page.scan)
    except Unreadable as error:
        raise HTTPException(422, "The page cannot be read") from error
    await consume_quota(page.user)
    return Text(text=text)


@app.post("/texts/by-service", status_code=201)
async def read_by_service(page: Page) -> Text:
    return Text(text=await read(page.scan, page.user))


@app.post("/texts/halves", status_code=201)
async def read_both_halves(page: Page) -> Text:
    await check_quota(page.user)
    texts = await recognise_all([page.scan[:5000], page.scan[5000:]])
    await charge(page.user, len(texts))
    return Text(text="\n".join(texts))


@paid.post("/texts", status_code=201)
async def read_behind_a_dependency(page: Page) -> Text:
    text = await recognise(page.scan)
    await consume_quota(page.user)
    return Text(text=text)


# The protocol broken


@app.post("/texts/unless-short", status_code=201)
async def read_short_pages_unchecked(page: Page) -> Text:
    if len(page.scan) > 100:
        await check_quota(page.user)
    text = await recognise(page.scan)  # FAR200: `recognise` is reached without `check_quota`
    await consume_quota(page.user)
    return Text(text=text)


@app.post("/texts/anyway", status_code=201)
async def read_anyway(page: Page) -> Text:
    over = ""
    try:
        await check_quota(page.user)
    except QuotaExceeded:
        over = " (over quota)"
    text = await recognise(page.scan)  # FAR200: recognise
    await consume_quota(page.user)
    return Text(text=text + over)


@app.post("/texts/charged-first", status_code=201)
async def charge_first(page: Page) -> Text:
    await check_quota(page.user)
    await consume_quota(page.user)  # FAR201: has not succeeded yet
    return Text(text=await recognise(page.scan))  # FAR201: `charge_first` returns


@app.post("/texts/always-charged", status_code=201)
async def charge_always(page: Page) -> Text:
    await check_quota(page.user)
    try:
        text = await recognise(page.scan)
    finally:
        await consume_quota(page.user)  # FAR201: failures are charged
    return Text(text=text)


@app.post("/texts/drafts", status_code=201)
async def read_draft(page: Page, is_draft: Annotated[bool, Query(description="The beginning is enough")] = False) -> Text:
    await check_quota(page.user)
    text = await recognise(page.scan)  # FAR201: without `consume_quota`
    if is_draft:
        return Text(text=text[:100])
    await consume_quota(page.user)
    return Text(text=text)


@app.post("/texts/free", status_code=201)
async def read_for_free(page: Page) -> Text:
    return Text(text=(await recognise_all([page.scan]))[0])


@app.post("/synchronisations", status_code=201)
async def synchronise_pages(account: Account) -> int:
    try:
        await check_quota(account.user)
    except QuotaExceeded as error:
        raise HTTPException(429, "Too many pages") from error  # FAR202: with 429 instead of 402
    done = await synchronise(account.user)
    await consume_quota(account.user, done)
    return done


@app.post("/synchronisations/polite", status_code=201)
async def synchronise_politely(account: Account) -> int:
    try:
        await check_quota(account.user)
    except QuotaExceeded as error:
        detail = {"used": error.used, "limit": error.limit}
        raise HTTPException(402, detail) from error  # FAR202: without `reset_at`
    done = await synchronise(account.user)
    await consume_quota(account.user, done)
    return done


app.include_router(paid)
