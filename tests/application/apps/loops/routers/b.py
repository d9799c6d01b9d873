from fastapi import APIRouter

router = APIRouter(tags=["b"])


@router.get("/b")
def show_b():
    return "b"
