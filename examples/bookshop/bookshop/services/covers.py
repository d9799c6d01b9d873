import io

import httpx
from PIL import Image, UnidentifiedImageError

from bookshop.settings import settings

SIZE = (400, 600)


class NotAnImage(Exception):
    """A file that claims to be a picture."""


def thumbnail(content: bytes) -> bytes:
    """A PNG of the shop's size."""
    try:
        image = Image.open(io.BytesIO(content))
        image.thumbnail(SIZE)
    except (UnidentifiedImageError, Image.DecompressionBombError) as error:
        raise NotAnImage from error
    small = io.BytesIO()
    image.save(small, "PNG")
    return small.getvalue()


async def download(http: httpx.AsyncClient, isbn: str) -> bytes:
    response = await http.get(f"{settings.publisher_url}covers/{isbn}")
    response.raise_for_status()
    return response.content


async def download_all(isbns: list[str]) -> dict[str, bytes]:
    found = {}
    with httpx.AsyncClient(timeout=30) as http:  # FAR008: httpx.AsyncClient
        for isbn in isbns:
            found[isbn] = await download(http, isbn)
    return found
