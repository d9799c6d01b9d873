from typing import Annotated

import deps
from deps import Admin, Db as Again, Sized
from deps import User as Someone
from fastapi import Depends, FastAPI

app = FastAPI()
type Local = Annotated[int, Depends(local)]


def local() -> int:
    return 1


@app.get("/alias")
def alias(db: deps.Db):
    return 1


@app.get("/renamed")
def renamed(user: Someone):
    return 1


@app.get("/again")
def again(db: Again, other: Local):
    return 1


@app.get("/sized")
def sized(page: Sized):
    return 1


@app.get("/admin")
def admin(who: Admin):
    return 1


@app.get("/inner")
def inner():
    type Inside = Annotated[int, Depends(local)]

    return 1
