from fastapi import APIRouter, Depends

from . import orders, users as people
from .deps import current_user

api_router = APIRouter()
api_router.include_router(people.router, prefix="/users", tags=["users"], dependencies=[Depends(current_user)])
api_router.include_router(orders.router)
api_router.include_router(orders.router, prefix="/again", include_in_schema=False)
api_router.include_router(orders.second)
