from enum import Enum
from http import HTTPStatus
from typing import Optional

from fastapi import APIRouter, FastAPI, Response, status
from fastapi.responses import JSONResponse, PlainTextResponse
from pydantic import BaseModel


class Book(BaseModel):
    title: str


class Tag(str, Enum):
    books = "books"
    old = "old"


class Plain(Enum):
    one = "one-value"


def by_name(route):
    return route.name


def by_tag(route):
    return f"{route.tags[-1]}-{route.name}"


app = FastAPI(generate_unique_id_function=by_name)
outer = APIRouter(prefix="/outer", tags=["outer", Tag.old], deprecated=True)
inner = APIRouter(prefix="/inner", tags=["inner"], generate_unique_id_function=by_tag)
hidden = APIRouter(prefix="/hidden", include_in_schema=False)
shown = APIRouter(prefix="/shown", include_in_schema=True)
CREATED = 201


@app.get("/annotated")
def annotated() -> Book:
    return Book(title="")


@app.get("/listed")
def listed() -> list[Book]:
    return []


@app.get("/optional")
def optional() -> Optional[Book]:
    return None


@app.get("/none")
def none() -> None:
    return None


@app.get("/response")
def response() -> Response:
    return Response()


@app.get("/json")
def json() -> JSONResponse:
    return JSONResponse({})


@app.get("/off", response_model=None)
def off() -> Response | dict:
    return {}


@app.get("/given", response_model=Book, response_class=PlainTextResponse)
def given() -> dict:
    return {}


@app.get("/many", response_model=list[Book])
def many():
    return []


@app.get("/quoted")
def quoted() -> "Book":
    return Book(title="")


@app.post("/created", status_code=CREATED)
def created():
    return {}


@app.post("/enum", status_code=HTTPStatus.ACCEPTED)
def enum():
    return {}


@app.delete("/constant", status_code=status.HTTP_204_NO_CONTENT)
def constant():
    return None


@app.get("/tagged", tags=[Tag.books, "more", Plain.one], operation_id="tagged-one", deprecated=True)
def tagged():
    return 1


@inner.get("/deep", tags=["own"])
def deep():
    return 1


@inner.get("/undeprecated", deprecated=False, tags=["u"])
def undeprecated():
    return 1


@outer.get("/near", operation_id="near")
def near():
    return 1


@hidden.get("/one")
def one():
    return 1


@hidden.get("/forced", include_in_schema=True)
def forced():
    return 1


@shown.get("/seen")
def seen():
    return 1


@shown.get("/unseen", include_in_schema=False)
def unseen():
    return 1


outer.include_router(inner, tags=["at-include"], prefix="/in")
app.include_router(outer, tags=[Tag.books])
app.include_router(hidden)
app.include_router(shown, prefix="/a", include_in_schema=False)
app.include_router(shown, prefix="/b", deprecated=True)
app.include_router(shown, prefix="/c", tags=["again"])
