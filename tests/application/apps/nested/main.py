from fastapi import Depends, FastAPI

from api import api_router as everything
from api.deps import tracer
from admin import admin_app

app = FastAPI(dependencies=[Depends(tracer)])
app.include_router(everything, prefix="/api", tags=["api"])
app.mount("/admin", admin_app)


@app.get("/")
async def root() -> dict[str, str]:
    return {}
