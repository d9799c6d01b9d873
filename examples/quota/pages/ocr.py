"""The work that is paid for."""


class Unreadable(Exception):
    """No text can be made out."""


async def recognise(page: str) -> str:
    if not page:
        raise Unreadable
    return page.title()


async def synchronise(user: str) -> int:
    return len(user)
