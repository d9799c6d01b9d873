from fastapi import FastAPI

from . import heroes, reading, synchronous, writing

app = FastAPI()
app.include_router(reading.router)
app.include_router(writing.router)
app.include_router(synchronous.router)
app.include_router(heroes.router)
