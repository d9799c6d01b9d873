"""Titles read from photographed covers, an application of its own, for branches that have paid for a number of them.

What is demanded of it stands in `pyproject.toml`: the protocol `scans`, and the options of the rules FAR127 to FAR207.
"""

import subprocess
from collections.abc import Callable
from typing import Annotated, TypeVar

from fastapi import FastAPI, HTTPException, Path
from pydantic import BaseModel

LIMIT = 1000
READER = ["tesseract", "--version"]

app = FastAPI(title="Scans")
Branch = Annotated[str, Path(max_length=20)]
F = TypeVar("F", bound=Callable[..., object])


class QuotaExceeded(Exception):
    def __init__(self, used: int) -> None:
        super().__init__(used)
        self.used = used


class TooBlurred(Exception):
    """Nothing can be read."""


class Shelf:
    """Where the covers of a branch lie; the first shelf is everybody's."""

    def __init__(self, branch: str = "shared") -> None:
        self.branch = branch


class Title(BaseModel):
    title: str


def counted(function: F) -> F:
    return function


async def used_by(branch: str) -> int:
    return len(branch)


async def check_quota(branch: str) -> None:
    used = await used_by(branch)
    if used >= LIMIT:
        raise QuotaExceeded(used)


async def consume_quota(branch: str) -> None:
    await used_by(branch)


async def read_title(shelf: Shelf) -> str:
    if not shelf.branch:
        raise TooBlurred
    return shelf.branch.title()


@counted
async def read_checked(branch: str) -> str:
    await check_quota(branch)
    try:
        title = await read_title(Shelf(branch))
    except TooBlurred:
        return ""
    await consume_quota(branch)
    return title


async def read_unchecked(branch: str) -> str:  # FAR207: `read_unchecked` has no decorator `counted`
    try:
        title = await read_title(Shelf())  # FAR153: `Shelf` without `branch`  # FAR200: from `read_quickly`
    except TooBlurred:
        return ""
    await consume_quota(branch)
    return title


@app.get("/scans/{branch}/title", tags=["scans"])
async def read_with_answer(branch: Branch) -> Title:
    try:
        return Title(title=await read_checked(branch))
    except QuotaExceeded as error:
        detail = {"used": error.used, "limit": LIMIT}
        raise HTTPException(402, detail) from error


@app.get("/scans/{branch}/titles", tags=["scans"])
async def read_with_another_answer(branch: Branch) -> Title:
    try:
        return Title(title=await read_checked(branch))
    except QuotaExceeded as error:
        raise HTTPException(429, "Too many covers") from error  # FAR202: with 429 instead of 402


@app.get("/scans/{branch}/quick-title", tags=["scans"])
async def read_quickly(branch: Branch) -> Title:
    return Title(title=await read_unchecked(branch))


@app.get("/scans/{branch}/early-title", tags=["scans"])
async def charge_first(branch: Branch) -> Title:
    await check_quota(branch)
    await consume_quota(branch)  # FAR201: has not succeeded yet
    title = await read_title(Shelf(branch))  # FAR127: TooBlurred  # FAR201: `charge_first` returns
    return Title(title=title)


@app.get("/scans/{branch}/quota", tags=["scans"])
def read_quota(branch: Branch) -> int:  # FAR208: read_quota
    return LIMIT - len(branch)


def check_reader() -> None:
    subprocess.run(READER, check=True)
    subprocess.run(["alembic", "current"], check=True)  # FAR206: `alembic` runs outside
