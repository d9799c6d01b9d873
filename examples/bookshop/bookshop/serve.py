"""The command that starts the shop on its server."""

from pathlib import Path

import uvicorn

from bookshop.services import plugins


def serve() -> None:
    plugins.load_named()
    if (own := Path("bookshop_local.py")).exists():
        plugins.load_file(own)
    uvicorn.run("bookshop.main:app", host="127.0.0.1", port=8000, reload=True)  # FAR057: `reload=True`
