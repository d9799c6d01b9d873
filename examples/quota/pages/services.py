"""What several routes do in the same way."""

from pages.ocr import recognise
from pages.quota import check_quota, consume_quota


async def read(page: str, user: str) -> str:
    """The whole protocol in one place."""
    await check_quota(user)
    text = await recognise(page)
    await consume_quota(user)
    return text


async def recognise_all(pages: list[str]) -> list[str]:
    """Leaves check and consumption to its callers. One of them forgets the check, another the consumption."""
    return [await recognise(page) for page in pages]  # FAR200: from `read_for_free`  # FAR201: `read_for_free`


async def charge(user: str, pages: int) -> None:
    if pages:
        await consume_quota(user, pages)
    else:
        await consume_quota(user)
