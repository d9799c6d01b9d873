"""File: a module seen inside its project, and the closed list of questions that a rule may ask.

None means "not known". Nothing here changes the file. Positions are those of `ast` (see rule.py).
"""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING, Any, TypeVar

from .answers import (
    Caller,
    Definition,
    Endpoint,
    FunctionNode,
    HandedOn,
    HelperCall,
    Injected,
    Layer,
    Logging,
    LoopHazard,
    Marked,
    Reached,
    Route,
    Switch,
)
from .certificates import Certificates
from .dictionaries import Dictionaries
from .module.index import FUNCTIONS, running, subtree
from .module.scopes import bindings_of, reaching, scope_binding
from .module.summary import ASYNC, AWAITED, GENERATOR, TRIVIAL, Call, Function, Summary
from .naming import Naming
from .project.constants import UNKNOWN, parameters_in, value_of, variable_of
from .project.effects import Hazard, asks_for_what_is_waited_for
from .project.execution import is_lifespan
from .project.middleware import answers_itself, replaces_answer
from .project.passing import Aim as Aim  # noqa: PLC0414  # a word of rules
from .project.requests import EXPLICIT, Field
from .project.type_terms import COROUTINE, NONE, Type, without_none
from .regex import regex
from .rule import Edit, Related

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from .knowledge import Pattern
    from .module import Module
    from .module.flow import Flow
    from .project import Project
    from .project.application import Conflict, Habits, Inputs, Late, RouteRow
    from .project.application.authentication import Protection
    from .project.database import View
    from .project.database.tables import Entity
    from .project.exposure import Exposed
    from .project.imports import TooEarly
    from .project.migrations import MigratedSchema, Migration
    from .project.requests import RequestParameter
    from .project.schemas import Model, Schema
    from .project.sql import Sql
    from .project.sqlite import Sqlite
    from .project.taint import Finding

N = TypeVar("N", bound=ast.AST)

_LEVELS = {
    "debug": 10,
    "trace": 5,
    "info": 20,
    "success": 25,
    "warning": 30,
    "warn": 30,
    "error": 40,
    "exception": 40,
    "critical": 50,
    "fatal": 50,
    "log": 0,
    "adebug": 10,
    "ainfo": 20,
    "awarning": 30,
    "aerror": 40,
    "aexception": 40,
    "acritical": 50,
}
_LOGGERS = (
    "logging.Logger",
    "logging.LoggerAdapter",
    "loguru.Logger",
    "structlog.BoundLogger",
    "structlog.stdlib.BoundLogger",
)
_SCHEDULED = (
    "asyncio.gather",
    "asyncio.ensure_future",
    "asyncio.create_task",
    "asyncio.wrap_future",
    "asyncio.shield",
    "asyncio.AbstractEventLoop.run_in_executor",
    "asyncio.AbstractEventLoop.create_task",
    "asyncio.TaskGroup.create_task",
    "asyncio.run_coroutine_threadsafe",
)
_SERVING = regex(r"\b(?:fastapi|starlette)\b")
_CONSOLE_PLACES = regex(
    r"(?i)(?:^|/)(?:_*cli|_*commands?|management|scripts?|tools?|bin|console|__main__|manage|setup|install(?:er)?|wizard)"
    r"(?:/|\.py$|_)|_cli\.py$"
)
_TALKING = regex(
    r"(?i)^_*(?:main|cli|cmd|usage|run_cli)(?:_|$)|(?:^|_)(?:print|show|display|dump|prompt|banner|pprint)(?:_|$)"
)
"""Names of functions that print because that is what they are for."""
_STAGES = frozenset(("dev", "develop", "development", "debug", "local", "test", "tests", "testing", "ci"))
"""What a stage that is not production is called."""
_IN_STAGE = regex(r"(?i)(?:^|_)is_(?:dev|development|debug|local|test|testing)(?:_|$)")
_LINES = regex(r"[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+")
"""The lines of a text with their ends, as the tokenizer counts them."""
_MASKS = (b"mask", b"Mask", b"MASK", b"redact", b"REDACT")
_ALIAS = regex(r" as (\w+)")
_LOGGER_NAMES = regex(r"(?i)(^|_)(log|logger|logging)$")


_REGISTERING = frozenset(("get", "post", "put", "patch", "delete", "head", "options", "api_route", "websocket"))
"""Decorators of routes."""


class File:
    """What rules see."""

    UNKNOWN = UNKNOWN

    def __init__(self, module: Module, project: Project, role: str) -> None:
        self._module = module
        self._project = project
        self._types = project.types
        self.role = role
        self.path = module.path
        self.text = module.text
        self.lines = module.lines
        self.tree = module.tree
        self._hazards: list[tuple[ast.expr, Hazard]] | None = None
        self._names: dict[ast.AST, str | None] = {}
        self._encoded: list[bytes] | None = None
        self._reads: dict[str, list[ast.Name]] | None = None
        self._comments: frozenset[int] | None = None
        self._aliases: frozenset[str] | None = None
        """What stands behind an `as` in the text."""
        self._endpoints: list[Endpoint] | None = None
        self._routes: list[Route] | None = None
        self._flows: dict[ast.AST, Flow] = {}
        self._reached: list[Finding] | None = None
        self._migration: Migration | None = None

    # Syntax

    def nodes(self, *types: type[N]) -> list[Any]:
        """All nodes of these classes, in source order."""
        return self._module.index.nodes(*types)

    def within(self, node: ast.AST | Iterable[ast.AST], *types: type) -> list[Any]:
        """The nodes of these classes (all, if none is named) in `node` that run when it runs, in source order.

        Bodies of nested functions, lambdas and classes are left out; of a function given itself its body is meant.
        """
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            return self._module.index.running(node, types)
        return running(node, *types)

    @property
    def talks_to_terminal(self) -> bool:
        """Whether the file is for somebody at a terminal: it uses a library for command lines, or lies where such
        files lie."""
        if _CONSOLE_PLACES.search(self.path):
            return True
        modules = "|".join(self.group("console"))
        importing = rf"(?m)^\s*(?:import|from)\s+(?:(?:{modules})\b|\S*(?:\bcli\b|console))"
        return re.search(importing, self.text) is not None

    def is_stub(self, call: ast.Call) -> bool:
        """Whether a call is of a project function that does nothing: others implement it, in another way perhaps."""
        callee = self._eval(call.func)
        own = self._types.function(callee[1]) if callee is not None and callee[0] in ("func", "bound") else None
        return own is not None and bool(own[1].flags & TRIVIAL)

    @staticmethod
    def everywhere(node: ast.AST) -> Iterator[ast.AST]:
        """A node and all below it, in functions that stand in it, too; in no order."""
        return subtree(node)

    def parent(self, node: ast.AST) -> ast.AST | None:
        return self._module.index.parents.get(node)

    def ancestors(self, node: ast.AST) -> Iterator[ast.AST]:
        """Nearest first, the module last."""
        current = self.parent(node)
        while current is not None:
            yield current
            current = self.parent(current)

    def enclosing(self, node: ast.AST, *types: type[N]) -> N | None:
        """The nearest ancestor of one of these classes."""
        return next((ancestor for ancestor in self.ancestors(node) if isinstance(ancestor, types)), None)

    def under_main(self, node: ast.AST) -> bool:
        """Whether a node runs only when the file is started by hand: below `if __name__ == "__main__":`."""
        return any(
            isinstance(above, ast.If)
            and any(name.id == "__name__" for name in self.everywhere(above.test) if isinstance(name, ast.Name))
            for above in self.ancestors(node)
        )

    def prints_for_somebody(self, call: ast.Call) -> bool:
        """Whether what a call of `print` writes is for a person at a terminal: it runs only when the file is started by
        hand, stands in a function whose name says that it prints, or beside a question or the start of a server."""
        if self.talks_to_terminal or self.under_main(call):
            return True
        named = (each for each in self.ancestors(call) if isinstance(each, (ast.FunctionDef, ast.AsyncFunctionDef)))
        if any(_TALKING.search(each.name) for each in named):
            return True
        owner = self.function(call)
        beside = self.within(owner.body, ast.Call) if owner is not None and not isinstance(owner, ast.Lambda) else []
        talking = ("builtins.input", "getpass.getpass", *self.group("server-start"))
        return any(self.is_named(each.func, *talking) for each in beside)

    def only_in_development(self, node: ast.AST) -> bool:
        """Whether a condition around a node holds in no production: `if settings.env in ("dev", "test"):`."""
        child = node
        for above in self.ancestors(node):
            if isinstance(above, ast.If) and child in above.body and _asks_for_stage(above.test):
                return True
            child = above
        return False

    def function(self, node: ast.AST) -> FunctionNode | None:
        """The function or lambda whose body runs `node`; None at module and class level."""
        scope = self._module.index.scope_of(node).frame()
        return scope.node if isinstance(scope.node, FUNCTIONS) else None

    def statement(self, node: ast.AST) -> ast.stmt:
        """The statement that `node` is or belongs to."""
        if isinstance(node, ast.stmt):
            return node
        found = self.enclosing(node, ast.stmt)
        return found if found is not None else self.tree.body[0]

    def block(self, statement: ast.stmt) -> list[ast.stmt]:
        """The statements among which one stands, itself included."""
        above = self.parent(statement)
        for field in ("body", "orelse", "finalbody"):
            found = getattr(above, field, None)
            if isinstance(found, list) and statement in found:
                return found
        return []

    def in_with(self, node: ast.AST) -> bool:
        """Whether a `with` is around a node in its function: a lock, as far as anybody can tell."""
        function = self.function(node)
        for above in self.ancestors(node):
            if above is function:
                return False
            if isinstance(above, (ast.With, ast.AsyncWith)):
                return True
        return False

    def source(self, node: ast.AST) -> str:
        """The text of a node."""
        if self._encoded is None:
            self._encoded = [line.encode() for line in _LINES.findall(self.text)]
        try:
            first, last = node.lineno - 1, node.end_lineno - 1  # type: ignore[attr-defined]
            start, end = node.col_offset, node.end_col_offset  # type: ignore[attr-defined]
            lines = self._encoded[first : last + 1]
            lines[-1] = lines[-1][:end]
            lines[0] = lines[0][start:]
            return b"".join(lines).decode() or ast.unparse(node)
        except (AttributeError, TypeError, IndexError):
            return ast.unparse(node)

    def has_comment(self, node: ast.AST) -> bool:
        """Whether a comment stands on one of the node's lines."""
        first = getattr(node, "lineno", 0)
        last = getattr(node, "end_lineno", None) or first
        lines = enumerate(self.lines[max(first - 1, 0) : last], max(first, 1))
        possible = [number for number, line in lines if "#" in line]
        if not possible:
            return False
        if self._comments is None:
            told = [self._ends_in_comment(number) for number in possible]
            if None not in told:
                return True in told
            self._comments = frozenset(_comment_lines(self.lines))
        return any(line in self._comments for line in range(first, last + 1))

    def _ends_in_comment(self, number: int) -> bool | None:
        """Whether a line with the sign of a comment has it outside of strings. None where a string goes on over several
        lines, between whose parts comments can stand; that takes a look at the tokens of the whole file."""
        strings = [
            each
            for each in self.nodes(ast.Constant, ast.JoinedStr, getattr(ast, "TemplateStr", ast.JoinedStr))
            if each.lineno <= number <= each.end_lineno
        ]
        if any(each.lineno != each.end_lineno for each in strings):
            return None
        text = self.lines[number - 1].encode()
        at = text.find(b"#")
        while at >= 0 and any(each.col_offset <= at < each.end_col_offset for each in strings):
            at = text.find(b"#", at + 1)
        return at >= 0

    # Meaning

    def name_of(self, expr: ast.AST) -> str | None:
        """The qualified name of what an expression refers to: "time.sleep", "httpx.Client.get",
        "app.db.get_session"."""
        if expr not in self._names:
            self._names[expr] = self._types.qualified(self._eval(expr))
        return self._names[expr]

    def resolved(self, call: ast.Call) -> str | None:
        """The qualified name of what is called."""
        return self.name_of(call.func)

    def calls_to(self, *names: str) -> list[ast.Call]:
        """The calls of these functions; "logging.Logger.*" names every member, subclasses and aliases count."""
        pattern = self._project.knowledge.pattern(names)
        return [call for call in self.nodes(ast.Call) if self._matches(call.func, pattern)]

    def is_named(self, expr: ast.AST, *names: str) -> bool:
        """Whether an expression refers to one of these things; see `calls_to`."""
        return self._matches(expr, self._project.knowledge.pattern(names))

    def _matches(self, expr: ast.AST, pattern: Pattern) -> bool:
        # A method is called by its own name, only plain names can be aliases.
        if pattern.leaves is not None and isinstance(expr, ast.Attribute) and expr.attr not in pattern.leaves:
            return False
        name = self.name_of(expr)
        return name is not None and self._project.knowledge.matches(name, pattern)

    def group(self, name: str) -> tuple[str, ...]:
        """The qualified names of libraries' things that do the same, such as "client"; see knowledge/README.md."""
        return self._project.knowledge.group(name)

    def type_of(self, expr: ast.AST) -> str | None:
        """The qualified name of the class that the value is an instance of; None when not known or one of several."""
        found = without_none(self._eval(expr))
        if found is not None and found[0] in ("mem", "const"):
            found = self._types.call_type(found)
        return self._types.dotted(found[1]) if found is not None and found[0] == "inst" else None

    def may_be_none(self, expr: ast.AST) -> bool:
        found = self._eval(expr)
        return found is not None and (found == NONE or (found[0] == "union" and NONE in found[1]))

    def is_a(self, expr: ast.AST, *names: str) -> bool | None:
        """Whether the value is an instance of one of these classes or of a subclass."""
        found = without_none(self._eval(expr))
        return self._types.is_subclass(found[1], names) if found is not None and found[0] == "inst" else None

    def is_subclass(self, expr: ast.AST, *names: str) -> bool | None:
        """Whether an expression names a class that is one of these or derives from one."""
        found = self._eval(expr)
        return self._types.is_subclass(found[1], names) if found is not None and found[0] in ("type", "ext") else None

    def is_coroutine(self, expr: ast.AST) -> bool | None:
        """Whether the value is a coroutine, which somebody has to await."""
        found = self._eval(expr)
        if found is None or found[0] in ("mem", "const"):
            return None
        return found[:2] == ("inst", COROUTINE)

    def schedules_itself(self, call: ast.Call) -> bool:
        """Whether what a call returns runs without being awaited: a future or task rather than a coroutine."""
        return self.is_named(call.func, *_SCHEDULED) or (self.name_of(call.func) or "").startswith("motor.")

    def needs_async_with(self, expr: ast.AST) -> bool | None:
        """Whether the value can be entered by `async with` alone."""
        if (name := self._called(expr)) is not None:
            knowledge = self._project.knowledge
            if knowledge.async_enters(name) is not None:
                return knowledge.enters(name) is None
        found = without_none(self._eval(expr))
        return (
            None if found is None or found[0] != "inst" else self._types.only_async(found[1], "__aenter__", "__enter__")
        )

    def needs_async_for(self, expr: ast.AST) -> bool | None:
        """Whether the value can be iterated by `async for` alone."""
        if (name := self._called(expr)) is not None:
            knowledge = self._project.knowledge
            if knowledge.async_iterates(name) is not None:
                return knowledge.iterates(name) is None
        found = without_none(self._eval(expr))
        return (
            None if found is None or found[0] != "inst" else self._types.only_async(found[1], "__aiter__", "__iter__")
        )

    def _called(self, expr: ast.AST) -> str | None:
        """The library function or class whose call an expression is."""
        found = self._eval(expr.func) if isinstance(expr, ast.Call) else None
        return found[1] if found is not None and found[0] in ("ext", "mem") else None

    def value_of(self, expr: ast.AST) -> Any:
        """The constant that an expression is, through names and modules of the project; UNKNOWN otherwise."""
        return value_of(self._types, self._summary, self._module.expression(expr))

    def module_variable(self, expr: ast.AST) -> str | None:
        """The variable of a module of the project that a name or `module.name` is, of this file or of another:
        "app/state.py:hits"."""
        return variable_of(self._types, self._summary, self._module.expression(expr))

    def default_of(self, expr: ast.AST) -> Any:
        """The constant that a field of a settings class or model has until somebody sets it; UNKNOWN otherwise."""
        if not isinstance(expr, ast.Attribute):
            return UNKNOWN
        held = without_none(self._eval(expr.value))
        found = self._types.members(held[1], expr.attr) if held is not None and held[0] == "inst" else None
        if found is None or found[1] is None or not found[2]:
            return UNKNOWN
        fact = found[1].table[found[2][-1]]
        if fact[0] != ":" or fact[2] is None:
            return UNKNOWN
        default = fact[2]
        if default[0] == "c":
            called = self._types.qualified(self._types.eval(found[1], default[1])) or ""
            if called.rpartition(".")[2] != "Field":
                return UNKNOWN
            default = next((value for key, value in default[3] if key == "default"), None) or next(
                iter(default[2]), None
            )
        return UNKNOWN if default is None else value_of(self._types, found[1], default)

    def keywords(self, call: ast.Call) -> list[tuple[str, ast.expr]] | None:
        """What a call passes by keyword, dictionaries written out in this file unpacked; None when not all is known."""
        return Dictionaries(self).keywords(call)

    def entries(self, expr: ast.expr) -> list[tuple[str, ast.expr]] | None:
        """The keys and values of a dictionary that is written out in this function; None when not all are known.

        The value of a key that is only added under a condition is the literal `...`.
        """
        return Dictionaries(self).entries(expr)

    def unverified(self, node: ast.Call | ast.Assign) -> Iterator[Switch]:
        """How a call or assignment tells a library to accept every certificate, whatever the value is then; the value
        is literal, or the literal default of a setting."""
        return Certificates(self, self._project, self._eval).unverified(node)

    def module_name(self, module: str, node: ast.AST) -> tuple[str, tuple[Edit, ...]] | None:
        """The name under which `node` can use a top-level module, and the edits that import it, if that is missing.

        None when the name already means something else there.
        """
        return Naming(self, self._module).module_name(module, node)

    def definition_of(self, expr: ast.AST) -> Definition | None:
        """The project's function or class that an expression refers to."""
        found = self._eval(expr)
        if found is None or found[0] not in ("func", "bound", "type") or ":" not in found[1]:
            return None
        return self._definition(found[1])

    def is_bounded(self, function: ast.FunctionDef | ast.AsyncFunctionDef, name: str) -> bool:
        """Whether a function keeps its parameter small: it compares it from above, takes the smaller of it and another,
        hands it to a function of the project that does, or passes it on to somebody else and does nothing with it."""
        from .project.bounds import is_bounded, is_relayed

        return is_relayed(function, name) or is_bounded(self._types, self._module, function, name)

    def definition_at(self, node: ast.AST) -> Definition | None:
        """The same of a `def` of this file, or of an expression that names one."""
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            return self._definition(self._symbol(node))
        return self.definition_of(node)

    def constructor_of(self, expr: ast.AST) -> Definition | None:
        """The `__init__` that a class expression is constructed by, if it is the project's."""
        found = self._eval(expr)
        if found is None or found[0] != "type" or ":" not in found[1]:
            return None
        member = self._types.members(found[1], "__init__")
        if member is None or member[1] is None:
            return None
        fact = member[1].table[member[2][-1]]
        return self._definition(f"{member[1].path}:{fact[1]}") if fact[0] == "def" else None

    def class_value(self, expr: ast.AST, name: str) -> Any:
        """The constant that a class (its own or an inherited project class) binds `name` to; UNKNOWN otherwise."""
        return value_of(self._types, self._summary, ("a", self._module.expression(expr), name))

    def calls_of(self, definition: Definition) -> list[HelperCall]:
        """What a function of the project calls in its own body, and which of its parameters go into each call."""
        own = self._types.function(definition.symbol)
        if own is None:
            return []
        summary, function = own
        return [
            HelperCall(
                name, frozenset(parameters_in(summary, function.qualname, expr)), line, len(expr[2]) + len(expr[3])
            )
            for expr, line, _, _ in function.calls
            if (name := self._types.qualified(self._types.eval(summary, expr[1]))) is not None
        ]

    def unknown_takers(self, function: ast.AST, parameter: str) -> set[str]:
        """The last names of what is not known and is given a parameter of a function of this file, over any number of
        calls: who looks at a request there, nobody can tell."""
        return set(self._project.passing.unknown_takers(self._symbol(function), parameter))

    def handed_on(self, call: ast.Call, aim: Aim) -> list[HandedOn]:
        """The arguments of a call of a project function whose text gets into calls of a kind, over any number of calls
        and modules."""
        passing = self._project.passing
        target = passing.bound(self._eval(call.func))
        arrivals = passing.arrivals(target[0], aim) if target is not None else {}
        if target is None or not arrivals:
            return []
        from .project.passing import given_to

        keywords = [(keyword.arg, keyword.value) for keyword in call.keywords]
        found = []
        for parameter, given in given_to(target[1], call.args, keywords):
            if (arrival := arrivals.get(parameter)) is not None:
                last = arrival.chain[-1]
                names = [target[0].rpartition(":")[2], *(link.name for link in arrival.chain[:-1])]
                text = " → ".join([*map(_leaf, names), f"{_short(last.name)} {last.path}:{last.line}"])
                related = tuple(Related(link.path, link.line, f"calls `{_short(link.name)}`") for link in arrival.chain)
                typed = passing.is_typed(target[0], parameter)
                found.append(
                    HandedOn(
                        given, parameter, arrival.name, arrival.steps, text, related, typed, passing.is_guarded(last)
                    )
                )
        return found

    def templates_of(self, name: str) -> list[tuple[str, str, int]]:
        """The names of the templates that the project asks a variable of this module, an environment of Jinja, for,
        with file and line."""
        from .project.templates import templates_of

        return templates_of(self._types, self.path, name)

    def handles(self, function: ast.AST) -> tuple[str, ...]:
        """The qualified names of the exceptions that a function of this file is registered for by a call anywhere in
        the project."""
        return self._project.passing.handlers.get(self._symbol(function), ())

    @property
    def handled_errors(self) -> frozenset[str]:
        """What handlers of exceptions are registered for anywhere in the project, as it is written: classes, variables
        or numbers; "*" when a middleware answers for every exception, with something else than 500."""
        return frozenset(self._project.injection.handled())

    def callers(self, function: ast.AST) -> list[Caller]:
        """Where the project surely calls a function of this file."""
        found = []
        for summary, caller, call in self._project.passing.callers(self._symbol(function)):
            earlier = [self._types.eval(summary, expr[1]) for expr, line, *_ in caller.calls if line < call.line]
            symbols = [each[1] for each in earlier if each is not None and each[0] in ("func", "bound")]
            names = tuple(name for each in earlier if (name := self._types.qualified(each)) is not None)
            called = tuple(one for symbol in symbols if (one := self._definition(symbol)) is not None)
            found.append(Caller(summary.path, call.line, names, called))
        return found

    def served_by(self, function: ast.AST) -> Related | None:
        """The call of a function of this file in a route or dependency of the project, which it names; None when none
        surely calls it itself."""
        from .project.serving import served

        found = served(self._project.passing, self._project.injection, self._symbol(function))
        return None if found is None else Related(found.path, found.line, _leaf(found.name))

    def built_for_requests(self, definition: ast.ClassDef) -> Related | None:
        """The dependency or route that makes an object of a class of this file for each request, which it names."""
        from .project.serving import built

        found = built(self._project.passing, self._project.injection, self._symbol(definition))
        return None if found is None else Related(found.path, found.line, _leaf(found.name))

    def runs_in_service(self, function: ast.AST) -> bool:
        """Whether a function of this file is known to run for a request or on the event loop of a service: a route, a
        dependency, or what one of these or a coroutine there surely calls itself."""
        if self.registered_as(function) is not None or any(route.function is function for route in self.routes):
            return True
        project, symbol = self._project, self._symbol(function)
        if project.injection.is_dependency(symbol) or self.served_by(function) is not None:
            return True
        return any(
            bool(caller.flags & ASYNC) and not project.execution.apart(f"{summary.path}:{caller.qualname}")
            for summary, caller, _ in project.passing.callers(symbol)
        )

    def unpacks(self, words: re.Pattern[str]) -> Related | None:
        """Where the project unpacks an archive, in a file that fetches something and speaks of what `words` matches."""
        from .project.unpacking import unpacked

        found = unpacked(self._project.modules, words)
        return None if found is None else Related(*found, "what was fetched is unpacked")

    def may_fail(self, definition: Definition) -> bool:
        """Whether an exception from outside is known to be possible that leaves a project function: it waits for the
        network, a disk or a database, itself or in functions that it calls."""
        from .project.failing import may_fail

        return may_fail(self._types, self._project.knowledge, definition.symbol)

    def is_endless(self, definition: Definition) -> bool:
        """Whether a project function surely runs for ever: it holds a `while True` that it does not leave."""
        from .project.guarding import is_endless, node_of

        function = node_of(self._project.modules, definition.symbol)
        return function is not None and is_endless(function)

    def ends_what_it_yields(self, definition: Definition) -> bool:
        """Whether a project function with `yield` does something about what it gave when the caller is done: a `with`
        is around the `yield`, or code for cleaning up behind it."""
        from .project.guarding import ends_what_it_yields, node_of

        function = node_of(self._project.modules, definition.symbol)
        return function is not None and ends_what_it_yields(function)

    def uses_objects(self, definition: Definition, *classes: str) -> bool:
        """Whether a project function, or one that it calls, uses an instance of these classes that its module or an
        object keeps: a semaphore, a cache."""
        return self._project.injection.uses(definition.symbol, frozenset(classes))

    def leads_to(self, definition: Definition, names: frozenset[str], depth: int = 2) -> bool:
        """Whether a project function calls one of these library functions, itself or over a few calls."""
        own = self._types.function(definition.symbol)
        if own is None:
            return False
        summary, function = own
        for fact in function.calls:
            called = self._types.eval(summary, fact[0][1])
            if self._types.qualified(called) in names:
                return True
            if depth and called is not None and called[0] in ("func", "bound") and called[1] != definition.symbol:
                inner = self._definition(called[1])
                if inner is not None and self.leads_to(inner, names, depth - 1):
                    return True
        return False

    def gets_input(self, function: ast.AST) -> bool:
        """Whether a route or dependency of another file surely calls a function of this file with something that it was
        given itself."""
        from .project.guarding import node_of

        for summary, caller, call in self._project.passing.callers(self._symbol(function)):
            symbol = f"{summary.path}:{caller.qualname}"
            if summary.path == self.path or not parameters_in(summary, caller.qualname, call.expr):
                continue
            if self._project.injection.is_dependency(symbol):
                return True
            node = node_of(self._project.modules, symbol)
            written = [] if node is None else [each.func for each in node.decorator_list if isinstance(each, ast.Call)]
            if any(isinstance(each, ast.Attribute) and each.attr in _REGISTERING for each in written):
                return True
        return False

    def protocol_calls(self, names: frozenset[str]) -> list[ast.Call]:
        """The calls in this file that run one of these functions, or are given one to run it. Names are qualified, as
        "app.ocr.Client.*"; a bare one is any function that is called so. What these functions do themselves is left
        out."""
        protocols = self._project.protocols
        leaves = {name.rpartition(".")[2] for name in names}
        if not any(leaf == "*" or leaf in self.text for leaf in leaves) and " as " not in self.text:
            return []
        return [
            call
            for call in protocols.calls(self._module, self.tree, names)
            if not any(
                protocols.is_one(self._symbol(function), names)
                for function in self.ancestors(call)
                if isinstance(function, (ast.FunctionDef, ast.AsyncFunctionDef))
            )
        ]

    def unguarded(
        self, call: ast.Call, first: frozenset[str], only_with: frozenset[str] = frozenset()
    ) -> tuple[Related, ...] | None:
        """The calls, outermost last, by which a request gets to a call without one of `first` having completed. None:
        it does not, or that is not known. With `only_with`, one of these must be reached on the way as well."""
        protocols = self._project.protocols
        chain = protocols.unguarded(self._module, call, first, only_with=only_with)
        if chain is None or protocols.required_by_application(chain, first):
            return None
        return tuple(Related(each.path, each.line, f"reached in `{each.qualname}`") for each in chain)

    def unfollowed(self, call: ast.expr | ast.stmt, then: frozenset[str]) -> tuple[Related, ...] | None:
        """The functions that return after a call or statement without one of `then` having run, outermost last. None:
        none does, or that is not known. Ways that an exception takes, or that depend on the result of the call, do
        not count."""
        chain = self._project.protocols.unfollowed(self._module, call, then)
        if chain is None:
            return None
        return tuple(Related(each.path, each.line, f"not followed in `{each.qualname}`") for each in chain)

    def unhandled(self, call: ast.Call, expected: str) -> tuple[Related, ...] | None:
        """The functions, outermost last, that an expected failure of a call leaves: an exception by its name, or words
        that a handler looks for. None: somebody handles it, or that is not known."""
        chain = self._project.protocols.unhandled(self._module, call, expected)
        if chain is None:
            return None
        return tuple(Related(each.path, each.line, f"leaves `{each.qualname}`") for each in chain)

    def always_given(self, function: ast.AST, parameter: str, names: frozenset[str]) -> bool:
        """Whether a function of this file has callers, and all of them give it for a parameter what one of these
        functions made."""
        return self._project.protocols.always_given(self._symbol(function), parameter, names)

    def surely_runs(self, expr: ast.AST, names: frozenset[str]) -> bool:
        """Whether an expression refers to one of these functions, or to one of the project that only returns after one
        of them has completed."""
        protocols = self._project.protocols
        if protocols.named(self._module, expr, names):
            return True
        symbol = protocols.symbol(self._module, expr)
        return symbol is not None and protocols.surely(symbol, names)

    def refers_to(self, expr: ast.AST, names: frozenset[str]) -> bool:
        """Whether an expression refers to one of these, or a `def` or `class` is one; names as of `protocol_calls`."""
        protocols = self._project.protocols
        if isinstance(expr, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            return protocols.is_one(self._symbol(expr), names)
        return protocols.named(self._module, expr, names)

    def fixed_status(self, cls: ast.AST) -> int | None:
        """The status that an exception class of the project always answers with; None where it is given or unknown."""
        return self._project.protocols.fixed_status(self._module, cls)

    def dotted(self, definition: ast.AST) -> str:
        """The qualified name of a `def` or `class` of this file: "app.jobs.Report.run"."""
        return self._types.dotted(self._symbol(definition))

    def dotted_name(self, symbol: str) -> str:
        """The qualified name of what has a symbol: "app/models.py:Page" is "app.models.Page"."""
        return self._types.dotted(symbol)

    def entity_at(self, definition: ast.ClassDef) -> Entity | None:
        """The database model that a class of this file declares."""
        return self.database.entity(self._symbol(definition))

    def holder(self, attribute: ast.Attribute) -> str | None:
        """The dotted name of the database model whose column an attribute is."""
        ref = self.database.reference(attribute)
        return None if ref is None or ref.column is None else self._types.dotted(ref.entity.symbol)

    def migrated_unique(self, table: str, columns: tuple[str, ...]) -> bool | None:
        """Whether some migration makes these columns of a table unique. None: none creates the table, or it is not
        known what they do."""
        return self._project.protocols.migrated_unique(table, columns)

    def entities_fetched(self, definition: Definition) -> list[tuple[tuple[Exposed, ...], int]]:
        """The database entities that a function of the project fetches in its own body, `session.get(Order, key)` or
        `select(Order)`: their fields, and the line."""
        own = self._types.function(definition.symbol)
        if own is None:
            return []
        summary, function = own
        found = []
        for (_, callee, arguments, *_), line, _, _ in function.calls:
            leaf = callee[2] if callee[0] == "a" else callee[1] if callee[0] == "g" else ""
            if leaf in ("get", "get_one", "select", "query") and arguments:
                entity = self._types.eval(summary, arguments[0])
                if entity is not None and entity[0] == "type":
                    fields = self._project.exposure.exposed(("inst", entity[1], ()))
                    found.append((tuple(field for field in fields if field.entity), line))
        return found

    def _definition(self, symbol: str) -> Definition | None:
        dotted = self._types.dotted(symbol)
        own = self._types.function(symbol)
        if own is not None:
            summary, function = own
            names = tuple(parameter[0] for parameter in function.parameters)
            optional = tuple(
                parameter[0] for parameter in function.parameters if parameter[3] is not None or parameter[1] in (2, 4)
            )
            flags = function.flags
            return Definition(
                symbol,
                summary.path,
                function.line,
                function.qualname,
                dotted,
                False,
                bool(flags & ASYNC),
                bool(flags & GENERATOR),
                names,
                optional,
            )
        cls = self._types.project_class(symbol)
        if cls is None:
            return None
        return Definition(symbol, cls[0].path, cls[1].line, cls[1].qualname, dotted, True, False, False, (), ())

    # Models and parameters

    def fields(self, expr: ast.AST) -> tuple[Field, ...]:
        """The annotated fields of the project class that `expr` is an instance of or names; inherited ones included."""
        cls = self._class_of(expr)
        return self._project.requests.fields(cls) if cls is not None else ()

    def field_names(self, expr: ast.AST) -> list[str]:
        """Their names alone, which are known without a look at their types."""
        cls = self._class_of(expr)
        return self._project.requests.field_names(cls) if cls is not None else []

    def _class_of(self, expr: ast.AST) -> str | None:
        """The symbol of a class of this file, or of that which `expr` is an instance of or names."""
        if isinstance(expr, ast.ClassDef):
            return self._symbol(expr)
        found = without_none(self._eval(expr))
        return found[1] if found is not None and found[0] in ("inst", "type") else None

    def writes_itself(self, expr: ast.AST) -> bool:
        """Whether the class of the project that `expr` is an instance of says by `__str__` what it is as a text."""
        found = without_none(self._eval(expr))
        if found is None or found[0] != "inst" or ":" not in found[1]:
            return False
        own = self._types.members(found[1], "__str__")
        return own is not None and own[1] is not None

    def exposed_fields(self, expr: ast.AST, *, value: bool = False) -> tuple[Exposed, ...]:
        """The fields that an answer shows of the project's classes in an annotation, or of those that a `value`
        holds."""
        found = self._eval(expr) if value else self._types.annotation(self._summary, self._module.expression(expr))
        return self._project.exposure.exposed(found)

    def declared_class(self, annotation: ast.AST) -> str | None:
        """Qualified name of the class that an annotation is about, in quotes or not, `None` apart: "builtins.list"."""
        found = without_none(self._types.annotation(self._summary, self._module.expression(annotation)))
        return self._types.dotted(found[1]) if found is not None and found[0] == "inst" else None

    def is_request_model(self, definition: ast.ClassDef) -> bool:
        """Whether a route of the project takes this class as its body, directly or as a part of another model."""
        return self._project.requests.is_request_model(self._symbol(definition))

    def is_patch_model(self, definition: ast.ClassDef) -> bool:
        """Whether a route of PATCH takes this class itself as its body."""
        return self._project.requests.is_used(self._symbol(definition), "patch")

    def model(self, definition: ast.ClassDef) -> Model | None:
        """A class of this file as a model with fields: of Pydantic, a dataclass, a TypedDict."""
        return self._project.schemas.model(self._symbol(definition))

    def model_uses(self, definition: ast.ClassDef) -> frozenset[str]:
        """request, response and settings, as far as routes and bases make a class of this file that."""
        return self._project.schemas.uses(self._symbol(definition))

    def model_named(self, expr: ast.AST) -> Model | None:
        """The model that an expression names, as in `Order(...)`."""
        definition = self.definition_of(expr)
        return (
            self._project.schemas.model(definition.symbol) if definition is not None and definition.is_class else None
        )

    def validated(self, model: Model) -> frozenset[str]:
        """The fields of a model that validators of its class or its bases look at; "*" for all of them."""
        return self._project.schemas.checked(model.symbol)

    def model_of(self, schema: Schema) -> Model | None:
        """The model that a type is, a generic one with its arguments."""
        return self._project.schemas.model(schema.name, schema.items) if schema.kind == "model" else None

    def schema(self, annotation: ast.AST) -> Schema:
        """An annotation as JSON knows it."""
        return self._project.schemas.schema(self._summary, self._module.expression(annotation))

    @property
    def pydantic(self) -> int | None:
        """The major version of Pydantic that the project is written for, as far as its code and files tell."""
        return self._project.schemas.known_version

    @property
    def import_cycles(self) -> list[tuple[tuple[str, ...], list[tuple[int, str]]]]:
        """The cycles of modules that this file is in, and where it imports others of each: line and path."""
        graph = self._project.imports
        return [(cycle, graph.lines(self.path, cycle)) for cycle in graph.cycles if self.path in cycle]

    @property
    def too_early(self) -> list[TooEarly]:
        """The imports of this file that fail when the module they name is imported first."""
        return list(self._project.imports.too_early(self.path))

    def made_by(self, expr: ast.expr) -> ast.Call | None:
        """The call that makes what a variable of a module of the project holds, of this one or of another, or what an
        attribute of the object itself holds, if its class assigns it once."""
        local = [each for each in self.values(expr) if isinstance(each, ast.Call)]
        if local:
            return local[0] if len(local) == 1 else None
        match expr:
            case ast.Attribute(value=ast.Name(id="self"), attr=attribute):
                return self._made_for(attribute, expr)
        path, _, name = (self.module_variable(expr) or "").rpartition(":")
        module = self._project.modules.lent(path) if path and path != self.path else None
        for statement in module.tree.body if module is not None else ():
            match statement:
                case ast.Assign(targets=[ast.Name(id=target)], value=ast.Call() as made) if target == name:
                    return made
                case ast.AnnAssign(target=ast.Name(id=target), value=ast.Call() as made) if target == name:
                    return made
        return None

    def _made_for(self, attribute: str, node: ast.AST) -> ast.Call | None:
        """The call whose value the class around a node assigns to `self.attribute`."""
        owner = self.enclosing(node, ast.ClassDef)
        values: list[ast.expr | None] = []
        for statement in self.nodes(ast.Assign, ast.AnnAssign):
            targets = statement.targets if isinstance(statement, ast.Assign) else [statement.target]
            for target in targets:
                match target:
                    case ast.Attribute(value=ast.Name(id="self"), attr=name) if name == attribute:
                        if self.enclosing(statement, ast.ClassDef) is owner:
                            values.append(statement.value)
        made = values[0] if len(values) == 1 else None
        return made if isinstance(made, ast.Call) else None

    def project_mentions(self, *words: str) -> bool:
        """Whether the text of some file of the project holds one of these words: for looking elsewhere before an
        absence is reported."""
        return bool(self._project.modules.mentioning_any(tuple(word.encode() for word in words)))

    def is_masked(self, name: str) -> bool:
        """Whether the project somewhere gives what is called so a mask for a value: `{"password": settings.masked}`."""
        pattern = re.compile(rf"\b{re.escape(name)}\b[\"']?\]?\s*[:=]\s*[^,\n]{{0,60}}(?:mask|redact)".encode(), re.I)
        modules = self._project.modules
        return any(pattern.search(modules.bytes_of(path) or b"") for path in modules.mentioning_any(_MASKS))

    def derives_from(self, definition: ast.ClassDef, *names: str) -> bool | None:
        """Whether a class defined in this file derives from one of these classes."""
        return self._types.is_subclass(self._symbol(definition), names)

    def parameter_source(self, function: ast.AST, name: str) -> str | None:
        """What FastAPI fills a parameter from, were the function a route or dependency.

        path, query, header, cookie, body, form, file, depends or special (Request, Response …); None when not known.
        """
        facts = self._summary.functions.get(self._module.index.by_node[function].qualname)
        if facts is None:
            return None
        for position, parameter in enumerate(facts[4]):
            if parameter[0] == name:
                return self._project.requests.source(self._summary, Function._make(facts), position)
        return None

    def _symbol(self, definition: ast.AST) -> str:
        return f"{self.path}:{self._module.index.by_node[definition].qualname}"

    # Local data flow

    def values(self, expr: ast.AST) -> list[ast.AST]:
        """The expression and, for local names, what was assigned to them and can reach it, transitively."""
        found: list[ast.AST] = []
        pending = [expr]
        while pending:
            current = pending.pop()
            if current in found:
                continue
            found.append(current)
            match current:
                case ast.Name():
                    pending.extend(self.assigned(current))
                case ast.IfExp():
                    pending += [current.orelse, current.body]
                case ast.BoolOp():
                    pending += reversed(current.values)
                case ast.NamedExpr() | ast.Await():
                    pending.append(current.value)
        return found

    def assigned(self, name: ast.Name) -> list[ast.AST]:
        index = self._module.index
        scope = index.scope_of(name)
        owner = scope_binding(index, scope, name.id)
        if owner is None:
            return []
        if owner.frame() is scope.frame():
            bindings = reaching(index, owner, name.id, name)
        else:
            bindings = bindings_of(index, owner).get(name.id, [])
        found: list[ast.AST] = []
        for binding in bindings:
            if binding.kind == "assign" and not binding.path:
                found.append(binding.node)
            elif binding.kind == "annotate" and binding.node.value is not None:
                found.append(binding.node.value)
        return found

    def binding_nodes(self, name: ast.Name) -> list[ast.AST]:
        """The nodes that bind a name where it is used: handler, parameter, definition, assigned value, loop iterable
        …"""
        index = self._module.index
        scope = index.scope_of(name)
        owner = scope_binding(index, scope, name.id)
        if owner is None:
            return []
        same = owner.frame() is scope.frame()
        found = reaching(index, owner, name.id, name) if same else bindings_of(index, owner).get(name.id, [])
        return [binding.node if isinstance(binding.node, ast.AST) else binding.place for binding in found]

    def is_read(self, name: str, node: ast.AST) -> bool:
        """Whether the variable that `name` means at `node` is read anywhere; True for those that others may read."""
        index = self._module.index
        scope = scope_binding(index, index.scope_of(node), name)
        if scope is None or scope.frame().kind != "function":
            return True
        if self._reads is None:
            self._reads = {}
            for use in index.nodes(ast.Name):
                if not isinstance(use.ctx, ast.Store):
                    self._reads.setdefault(use.id, []).append(use)
        return any(
            scope_binding(index, index.scope_of(use), name) is scope for use in self._reads.get(name, ())
        ) or any(name in statement.names for statement in index.nodes(ast.Nonlocal))

    def mentions(self, expr: ast.AST, variable: str) -> bool:
        """Whether the value is computed from the local `variable`, also through other local names."""
        seen: set[ast.AST] = set()
        pending = [expr]
        while pending:
            for node in self.within(pending.pop(), ast.Name):
                if node in seen or not isinstance(node.ctx, ast.Load):
                    continue
                seen.add(node)
                if node.id == variable:
                    return True
                pending.extend(self.assigned(node))
        return False

    def flow(self, function: ast.AST) -> Flow:
        """Control-flow questions about a function."""
        if function not in self._flows:
            from .module.flow import Flow

            self._flows[function] = Flow(function)  # type: ignore[arg-type]
        return self._flows[function]

    # Untrusted input

    def reached(self, code: str) -> list[Reached]:
        """What untrusted input reaches of the calls that rule `code` reports, by place."""
        if self._reached is None:
            self._reached = self._project.taint.findings(self._module)
        from .knowledge.flows import SINKS

        found = [self._told_reached(each) for each in self._reached if SINKS[each.kind] == code]
        return [each for each in found if each is not None]

    def sinks(self) -> dict[str, int]:
        """Rule → how many calls of this file are such that untrusted input must not reach them."""
        from .knowledge.flows import SINKS

        found: dict[str, int] = {}
        for call in self.nodes(ast.Call):
            name = self.name_of(call.func)
            for code in {SINKS[sink.kind] for sink in self._project.knowledge.flows.sinks(name)} if name else ():
                found[code] = found.get(code, 0) + 1
        return found

    def sink_calls(self, kind: str) -> list[tuple[ast.Call, ast.expr, str]]:
        """The calls which an input of a kind must not reach (see knowledge/flows.py), whatever they are given, the
        argument that counts, and the name of what is called."""
        found = []
        flows = self._project.knowledge.flows
        leaves = flows.leaves(kind)
        if self._aliases is None:
            self._aliases = frozenset(_ALIAS.findall(self.text))
        for call in self.nodes(ast.Call):
            leaf = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
            if leaf not in leaves and not (isinstance(call.func, ast.Name) and leaf in self._aliases):
                continue
            name = self.resolved(call)
            for sink in flows.sinks(name) if name is not None else ():
                if sink.kind != kind or not self._meets(call, sink.condition):
                    continue
                places = ((each, "") if isinstance(each, int) else (-1, each) for each in sink.arguments)
                given = next((node for at, by in places if (node := self.argument(call, at, by)) is not None), None)
                if given is not None and name is not None:
                    found.append((call, given, name))
                    break
        return found

    def _meets(self, call: ast.Call, condition: str) -> bool:
        """See Sink.condition."""
        if condition.startswith("!"):
            return not any(each.arg in condition[1:].split("|") for each in call.keywords)
        keyword, sign, wanted = condition.partition("=" if "=" in condition else "~")
        given = self.argument(call, -1, keyword) if sign else None
        if given is None:
            return not sign
        value = self.value_of(given)
        text = self.source(given) if value is UNKNOWN else str(value)
        return text == wanted if sign == "=" else wanted.lower() in text.lower()

    def _told_reached(self, finding: Finding) -> Reached | None:
        node = self._module.node_at(finding.line, finding.column)
        if node is None:
            return None
        from .project.taint.telling import told

        words = told(finding, self._project.authentication, self._project.requests)
        whom = ", for administrators only" if words.administrators else ""
        return Reached(
            node,
            words.input,
            f" ({words.route}{whom})" if words.route else "",
            words.sink,
            words.chain,
            tuple(Related(*step) for step in finding.steps),
            words.example,
            finding.kind,
            words.administrators,
            sum(step.text.startswith("is given to ") for step in finding.steps),
            words.privileges,
            finding.part[-1].strip(".[]") if finding.part else finding.source.name,
            not finding.led,
            finding.beside,
            finding.source.kind,
        )

    # Logging

    def logs(self, node: ast.AST | Iterable[ast.AST]) -> list[Logging]:
        """The logging calls that run within `node`."""
        return [found for call in self.within(node, ast.Call) if (found := self.logging_call(call)) is not None]

    def logging_call(self, call: ast.Call) -> Logging | None:
        """Whether a call logs: the standard library, loguru, structlog, or a thing of unknown type called a logger."""
        function = call.func
        if not isinstance(function, ast.Attribute) or function.attr not in _LEVELS:
            return None
        name = self.name_of(function)
        if name is not None:
            owner = name.rpartition(".")[0]
            known = owner in ("logging", "loguru.logger") or self._types.is_subclass(owner, _LOGGERS)
            if not known and not owner.rpartition(".")[2].lower().endswith("logger"):
                return None
        else:
            receiver = function.value
            last = (
                receiver.attr
                if isinstance(receiver, ast.Attribute)
                else receiver.id
                if isinstance(receiver, ast.Name)
                else ""
            )
            if isinstance(receiver, ast.Call):
                last = (
                    receiver.func.attr if isinstance(receiver.func, ast.Attribute) else getattr(receiver.func, "id", "")
                )
            if not _LOGGER_NAMES.search(last):
                return None
        level = _LEVELS[function.attr]
        if function.attr == "log" and call.args:
            given = self.value_of(call.args[0])
            written = given if isinstance(given, str) else getattr(call.args[0], "attr", "")
            level = given if isinstance(given, int) else _LEVELS.get(written.lower(), 0)
        return Logging(call, level, function.attr)

    def raises(self, node: ast.AST | Iterable[ast.AST]) -> list[ast.Raise]:
        return self.within(node, ast.Raise)

    # The application

    @property
    def routes(self) -> list[Route]:
        """The functions of this file that it registers as HTTP routes, by a decorator or by `add_api_route`."""
        if self._routes is None:
            self._routes = self._find_routes()
        return self._routes

    def _find_routes(self) -> list[Route]:
        found = list(self._added_routes()) if ".add_api_route(" in self.text else []
        for function in self.nodes(ast.FunctionDef, ast.AsyncFunctionDef):
            for decorator in function.decorator_list:
                if not isinstance(decorator, ast.Call):
                    continue
                name = self.name_of(decorator.func)
                row = self._project.knowledge.route(name) if name else None
                if row is None or row.kind != "route":
                    continue
                path = self.argument(decorator, 0, "path")
                text = self.value_of(path) if path is not None else None
                found.append(
                    Route(
                        function,
                        row.methods or self._methods(decorator),
                        text if isinstance(text, str) else None,
                        decorator,
                    )
                )
        return found

    def _added_routes(self) -> Iterator[Route]:
        """What calls of `add_api_route` register functions and methods of this file for."""
        functions = {each.lineno: each for each in self.nodes(ast.FunctionDef, ast.AsyncFunctionDef)}
        for call in self.nodes(ast.Call):
            if not isinstance(call.func, ast.Attribute) or call.func.attr != "add_api_route":
                continue
            endpoint = self.argument(call, 1, "endpoint")
            target = self.definition_of(endpoint) if endpoint is not None else None
            if target is None or target.is_class or target.path != self.path or target.line not in functions:
                continue
            if self.is_a(call.func.value, "fastapi.FastAPI", "fastapi.APIRouter"):
                given = self.argument(call, -1, "methods")
                methods = ("GET",) if given is None else self._methods(call)
                path = self.argument(call, 0, "path")
                text = self.value_of(path) if path is not None else None
                yield Route(functions[target.line], methods, text if isinstance(text, str) else None, call)

    def _methods(self, decorator: ast.Call) -> tuple[str, ...]:
        given = self.argument(decorator, -1, "methods")
        value = self.value_of(given) if given is not None else UNKNOWN
        return tuple(str(method).upper() for method in value) if isinstance(value, (list, tuple)) else ()

    @property
    def application(self) -> tuple[RouteRow, ...]:
        """Every route of every application of the project, with full path and all dependencies."""
        return self._project.application.rows

    @property
    def endpoints(self) -> list[Endpoint]:
        """The functions of this file that handle routes, with the routes of the applications that lead to them."""
        if self._endpoints is None:
            functions: dict[int, FunctionNode] = {
                f.lineno: f for f in self.nodes(ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)
            }
            rows: dict[int, list[RouteRow]] = {}
            for row in self._project.application.rows_in(self.path):
                if row.line in functions:
                    rows.setdefault(row.line, []).append(row)
            self._endpoints = [Endpoint(functions[line], tuple(found)) for line, found in sorted(rows.items())]
        return self._endpoints

    def protection(self, row: RouteRow) -> Protection:
        """What authenticates before or while a route is handled: its level (see
        project/application/authentication.py) and a name."""
        return self._project.authentication.protection(row)

    def privileges(self, node: ast.AST) -> str:
        """What somebody has to have to request the routes that the function around `node` handles, see
        Violation.privileges; empty if it handles none."""
        from .project.taint.telling import privileges

        function = self.function(node)
        rows = next((each.rows for each in self.endpoints if each.function is function), ())
        return privileges(rows, self._project.authentication)

    def middleware_values(self, call: ast.Call) -> list[dict[str, Any]]:
        """What the call that adds a middleware passes by keyword, each time the assembly of an application comes by;
        unknown values left out."""
        application = self._project.application
        return [
            application.plain(each)
            for each in application.middlewares
            if each.file == self.path and each.line == call.lineno
        ]

    def middleware_names(self, row: RouteRow) -> list[str]:
        """The middlewares around the application of a route, by name."""
        return [each.name for each in self._project.application.middleware(row.app)]

    def routes_behind(self, call: ast.Call) -> list[RouteRow]:
        """The routes of the applications to which a call adds a middleware."""
        application = self._project.application
        apps = {row.app for row in application.rows}
        inside = {
            app
            for app in apps
            if any(each.file == self.path and each.line == call.lineno for each in application.middleware(app))
        }
        return [row for row in application.rows if row.app in inside]

    def siblings(self, row: RouteRow, *, everywhere: bool = False) -> list[RouteRow]:
        """The routes registered in the same file as `row` (or anywhere) for the same application, itself included."""
        return self._project.authentication.siblings(row.app, "" if everywhere else row.registered_at[0])

    # The design of routes

    def habits(self, row: RouteRow) -> Habits:
        """What the routes of the application of `row` do in common."""
        return self._project.application.habits(row.app, row.mounted_at)

    def parameters(self, function: ast.AST) -> tuple[RequestParameter, ...]:
        """The parameters of a function, were it a route or dependency, with what `Query(…)` and the like say of
        them."""
        facts = self._summary.functions.get(self._module.index.by_node[function].qualname)
        return self._project.requests.parameters(self._summary, Function._make(facts)) if facts is not None else ()

    def inputs(self, row: RouteRow) -> Inputs:
        """What a route of `application`, with all its dependencies, takes from a request."""
        return self._project.application.inputs(row)

    def conflicts(self, kind: str) -> list[Conflict]:
        """The routes handled in this file that an earlier one is in the way of: "shadowed", "duplicates",
        "operations"."""
        return list(self._project.application.conflicts(kind, self.path))

    @property
    def late_registrations(self) -> list[Late]:
        """What this file registers on routers after they were included, where the project's FastAPI ignores it."""
        return [late for late in self._project.application.late() if late.file == self.path]

    @staticmethod
    def argument(call: ast.Call, position: int, keyword: str = "") -> ast.expr | None:
        """The argument of a call at `position` (-1: none) or by `keyword`."""
        for given in call.keywords:
            if keyword and given.arg == keyword:
                return given.value
        before = call.args[: position + 1]
        if 0 <= position < len(call.args) and not any(isinstance(arg, ast.Starred) for arg in before):
            return call.args[position]
        return None

    def registered_as(self, function: ast.AST) -> str | None:
        """How FastAPI or Starlette runs a function by its decorators: route, websocket, middleware,
        exception_handler, event."""
        kinds = (self.registers_as(decorator) for decorator in getattr(function, "decorator_list", ()))
        return next((kind for kind in kinds if kind is not None), None)

    def registers_as(self, decorator: ast.expr) -> str | None:
        """The same of one decorator."""
        name = self.name_of(decorator.func if isinstance(decorator, ast.Call) else decorator)
        row = self._project.knowledge.route(name) if name else None
        return row.kind if row is not None else None

    def replaces_answer(self, function: ast.AST) -> bool:
        """Whether a decorator of a route may answer with something else than the function returns; True for those that
        are not known."""
        return any(
            self.registers_as(decorator) is None and self._replaces_answer(decorator)
            for decorator in getattr(function, "decorator_list", ())
        )

    def _replaces_answer(self, decorator: ast.expr) -> bool:
        callee = decorator.func if isinstance(decorator, ast.Call) else decorator
        definition = self.definition_of(callee)
        if definition is not None:
            return replaces_answer(self._types, definition.symbol)
        name = self.name_of(callee)
        return name is None or self._project.knowledge.decorator(name) is None

    # Injection

    def version(self, package: str) -> tuple[int, int] | None:
        """The version (major, minor) of fastapi, starlette … that the project runs with, as far as it says so."""
        from .config import versions

        return versions(self._project.config).get(package)

    @property
    def target_version(self) -> tuple[int, int] | None:
        """The oldest Python that the project supports, as far as it says so."""
        return self._project.config.target_version

    def blocking_kind(self, call: ast.Call) -> str:
        """What a library's call waits for, whatever thread it runs in: "http", "database" …; "" when it does not, or
        only with some arguments."""
        name = self.resolved(call)
        row = self._project.knowledge.blocking(name) if name else None
        return row.kind if row is not None and not row.unless else ""

    def injected(self, function: ast.AST) -> list[Injected]:
        """The parameters of a function that dependencies fill, also behind aliases of other modules."""
        facts = self._summary.functions.get(self._module.index.by_node[function].qualname)
        arguments: ast.arguments = function.args  # type: ignore[attr-defined]
        named = [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs]
        found = []
        for parameter, (_, _, annotation, default) in zip(named, facts[4] if facts is not None else (), strict=False):
            called = self._types.dependency(self._summary, annotation, default)
            if called is not None:
                definition = (
                    self._definition(called[1]) if called[0] in ("func", "bound", "type") and ":" in called[1] else None
                )
                fixed = self._project.injection.is_fixed(self._summary, annotation, default)
                found.append(Injected(parameter, definition, self._types.qualified(called), fixed))
        return found

    def marked(self, function: ast.FunctionDef | ast.AsyncFunctionDef) -> list[Marked]:
        """The parameters of a function with FastAPI's markers, also behind aliases of other modules."""
        arguments = function.args
        positional = [*arguments.posonlyargs, *arguments.args]
        defaults = [*[None] * (len(positional) - len(arguments.defaults)), *arguments.defaults, *arguments.kw_defaults]
        found = []
        for parameter, default in zip([*positional, *arguments.kwonlyargs], defaults, strict=False):
            if isinstance(default, ast.Call) and (source := EXPLICIT.get(self.name_of(default.func) or "")):
                found.append(Marked(parameter, default, source))
            elif parameter.annotation is not None and not isinstance(default, ast.Call):
                for owner, item in self._types.metadata(self._summary, self._module.expression(parameter.annotation)):
                    marker = self._types.qualified(self._types.eval(owner, item[1] if item[0] == "c" else item))
                    if marker in EXPLICIT:
                        found.append(Marked(parameter, None, EXPLICIT[marker]))
                        break
        return found

    @property
    def lifespans(self) -> list[ast.AsyncFunctionDef]:
        """The functions of this file that start and stop an application around their `yield`."""
        found = []
        for function in self.nodes(ast.AsyncFunctionDef):
            facts = self._summary.functions.get(self._module.index.by_node[function].qualname)
            if facts is not None and is_lifespan(self._types, self._summary, Function._make(facts)):
                found.append(function)
        return found

    def makes(self, call: ast.Call) -> frozenset[str]:
        """What a call makes: its own qualified name, or of a project function those of the calls whose value it
        returns."""
        name = self.resolved(call)
        definition = self.definition_of(call.func)
        if definition is None or definition.is_class:
            return frozenset() if name is None else frozenset({name})
        return self._project.injection.makes(definition.symbol)

    def runs_forever(self, call: ast.Call) -> bool:
        """Whether a call makes a coroutine that surely never ends by itself."""
        definition = self.definition_of(call.func)
        return definition is not None and self._project.injection.runs_forever(definition.symbol)

    def body_mentions(self, definition: Definition, words: frozenset[str]) -> bool:
        """Whether one of these names stands in a project function or in what it calls."""
        return self._project.injection.mentions(definition.symbol, words)

    @property
    def middlewares(self) -> tuple[tuple[Layer, ...], ...]:
        """Of each application of the project its own middlewares, the outermost first."""
        application = self._project.application
        return tuple(
            tuple(Layer(each.name, each.symbol, each.file, each.line) for each in stack) for stack in application.stacks
        )

    def is_middleware(self, layer: Layer, *names: str) -> bool:
        """Whether a middleware is one of these classes or derives from one."""
        canonical = {self._project.knowledge.canonical(name) for name in names}
        return layer.name in canonical or (
            layer.symbol is not None and bool(self._types.is_subclass(layer.symbol, names))
        )

    def answers_itself(self, layer: Layer) -> bool:
        """Whether a middleware of the project surely answers some requests without asking the application."""
        return layer.symbol is not None and answers_itself(self._types, layer.symbol)

    def surrounding_mentions(self, row: RouteRow, words: frozenset[str]) -> bool:
        """Whether one of these names stands in a dependency of a route, or in a middleware of its application."""
        injection = self._project.injection
        layers = self._project.application.middleware(row.app)
        around = [each.symbol for each in row.dependencies] + [each.symbol for each in layers]
        symbols = [symbol for symbol in around if symbol is not None]
        methods = (f"{symbol}.{name}" for symbol in symbols for name in ("__call__", "dispatch"))
        return any(injection.mentions(symbol, words) for symbol in (*symbols, *methods))

    def layer(self, names: frozenset[str]) -> str | None:
        """The first of these names that a folder or module of the project has which works with database sessions."""
        return self._project.injection.layer(names)

    def may_be_dependency(self, function: ast.expr) -> bool:
        """Whether what is called is named like something that `Depends` is given in the project: cheap, for
        refusing."""
        name = function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")
        if name in self._project.injection.names():
            return True
        aliases = (alias for node in self.nodes(ast.ImportFrom) for alias in node.names if alias.asname == name)
        return any(alias.name in self._project.injection.names() for alias in aliases)

    @property
    def gives_marker_defaults(self) -> bool:
        """Whether most `Depends(…)`, `Query(…)` … of the project are default values."""
        return self._project.injection.gives_defaults()

    def is_dependency(self, definition: Definition) -> bool:
        """Whether `Depends` names the function or class anywhere in the project."""
        return self._project.injection.is_dependency(definition.symbol)

    def provider_of(self, definition: Definition) -> str | None:
        """The last name of a dependency that somebody in the project takes and that gives an instance of a class of the
        project; None if there is none."""
        return dict(self._project.injection.provided()).get(definition.symbol)

    def guards_itself(self, definition: Definition) -> bool:
        """Whether no exception leaves a project function: a handler for all of them is around what it does."""
        from .project.guarding import guards_itself, node_of

        function = node_of(self._project.modules, definition.symbol)
        return function is not None and guards_itself(function)

    def decorators_of(self, definition: Definition) -> tuple[str, ...]:
        """The decorators of a project function as they are written, without their arguments."""
        from .project.guarding import node_of

        function = node_of(self._project.modules, definition.symbol)
        written = [] if function is None else function.decorator_list
        return tuple(ast.unparse(each.func if isinstance(each, ast.Call) else each) for each in written)

    def is_injected(self, function: ast.AST) -> bool:
        """The same of a function of this file by its node."""
        return self._project.injection.is_dependency(self._symbol(function))

    def is_kept_by_application(self, call: ast.Call) -> bool:
        """Whether the application keeps, in its `state`, something that a call under the same last name makes."""
        match call.func:
            case ast.Name(id=name) | ast.Attribute(attr=name):
                return name in self._project.injection.on_state()
        return False

    def is_bare_generator(self, definition: Definition) -> bool:
        """Whether calling a function gives a generator that no decorator made something else of."""
        return self._project.injection.is_bare_generator(definition.symbol)

    def is_harmless(self, definition: Definition) -> bool:
        """Whether a dependency surely gives a value and does nothing else: it refuses, writes, logs and sends
        nothing."""
        return self._project.injection.harmless(definition.symbol)

    def uncallable(self, expr: ast.AST) -> str | None:
        """What a value is, if it surely cannot be called: "a generator", "`None`", "an instance of `User`"."""
        return self._project.injection.uncallable(self._summary, self._module.expression(expr))

    def unfilled(self, call: ast.Call) -> list[str]:
        """The parameters with a marker such as `Depends(...)` for their default that a call of a project function
        leaves out."""
        definition = self.definition_of(call.func)
        own = self._types.function(definition.symbol) if definition is not None else None
        if (
            own is None
            or any(isinstance(arg, ast.Starred) for arg in call.args)
            or any(k.arg is None for k in call.keywords)
        ):
            return []
        summary, function = own
        given = {keyword.arg for keyword in call.keywords}
        parameters = function.parameters
        if function.owner is not None and parameters and parameters[0][0] in ("self", "cls"):
            parameters = parameters[1:]
        return [
            name
            for position, (name, _, _, default) in enumerate(parameters)
            if position >= len(call.args) and name not in given and default is not None and default[0] == "c"
            if self._types.qualified(self._types.eval(summary, default[1])) in EXPLICIT
        ]

    def is_bound_globally(self, expr: ast.AST) -> bool:
        """Whether all names in an expression belong to the module, a star import or the builtins."""
        index = self._module.index
        return all(
            (scope := scope_binding(index, index.scope_of(name), name.id)) is None or scope.kind == "module"
            for name in self.within(expr, ast.Name)
        )

    def import_from(self, module: str, name: str, node: ast.AST) -> tuple[str, tuple[Edit, ...]] | None:
        """How `node` can name a member of a top-level module, and the edits that import it, if that is missing.

        None when the name already means something else there.
        """
        return Naming(self, self._module).import_from(module, name, node)

    # The event loop

    def on_event_loop(self, node: ast.AST) -> bool | None:
        """Whether a node runs on an event loop that serves others; None when that cannot be told."""
        function = self.function(node)
        if function is None:
            return False
        if isinstance(function, ast.AsyncFunctionDef):
            return not self._runs_apart(function)
        return False if self.registered_as(function) else None

    def _runs_apart(self, function: ast.AsyncFunctionDef) -> bool:
        return self._project.execution.apart(self._symbol(function))

    def errors_of(self, call: ast.Call) -> frozenset[int]:
        """The statuses of the HTTPExceptions that a call of a project function lets through, over any number of
        calls and modules."""
        return self._project.effects.errors(self._eval(call.func))

    def hazards(self, code: str, allowed: frozenset[str] = frozenset()) -> list[LoopHazard]:
        """The calls on the event loop that block it with something of the kind that rule `code` reports, without what
        the `allowed` functions do, of the project or of libraries."""
        if allowed:
            found = list(self._find_hazards(allowed))
        else:
            if self._hazards is None:
                self._hazards = list(self._find_hazards(allowed))
            found = self._hazards
        return [self._told(call, hazard) for call, hazard in found if hazard.rule == code]

    def done_at_import(self, kinds: frozenset[str]) -> list[LoopHazard]:
        """The calls by statements of the module itself that are made whenever it is imported, and wait for something of
        these kinds: themselves, or through what they call. What a condition or a handler stands around is left out."""
        module, effects = self._module, self._project.effects
        found = []
        for statement in self.tree.body:
            if not isinstance(statement, (ast.Expr, ast.Assign, ast.AnnAssign, ast.With, ast.For)):
                continue
            for node in self.within(statement, ast.Call):
                if module.without_effect(node) or (expr := module.expression(node))[0] != "c":
                    continue
                fact = Call(expr, node.lineno, node.col_offset, module.call_flags(node))
                for hazard in effects.hazards_of_call(self._summary, fact).values():
                    if hazard.kind in kinds and not self._is_optional(node):
                        found.append(self._told(node, hazard))
                        break
        return found

    def _is_optional(self, node: ast.AST) -> bool:
        """Whether a condition decides that a node runs at all, or a handler deals with its failure."""
        optional = (ast.If, ast.IfExp, ast.BoolOp, ast.Match, ast.Try, ast.Lambda, ast.GeneratorExp)
        return any(isinstance(each, optional) for each in self.ancestors(node))

    @property
    def is_imported(self) -> bool:
        """Whether another file of the project imports this one."""
        return self._project.imports.is_imported(self.path)

    def _find_hazards(self, allowed: frozenset[str]) -> Iterator[tuple[ast.expr, Hazard]]:
        effects = self._project.effects
        for function in self.nodes(ast.AsyncFunctionDef):
            apart: bool | None = None
            told: set[tuple[ast.expr, str]] = set()
            for node, fact in self._executed(function):
                for rule, hazard in effects.hazards_of_call(self._summary, fact, allowed).items():
                    if apart is None:
                        apart = self._runs_apart(function)
                    if hazard.kind == "thread" and len(hazard.chain) == 1 and self._asks_first(function, fact):
                        continue
                    if hazard.kind == "input" and not _SERVING.search(self.text):
                        continue  # somebody sits at a terminal, and it is his loop
                    if (not apart or rule == "FAR006") and (node, rule) not in told:
                        told.add((node, rule))
                        yield node, hazard

    def _asks_first(self, function: ast.AsyncFunctionDef, waiting: Call) -> bool:
        """A function asks what a call of it waits for whether it is ready."""
        calls = (self._module.expression(call) for call in self.within(function, ast.Call))
        return any(asks_for_what_is_waited_for(call, waiting.expr) for call in calls)

    def _executed(self, function: ast.AsyncFunctionDef) -> Iterator[tuple[ast.expr, Call]]:
        """The calls in a function's own body, those that `with` makes included."""
        module = self._module
        for node in self.within(function, ast.Call, ast.With):
            if isinstance(node, ast.With):
                for item in node.items:
                    for fact in module.context_calls(item):
                        yield item.context_expr, Call._make(fact)
            elif not module.without_effect(node) and not (flags := module.call_flags(node)) & AWAITED:
                expr = module.expression(node)
                if expr[0] == "c":
                    yield node, Call(expr, node.lineno, node.col_offset, flags)

    def _told(self, call: ast.expr, hazard: Hazard) -> LoopHazard:
        if len(hazard.chain) < 2:
            return LoopHazard(call, hazard.kind, hazard.name, hazard.remedy, (), "")
        related = tuple(Related(link.path, link.line, f"calls `{_short(link.name)}`") for link in hazard.chain[1:])
        last = hazard.chain[-1]
        names = [_short(link.name) for link in hazard.chain[:-1]]
        text = " → ".join([*names, f"{_short(last.name)} {last.path}:{last.line}"])
        return LoopHazard(call, hazard.kind, hazard.name, hazard.remedy, related, text)

    # The database

    @property
    def database(self) -> View:
        """Tables, mapped classes, statements and sessions, as this file sees them."""
        return self._project.database.view(self._module)

    @property
    def sqlite(self) -> Sqlite:
        """Tables that the project's SQL texts create, and the pragmas that they set."""
        return self._project.sqlite

    @property
    def migrated(self) -> MigratedSchema:
        """What the project's Alembic revisions have ever created."""
        return self._project.migrations.schema

    def sql(self, text: str, dialect: str | None = None) -> tuple[Sql, ...]:
        """What the statements of an SQL text do, see project/sql.py. The first costs a tenth of a second: look for a
        word in the text that matters before."""
        from .project.sql import read

        return read(text, dialect)

    def sql_text(self, expr: ast.expr) -> str:
        """The text of a statement, `__unknown__` for what an f-string fills in; empty when it is not known."""
        from .project.sql import HOLE

        value = self.value_of(expr)
        if isinstance(value, str):
            return value
        if isinstance(expr, ast.JoinedStr):
            return "".join(str(part.value) if isinstance(part, ast.Constant) else HOLE for part in expr.values)
        return ""

    @property
    def migration(self) -> Migration | None:
        """The Alembic revision that this file holds; None if it holds none."""
        if self._migration is None:
            from .project.migrations import Migration

            revision = self._project.migrations.revision(self._module)
            if revision is None:
                return None
            engines = self._project.database
            self._migration = Migration(revision, self._project.migrations, lambda: engines.view(self._module).dialects)
        return self._migration

    # Inner parts

    @property
    def _summary(self) -> Summary:
        return self._module.summary

    def _eval(self, expr: ast.AST) -> Type | None:
        return self._types.eval(self._summary, self._module.expression(expr))


def _short(name: str) -> str:
    """The last part of a project's name; library names keep their module: `time.sleep`, `Session.execute`."""
    parts = name.removeprefix("builtins.").split(".")
    return ".".join(parts[-2:]) if len(parts) > 1 else parts[0]


def _leaf(name: str) -> str:
    return name.rpartition(".")[2]


def _comment_lines(lines: list[str]) -> Iterator[int]:
    """Lines with a comment, from 1."""
    import io
    import tokenize

    try:
        for token in tokenize.generate_tokens(io.StringIO("\n".join(lines) + "\n").readline):
            if token.type == tokenize.COMMENT:
                yield token.start[0]
    except (tokenize.TokenError, SyntaxError, IndentationError):
        yield from (number for number, line in enumerate(lines, 1) if line.lstrip().startswith("#"))


def _asks_for_stage(test: ast.expr) -> bool:
    """`env == "dev"`, `env in ("dev", "test")`, `settings.is_development`, and one of these together with more."""
    match test:
        case ast.BoolOp(op=ast.And(), values=parts):
            return any(_asks_for_stage(part) for part in parts)
        case ast.BoolOp(op=ast.Or(), values=parts):
            return all(_asks_for_stage(part) for part in parts)
        case ast.Compare(ops=[ast.Eq() | ast.In()], comparators=[expected]):
            words = expected.elts if isinstance(expected, (ast.Tuple, ast.List, ast.Set)) else [expected]
            return bool(words) and all(
                isinstance(word, ast.Constant) and isinstance(word.value, str) and word.value.lower() in _STAGES
                for word in words
            )
        case ast.Name(id=name) | ast.Attribute(attr=name) | ast.Call(func=ast.Name(id=name) | ast.Attribute(attr=name)):
            return _IN_STAGE.search(name) is not None
    return False
