from fastapi import APIRouter

router = APIRouter()
PREFIX = "/users"
TAGS = ["users"]


@router.get("/me")
async def me():
    return 1
