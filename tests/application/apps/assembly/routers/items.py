from fastapi import APIRouter

router = APIRouter()
admin_router = APIRouter(prefix="/admin")
PREFIX = "/items"
TAGS = ["items"]


@router.get("/")
def listed():
    return 1


@admin_router.delete("/")
def cleared():
    return 1
