from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING

from ...rule import Rule, Severity, option
from ...shapes import last_name
from .dynamic_imports import dynamic_imports, shown

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ...file import File
    from ...rule import Violation

_MODULES = "sys.modules"
_PATH = "sys.path"
_CLEANS = re.compile(r"(?i)clean|forget|remove|restore|unload|discard|drop|reset|undo|evict")
_ADDS = ("insert", "append", "extend")


class DynamicImportNotCleaned(Rule):
    """`sys.modules` or `sys.path` is changed for an import, and stays changed when the import fails.

    A module that raised while it ran stays in `sys.modules` half made: the next import of that name finds it there and
    goes on with it, without an error, and a corrected file is not read again. A folder that stays in `sys.path`, above
    all at its beginning, decides what every later import of the process finds. Python's own import statement cleans up.

    Reported where the code itself tells that it must not stay: modules are looked up in `sys.modules` by the same name
    elsewhere, or the change is taken back further down, which a failure does not get to. With `always`, wherever a
    failure leaves the change behind; many mean it: a name that nobody else uses, a folder for good.

    Bad:

        import importlib.util
        import sys

        def load(name: str, path: str):
            if name in sys.modules:
                return sys.modules[name]
            spec = importlib.util.spec_from_file_location(name, path)
            module = importlib.util.module_from_spec(spec)
            sys.modules[name] = module
            spec.loader.exec_module(module)
            return module

    Good:

        import importlib.util
        import sys

        def load(name: str, path: str):
            if name in sys.modules:
                return sys.modules[name]
            spec = importlib.util.spec_from_file_location(name, path)
            module = importlib.util.module_from_spec(spec)
            sys.modules[name] = module
            try:
                spec.loader.exec_module(module)
            except BaseException:
                sys.modules.pop(name, None)
                raise
            return module

    Exploit:

        $ curl -X POST https://shop.example/plugins/prices/reload     # 500: the plugin has an error
        $ curl -X POST https://shop.example/plugins/prices/reload     # 200: half of the plugin is now in use
    """

    code = "FAR152"
    severity = Severity.WARNING
    cwe = 459
    cvss = "CVSS:3.1/AV:N/AC:H/PR:H/UI:N/S:U/C:N/I:L/A:L"
    message = "`{change}` stays when `{call}` fails, so that {harm}: {remedy}"
    markers = (("sys",), ("exec_module", "import_module", "__import__", "run_path", "run_module"))

    always: bool = option(False, "Report each change that a failure leaves behind, whoever notices.")

    def check(self, file: File) -> Iterator[Violation]:
        for call in dynamic_imports(file):
            function = file.function(call)
            if function is None:
                continue
            change: ast.stmt | ast.expr | None = self._half_made(file, function, call)
            if change is not None:
                yield self.at(
                    change,
                    change=shown(file, change),
                    call=shown(file, call),
                    harm="later imports get a module that is half made",
                    remedy="take it out again in an `except` before raising",
                )
                continue
            change = self._path_left(file, function, call)
            if change is not None:
                yield self.at(
                    change,
                    change=shown(file, change),
                    call=shown(file, call),
                    harm="the folder decides what later imports find",
                    remedy="take it out again in a `finally`",
                )

    def _half_made(self, file: File, function: ast.AST, call: ast.Call) -> ast.stmt | None:
        """`sys.modules[name] = module` before `loader.exec_module(module)`."""
        if not (isinstance(call.func, ast.Attribute) and call.func.attr == "exec_module"):
            return None
        module = file.source(call.args[0])
        assignment: ast.Assign
        for assignment in file.within(function, ast.Assign):
            match assignment:
                case ast.Assign(targets=[ast.Subscript(value=owner, slice=key)], value=value) if (
                    file.source(value) == module and file.name_of(owner) == _MODULES
                ):
                    if (
                        _comes_before(file, function, assignment, call)
                        and not _is_undone(file, call, _MODULES)
                        and (
                            self.always
                            or _is_taken_up(file, function, assignment, key, call)
                            or _is_taken_back(file, function, call, _MODULES)
                        )
                    ):
                        return assignment
        return None

    def _path_left(self, file: File, function: ast.AST, call: ast.Call) -> ast.expr | None:
        """`sys.path.insert(0, folder)` that something takes back when all goes well, or nobody ever."""
        change: ast.Call
        for change in file.within(function, ast.Call):
            match change.func:
                case ast.Attribute(value=owner, attr=method) if method in _ADDS and file.name_of(owner) == _PATH:
                    if (
                        not _is_asked(file, change)
                        and _comes_before(file, function, change, call)
                        and not _is_undone(file, call, _PATH)
                        and not _is_undone(file, change, _PATH)
                        and (self.always or _is_taken_back(file, function, call, _PATH))
                    ):
                        return change
        return None


def _comes_before(file: File, function: ast.AST, change: ast.stmt | ast.expr, call: ast.Call) -> bool:
    first, second = file.statement(change), file.statement(call)
    return first is not second and change.lineno < call.lineno and file.flow(function).can_reach(first, second)


def _is_taken_up(file: File, function: ast.AST, change: ast.stmt, key: ast.expr, call: ast.Call) -> bool:
    """Whether modules are got by the same name from `sys.modules`: `if name in sys.modules: return sys.modules[name]`.

    In the same function, if not only after the import; in others of the file where the name is put together alike.
    """
    steps = file.block(change)
    if not any(each in steps for each in (file.statement(call), *file.ancestors(call))):
        return False  # it runs for a module that was there, too
    wanted = _texts(file, key)
    for node in file.nodes(ast.Subscript, ast.Call):
        match node:
            case ast.Subscript(value=owner, slice=asked, ctx=ast.Load()):
                pass
            case ast.Call(func=ast.Attribute(value=owner, attr="get"), args=[asked, *_]):
                pass
            case _:
                continue
        if file.name_of(owner) != _MODULES or _is_reloaded(file, node):
            continue
        if file.function(node) is not function:
            if any(not text.isidentifier() for text in wanted & _texts(file, asked)):
                return True
        elif not wanted.isdisjoint(_texts(file, asked)) and not file.flow(function).dominates(
            file.statement(call), file.statement(node)
        ):
            return True
    return False


def _is_reloaded(file: File, node: ast.AST) -> bool:
    """`importlib.reload(sys.modules[name])` runs the module once more."""
    above = file.parent(node)
    return isinstance(above, ast.Call) and file.name_of(above.func) == "importlib.reload"


def _texts(file: File, key: ast.expr) -> set[str]:
    """What a key is written as: the name, and what the name was given."""
    return {ast.unparse(each) for each in file.values(key)}


def _is_taken_back(file: File, function: ast.AST, call: ast.Call, what: str) -> bool:
    """Whether a statement takes the change back once the import has succeeded, and only then."""
    after = file.statement(call)
    flow = file.flow(function)
    handlers = flow.exception_handlers(after)
    if _goes_on(file, function, handlers):
        return False
    for node in file.within(function, ast.Call, ast.Subscript, ast.Attribute):
        match node:
            case ast.Call(func=ast.Attribute(value=owner, attr="pop" | "remove" | "clear")):
                pass
            case (
                ast.Subscript(value=owner, ctx=ast.Del())
                | ast.Subscript(value=owner, slice=ast.Slice(), ctx=ast.Store())
            ):
                pass
            case ast.Attribute(ctx=ast.Store()):
                owner = node
            case _:
                continue
        statement = file.statement(node)
        if file.name_of(owner) == what and statement is not after and flow.can_reach(after, statement):
            return True
    return False


def _goes_on(file: File, function: ast.AST, handlers: list[ast.ExceptHandler]) -> bool:
    """Whether handlers see to it that a failure gets to what comes after the import, too."""
    if not handlers:
        return False
    widest = handlers[-1].type
    if widest is not None and last_name(widest) not in ("Exception", "BaseException"):
        return False
    flow = file.flow(function)
    return not any(way.kind in ("return", "raise") for each in handlers for way in flow.part(each.body).exits())


def _is_asked(file: File, change: ast.AST) -> bool:
    """`if folder not in sys.path:`: it is meant to stay, once."""
    child = change
    for above in file.ancestors(change):
        match above:
            case ast.If(test=test) if child is not test and any(
                file.name_of(each) == _PATH for each in file.within(test, ast.Attribute, ast.Name)
            ):
                return True
            case ast.FunctionDef() | ast.AsyncFunctionDef():
                return False
        child = above
    return False


def _is_undone(file: File, node: ast.AST, what: str) -> bool:
    """A handler or `finally` around the node changes it back, or a context manager that is about it does."""
    child = node
    for above in file.ancestors(node):
        match above:
            case ast.Try(body=body, handlers=handlers, finalbody=last) if child in body:
                if _restores(file, [*last, *(each for handler in handlers for each in handler.body)], what):
                    return True
            case ast.With(items=items) | ast.AsyncWith(items=items):
                if any(_is_about(file.source(item.context_expr), what) for item in items):
                    return True
            case ast.FunctionDef() | ast.AsyncFunctionDef():
                return False
        child = above
    return False


def _is_about(text: str, what: str) -> bool:
    words = ("modules", "patch") if what == _MODULES else ("sys_path", "sys.path", "syspath", "patch", "path_")
    return any(word in text.lower() for word in words) and "lock" not in text.lower()


def _restores(file: File, statements: list[ast.stmt], what: str) -> bool:
    """Something is taken out of the table or list, or it is given its old value; a function may do so."""
    for node in file.within(statements, ast.Call, ast.Subscript, ast.Attribute):
        match node:
            case ast.Call(func=ast.Attribute(value=owner, attr="pop" | "remove" | "update" | "clear")):
                if file.name_of(owner) == what:
                    return True
            case ast.Call(func=called) if file.definition_of(called) is not None or _CLEANS.search(file.source(called)):
                return True
            case ast.Subscript(value=owner, ctx=ast.Del() | ast.Store()) if file.name_of(owner) == what:
                return True
            case ast.Attribute(attr="path" | "modules", ctx=ast.Store()):
                return True
    return False
