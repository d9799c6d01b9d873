import app.db
from app.db import thing
from app import db

from .db import thing as relative

thing  # reveals: httpx.AsyncClient
db.thing  # reveals: httpx.AsyncClient
app.db.thing  # reveals: httpx.AsyncClient
relative  # reveals: httpx.AsyncClient
db  # names: app.db
