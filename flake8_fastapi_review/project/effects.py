"""What happens when a function is called: which blocking calls it reaches, over any number of calls and modules."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..module.summary import (
    ASYNC,
    AWAITED,
    CAUGHT,
    CONSUMED,
    GENERATOR,
    INERT,
    ONCE,
    TRIVIAL,
    Call,
    Expr,
    Function,
    Summary,
)
from ..records import NamedTuple
from .constants import UNKNOWN, value_of
from .decorators import is_outer_parameter
from .readings import kept, remembered

if TYPE_CHECKING:
    from ..knowledge import Knowledge
    from .type_terms import Type
    from .types import Types


class Link(NamedTuple):
    """One call of a chain."""

    path: str
    line: int
    name: str
    """What is called there, as a dotted name."""


class Hazard(NamedTuple):
    """A call that blocks the thread it runs in, reached through `chain` (its last link is the call itself)."""

    rule: str
    kind: str
    name: str
    """Canonical name of the library function."""
    remedy: str
    chain: tuple[Link, ...]


class Target(NamedTuple):
    """What a call executes on the spot: a library function, or the body of a project function."""

    name: str
    symbol: str | None


_EXCEPTION = "starlette.exceptions.HTTPException"
_MAX_DEPTH = 8
"""So many names are followed to the call that makes an object."""

Lines = tuple[tuple[int, int], ...]
"""First and last line of branches."""

Reach = dict[str, Hazard]
"""Code of the rule → the nearest hazard of that kind."""


class Effects:
    """Effects of project functions, found breadth-first so that the chain told is a shortest one; remembered."""

    def __init__(self, types: Types, knowledge: Knowledge) -> None:
        self.types = types
        self.knowledge = knowledge
        self._edges: dict[str, tuple[tuple[Target, int, Lines], ...]] = {}
        self._errors: dict[str, frozenset[int]] = {}
        self._reach: dict[tuple[str, frozenset[str], Lines], Reach] = {}

    def forget(self) -> None:
        self._errors.clear()
        self._edges.clear()
        self._reach.clear()

    def hazards_of_call(self, summary: Summary, call: Call, allowed: frozenset[str] = frozenset()) -> Reach:
        """What a call, made in `summary`, blocks on; the chains begin with that call. What calls of the `allowed`
        functions, of the project or of libraries, do does not count."""
        found: Reach = {}
        for target in self.targets(summary, call):
            if target.name in allowed:
                continue
            here = Link(summary.path, call.line, target.name)
            if target.symbol is None:
                self._add_direct(found, target.name, (), here)
                continue
            untaken = self._untaken(summary, call, target.symbol)
            for rule, hazard in self.reach(target.symbol, allowed, untaken).items():
                if rule not in found or len(hazard.chain) + 1 < len(found[rule].chain):
                    found[rule] = hazard._replace(chain=(here, *hazard.chain))
        return found

    def _add_direct(self, found: Reach, name: str, chain: tuple[Link, ...], here: Link) -> None:
        blocking = self.knowledge.blocking(name)
        if blocking is None:
            return
        rule = self.knowledge.rule_of(blocking.kind)
        if rule not in found:
            found[rule] = Hazard(rule, blocking.kind, name, blocking.remedy, (*chain, here))

    @kept(
        "effects.reach",
        lambda self: self.types.modules,
        lambda self, symbol, allowed=frozenset(), untaken=(): (symbol, allowed, untaken),
    )
    def reach(self, symbol: str, allowed: frozenset[str] = frozenset(), untaken: Lines = ()) -> Reach:
        """The hazards that calling a project function executes, without those of its own branches that are not taken;
        chains begin inside of it."""
        known = self._reach.get((symbol, allowed, untaken))
        if known is not None:
            return known
        found: Reach = {}
        seen = {(symbol, untaken)}
        level: list[tuple[str, Lines, tuple[Link, ...]]] = [(symbol, untaken, ())]
        while level:
            following: list[tuple[str, Lines, tuple[Link, ...]]] = []
            for current, left_out, chain in level:
                path = current.rpartition(":")[0]
                for target, line, inner in self.edges(current):
                    if target.name in allowed or any(first <= line <= last for first, last in left_out):
                        continue
                    here = Link(path, line, target.name)
                    if target.symbol is None:
                        self._add_direct(found, target.name, chain, here)
                    elif (target.symbol, inner) not in seen and (target.symbol, ()) not in seen:
                        seen.add((target.symbol, inner))
                        following.append((target.symbol, inner, (*chain, here)))
            level = following
        self._reach[symbol, allowed, untaken] = found
        return found

    @remembered()
    def edges(self, symbol: str) -> tuple[tuple[Target, int, Lines], ...]:
        """What the body of a function executes, with the lines of the calls and the branches of what is called that
        the arguments exclude."""
        known = self._edges.get(symbol)
        if known is None:
            own = self.types.function(symbol)
            known = ()
            if own is not None:
                summary, function = own
                known = tuple(
                    (target, call[1], self._untaken(summary, Call._make(call), target.symbol))
                    for call in function.calls
                    if not call[3] & (AWAITED | ONCE)
                    for target in self.targets(summary, Call._make(call))
                    if target.symbol is not None or self._counts(summary, function, Call._make(call), target.name)
                )
            self._edges[symbol] = known
        return known

    def _untaken(self, summary: Summary, call: Call, symbol: str | None) -> Lines:
        """The branches of a function that no call with these arguments gets to: `load(path, cached=False)` never runs
        what stands below `if cached:`."""
        own = self.types.function(symbol) if symbol is not None else None
        if own is None or not own[1].switched or any(each not in _NEITHER for each in own[1].decorators):
            return ()
        callee = self.types.eval(summary, call.expr[1])
        if callee is None or callee[0] not in ("func", "bound", "type"):
            return ()
        home, function = own
        found = []
        for first, last, switch, truth in function.switched:
            match switch:
                case ("b", kind, ("v", (index,)), expected):
                    pass
                case ("v", (index,)):
                    kind, expected = "", None
                case _:
                    continue
            match home.table[index]:
                case ("par", qualname, position) if qualname == function.qualname:
                    given = self._constant_for(summary, call, own, position, callee[0] != "func")
                case _:
                    continue
            outcome = UNKNOWN if given is UNKNOWN else self._outcome(kind, given, home, expected)
            if outcome is not UNKNOWN and outcome is not truth:
                found.append((first, last))
        return tuple(found)

    def _constant_for(
        self, summary: Summary, call: Call, own: tuple[Summary, Function], position: int, is_bound: bool
    ) -> Any:
        """The constant that a call gives to a parameter, its default included; UNKNOWN when it is none."""
        home, function = own
        name, kind, _, default = function.parameters[position]
        _, _, arguments, keywords = call.expr
        if kind in (2, 4) or any(each[0] == "*" for each in arguments) or any(key is None for key, _ in keywords):
            return UNKNOWN
        filled = is_bound and function.owner is not None and function.parameters[0][0] in _RECEIVERS
        given = handed(call.expr, position - filled if kind != 3 else -1, name if kind != 0 else "")
        if given is not None:
            return value_of(self.types, summary, given)
        return UNKNOWN if default is None else value_of(self.types, home, default)

    def _outcome(self, kind: str, given: Any, home: Summary, expected: Expr | None) -> Any:
        """Whether a condition holds for a constant; UNKNOWN when that is not known."""
        if expected is None:
            return bool(given)
        if kind == "In":
            wanted = [value_of(self.types, home, each) for each in expected[1]] if expected[0] in "tle" else [UNKNOWN]
        else:
            wanted = [value_of(self.types, home, expected)]
        if any(each is UNKNOWN for each in wanted):
            return UNKNOWN
        if kind != "startswith":
            return given in wanted
        (prefix,) = wanted
        return given.startswith(prefix) if isinstance(given, str) and isinstance(prefix, str) else UNKNOWN

    def _counts(self, summary: Summary, function: Function, call: Call, name: str) -> bool:
        """Whether a library call in a function blocks; no file that only a setting other than its default opens, no
        loop where the function asks whether one runs, and no queue that it asks whether something is there."""
        blocking = self.knowledge.blocking(name)
        if blocking is None:
            return False
        if blocking.kind == "thread":
            return not any(asks_for_what_is_waited_for(each[0], call.expr) for each in function.calls)
        line = call.line
        if blocking.kind == "loop":
            return not any(self._asks_for_loop(summary, call[0][1]) for call in function.calls)
        return blocking.kind != "file" or not any(
            first <= line <= last and self.types.setting_default(summary, switch) is not truth
            for first, last, switch, truth in function.switched
            if self.types.setting_default(summary, switch) is not None
        )

    def _has_row(self, name: str) -> bool:
        """Whether the project itself says what a function or class of its own blocks on."""
        return self.knowledge.has_own and self.knowledge.blocking(name) is not None

    def _asks_for_loop(self, summary: Summary, callee: Expr) -> bool:
        if callee[0] == "a":
            return callee[2] in _ASK_FOR_LOOP
        name = self.types.qualified(self.types.eval(summary, callee))
        return name is not None and name.rpartition(".")[2] in _ASK_FOR_LOOP

    # What a function raises

    def errors(self, callee: Type | None) -> frozenset[int]:
        """The statuses of the HTTPExceptions that leave a project function when it is called (and awaited), those of
        the functions included that it calls."""
        start = self._raiser(callee)
        return frozenset() if start is None else self._errors_of(start)

    @remembered()
    def _errors_of(self, start: str) -> frozenset[int]:
        known = self._errors.get(start)
        if known is None:
            found: set[int] = set()
            seen = [start]
            for symbol in seen:
                own = self.types.function(symbol)
                if own is None:
                    continue
                summary, function = own
                for position, raised in enumerate(function.raised):
                    if position not in function.caught:
                        found |= self._status(summary, raised)
                for call in function.calls:
                    if not call[3] & CAUGHT:
                        inner = self._raiser(self.types.eval(summary, call[0][1]), bool(call[3] & (AWAITED | CONSUMED)))
                        if inner is not None and inner not in seen:
                            seen.append(inner)
            known = self._errors[start] = frozenset(found)
        return known

    def _raiser(self, callee: Type | None, runs: bool = True) -> str | None:
        """The function of the project whose body a call runs, if nothing stands around it that might catch; `runs`:
        what waits to be awaited or iterated is."""
        match callee:
            case ("func" | "bound", str(symbol), *_) if ":" in symbol:
                own = self.types.function(symbol)
            case _:
                return None
        if own is None or (own[1].flags & (ASYNC | GENERATOR) and not runs):
            return None
        return symbol if all(self._decorator_runs(own[0], each) == "" for each in own[1].decorators) else None

    def _status(self, summary: Summary, raised: Expr) -> set[int]:
        """The status of `raise HTTPException(404)`, where both are certain."""
        if raised[0] != "c":
            return set()
        cls = self.types.eval(summary, raised[1])
        if cls is None or cls[0] not in ("type", "ext"):
            return set()
        if not self.types.is_subclass(cls[1], (_EXCEPTION,)) or self._has_constructor(cls[1]):
            return set()
        given = handed(raised, 0, "status_code")
        value = value_of(self.types, summary, given) if given is not None else None
        return {int(value)} if isinstance(value, int) and value >= 400 else set()

    def _has_constructor(self, cls: str) -> bool:
        return any(":" in base and self.types.function(f"{base}.__init__") is not None for base in self.types.mro(cls))

    # What a call executes

    def targets(self, summary: Summary, call: Call) -> list[Target]:
        if call.flags & INERT:
            return []
        callee = self.types.eval(summary, call.expr[1])
        if callee is None and call.expr[1][0] == "a" and (name := self._handed_down(summary, *call.expr[1][1:])):
            return [Target(name, None)]
        return self._targets(summary, callee, call.expr, call.flags)

    def _handed_down(self, summary: Summary, owner: Expr, name: str) -> str | None:
        """What calling `owner.name` executes, where the constructor made the attribute by a method of what it was
        given, as the stubs that are generated for gRPC do: `self.Get = channel.unary_unary("/shop/Get")`."""
        held = self.types.eval(summary, owner)
        if held is None or held[0] != "inst" or ":" not in held[1]:
            return None
        match self.types.members(held[1], name):
            case (_, Summary() as home, (index,)):
                match home.table[index]:
                    case ("=", ("c", ("a", ("v", (parameter,)), method), *_), ()):
                        return self._made_by(summary, owner, home, home.table[parameter], method)
        return None

    def _made_by(self, summary: Summary, owner: Expr, home: Summary, parameter: Any, method: str) -> str | None:
        made = self._construction_of(summary, owner)
        if made is None or parameter[0] != "par" or not parameter[1].endswith(".__init__"):
            return None
        where, call = made
        position = parameter[2]
        given = handed(call, position - 1, home.functions[parameter[1]].parameters[position][0])
        held = self.types.eval(where, given) if given is not None else None
        if held is None or held[0] != "inst" or ":" in held[1]:
            return None
        cls = self.knowledge.returns(f"{held[1]}.{method}")
        return None if cls is None else self.knowledge.member(cls, "__call__")

    def _construction_of(self, summary: Summary, expr: Expr, depth: int = 0) -> tuple[Summary, Expr] | None:
        """The one call that makes the object which an expression refers to, and the module where it stands."""
        bindings: tuple[int, ...] | None
        home: Summary | None = summary
        match expr:
            case ("c", *_):
                return summary, expr
            case ("v", bindings):
                pass
            case ("g", name):
                bindings = summary.names.get(name)
            case ("a", owner, name):
                held = self.types.eval(summary, owner)
                found = self.types.members(held[1], name) if held is not None and held[0] == "inst" else None
                home, bindings = found[1:] if found is not None else (None, None)
            case _:
                return None
        if home is None or bindings is None or len(bindings) != 1 or depth > _MAX_DEPTH:
            return None
        match home.table[bindings[0]]:
            case ("=", value, ()) | (":", _, tuple() as value):
                return self._construction_of(home, value, depth + 1)
        return None

    def _targets(self, summary: Summary, callee: Type | None, expr: Expr, flags: int) -> list[Target]:
        match callee:
            case ("ext", name) | ("mem", name, _) | ("const", _, name):
                return self._library_call(summary, str(name), expr)
            case ("func", symbol) | ("bound", symbol, _):
                return self._function_call(symbol, flags)
            case ("type", cls, _):
                return self._construction(cls)
            case ("partial", inner, _):
                return self._targets(summary, inner, expr, flags)
            case ("inst", cls, _) if ":" in cls:
                method = self.types.attribute(callee, "__call__")
                return (
                    self._targets(summary, method, expr, flags) if method is not None and method[0] == "bound" else []
                )
            case ("inst", cls, _):
                return [Target(self.knowledge.member(cls, "__call__"), None)]
            case ("union", members):
                return self._union_call(summary, members, expr, flags)
        return []

    def _union_call(self, summary: Summary, members: tuple[Type, ...], expr: Expr, flags: int) -> list[Target]:
        """Either of several: it counts when each runs something here that may block; the first speaks for them."""
        each = [self._targets(summary, member, expr, flags) for member in members if member != ("none",)]
        may_block = [
            any(t.symbol is not None or self.knowledge.blocking(t.name) is not None for t in targets)
            for targets in each
        ]
        return each[0] if each and all(may_block) else []

    def _library_call(self, summary: Summary, name: str, expr: Expr) -> list[Target]:
        blocking = self.knowledge.blocking(name)
        if blocking is not None and any(self._given(summary, expr, *each) for each in blocking.unless):
            return []
        runs = self.knowledge.offload(name)
        if runs is None:
            return [Target(name, None)]
        found = [Target(name, None)]
        if runs.where == "inline" and not runs.wraps:
            argument = handed(expr, runs.position, runs.keyword)
            if argument is not None:
                callee = self.types.eval(summary, argument)
                found += self._targets(summary, callee, ("c", argument, (), ()), CONSUMED)
        return found

    def _given(self, summary: Summary, call: Expr, argument: str, position: int, values: tuple[str, ...]) -> bool:
        """A call is given one of `values`, as Python writes them, for an argument. A switch that is not known may be
        one of them; a number that is not known is taken for another."""
        value = handed(call, position, argument)
        if value is None:
            return False
        known = value_of(self.types, summary, value)
        if known is UNKNOWN and value[0] == "f" and value[1]:
            # f"/proc/{pid}/stat": its beginning
            known = value_of(self.types, summary, value[1][0])
        if known is UNKNOWN:
            return not {"True", "False"}.isdisjoint(values) or self._named(summary, value, values)
        text = repr(known)
        return any(text.startswith(each[:-2]) if each.endswith("*'") else text == each for each in values)

    def _named(self, summary: Summary, value: Expr, names: tuple[str, ...]) -> bool:
        """A value is one of the constants of libraries with these names, or several of them put together by `|`."""
        if value[0] == "b" and value[1] == "BitOr":
            return self._named(summary, value[2], names) or self._named(summary, value[3], names)
        return self.types.qualified(self.types.eval(summary, value)) in names

    def _function_call(self, symbol: str, flags: int) -> list[Target]:
        own = self.types.function(symbol)
        if own is None:
            return []
        summary, function = own
        name = self.types.dotted(symbol)
        if self._has_row(name):
            return [] if function.flags & ASYNC else [Target(name, None)]
        if function.flags & TRIVIAL:
            return []
        targets: list[Target] = []
        for decorator in function.decorators:
            wrapper = self._decorator_runs(summary, decorator)
            if wrapper is None:
                return []
            if wrapper:
                targets.append(Target(name, wrapper))
        if function.flags & ASYNC:
            # What stands in its place may start a loop for it.
            return targets
        if function.flags & GENERATOR and not flags & CONSUMED:
            return []
        return [Target(name, symbol), *targets]

    def _decorator_runs(self, summary: Summary, decorator: Expr) -> str | None:
        """Whether a decorated function still runs where it is called: "" plainly, a symbol through that wrapper, None
        no (or unknown)."""
        factory = decorator[0] == "c"
        target = self.types.eval(summary, decorator[1] if factory else decorator)
        match target:
            case ("ext" | "mem", str(name), *_):
                return "" if self.knowledge.decorator(name) in RUNS_IN_PLACE else None
            case ("func" | "bound", symbol, *_):
                if self.knowledge.has_own and (kind := self.knowledge.decorator(self.types.dotted(symbol))) is not None:
                    return "" if kind in RUNS_IN_PLACE else None
                wrapper = self.types.decorated_by.wrapper_of(symbol, factory)
                if wrapper == "identity":
                    return ""
                return wrapper if wrapper is not None and self._calls_what_it_wraps(wrapper) else None
        if decorator[0] == "a" and decorator[2] in ("setter", "deleter", "getter"):
            return ""
        return None

    def _calls_what_it_wraps(self, wrapper: str) -> bool:
        """A plain function that calls a parameter of the function around it."""
        own = self.types.function(wrapper)
        if own is None or own[1].flags & ASYNC:
            return False
        summary, function = own
        for call in function.calls:
            callee = call[0][1]
            if callee[0] == "v" and any(is_outer_parameter(summary.table[index], function) for index in callee[1]):
                return True
        return False

    def _construction(self, cls: str) -> list[Target]:
        if ":" not in cls:
            return [Target(cls, None)]
        targets: list[Target] = []
        name = self.types.dotted(cls)
        if self._has_row(name):
            return [Target(name, None)]
        for method in ("__init__", "__post_init__", "model_post_init"):
            found = self.types.members(cls, method)
            if found is None or found[1] is None:
                continue
            fact = found[1].table[found[2][-1]]
            if fact[0] == "def":
                targets += [Target(name, f"{found[1].path}:{fact[1]}")]
        for base in self.types.mro(cls):
            if base != "?" and ":" not in base and self.knowledge.blocking(base) is not None:
                targets.append(Target(base, None))
                break
        return targets


RUNS_IN_PLACE = frozenset({"transparent", "property", "contextmanager", "task", "static", "class"})
"""Decorators of libraries that leave the body to run where the function is called. Cached functions do not count: they
run once, and what they load is wanted in memory."""


_RECEIVERS = ("self", "cls")
_NEITHER = (("g", "classmethod"), ("g", "staticmethod"))
"""Decorators that leave the arguments as they are."""

_ASK_FOR_LOOP = frozenset({"get_running_loop", "_get_running_loop", "is_running", "current_async_library"})
"""Functions with such a call go another way when a loop runs."""


_ASK_WHETHER_READY = frozenset({"done", "empty", "is_alive", "is_set", "qsize"})


def asks_for_what_is_waited_for(question: Expr, waiting: Expr) -> bool:
    """A call asks the object that another call waits for whether it is ready: `jobs.empty()` for `jobs.get()`."""
    match question, waiting:
        case ("c", ("a", asked, name), *_), ("c", ("a", waited, _), *_):
            return name in _ASK_WHETHER_READY and asked == waited
    return False


def handed(expr: Expr, position: int, keyword: str) -> Expr | None:
    """The argument of a call at `position` or by `keyword`."""
    for name, value in expr[3]:
        if keyword and name == keyword:
            return _expr(value)
    args: tuple[Any, ...] = expr[2]
    if 0 <= position < len(args) and not any(arg[0] == "*" for arg in args[: position + 1]):
        return _expr(args[position])
    return None


def _expr(value: Any) -> Expr:
    found: Expr = value
    return found
