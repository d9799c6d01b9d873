"""Where a value goes: the variable, argument, key or field that takes it, and whether it is only a fallback."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from ...records import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ...file import File

Function = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)


class Target(NamedTuple):
    """The thing that takes a value."""

    name: str
    """Its last name: of `self.api_key = …`, `f(api_key=…)` and `{"api_key": …}` it is `api_key`."""
    place: str
    """Among "variable", "field", "argument", "key", "default", "comparison" or "result"."""
    holder: ast.AST
    """The assignment, keyword, dict, function, comparison or return."""


WRAPPERS = frozenset(
    """
    SecretStr SecretBytes Secret str bytes bytearray encode strip cast b64decode fromhex unhexlify
    """.split()
)
"""What may stand around a literal without changing whose value it is."""
_FIELD_MAKERS = frozenset(
    """
    Field PrivateAttr Query Form Body Header Cookie Path Option Argument field attrib ib mapped_column Column
    """.split()
)
_DEFAULT_WORDS = frozenset(("default", "value", "fallback"))


def leaf(node: ast.AST) -> str:
    """The last name of an expression: `c` of `a.b.c`, `key` of `x["key"]`, of a call its callee's; "" if none."""
    # Nearly all are one of these two, and there are as many as calls.
    if isinstance(node, ast.Attribute):
        return node.attr
    if isinstance(node, ast.Name):
        return node.id
    match node:
        case ast.Subscript(slice=ast.Constant(value=str(name))):
            return name
        case ast.Call(func=callee):
            return leaf(callee)
        case ast.Await(value=inner) | ast.Starred(value=inner):
            return leaf(inner)
    return ""


def target_of(file: File, node: ast.AST, wrappers: frozenset[str] = WRAPPERS) -> Target | None:
    """What takes the value of `node`, seen through `wrappers`, `or`, conditional expressions and collections."""
    child, parent = node, file.parent(node)
    while parent is not None:
        match parent:
            case ast.Assign(targets=[first, *_]):
                return _assigned(file, first, child, parent)
            case ast.AnnAssign(target=aim) | ast.AugAssign(target=aim) | ast.NamedExpr(target=aim):
                return _assigned(file, aim, child, parent)
            case ast.Dict():
                return _entry(parent, child)
            case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.Lambda():
                return _parameter(parent, child)
            case ast.Compare():
                return _compared(parent, child)
            case ast.Return():
                function = file.function(parent)
                return (
                    Target(function.name, "result", parent)
                    if isinstance(function, (ast.FunctionDef, ast.AsyncFunctionDef))
                    else None
                )
            case ast.keyword():
                call = file.parent(parent)
                if parent.arg in _DEFAULT_WORDS and call is not None and leaf(call) in _FIELD_MAKERS:
                    parent = call
                else:
                    return Target(parent.arg, "argument", parent) if parent.arg else None
            case ast.Call():
                if child is not parent.func and not _hands_on(parent, wrappers):
                    return None
            case ast.Attribute():
                if parent.attr not in wrappers:
                    return None
            case ast.IfExp():
                if child is parent.test:
                    return None
            case ast.BoolOp() | ast.List() | ast.Tuple() | ast.Set() | ast.Await() | ast.Starred():
                pass
            case ast.JoinedStr() | ast.FormattedValue() | ast.BinOp() | ast.GeneratorExp() | ast.ListComp() if (
                "" in wrappers
            ):
                pass
            case _:
                return None
        child, parent = parent, file.parent(parent)
    return None


def _hands_on(call: ast.Call, wrappers: frozenset[str]) -> bool:
    """What is given to the call comes out of it: `SecretStr("…")`, but not the "utf-8" of `text.encode("utf-8")`."""
    name = leaf(call)
    if isinstance(call.func, ast.Attribute) and name in ("encode", "decode", "strip", "lstrip", "rstrip", "replace"):
        return False
    return name in wrappers or name in _FIELD_MAKERS


def _assigned(
    file: File, aim: ast.AST, child: ast.AST, holder: ast.Assign | ast.AnnAssign | ast.AugAssign | ast.NamedExpr
) -> Target | None:
    if child is not holder.value:
        return None
    name = leaf(aim)
    if not name or isinstance(aim, ast.Call):
        return None
    in_class = isinstance(aim, ast.Name) and isinstance(file.parent(holder), ast.ClassDef)
    return Target(name, "key" if isinstance(aim, ast.Subscript) else "field" if in_class else "variable", holder)


def _entry(holder: ast.Dict, child: ast.AST) -> Target | None:
    for key, value in zip(holder.keys, holder.values, strict=True):
        if value is child and isinstance(key, ast.Constant) and isinstance(key.value, str):
            return Target(key.value, "key", holder)
        if value is child and key is not None and (name := leaf(key)):
            return Target(name, "key", holder)
    return None


def _parameter(holder: ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda, child: ast.AST) -> Target | None:
    for parameter, default in parameters(holder):
        if default is child:
            return Target(parameter.arg, "default", holder)
    return None


def imports(file: File, module: str) -> bool:
    """The file imports `module` by its own name before anything else happens."""
    return any(
        isinstance(statement, ast.Import)
        and any(each.name == module and each.asname is None for each in statement.names)
        for statement in file.tree.body
    )


def parameters(
    function: ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda,
) -> Iterator[tuple[ast.arg, ast.expr | None]]:
    """Each named parameter with its default."""
    given = function.args
    positional = [*given.posonlyargs, *given.args]
    missing = len(positional) - len(given.defaults)
    yield from zip(positional, [*([None] * missing), *given.defaults], strict=True)
    yield from zip(given.kwonlyargs, given.kw_defaults, strict=True)


def _compared(holder: ast.Compare, child: ast.AST) -> Target | None:
    if len(holder.ops) != 1 or not isinstance(holder.ops[0], (ast.Eq, ast.NotEq)):
        return None
    other = holder.comparators[0] if child is holder.left else holder.left
    name = leaf(other)
    return Target(name, "comparison", holder) if name and not isinstance(other, ast.Call) else None


# ---------------------------------------------------------------------------------------------- fallbacks

_READERS = (
    "os.getenv",
    "os.environ.get",
    "os._Environ.get",
    "os.environ.setdefault",
    "os._Environ.setdefault",
    "os.environ.pop",
    "os._Environ.pop",
    "decouple.config",
)
_READER_TYPES = (
    "starlette.config.Config",
    "environs.Env",
    "environs.FileAwareEnv",
    "environ.Env",
    "decouple.AutoConfig",
    "decouple.Config",
    "configparser.ConfigParser",
)
_SETTINGS = (
    "pydantic_settings.BaseSettings",
    "pydantic.BaseSettings",
    "pydantic.v1.BaseSettings",
    "pydantic_settings.main.BaseSettings",
)


_READER_LEAVES = frozenset(
    """
    getenv get setdefault pop config env str get_value read bytes Config
    """.split()
)


class Read(NamedTuple):
    """A call that reads a configured value and falls back on another."""

    name: str
    """Of the value: "SECRET_KEY"."""
    fallback: ast.expr


def configured_read(file: File, call: ast.Call) -> Read | None:
    """What `os.getenv("KEY", …)`, `config("KEY", default=…)`, `env.str("KEY", …)` read; None for all other calls."""
    if not could_be_read(call) or not _is_reader(file, call):
        return None
    name = file.value_of(call.args[0])
    fallback = (
        call.args[1]
        if len(call.args) > 1
        else next((k.value for k in call.keywords if k.arg in ("default", "fallback")), None)
    )
    if not isinstance(name, str) or fallback is None:
        return None
    return Read(name, fallback)


def could_be_read(call: ast.Call) -> bool:
    """By its shape alone the call may read a configured value with a fallback."""
    if not call.args or len(call.args) + len(call.keywords) < 2:
        return False
    if leaf(call.func) in _READER_LEAVES:
        return True
    return bool(call.keywords) and any(k.arg == "default" for k in call.keywords)


def _is_reader(file: File, call: ast.Call) -> bool:
    if file.resolved(call) in _READERS:
        return True
    receiver = call.func
    if isinstance(receiver, ast.Attribute) and receiver.attr not in ("config", "env"):
        receiver = receiver.value
    return bool(file.is_a(receiver, *_READER_TYPES))


def is_settings_class(file: File, node: ast.AST | None) -> bool:
    """`node` is the definition of a pydantic settings class."""
    return isinstance(node, ast.ClassDef) and bool(file.derives_from(node, *_SETTINGS))


def is_fallback(file: File, node: ast.AST) -> bool:
    """The value of `node` is used only when nothing was configured: FAR021 judges it, not FAR020."""
    child, parent = node, file.parent(node)
    while isinstance(parent, (ast.Call, ast.keyword, ast.BoolOp, ast.Attribute, ast.IfExp)):
        match parent:
            case ast.Call() if configured_read(file, parent):
                return True
            case ast.BoolOp(op=ast.Or(), values=[first, *_]) if child is not first and file.parent(parent) is not None:
                return True
        child, parent = parent, file.parent(parent)
    if isinstance(parent, (ast.AnnAssign, ast.Assign)) and parent.value is child:
        return is_settings_class(file, file.parent(parent))
    return False


def is_example(file: File, node: ast.AST) -> bool:
    """The value illustrates something: an OpenAPI example, a documented response, a docstring, a default of a demo."""
    if isinstance(file.parent(node), ast.Expr):
        return True
    for above in file.ancestors(node):
        match above:
            case ast.keyword(arg=str(name)) if name in _EXAMPLE_WORDS:
                return True
            case ast.Assign(targets=[ast.Name(id=name)]) | ast.AnnAssign(target=ast.Name(id=name)) if (
                "example" in name.lower() or name in _EXAMPLE_WORDS
            ):
                return True
            case ast.Dict(keys=keys) if any(
                isinstance(key, ast.Constant) and key.value in ("example", "examples", "openapi_examples")
                for key in keys
            ):
                return True
            case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name):
                return "example" in name.lower() or name.startswith("get_openapi") or name == "schema_extra"
    return False


_EXAMPLE_WORDS = frozenset(
    """
    example examples openapi_examples json_schema_extra schema_extra responses description help summary
    """.split()
)
