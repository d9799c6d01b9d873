"""FAR062 yield-dependency-without-cleanup."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from ...rule import Related, Rule, Severity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ...file import File
    from ...rule import Violation

_MANAGERS = ("contextlib.contextmanager", "contextlib.asynccontextmanager")


class YieldDependencyWithoutCleanup(Rule):
    """A dependency or context manager that yields closes what it opened only if nothing fails meanwhile.

    An exception in the route, an `HTTPException` too, is raised at the `yield`. What stands behind it does not run
    then, unless it stands in `finally`, in a handler, or in `with`: each refused request leaves a session, a connection
    or a file open, and the pool runs dry just when things go wrong.

    Bad:

        from fastapi import Depends, FastAPI
        from sqlalchemy import create_engine, text
        from sqlalchemy.orm import Session, sessionmaker

        app = FastAPI()
        new_session = sessionmaker(create_engine("sqlite:///shop.db"))

        def get_session():
            session = new_session()
            yield session
            session.close()

        @app.get("/items")
        def items(session: Session = Depends(get_session)):
            return session.execute(text("SELECT name FROM items")).scalars().all()

    Good:

        from fastapi import Depends, FastAPI
        from sqlalchemy import create_engine, text
        from sqlalchemy.orm import Session, sessionmaker

        app = FastAPI()
        new_session = sessionmaker(create_engine("sqlite:///shop.db"))

        def get_session():
            session = new_session()
            try:
                yield session
            finally:
                session.close()

        @app.get("/items")
        def items(session: Session = Depends(get_session)):
            return session.execute(text("SELECT name FROM items")).scalars().all()
    """

    code = "FAR062"
    severity = Severity.BLOCKER
    cwe = 772
    message = "{what}: put the `yield` in `try`, and close `{name}` in `finally`"
    markers = (("yield",),)

    def check(self, file: File) -> Iterator[Violation]:
        yielding = {file.function(each) for each in file.nodes(ast.Yield)}
        for function in file.nodes(ast.FunctionDef, ast.AsyncFunctionDef):
            yields = file.within(function, ast.Yield) if function in yielding else []
            if not yields or not _is_for_a_while(file, function) or function in file.lifespans:
                continue
            told: set[ast.AST] = set()
            for leak in file.database.leaks(function):
                at_yield = [way for way in leak.exits if _yields(file, way.statement, yields)]
                if leak.call in told or not (at_yield or (leak.yielded is not None and not leak.released)):
                    continue
                told.add(leak.call)
                place = file.statement(leak.yielded) if leak.yielded is not None else file.statement(yields[0])
                what = (
                    f"An exception at this `yield` leaves `{leak.name}` open"
                    if leak.released
                    else f"Nobody closes `{leak.name}` behind this `yield`"
                )
                related = (Related(file.path, leak.call.lineno, f"makes `{leak.name}`"),)
                yield self.at(place, related=related, what=what, name=leak.name)


def _is_for_a_while(file: File, function: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    """Whether others use what a function yields until they are done: a dependency, a context manager."""
    if any(file.name_of(each) in _MANAGERS for each in function.decorator_list):
        return True
    return file.may_be_dependency(ast.Name(function.name, ast.Load())) and file.is_injected(function)


def _yields(file: File, statement: ast.AST | None, yields: list[ast.Yield]) -> bool:
    return statement is not None and any(file.statement(each) is statement for each in yields)
