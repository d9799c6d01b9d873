"""How much each user may have recognised, and what they have used of it."""

from datetime import datetime, timedelta, timezone

from fastapi import Request
from fastapi.responses import JSONResponse

LIMIT = 100


class QuotaExceeded(Exception):
    def __init__(self, used: int, limit: int, reset_at: datetime) -> None:
        super().__init__(f"{used} of {limit} pages are used")
        self.used = used
        self.limit = limit
        self.reset_at = reset_at


class Usage:
    """What was used, in memory; a real service keeps it in its database."""

    def __init__(self) -> None:
        self.pages: dict[str, int] = {}

    async def of(self, user: str) -> int:
        return self.pages.get(user, 0)

    async def add(self, user: str, pages: int) -> None:
        self.pages.update({user: self.pages.get(user, 0) + pages})


usage = Usage()


async def check_quota(user: str) -> None:
    used = await usage.of(user)
    if used >= LIMIT:
        raise QuotaExceeded(used, LIMIT, datetime.now(timezone.utc) + timedelta(days=1))


async def consume_quota(user: str, pages: int = 1) -> None:
    await usage.add(user, pages)


async def answer_exceeded(request: Request, error: QuotaExceeded) -> JSONResponse:
    content = {"used": error.used, "limit": error.limit, "reset_at": error.reset_at.isoformat()}
    return JSONResponse(content, status_code=402)
