"""FAR061 connection-leak."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from ...rule import Rule, Severity
from .leaks import kept_open, told

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ...file import File
    from ...rule import Violation


class ConnectionLeak(Rule):
    """A database connection or pool is not closed, or not given back, on every way out of the function.

    The server has a fixed number of connections; one that was not closed is held until the garbage collector finds it,
    and one that was taken from a pool and not given back is lost for the pool. `with` over a connection of sqlite3 or
    psycopg2 ends the transaction only. Silent for a connection that is returned, kept, given to an exit stack or to
    code that is not known. Cursors go with their connection, and are not meant.

    Bad:

        import asyncpg

        async def names(url: str):
            connection = await asyncpg.connect(url)
            rows = await connection.fetch("SELECT name FROM items")
            await connection.close()
            return [row["name"] for row in rows]

    Good:

        import asyncpg

        async def names(url: str):
            connection = await asyncpg.connect(url)
            try:
                rows = await connection.fetch("SELECT name FROM items")
            finally:
                await connection.close()
            return [row["name"] for row in rows]
    """

    code = "FAR061"
    severity = Severity.BLOCKER
    cwe = 772
    message = "{what}: close it in `finally`, or use {instead}"
    markers = (("connect(", "acquire(", "_pool(", "Pool(", "getconn(", "connection("),)

    def check(self, file: File) -> Iterator[Violation]:
        for leak, related in kept_open(file, file.database.leaked_connections()):
            what, instead = told(leak, "connection"), "it with `with`"
            if isinstance(file.parent(leak.call), ast.withitem):
                instead = "`contextlib.closing`"
                if leak.name:
                    what = f"`with` ends the transaction of `{leak.name}`, and does not close it"
            yield self.at(leak.call, related=related, what=what, instead=instead)
