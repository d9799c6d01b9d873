"""The screen in the shop window, an application of its own: `python -m bookshop.kiosk`."""

from typing import Annotated, Optional

import uvicorn
from fastapi import APIRouter, FastAPI, Path, Query
from pydantic import BaseModel
from sqlmodel import Field, SQLModel

from bookshop.settings import settings

COLOURS = {"morning": "#fff8e0", "evening": "#301010"}

settings.covers.mkdir(parents=True, exist_ok=True)  # FAR215: settings.covers.mkdir

app = FastAPI(title="Shop window")
wishes = APIRouter(tags=["window"])


class Scene(BaseModel):
    colour: str
    text: str
    picture: Optional[str] = None  # FAR212: `str | None`


class Wish(SQLModel, table=True):  # FAR104: `text` of `Wish`
    id: int | None = Field(default=None, primary_key=True)
    text: str
    is_fulfilled: bool = False


WISHES: list[Wish] = []


def greeting(time: str) -> str:
    if time == "morning":  # FAR213: 4 branches compare `time`
        return "Good morning"
    elif time == "noon":
        return "Come in for lunch and a book"
    elif time == "evening":
        return "Good evening"
    elif time == "night":
        return "We open at nine"
    return "Welcome"


@app.get("/scenes/{time}", tags=["window"])
def read_scene(time: Annotated[str, Path(max_length=20)]) -> Scene:  # FAR214: 4 routes, and creates the application
    return Scene(colour=COLOURS.get(time, "white"), text=greeting(time))


@app.get("/scenes", tags=["window"])
def list_scenes(first: Annotated[str, Query(description="The one to begin with")] = "") -> list[Scene]:
    names = sorted(COLOURS, key=lambda name: name != first)
    return [Scene(colour=COLOURS[name], text=greeting(name)) for name in names]


@app.get("/colours/{time}", tags=["window"])
def read_colour(time) -> str:  # FAR210: `time` of `read_colour`
    return COLOURS.get(time, "white")


@wishes.post("", status_code=201)
def add_wish(wish: Wish) -> None:  # FAR108: `Wish`
    WISHES.append(wish)


app.include_router(wishes, prefix="/wishes")  # FAR218: `/wishes`


if __name__ == "__main__":
    uvicorn.run(app, host="0.0.0.0", port=8100, workers=2)  # FAR217: `workers=2`  # FAR219: uvicorn.run
