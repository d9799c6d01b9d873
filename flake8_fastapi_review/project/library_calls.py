"""Callables of libraries whose result depends on their arguments."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .type_terms import ASYNC_MANAGER, COROUTINE, ITERABLES, MANAGER, union

if TYPE_CHECKING:
    from ..module.summary import Expr, Summary
    from .type_terms import Type
    from .types import Types

_DECLARATIVE_BASES = frozenset({"sqlalchemy.orm.declarative_base", "sqlalchemy.ext.declarative.declarative_base"})


def result_by_arguments(
    types: Types, summary: Summary, name: str, args: tuple[Expr, ...], keywords: tuple[Any, ...]
) -> Type | None:
    """Callables whose result depends on their arguments."""
    if name in _DECLARATIVE_BASES:
        given = dict(keywords).get("cls")
        return types.eval(summary, given) if given is not None else ("ext", "sqlalchemy.orm.DeclarativeBase")
    first = args[0] if args else None
    if first is None:
        return None
    match name:
        case "typing.cast":
            return types.annotation(summary, first)
        case "typing.NewType" if len(args) > 1:
            inner = types.annotation(summary, args[1])
            return ("type", inner[1], inner[2]) if inner is not None and inner[0] == "inst" else None
        case "functools.partial" | "functools.partialmethod":
            inner = types.eval(summary, first)
            count = None if any(arg[0] == "*" for arg in args) else len(args) - 1
            return ("partial", inner, count) if inner is not None else None
        case "copy.copy" | "copy.deepcopy" | "contextlib.nullcontext" | "asyncio.shield":
            return types.eval(summary, first)
        case "contextlib.closing":
            return ("inst", MANAGER, (types.eval(summary, first),))
        case "contextlib.aclosing":
            return ("inst", ASYNC_MANAGER, (types.eval(summary, first),))
        case (
            "builtins.list"
            | "builtins.set"
            | "builtins.tuple"
            | "builtins.frozenset"
            | "builtins.sorted"
            | "builtins.reversed"
            | "builtins.iter"
            | "builtins.filter"
        ):
            element = types.element(types.eval(summary, args[-1]))
            target = {"builtins.sorted": "builtins.list", "builtins.tuple": "builtins.list"}.get(name, name)
            return ("inst", target if target in ITERABLES else "collections.abc.Iterator", (element,))
        case "builtins.next" | "builtins.min" | "builtins.max":
            return types.element(types.eval(summary, first))
        case "builtins.enumerate":
            return (
                "inst",
                "collections.abc.Iterator",
                (
                    (
                        "inst",
                        "builtins.tuple",
                        (("inst", "builtins.int", ()), types.element(types.eval(summary, first))),
                    ),
                ),
            )
        case "builtins.zip":
            return (
                "inst",
                "collections.abc.Iterator",
                (("inst", "builtins.tuple", tuple(types.element(types.eval(summary, a)) for a in args)),),
            )
        case "builtins.getattr" if len(args) > 1 and args[1][0] == "k" and isinstance(args[1][1], str):
            return types.attribute(types.eval(summary, first), args[1][1])
        case "builtins.type" if len(args) == 1:
            held = types.eval(summary, first)
            return ("type", held[1], held[2]) if held is not None and held[0] == "inst" else None
        case "asyncio.create_task" | "asyncio.ensure_future":
            return ("inst", "asyncio.Task", (types.awaited(types.eval(summary, first)),))
        case "asyncio.wait_for":
            return ("inst", COROUTINE, (types.awaited(types.eval(summary, first)),))
        case "asyncio.run":
            return types.awaited(types.eval(summary, first))
        case "asyncio.gather":
            return (
                "inst",
                COROUTINE,
                (
                    (
                        "inst",
                        "builtins.list",
                        (union([types.awaited(types.eval(summary, a)) for a in args if a[0] != "*"]),),
                    ),
                ),
            )
        case "asgiref.sync.sync_to_async" | "asyncer.asyncify":
            return ("threaded", types.eval(summary, first))
        case (
            "asyncio.to_thread"
            | "starlette.concurrency.run_in_threadpool"
            | "anyio.to_thread.run_sync"
            | "fastapi.concurrency.run_in_threadpool"
        ):
            return ("inst", COROUTINE, (types.call_type(types.eval(summary, first)),))
    return None
