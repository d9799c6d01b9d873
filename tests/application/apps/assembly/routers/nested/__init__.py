from fastapi import APIRouter

from .deep import build

router = APIRouter(prefix="/nested")
router.include_router(build("a", flag=True))
router.include_router(build("b"), prefix="/again")
