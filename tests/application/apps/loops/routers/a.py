from fastapi import APIRouter

router = APIRouter(tags=["a"])


@router.get("/a")
def show_a():
    return "a"
