"""State that requests share: what is bound at the top of a file, attributes of classes, `app.state`."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ...file import File


def is_shared(file: File, target: ast.expr) -> bool:
    """Whether a target of an assignment, or an expression, is state of the module, of a class or of the application."""
    match target:
        case ast.Name():
            return file.function(target) is not None and (
                _is_of_module(file, target)
                or file.module_variable(target) is not None
                or _is_of_application(file, target)
            )
        case ast.Subscript(value=value):
            return is_shared(file, value)
        case ast.Attribute(value=ast.Name(id="cls")):
            return True
        case ast.Attribute(value=ast.Attribute(value=owner, attr="state")):
            shown = ast.unparse(owner)
            return shown == "app" or shown.endswith(".app")
        case ast.Attribute(value=ast.Name() as owner):
            definition = file.definition_of(owner)
            if (definition is not None and definition.is_class) or file.module_variable(target) is not None:
                return True
            return is_shared(file, owner) and file.type_of(owner) not in _OF_ONE
    return False


_OF_ONE = (None, "threading.local", "contextvars.ContextVar", "werkzeug.local.LocalProxy")
"""Objects of a module that are another one for each thread, and those that are not known."""


def _is_of_application(file: File, name: ast.Name) -> bool:
    """Whether a name is one of the function that registers a route, for which a nested function changes it."""
    function = file.function(name)
    return (
        function is not None
        and any(name.id in each.names for each in file.within(function, ast.Nonlocal))
        and file.registered_as(function) == "route"
    )


def _is_of_module(file: File, name: ast.Name) -> bool:
    """Whether a name is bound at the top of the file, to something that is no import, function or class."""
    if not file.is_bound_globally(name):
        return False
    bound = [statement for statement in file.tree.body if name.id in _targets(statement)]
    return bool(bound)


def _targets(statement: ast.stmt) -> tuple[str, ...]:
    match statement:
        case ast.Assign(targets=[ast.Name(id=name)]) | ast.AnnAssign(target=ast.Name(id=name)):
            return (name,)
    return ()


def is_guarded(file: File, node: ast.AST) -> bool:
    """Whether a lock may be held at a node: a `with` around it, a call of `acquire` before it, or a decorator of its
    function that is not known."""
    function = file.function(node)
    if not isinstance(function, (ast.FunctionDef, ast.AsyncFunctionDef)) or _may_hold(file, node, function):
        return True
    line = getattr(node, "lineno", 0)
    return any(
        isinstance(call.func, ast.Attribute) and call.func.attr == "acquire" and call.lineno < line
        for call in file.within(function, ast.Call)
    ) or any(
        file.registers_as(each) is None and not file.is_named(each, "builtins.staticmethod", "builtins.classmethod")
        for each in function.decorator_list
    )


_LOCKS = (
    *(
        f"{module}.{kind}"
        for module in ("asyncio", "anyio", "threading", "multiprocessing")
        for kind in ("Lock", "RLock")
    ),
    *(f"{module}.{kind}" for module in ("asyncio", "anyio", "threading") for kind in ("Condition", "Semaphore")),
)
_NO_LOCKS = (
    "builtins.open",
    "contextlib.suppress",
    "contextlib.closing",
    "asyncio.TaskGroup",
    "asyncio.timeout",
    "tempfile.TemporaryDirectory",
    "tempfile.NamedTemporaryFile",
    "httpx.Client",
    "httpx.AsyncClient",
    "requests.Session",
    "aiohttp.ClientSession",
)
"""What a `with` opens that keeps nobody out."""


def _may_hold(file: File, node: ast.AST, function: ast.AST) -> bool:
    """Whether a `with` around a node may hold a lock that others wait for, too: not one that was made here."""
    for above in file.ancestors(node):
        if above is function:
            return False
        if isinstance(above, (ast.With, ast.AsyncWith)):
            for item in above.items:
                held = [each for each in file.values(item.context_expr) if not isinstance(each, ast.Name)]
                called = [each.func for each in held if isinstance(each, ast.Call)]
                if not held or len(called) < len(held) or any(file.function(each) is not function for each in held):
                    return True
                if not all(file.is_named(each, *_LOCKS, *_NO_LOCKS) for each in called):
                    return True
    return False


def runs_in_threads(file: File, function: ast.AST, depth: int = 2) -> bool:
    """Whether FastAPI runs a plain function in its pool of threads, as a route or dependency, or such a function of
    this file calls it."""
    if not isinstance(function, ast.FunctionDef):
        return False
    if file.registered_as(function) == "route" or file.is_injected(function):
        return True
    if not depth:
        return False
    definition = file.definition_at(function)
    for call in file.nodes(ast.Call):
        if function.name == getattr(call.func, "id", getattr(call.func, "attr", "")):
            caller = file.function(call)
            if (
                caller is not None
                and caller is not function
                and definition is not None
                and file.definition_of(call.func) == definition
                and not is_guarded(file, call)
                and runs_in_threads(file, caller, depth - 1)
            ):
                return True
    return False
