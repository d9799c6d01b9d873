from fastapi import APIRouter

router = APIRouter(prefix="/late")


@router.get("/x")
def late_route() -> None: ...
