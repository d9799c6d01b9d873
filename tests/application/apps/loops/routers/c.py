from fastapi import APIRouter

router = APIRouter(tags=["c"])


@router.get("/c")
def show_c():
    return "c"
