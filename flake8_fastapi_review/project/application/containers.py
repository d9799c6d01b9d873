"""Methods of texts, lists and dictionaries in the abstract execution."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .values import Const, Items, Mapping, Value, constants

if TYPE_CHECKING:
    from .interpreter import Interpreter


def text_method(run: Interpreter, receiver: Const, text: str, name: str, args: list[Value]) -> Value:
    plain = [arg.value for arg in args if isinstance(arg, Const)]
    assumes = receiver.assumes.union(*(arg.assumes for arg in args)) if args else receiver.assumes
    if name == "join" and args:
        items = run.iterate(args[0])
        known = constants(items) if items is not None else None
        if known is not None:
            return Const(text.join(map(str, known)), assumes)
        return Value(assumes)
    if len(plain) != len(args):
        return Value(assumes)
    allowed = (
        "strip",
        "rstrip",
        "lstrip",
        "lower",
        "upper",
        "title",
        "replace",
        "startswith",
        "endswith",
        "removeprefix",
        "removesuffix",
        "format",
        "capitalize",
        "split",
        "rsplit",
        "partition",
        "rpartition",
        "isdigit",
        "count",
        "find",
        "encode",
    )
    if name not in allowed:
        return Value(assumes)
    try:
        result = getattr(text, name)(*plain)
    except (TypeError, ValueError, IndexError, KeyError):
        return Value(assumes)
    if isinstance(result, (list, tuple)):
        return Items([Const(part, assumes) for part in result])
    return Const(result, assumes)


def list_method(run: Interpreter, receiver: Items, name: str, args: list[Value]) -> Value:
    match name:
        case "append" | "add" if args:
            receiver.items.append(args[0])
        case "insert" if len(args) > 1:
            position = (
                args[0].value if isinstance(args[0], Const) and isinstance(args[0].value, int) else len(receiver.items)
            )
            receiver.items.insert(position, args[1])
        case "extend" | "update" if args:
            items = run.iterate(args[0])
            receiver.complete = receiver.complete and items is not None
            receiver.items.extend(items or [])
        case "copy":
            return Items(list(receiver.items), receiver.kind, receiver.complete)
        case "pop" if receiver.items:
            return receiver.items.pop()
        case _:
            return Value()
    return Const(None)


def dict_method(run: Interpreter, receiver: Mapping, name: str, args: list[Value], keywords: dict[str, Value]) -> Value:
    match name:
        case "items":
            return Items([Items([key, value], "tuple") for key, value in receiver.pairs], complete=receiver.complete)
        case "values":
            return Items([value for _, value in receiver.pairs], complete=receiver.complete)
        case "keys":
            return Items([key for key, _ in receiver.pairs], complete=receiver.complete)
        case "get" | "pop" | "setdefault" if args and isinstance(args[0], Const):
            found = receiver.get(args[0].value)
            if found is None:
                default = args[1] if len(args) > 1 else Const(None)
                if name == "setdefault":
                    receiver.set(args[0], default)
                return default if receiver.complete else Value()
            if name == "pop":
                receiver.pairs[:] = [
                    pair
                    for pair in receiver.pairs
                    if not (isinstance(pair[0], Const) and pair[0].value == args[0].value)
                ]
            return found
        case "update":
            for source in args:
                if isinstance(source, Mapping):
                    for key, value in source.pairs:
                        receiver.set(key, value)
                else:
                    receiver.complete = False
            for key_name, value in keywords.items():
                receiver.set(Const(key_name), value)
            return Const(None)
        case "copy":
            return Mapping(list(receiver.pairs), receiver.complete)
    return Value()
