from fastapi import APIRouter, FastAPI

from views import router

app = FastAPI()
app.include_router(router, prefix="/views")
