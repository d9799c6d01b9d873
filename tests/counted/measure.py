"""Requests every route of `club` and prints, as JSON, what each of them did.

    python measure.py FOLDER ROWS

FOLDER takes the files of the databases, which are made anew for each route: ROWS teams, each with a country of its
own, ROWS members and a match; each member with an address of its own and ROWS badges. ROWS is also the length of the
lists that are sent. For each route: the statements that reached the database, the functions of `club` that ran (file
and first line), and the error, if one was raised.
"""

from __future__ import annotations

import asyncio
import json
import os
import re
import shutil
import sys
import threading
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
folder, rows = Path(sys.argv[1]), int(sys.argv[2])
os.environ["CLUB_DATABASE"] = str(folder / "club.db")
sys.path.insert(0, str(HERE))

import httpx  # noqa: E402
from club import heroes, models, reading, synchronous, writing  # noqa: E402
from club.database import async_engine, engine  # noqa: E402
from club.main import app  # noqa: E402
from fastapi.routing import APIRoute  # noqa: E402
from sqlalchemy import event  # noqa: E402
from sqlalchemy.orm import Session  # noqa: E402
from sqlmodel import SQLModel  # noqa: E402

FILES = [folder / "club.db", folder / "club.db.heroes"]
ROUTES = [
    route
    for module in (reading, writing, synchronous, heroes)
    for route in module.router.routes
    if isinstance(route, APIRoute)
]
ENGINES = [engine, async_engine.sync_engine, heroes.engine]


def fill() -> None:
    models.Base.metadata.create_all(engine)
    badges = [models.Badge(title=f"badge {number}") for number in range(rows)]
    with Session(engine) as session:
        for number in range(rows):
            team = models.Team(name=f"team {number}", notes="new", country=models.Country(name=f"country {number}"))
            for each in range(rows):
                address = models.Address(city=f"city {number}.{each}")
                team.members.append(models.Member(name=f"member {number}.{each}", address=address, badges=badges))
            goals = [models.Goal(minute=minute) for minute in range(rows)]
            session.add(models.Match(home=team, goals=goals))
        session.commit()
    SQLModel.metadata.create_all(heroes.engine)
    with Session(heroes.engine) as session:
        for number in range(rows):
            session.add(heroes.Hero(name=f"hero {number}", guild=heroes.Guild(name=f"guild {number}")))
        session.commit()


def body_of(route: APIRoute) -> Any:
    if route.body_field is None:
        return None
    each = {"name": "Sparrows"}
    several = [{"name": f"team {number}"} for number in range(rows)]
    return several if "list[" in str(route.endpoint.__annotations__) else each


async def main() -> None:
    fill()
    for file in FILES:
        shutil.copy(file, f"{file}.full")
    sent: list[str] = []
    for each in ENGINES:
        event.listen(each, "before_cursor_execute", lambda *given: sent.append(given[2]))
    ran: set[tuple[str, int]] = set()

    def profile(frame: Any, what: str, _: Any) -> None:
        path = frame.f_code.co_filename
        if what == "call" and path.startswith(str(HERE)):
            ran.add((os.path.relpath(path, HERE), frame.f_code.co_firstlineno))

    threading.setprofile(profile)
    transport = httpx.ASGITransport(app)
    found: dict[str, Any] = {}
    async with httpx.AsyncClient(transport=transport, base_url="http://club") as client:
        for route in ROUTES:
            for file in FILES:
                shutil.copy(f"{file}.full", file)
            method = min(route.methods)
            path = re.sub(r"\{\w+\}", "1", route.path)
            sent.clear()
            ran.clear()
            error = None
            sys.setprofile(profile)
            try:
                answer = await client.request(method, path, json=body_of(route))
                if answer.status_code != 200:
                    error = f"{answer.status_code} {answer.text}"
            except Exception as raised:
                error = f"{type(raised).__name__}: {raised}"
            finally:
                sys.setprofile(None)
            found[f"{method} {route.path}"] = {"sent": list(sent), "ran": sorted(ran), "error": error}
    print(json.dumps(found))


asyncio.run(main())
