"""FAR060 session-not-closed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ...rule import Rule, Severity
from .leaks import kept_open, told

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ...file import File
    from ...rule import Violation


class SessionNotClosed(Rule):
    """A session is not closed on every way out of the function that makes it.

    A session holds a connection of the pool from its first statement on. If the function leaves by a `return`, a
    `raise`, or because a query fails, before it closes the session, the connection comes back when the garbage
    collector finds it, with an open transaction and its locks. Under load the pool runs dry and all requests wait.
    Silent for a session that is returned, kept in an attribute, given to an exit stack or to code that is not known.

    Bad:

        from sqlalchemy import create_engine, text
        from sqlalchemy.orm import sessionmaker

        new_session = sessionmaker(create_engine("sqlite:///shop.db"))

        def count_items():
            session = new_session()
            count = session.execute(text("SELECT count(*) FROM items")).scalar()
            session.close()
            return count

    Good:

        from sqlalchemy import create_engine, text
        from sqlalchemy.orm import sessionmaker

        new_session = sessionmaker(create_engine("sqlite:///shop.db"))

        def count_items():
            with new_session() as session:
                return session.execute(text("SELECT count(*) FROM items")).scalar()
    """

    code = "FAR060"
    severity = Severity.BLOCKER
    cwe = 772
    message = "{what}: open it with `with`, or close it in `finally`"
    markers = (("ession", "Local("), ("sqlalchemy", "sqlmodel", "ession(", "Local("))

    def check(self, file: File) -> Iterator[Violation]:
        if not file.database.is_used:
            return
        for leak, related in kept_open(file, file.database.leaked_sessions()):
            yield self.at(leak.call, related=related, what=told(leak, "session"))
