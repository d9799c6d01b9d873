import app.db
from app.db import thing
from app import db

from .db import thing as relative

thing  # reveals: httpx.Client
db.thing  # reveals: httpx.Client
app.db.thing  # reveals: httpx.Client
relative  # reveals: httpx.Client
db  # names: app.db
