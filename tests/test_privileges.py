"""How severe a finding is: by what guards the routes that lead there, and by what people enter on purpose."""

from __future__ import annotations

from pathlib import Path

from flake8_fastapi_review.review import review

APP = """
import sqlite3

from fastapi import APIRouter, Depends, FastAPI, Header, HTTPException, UploadFile
from app.elsewhere import sign_in

app = FastAPI()


def current_user(token: str = Header()) -> str:
    if not token:
        raise HTTPException(401, "Log in")
    return token


def require_admin(token: str = Header()) -> None:
    if token != "x":
        raise HTTPException(403, "Administrators only")


async def search(title: str):
    return sqlite3.connect("db").execute(f"SELECT * FROM books WHERE title = '{title}'")


@app.get("/open")
def open_to_all(title: str):
    return sqlite3.connect("db").execute(f"SELECT * FROM books WHERE title = '{title}'")


@app.get("/user", dependencies=[Depends(current_user)])
def with_a_login(title: str):
    return sqlite3.connect("db").execute(f"SELECT * FROM books WHERE title = '{title}'")


@app.get("/unknown", dependencies=[Depends(sign_in)])
def perhaps_with_a_login(title: str):
    return sqlite3.connect("db").execute(f"SELECT * FROM books WHERE title = '{title}'")


admin = APIRouter(dependencies=[Depends(require_admin)])


@admin.get("/admin")
def for_administrators(title: str):
    return sqlite3.connect("db").execute(f"SELECT * FROM books WHERE title = '{title}'")


@admin.get("/failing")
def failing():
    try:
        return open("x").read()
    except OSError as error:
        raise HTTPException(500, detail=str(error)) from error


@admin.post("/both")
@app.get("/both")
def open_by_another_way(title: str):
    return sqlite3.connect("db").execute(f"SELECT * FROM books WHERE title = '{title}'")


app.include_router(admin)
"""


def test_privileges_are_those_of_the_easiest_way(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text('[project]\nname = "x"\n')
    (tmp_path / "main.py").write_text(APP)
    found = review([str(tmp_path)], select=["FAR015", "FAR030"], cache_dir="", locating=True)
    told = dict(zip(found.contexts, (violation.privileges for _, violation in found.findings), strict=True))
    assert told == {
        "open_to_all": "N",
        "with_a_login": "L",
        "perhaps_with_a_login": "",
        "for_administrators": "H",
        "failing": "H",
        "open_by_another_way": "N",
    }


SERVICES = """
import httpx
from fastapi import FastAPI
from pydantic import BaseModel

app = FastAPI()


class Provider(BaseModel):
    base_url: str
    picture: str


@app.post("/models")
def models(provider: Provider):
    return httpx.get(f"{provider.base_url}/v1/models").json()


@app.post("/picture")
def picture(provider: Provider):
    return httpx.get(provider.picture).content


@app.get("/health")
def health(api_endpoint: str):
    return httpx.get(api_endpoint).status_code


@app.get("/preview")
def preview(url: str):
    return httpx.get(url).text
"""


def test_addresses_of_services_are_entered_on_purpose(tmp_path: Path) -> None:
    settings = tmp_path / "pyproject.toml"
    settings.write_text('[project]\nname = "x"\n')
    (tmp_path / "main.py").write_text(SERVICES)

    def severities() -> dict[str, str]:
        found = review([str(tmp_path)], select=["FAR034"], cache_dir="", locating=True)
        return dict(zip(found.contexts, (violation.severity.value for _, violation in found.findings), strict=True))

    assert severities() == {"picture": "critical", "preview": "critical"}
    settings.write_text('[project]\nname = "x"\n[tool.fastapi-review.rules.FAR034]\nservices = true\n')
    assert severities() == {"models": "important", "picture": "critical", "health": "important", "preview": "critical"}
