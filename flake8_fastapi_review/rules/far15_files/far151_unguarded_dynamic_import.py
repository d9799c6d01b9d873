from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from ...rule import Default, Rule, Severity
from ...shapes import last_name
from .dynamic_imports import belongs_here, dynamic_imports, is_handled, shown

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ...file import File
    from ...rule import Violation


class UnguardedDynamicImport(Rule):
    """A module that is only known at run time is imported, and nothing handles that it cannot be.

    A module that is missing, or raises while it runs, takes down what was about to use it: one broken plugin ends the
    loop that loads all of them, or the start of the application; in a route it is a 500 without an explanation.
    Reported in loops, routes and at start-up, where others suffer; a function that only imports leaves the failure to
    its caller. Off by default, since many programs rather stop than go on without what they were configured to load.

    Bad:

        import importlib

        def load_plugins(names: list[str]) -> list:
            return [importlib.import_module(name).Plugin() for name in names]

    Good:

        import importlib
        import logging

        logger = logging.getLogger(__name__)

        def load_plugins(names: list[str]) -> list:
            plugins = []
            for name in names:
                try:
                    plugins.append(importlib.import_module(name).Plugin())
                except Exception:
                    logger.exception("Plugin %s cannot be loaded", name)
            return plugins

    Exploit:

        $ echo "import a_package_that_was_uninstalled" > plugins/prices.py
        $ systemctl restart shop                     # one plugin of ten is broken, and there is no shop
        ModuleNotFoundError: No module named 'a_package_that_was_uninstalled'
    """

    code = "FAR151"
    severity = Severity.WARNING
    default = Default.OFF
    cwe = 755
    cvss = "CVSS:3.1/AV:N/AC:H/PR:H/UI:N/S:U/C:N/I:N/A:L"
    message = "`{call}` fails with the module, and {harm}: catch and log what it raises"
    markers = (("import_module", "exec_module", "__import__", "run_path", "run_module"),)

    def check(self, file: File) -> Iterator[Violation]:
        for call in dynamic_imports(file):
            harm = self._harm(file, call)
            if harm is not None and not is_handled(file, call) and not _is_handled_by_callers(file, call):
                yield self.at(call, call=shown(file, call), harm=harm)

    def _harm(self, file: File, call: ast.Call) -> str | None:
        """Who else suffers; None for a function that does nothing but import."""
        function = file.function(call)
        if function is None or isinstance(function, ast.Lambda):
            return None
        if file.registered_as(function) in ("route", "websocket"):
            return "the request is answered by an error that nobody explains"
        if _is_in_loop(file, call):
            return "the ones after it are not loaded either"
        if function in file.lifespans or file.registered_as(function) == "event":
            return "the application does not start"
        return None


def _is_in_loop(file: File, call: ast.Call) -> bool:
    """Once for each of several things that are not written out in the code."""
    child: ast.AST = call
    for above in file.ancestors(call):
        match above:
            case ast.For(iter=iterated) | ast.AsyncFor(iter=iterated) if child in above.body:
                return _varies(file, iterated) and not _ends_loop(file, above)
            case ast.ListComp() | ast.SetComp() | ast.DictComp():
                return any(_varies(file, each.iter) for each in above.generators)
            case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.Lambda() | ast.GeneratorExp():
                return False
        child = above
    return False


def _varies(file: File, iterated: ast.expr) -> bool:
    """What is looped over is neither constant nor a listing of the program's own folder."""
    if belongs_here(file, iterated):
        return False
    for value in file.values(iterated):
        if file.value_of(value) is not file.UNKNOWN or isinstance(value, (ast.List, ast.Tuple, ast.Set, ast.Dict)):
            return False
        for name in file.within(value, ast.Name):
            if file.value_of(name) is not file.UNKNOWN and not isinstance(file.value_of(name), str):
                return False
    return True


def _ends_loop(file: File, loop: ast.For | ast.AsyncFor) -> bool:
    """The loop looks for one thing and returns it."""
    return any(isinstance(each, ast.Return) for each in file.within(loop.body, ast.Return))


def _is_handled_by_callers(file: File, call: ast.Call) -> bool:
    """Those who call the function in this file, if any, are prepared."""
    function = file.function(call)
    name = getattr(function, "name", "")
    calls = [each for each in file.nodes(ast.Call) if (last_name(each.func)) == name]
    return bool(calls) and all(is_handled(file, each) for each in calls)
