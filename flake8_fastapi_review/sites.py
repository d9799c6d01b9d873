"""How many places of a kind a file holds: what a review looked at, and what "nothing found" is worth.

A rule that found nothing among forty routes has said something, one that had nothing to look at has not. Counted from
what a File knows at once; nothing is opened or executed for it.
"""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from .file import File

_SCHEMAS = ("pydantic.BaseModel", "pydantic_settings.BaseSettings")
_MODELS = ("sqlalchemy.orm.DeclarativeBase", "sqlmodel.SQLModel", "tortoise.models.Model", "beanie.Document")
_ERRORS = ("fastapi.HTTPException", "starlette.exceptions.HTTPException")
_CLIENTS = (
    "httpx.*",
    "httpx.Client.*",
    "httpx.AsyncClient.*",
    "requests.*",
    "requests.Session.*",
    "aiohttp.ClientSession.*",
)
_SENDS = frozenset({"get", "post", "put", "patch", "delete", "head", "options", "request", "send", "stream"})
_JOBS = ("celery.Celery.task", "celery.shared_task", "apscheduler.*", "dramatiq.actor", "arq.*", "rq.*")


def count(file: File) -> dict[str, int]:
    """Kind → how many, of those that the file holds; see KINDS."""
    if file.role == "migration":
        return {"migrations": 1}
    if file.role != "app":
        return {}
    found = {}
    for kind, (word, how_many) in KINDS.items():
        if word in file.text and (number := how_many(file)):
            found[kind] = number
    return found


def _log_calls(file: File) -> int:
    return sum(file.logging_call(call) is not None for call in file.nodes(ast.Call))


def _outbound_calls(file: File) -> int:
    sent = [
        call
        for call in file.nodes(ast.Call)
        if isinstance(call.func, ast.Attribute) and call.func.attr in _SENDS and file.is_named(call.func, *_CLIENTS)
    ]
    return len(sent)


def _jobs(file: File) -> int:
    functions = file.nodes(ast.FunctionDef, ast.AsyncFunctionDef)
    decorators = [decorator for function in functions for decorator in function.decorator_list]
    named = [each.func if isinstance(each, ast.Call) else each for each in decorators]
    return sum(file.is_named(each, *_JOBS) for each in named)


def _classes(*names: str) -> Callable[[File], int]:
    return lambda file: sum(
        any(file.is_subclass(base, *names) for base in owner.bases) for owner in file.nodes(ast.ClassDef)
    )


def _providers(file: File) -> int:
    given = [call.args[0] for call in file.calls_to("fastapi.Depends", "fastapi.Security") if call.args]
    return len({name for each in given if (name := file.name_of(each))})


KINDS: dict[str, tuple[str, Callable[[File], int]]] = {
    "routes": ("@", lambda file: len(file.routes)),
    "coroutines": ("async ", lambda file: len(file.nodes(ast.AsyncFunctionDef))),
    "handlers": ("except", lambda file: len(file.nodes(ast.ExceptHandler))),
    "http_errors": ("HTTPException", lambda file: len(file.calls_to(*_ERRORS))),
    "log_calls": ("log", _log_calls),
    "outbound_calls": ("http", _outbound_calls),
    "dependencies": ("Depends", lambda file: len(file.calls_to("fastapi.Depends", "fastapi.Security"))),
    "providers": ("Depends", _providers),
    "schemas": ("class ", _classes(*_SCHEMAS)),
    "models": ("class ", _classes(*_MODELS)),
    "jobs": ("@", _jobs),
}
"""Kind → a word that a file with one of it holds, and how to count."""

COMPONENTS = ("routes", "schemas", "jobs", "providers", "models", "migrations")
"""The kinds that tell what an application is made of."""

PASSED = {
    "FAR001": ("coroutines", "coroutines do no blocking I/O"),
    "FAR005": ("coroutines", "coroutines keep synchronous database work off the event loop"),
    "FAR010": ("http_errors", "HTTP errors say what went wrong"),
    "FAR011": ("http_errors", "HTTP errors are raised, not returned"),
    "FAR012": ("handlers", "exception handlers name what they catch"),
    "FAR013": ("handlers", "exception handlers do something about the error"),
    "FAR015": ("http_errors", "HTTP errors keep the text of exceptions to themselves"),
    "FAR016": ("http_errors", "HTTP errors have a status that fits them"),
    "FAR019": ("coroutines", "coroutines let themselves be cancelled"),
    "FAR022": ("log_calls", "log calls keep secrets out"),
    "FAR023": ("routes", "routes keep sensitive fields out of their answers"),
    "FAR050": ("routes", "routes ask for the login that their neighbours ask for"),
    "FAR051": ("routes", "routes hand out no other user's objects by id alone"),
    "FAR080": ("routes", "routes declare what they answer"),
    "FAR082": ("routes", "routes do what their method promises"),
    "FAR084": ("routes", "routes can be reached"),
    "FAR085": ("routes", "routes are registered once"),
    "FAR086": ("routes", "routes take the parameters of their paths"),
    "FAR111": ("dependencies", "dependencies are given, not called"),
    "FAR120": ("outbound_calls", "outbound calls have a timeout"),
}
"""Rule → the kind of place that it judges one by one, and what is true of all of them if it finds nothing."""
