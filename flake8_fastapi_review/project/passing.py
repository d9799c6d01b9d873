"""Where the arguments of the project's functions go, over any number of calls and modules."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, Any

from ..module.index import FUNCTIONS, subtree
from ..module.summary import Call, Expr, Function, Summary
from ..records import NamedTuple
from ..regex import regex
from . import readings
from .effects import Link

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .type_terms import Type
    from .types import Types

_MAX_DEPTH = 6
"""So many calls are followed."""
_METHODS = frozenset(
    """
    format join strip lstrip rstrip split replace lower upper title encode decode removeprefix removesuffix copy dict
    json model_dump model_dump_json items values
    """.split()
)
"""Methods whose result holds the text of their receiver and of their arguments."""
_FUNCTIONS = frozenset(
    (
        *(f"builtins.{name}" for name in "str repr ascii format bytes bytearray dict list tuple set sorted".split()),
        "base64.b64encode",
        "base64.urlsafe_b64encode",
        "fastapi.encoders.jsonable_encoder",
        "json.dumps",
        "pprint.pformat",
        "textwrap.shorten",
        "urllib.parse.quote",
        "urllib.parse.quote_plus",
        "urllib.parse.urlencode",
    )
)
"""Functions whose result holds what they are given."""
_HIDING = regex(r"(?i)(?:^|_)(?:redact|mask|censor|scrub|anonymi[sz]e|obfuscate)")
"""Functions that take out what nobody may see."""
_LOGGERS = ("logging.Logger", "logging.LoggerAdapter", "loguru.Logger", "structlog.stdlib.BoundLogger")


class Aim(NamedTuple):
    """The calls that are asked about."""

    names: tuple[str, ...] = ()
    """Qualified names; of a class: its subclasses, too."""
    keywords: tuple[tuple[int, str], ...] = ()
    """Positions and keywords that count; none: all."""
    methods: frozenset[str] = frozenset()
    """Methods of loggers that count as well."""
    attributes: frozenset[str] = frozenset()
    """Attributes whose value holds the text of their owner."""
    parts: bool = False
    """Whether an item or a slice of a value counts as the value."""
    fed: frozenset[str] = frozenset()
    """Methods that give an object, made by such a call, more of the same: `update` of a hash."""
    results: bool = False
    """What the function returns counts as such a call."""


class Arrival(NamedTuple):
    """How a parameter of a function gets into such a call."""

    name: str
    """Qualified name of what is called in the end."""
    chain: tuple[Link, ...]
    """The calls from the function to there, the last is the call itself."""
    steps: tuple[str, ...] = ()
    """The names of the parameters on the way."""


class Passing:
    """Answers about parameters, remembered."""

    def __init__(self, types: Types) -> None:
        self.types = types
        self._arrivals: dict[tuple[str, Aim], dict[str, Arrival]] = {}
        self._handlers: dict[str, tuple[str, ...]] | None = None

    @readings.remembered(lambda self, symbol, aim, depth=0: (symbol, aim))
    def arrivals(self, symbol: str, aim: Aim, depth: int = 0) -> dict[str, Arrival]:
        """The parameters of a function, or of the constructor of a class, whose text gets into such a call."""
        known = self._arrivals.get((symbol, aim))
        if known is not None:
            return known
        # functions that call each other say nothing about each other
        found: dict[str, Arrival] = {}
        self._arrivals[symbol, aim] = found
        own = self.types.function(symbol)
        if own is None or depth > _MAX_DEPTH:
            return found
        summary, function = own
        if aim.results:
            here = Link(summary.path, function.line, self.types.dotted(symbol))
            for result in function.results:
                for parameter in self._kept(summary, function, result, aim, depth):
                    found[parameter] = Arrival(here.name, (here,), (parameter,))
            return found
        for fact in function.calls:
            call = Call._make(fact)
            for parameter, arrival in self._of_call(summary, function, call, aim, depth):
                before = found.get(parameter)
                if before is None or len(arrival.chain) < len(before.chain):
                    found[parameter] = arrival
        return found

    @property
    @readings.fact("passing.handlers", lambda self: self.types.modules)
    def handlers(self) -> dict[str, tuple[str, ...]]:
        """The functions that are registered for exceptions by a call, and the qualified names of their classes."""
        if self._handlers is None:
            self._handlers = {}
            for path in self.types.modules.mentioning_any((b"add_exception_handler", b"exception_handlers")):
                summary = self.types.modules.summary(path)
                if summary is not None:
                    self._file_handlers(summary, self._handlers)
        return self._handlers

    def _file_handlers(self, summary: Summary, found: dict[str, tuple[str, ...]]) -> None:
        for facts in summary.functions.values():
            for fact in Function._make(facts).calls:
                for kind, handler in _registered(fact[0]):
                    name = self.types.qualified(self.types.eval(summary, kind))
                    value = self.types.eval(summary, handler)
                    if name is not None and value is not None and value[0] in ("func", "bound"):
                        found[value[1]] = (*found.get(value[1], ()), name)

    def unknown_takers(self, symbol: str, parameter: str, depth: int = 0) -> Iterator[str]:
        """The last names of what is not known and is given a parameter of a function, by the function or by those of
        the project that it gives it to."""
        own = self.types.function(symbol)
        if own is None or depth > _MAX_DEPTH:
            return
        summary, function = own
        for fact in function.calls:
            _, callee, arguments, keywords = fact[0]
            held = [each for each in (*arguments, *(value for _, value in keywords)) if each[0] == "v"]
            if not any(self._is_parameter(summary, function, each, parameter) for each in held):
                continue
            called = self.types.eval(summary, callee)
            if called is None or (called[0] == "inst" and called[1].endswith(".Callable")):
                yield str(callee[2]) if callee[0] == "a" else str(callee[1]) if callee[0] == "g" else ""
                continue
            target = self.bound(called)
            if target is None or target[0] == symbol:
                continue
            for name, value in given_to(target[1], arguments, keywords):
                if value[0] == "v" and self._is_parameter(summary, function, value, parameter):
                    yield from self.unknown_takers(target[0], name, depth + 1)

    @staticmethod
    def _is_parameter(summary: Summary, function: Function, expr: Expr, name: str) -> bool:
        facts = (summary.table[index] for index in expr[1])
        return any(
            fact[0] == "par" and fact[1] == function.qualname and function.parameters[fact[2]][0] == name
            for fact in facts
        )

    def callers(self, symbol: str) -> Iterator[tuple[Summary, Function, Call]]:
        """The calls in the project that surely run a function."""
        name = symbol.rpartition(":")[2].rpartition(".")[2]
        for path in self.types.modules.mentioning(name):
            summary = self.types.modules.summary(path)
            if summary is None:
                continue
            is_renamed = f"{name} as ".encode() in (self.types.modules.bytes_of(path) or b"")
            for facts in summary.functions.values():
                function = Function._make(facts)
                for fact in function.calls:
                    callee = fact[0][1]
                    if callee[0] != "v" and callee[-1] != name and not is_renamed:
                        continue
                    called = self.types.eval(summary, callee)
                    if called is not None and called[0] in ("func", "bound") and called[1] == symbol:
                        yield summary, function, Call._make(fact)

    def bound(self, called: Type | None) -> tuple[str, tuple[Any, ...]] | None:
        """The function of the project that a call runs, a class's constructor included, and the parameters that its
        arguments fill."""
        if called is None or called[0] not in ("func", "bound", "type") or ":" not in called[1]:
            return None
        symbol = called[1]
        if called[0] == "type":
            member = self.types.members(symbol, "__init__")
            if member is None or member[1] is None or not member[2]:
                return None
            fact = member[1].table[member[2][-1]]
            if fact[0] != "def":
                return None
            symbol = f"{member[1].path}:{fact[1]}"
        own = self.types.function(symbol)
        if own is None:
            return None
        parameters = own[1].parameters
        if parameters and own[1].owner is not None and parameters[0][0] in ("self", "cls"):
            parameters = parameters[1:]
        return symbol, tuple(parameters)

    def is_typed(self, symbol: str, parameter: str) -> bool:
        """Whether a parameter of a function is annotated with a class of the project."""
        own = self.types.function(symbol)
        if own is None:
            return False
        names = [each[0] for each in own[1].parameters]
        found = self.types.parameter(own[0], own[1].qualname, names.index(parameter))
        return found is not None and found[0] == "inst" and ":" in found[1]

    def is_guarded(self, link: Link) -> bool:
        """Whether a call stands under a condition that asks a function about some variable: what is known there about
        the value is not known here."""
        module = self.types.modules.tree_of(link.path)
        if module is None:
            return False
        for call in module.index.nodes(ast.Call):
            if call.lineno != link.line:
                continue
            child: ast.AST = call
            while (above := module.index.parents.get(child)) is not None and not isinstance(above, FUNCTIONS):
                if isinstance(above, (ast.If, ast.IfExp)) and child is not above.test and _asks(above.test):
                    return True
                child = above
        return False

    def _of_call(
        self, summary: Summary, function: Function, call: Call, aim: Aim, depth: int
    ) -> Iterator[tuple[str, Arrival]]:
        _, callee, arguments, keywords = call.expr
        called = self.types.eval(summary, callee)
        name = self.types.qualified(called)
        if (reached := self._aimed_at(summary, called, name, callee, aim)) is not None:
            here = Link(summary.path, call.line, reached)
            for given in _counted(arguments, keywords, aim):
                for parameter in self._kept(summary, function, given, aim, depth):
                    yield parameter, Arrival(reached, (here,), (parameter,))
            return
        target = self.bound(called)
        if target is None or name is None:
            return
        inner = self.arrivals(target[0], aim, depth + 1)
        if not inner:
            return
        here = Link(summary.path, call.line, name)
        for parameter, given in given_to(target[1], arguments, keywords):
            arrival = inner.get(parameter)
            if arrival is None:
                continue
            for outer in self._kept(summary, function, given, aim, depth):
                yield outer, Arrival(arrival.name, (here, *arrival.chain), (outer, *arrival.steps))

    def _aimed_at(self, summary: Summary, called: Type | None, name: str | None, callee: Expr, aim: Aim) -> str | None:
        match callee:
            case ("a", ("v", indices), method) if method in aim.fed:
                for index in indices:
                    match summary.table[index]:
                        case ("=", ("c", maker, _, _), ()):
                            made = self.types.qualified(self.types.eval(summary, maker))
                            if made in aim.names:
                                return made
        if aim.methods and callee[0] == "a" and callee[2] in aim.methods:
            if name is None:
                last = callee[1][2] if callee[1][0] == "a" else callee[1][1] if callee[1][0] == "g" else ""
                return f"{last}.{callee[2]}" if str(last).lower().endswith(("log", "logger")) else None
            owner = name.rpartition(".")[0]
            if owner in ("logging", "loguru.logger") or self.types.is_subclass(owner, _LOGGERS):
                return name
        if name is None or called is None:
            return None
        name = name.removesuffix(".__init__")
        if name in aim.names:
            return name
        if called[0] in ("type", "ext") and self.types.is_subclass(called[1], aim.names):
            return name if self.bound(called) is None else None
        return None

    def _kept(self, summary: Summary, function: Function, expr: Expr, aim: Aim, depth: int) -> set[str]:
        """The parameters of the function whose text is in the text of an expression."""
        found: set[str] = set()
        seen: set[int] = set()
        pending: list[Expr] = [expr]
        while pending:
            match pending.pop():
                case ("v", indices):
                    for index in indices:
                        if index in seen:
                            continue
                        seen.add(index)
                        match summary.table[index]:
                            case ("par", qualname, position) if qualname == function.qualname:
                                found.add(function.parameters[position][0])
                            case ("=", value, ()):
                                pending.append(value)
                            case (":", _, value) if value is not None:
                                pending.append(value)
                case ("a", value, name) if name in aim.attributes:
                    pending.append(value)
                case ("s", value, _) if aim.parts:
                    pending.append(value)
                case ("w", value) | ("*", value):
                    pending.append(value)
                case ("b", "Add" | "Mod", left, right):
                    pending += (left, right)
                case ("i", body, orelse):
                    pending += (body, orelse)
                case ("f" | "t" | "l" | "e" | "o", items):
                    pending += items
                case ("d", _, values):
                    pending += values
                case ("c", callee, arguments, keywords):
                    pending += self._held(summary, callee, arguments, keywords, aim, depth)
        return found

    def _held(
        self, summary: Summary, callee: Expr, arguments: tuple[Expr, ...], keywords: Any, aim: Aim, depth: int
    ) -> list[Expr]:
        """The parts of a call whose text is in its result."""
        given = [*arguments, *(value for _, value in keywords)]
        if callee[0] == "a" and callee[2] in _METHODS:
            chosen = any(name in ("include", "exclude") for name, _ in keywords)
            return [] if chosen else [callee[1], *given]
        called = self.types.eval(summary, callee)
        if self.types.qualified(called) in _FUNCTIONS:
            return given
        if _HIDING.search(callee[2] if callee[0] == "a" else callee[1] if callee[0] == "g" else ""):
            return []
        target = self.bound(called) if given and depth < _MAX_DEPTH else None
        own = self.types.function(target[0]) if target is not None else None
        if target is None or own is None:
            return []
        inner = set().union(*(self._kept(own[0], own[1], result, aim, depth + 1) for result in own[1].results))
        return [value for parameter, value in given_to(target[1], arguments, keywords) if parameter in inner]


def given_to(
    parameters: tuple[Any, ...], arguments: tuple[Any, ...] | list[Any], keywords: Any
) -> Iterator[tuple[str, Any]]:
    """Each argument of a call with the name of the parameter that takes it; `keywords` are pairs of name and value."""
    places = [parameter for parameter in parameters if parameter[1] in (0, 1)]
    rest = next((parameter[0] for parameter in parameters if parameter[1] == 2), None)
    named = {parameter[0] for parameter in parameters if parameter[1] in (1, 3)}
    others = next((parameter[0] for parameter in parameters if parameter[1] == 4), None)
    for position, value in enumerate(arguments):
        name = places[position][0] if position < len(places) else rest
        if name is not None:
            yield name, value
    for keyword, value in keywords:
        name = keyword if keyword in named else others
        if name is not None:
            yield name, value


def _registered(call: Expr) -> Iterator[tuple[Expr, Expr]]:
    """`app.add_exception_handler(kind, handler)`, `FastAPI(exception_handlers={kind: handler})`."""
    _, callee, arguments, keywords = call
    given = dict(keywords)
    if callee[0] == "a" and callee[2] == "add_exception_handler":
        kind = arguments[0] if arguments else given.get("exc_class_or_status_code")
        handler = arguments[1] if len(arguments) > 1 else given.get("handler")
        if kind is not None and handler is not None:
            yield kind, handler
    table = given.get("exception_handlers")
    if table is not None and table[0] == "d":
        yield from ((kind, handler) for kind, handler in zip(table[1], table[2], strict=True) if kind is not None)


def _asks(test: ast.expr) -> bool:
    """`re.search(PATTERN, value)`, `is_template(value)`."""
    return any(
        isinstance(node, ast.Call) and any(isinstance(argument, ast.Name) for argument in node.args)
        for node in subtree(test)
    )


def _counted(arguments: tuple[Expr, ...], keywords: Any, aim: Aim) -> Iterator[Expr]:
    """The arguments of a call that count."""
    if not aim.keywords:
        yield from arguments
        yield from (value for _, value in keywords)
        return
    places = {place for place, _ in aim.keywords}
    names = {name for _, name in aim.keywords}
    yield from (value for position, value in enumerate(arguments) if position in places)
    yield from (value for name, value in keywords if name in names)
