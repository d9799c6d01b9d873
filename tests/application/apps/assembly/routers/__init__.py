from . import items, users
from .nested import router as nested_router

ALL = {"items": items, "users": users}
__all__ = ["ALL", "items", "nested_router", "users"]
