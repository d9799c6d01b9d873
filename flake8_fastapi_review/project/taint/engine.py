"""The effects of functions, and what the inputs of a file's routes and dependencies reach."""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING, Any

from ...knowledge.flows import SINKS
from ...module.summary import Function
from ...records import NamedTuple
from ..constants import value_of
from ..readings import EVERYTHING, NOW, fact, made_along, masks_of, remembered
from .conditions import CHECKING
from .inputs import HARMLESS, REQUESTS, Inputs, decorator_text
from .lookups import Lookups
from .overriding import is_abstract, merged, overriders
from .plain import FromPlain, ToPlain
from .substitution import Substitution
from .values import (
    ALL,
    CLEAN,
    UNTOUCHED,
    Effect,
    Flow,
    Mark,
    Source,
    Step,
    Trail,
    Value,
    is_harmless,
    join,
    slimmed,
    steps,
)
from .walk import Walk

if TYPE_CHECKING:
    from collections.abc import Container, Iterator

    from ...knowledge import Knowledge
    from ...module import Module
    from ..injection import Injection
    from ..modules import Modules
    from ..requests import Requests
    from ..stored import Asked, Told
    from ..type_terms import Type
    from ..types import Types
    from .state import State
    from .values import Origin

_MAX_DEPTH = 25
"""Calls nested deeper are not followed."""

_MAX_RETURNS = 4
"""So often a function is begun again after those that its calls were nested too deep for."""

_MAX_WORK = 5_000
"""So many inputs a function hands over by its calls; then no more are followed. The most that one of the measured
applications hands over, with all that it calls, is 1,400; functions that look at trees, and call each other, would take
millions."""

_ROUNDS = 4
"""Functions that call each other in a circle are looked at so often, in an order that depends on them alone: by name in
the first round, which tells who calls whom, and then those that are called first."""

_MAX_CIRCLE = 150
"""Of more functions in one circle there is one round only."""

_MAX_GUARDS = 4
"""So deep it is looked for what a check does."""


_REGISTERING = (b"add_api_route", b"add_route", b"add_websocket_route", b"add_api_websocket_route", b"Route(")
_REGISTERED = re.compile(rb"(?:add_(?:api_)?(?:websocket_)?route|Route)\s*\(([^()]{0,300})")
_NAME = re.compile(rb"[A-Za-z_]\w*")
_TELLING = re.compile(r"Request|WebSocket|HTTPConnection|UploadFile")
_ATTACHED = re.compile(rb"\.state\.\w+\s*(?::[^=\n]{0,80})?=[^=]")
_CREDENTIALS = {
    "fastapi.security.APIKeyHeader": ("header", ""),
    "fastapi.security.APIKeyQuery": ("query", ""),
    "fastapi.security.APIKeyCookie": ("cookie", ""),
    "fastapi.security.OAuth2PasswordBearer": ("header", "Authorization"),
    "fastapi.security.OAuth2AuthorizationCodeBearer": ("header", "Authorization"),
    "fastapi.security.OAuth2": ("header", "Authorization"),
    "fastapi.security.HTTPBearer": ("header", "Authorization"),
    "fastapi.security.HTTPBasic": ("header", "Authorization"),
    "fastapi.security.HTTPDigest": ("header", "Authorization"),
    "fastapi.security.OpenIdConnect": ("header", "Authorization"),
    "fastapi.security.OAuth2PasswordRequestForm": ("form", ""),
    "fastapi.security.OAuth2PasswordRequestFormStrict": ("form", ""),
}
"""Dependencies of FastAPI → what they hand over, as the client sent it."""
_TEXT = frozenset({"nosql"})
_KNOWN = ("builtins.", "os.path.", "pathlib.", "urllib.parse.", "re.", "logging.", "fastapi.HTTPException")
"""What is called by functions whose answer is judged by what they do, whatever their name."""
_CARRIERS = (
    "starlette.datastructures.",
    "starlette.requests.",
    "starlette.websockets.",
    "fastapi.",
    "builtins.",
    "typing.",
    "collections.",
    "pathlib.",
    "os.",
    "io.",
    "tempfile.",
    "urllib.",
    "pydantic.",
    "httpx.URL",
    "yarl.",
    "multidict.",
    "email.",
    "ast.",
    "functools.",
)
"""Modules of classes that can hold an input; what other libraries make holds none, as far as is known."""


class Finding(NamedTuple):
    """An input that reaches a sink, as a file sees it."""

    kind: str
    line: int
    column: int
    """UTF-8 bytes from 0: of the harmful expression if it is in the file, else of the call that leads to it."""
    source: Source
    part: tuple[str, ...]
    """The part of the input: (".name",), ("[name]",)."""
    sink: str
    sink_path: str
    sink_line: int
    steps: tuple[Step, ...]
    handler: str
    """The function of the file that takes the input: "path:qualname"."""
    led: bool
    """See values.LED."""
    beside: bool
    """See values.BESIDE."""


class Taint:
    """Answers about inputs; the effects of functions are remembered."""

    def __init__(
        self, modules: Modules, types: Types, knowledge: Knowledge, requests: Requests, injection: Injection
    ) -> None:
        self.modules = modules
        self.types = types
        self.knowledge = knowledge
        self.requests = requests
        self.injection = injection
        self.rows = knowledge.flows
        self.python: tuple[int, ...] = (3, 10)
        """The oldest Python that the project runs on."""
        self.inputs = Inputs(types, requests)
        self.entities = self.inputs.entities
        self.inputs.judge = self.returned_safety
        self.lookups = Lookups(self)
        self.sources = self.rows.attributes
        """The last names of what gives an input."""
        self.stored = False
        self._effects: dict[str, Effect] = {}
        self._abstract: set[str] = set()
        """Methods that were looked at and only say what there is to call."""
        self._guarding: dict[str, bool] = {}
        self._active: dict[str, int] = {}
        self._unfinished: dict[str, tuple[int, Effect | None]] = {}
        """What is known of a function while one that it needs is still looked at: where the outermost of these stands
        among the active ones. They are in one circle with that one."""
        self._incomplete = _MAX_DEPTH + 1
        """The outermost of the active functions whose effect was asked for while it was still looked at."""
        self._asked: set[str] = set()
        """Of which functions something is known that may be too little, and somebody has asked for it."""
        self._too_deep: dict[str, None] = {}
        """The functions that were not looked at, since the calls that lead to them are nested too deep."""
        self._cut: dict[str, Effect | None] = {}
        """What was found of those that lead to one of these."""
        self._is_cut = False
        """Whether one of these was asked for."""
        self._is_returning = False
        self._registered: frozenset[str] | None = None
        self._attaching: dict[str, list[str]] | None = None
        self._attached: dict[str, Value] = {}
        self._restored: set[str] = set()
        """The functions whose effect is that of an earlier run."""
        self._from_plain = FromPlain()
        modules.when_kept("taint", self._kept)

    def forget(self) -> None:
        self._effects.clear()
        self._restored.clear()
        self._abstract.clear()
        self._unfinished.clear()
        self._too_deep.clear()
        self._cut.clear()
        self._registered = None
        self._attaching = None
        self._attached.clear()
        self.lookups.forget()
        self.inputs.forget()
        self.entities.forget()

    def follow_stored(self) -> None:
        """From now on what the database returns is an input, too."""
        self.stored = True
        self.sources = self.rows.attributes | self.rows.stored

    # Effects

    @remembered(always=False)
    def effect(self, symbol: str) -> Effect | None:
        """What calling a project function does with what it is given; None when that is not known."""
        if self.inputs.work > _MAX_WORK and self._active:
            return None
        known = self._effects.get(symbol)
        if known is not None:
            return known
        depth = self._active.get(symbol)
        if depth is not None:
            self._incomplete = min(self._incomplete, depth)
            return None
        kept = self.modules.readings.kept(("taint.effect", symbol))
        if kept is not None:
            NOW.mask |= kept[0]
            plain, leaves_open = kept[1]
            self._restored.add(symbol)
            if leaves_open:
                self._abstract.add(symbol)
            restored = self._effects[symbol] = self._from_plain.effect(plain)
            return restored
        unfinished = self._unfinished.get(symbol)
        if unfinished is not None:
            self._incomplete = min(self._incomplete, unfinished[0])
            self._asked.add(symbol)
            return unfinished[1]
        if symbol in self._cut:
            self._is_cut = True
            return self._cut[symbol]
        if len(self._active) >= _MAX_DEPTH:
            self._too_deep[symbol] = None
            self._is_cut = True
            return None
        if self._active or self._is_returning:
            return self._found(symbol)
        return self._returned(symbol)

    def _returned(self, symbol: str) -> Effect | None:
        """What is nested too deep is looked at by itself, and then all again: no answer depends on who asked."""
        self._is_returning = True
        try:
            for _ in range(_MAX_RETURNS):
                found = self._found(symbol)
                if not self._too_deep:
                    break
                deeper, self._too_deep = [*self._too_deep], {}
                self._cut.clear()
                for each in deeper:
                    self.effect(each)
            else:
                found = self._found(symbol)
                self._effects.update({each: effect for each, effect in self._cut.items() if effect is not None})
        finally:
            self._is_returning = False
            self._too_deep.clear()
            self._cut.clear()
        return found

    def _found(self, symbol: str) -> Effect | None:
        """The effect of a function that nobody looks at yet."""
        outer, self._incomplete = self._incomplete, _MAX_DEPTH + 1
        was_cut, self._is_cut = self._is_cut, False
        depth = self._active[symbol] = len(self._active)
        others = len(self._unfinished)
        self.modules.holding += 1
        try:
            found = self._walk(symbol)
            if self._incomplete < depth:
                self._unfinished[symbol] = self._incomplete, found
            else:
                circle = [symbol, *[*self._unfinished][others:]]
                effects = {each: self._unfinished.pop(each)[1] for each in circle[1:]} | {symbol: found}
                if len(circle) > 1 and not self._is_cut:
                    del self._active[symbol]
                    effects = self._settled(circle, depth)
                    made_along(masks_of(self, "effect"), [(each,) for each in effects])
                    found = effects[symbol]
                known = self._cut if self._is_cut else self._effects
                known.update({each: effect for each, effect in effects.items() if effect is not None})
        finally:
            self.modules.holding -= 1
            self._active.pop(symbol, None)
        self._incomplete = min(outer, self._incomplete) if self._incomplete < depth else outer
        self._is_cut = self._is_cut or was_cut
        return found

    def _settled(self, circle: list[str], depth: int) -> dict[str, Effect | None]:
        """The effects of functions that call each other, whichever of them was asked for first."""
        place = f"{depth}"
        self._active[place] = depth
        others = len(self._unfinished)
        members = sorted(circle)
        self._unfinished.update(dict.fromkeys(members, (depth, None)))
        try:
            calls: dict[str, set[str]] = {}
            for _ in range(_ROUNDS if len(circle) <= _MAX_CIRCLE else 1):
                for each in _inner_first(members, calls):
                    self._asked = set()
                    self._unfinished[each] = depth, self._walk(each)
                    calls[each] = self._asked
                # Those that were met with what is known now, and not before, are members, too.
                members = sorted([*self._unfinished][others:])
            return {each: self._unfinished[each][1] for each in members}
        finally:
            for each in [*self._unfinished][others:]:
                del self._unfinished[each]
            self._active.pop(place, None)
            self._incomplete = _MAX_DEPTH + 1

    def _kept(self, known: Container[Asked]) -> Iterator[Told]:
        """The effects that were found in this run, for a later one."""
        masks = masks_of(self, "effect")
        plain = ToPlain()
        for symbol, effect in self._effects.items():
            mask = masks.get((symbol,), EVERYTHING)
            asked = "taint.effect", symbol
            if symbol not in self._restored and mask > EVERYTHING and asked not in known:
                yield asked, mask, (plain.effect(effect), symbol in self._abstract)
        yield from self.lookups.kept(known)

    def _walk(self, symbol: str) -> Effect | None:
        own = self.node(symbol)
        if own is None:
            return None
        module, node = own
        function = self._function(module, symbol)
        if function is None:
            return None
        walk = Walk(self, module, function, node)
        work, self.inputs.work = self.inputs.work, 0
        try:
            found = walk.effect(self._parameters(module, function))
        finally:
            walk.release()
            self.inputs.work = work
        if function.owner and is_abstract(node):
            self._abstract.add(symbol)
            found = found._replace(returns=True)
        return slimmed(found)

    def dispatched(self, symbol: str, cls: str) -> Effect | None:
        """What calling a method does of an object of a class or of one of its subclasses, which may override it."""
        found = self.effect(symbol)
        if found is None or symbol not in self._abstract:
            return found
        own = self.types.function(symbol)
        known = []
        for each in overriders(self.types, symbol, cls):
            other, effect = self.types.function(each), self.effect(each)
            if other is not None and effect is not None:
                known.append(([parameter[0] for parameter in other[1].parameters], effect))
        names = [parameter[0] for parameter in own[1].parameters] if own is not None else []
        return merged(names, known, self.inputs) or found

    def _parameters(self, module: Module, function: Function) -> State:
        """The parameters, each standing for whatever it may be given."""
        summary = module.summary
        state: State = {}
        for position, (name, _, annotation, _) in enumerate(function.parameters):
            declared = self.types.parameter(summary, function.qualname, position)
            safe = self.inputs.safety(summary, annotation, None)
            if ALL in safe or self.inputs.is_narrow(declared) or not _may_carry(declared):
                state[(name,)] = CLEAN
            else:
                state[(name,)] = Value({(position, ()): Mark(safe, None) if safe else UNTOUCHED})
        return state

    def never_returns(self, symbol: str) -> bool:
        """Whether a project function always raises."""
        own = self.types.function(symbol)
        if own is None or not own[1].raised:
            return False
        found = self.effect(symbol)
        return found is not None and not found.returns

    def returned_safety(self, symbol: str, position: int) -> frozenset[str]:
        """The kinds for which what a project function gives back of an argument is harmless, unless it raises."""
        effect = self.effect(symbol)
        if effect is None:
            return HARMLESS
        safe: frozenset[str] | None = None
        for (origin, _), mark in effect.result.all_marks().items():
            if origin == position:
                safe = mark.safe if safe is None else safe & mark.safe
        return HARMLESS if safe is None else safe

    @remembered()
    def attached(self, name: str) -> Value:
        """What dependencies, middlewares and handlers put into `request.state` under a name."""
        known = self._attached.get(name)
        if known is None:
            self._attached[name] = CLEAN  # for those that read it while it is looked for
            outer, self._incomplete = self._incomplete, _MAX_DEPTH + 1
            known = join([self._attached_by(symbol, name) for symbol in self.attaching().get(name, ())])
            if self._incomplete > _MAX_DEPTH:
                self._attached[name] = known
            else:  # a function that is still looked at may put in more
                del self._attached[name]
            self._incomplete = min(outer, self._incomplete)
        return known

    @fact("taint.attaching", lambda self: self.modules)
    def attaching(self) -> dict[str, list[str]]:
        """The functions that put something into `request.state`, by the name that it has there."""
        if self._attaching is None:
            self._attaching = self._find_attaching()
        return self._attaching

    def _find_attaching(self) -> dict[str, list[str]]:
        found: dict[str, list[str]] = {}
        for path in self.modules.mentioning_any((b".state.",)):
            if not _ATTACHED.search(self.modules.bytes_of(path) or b""):
                continue
            module = self.modules.lent(path)
            for scope in module.index.scopes if module is not None else ():
                if scope.kind != "function":
                    continue
                for node in (*scope.nodes.get(ast.Assign, ()), *scope.nodes.get(ast.AnnAssign, ())):
                    for target in node.targets if isinstance(node, ast.Assign) else [node.target]:
                        match target:
                            case ast.Attribute(value=ast.Attribute(attr="state"), attr=name):
                                found.setdefault(name, []).append(f"{path}:{scope.qualname}")
        return found

    def _attached_by(self, symbol: str, name: str) -> Value:
        own, effect = self.node(symbol), self.effect(symbol)
        value = effect.attached.get(name) if effect is not None else None
        if own is None or not value:
            return CLEAN
        module, node = own
        function = self._function(module, symbol)
        if function is None:
            return CLEAN
        given = {}
        if self._is_entry(module, symbol, function):
            given = self._given(module, function, node, frozenset({symbol}))
        return Substitution(given, self.inputs, {}).value(value)

    def asks_others(self, callee: Type | None) -> bool:
        """Whether a function is not one of the project, or leaves its answer to others that are not known."""
        if callee is None or callee[0] not in ("func", "bound"):
            return True
        own = self.types.function(callee[1])
        if own is None:
            return True
        names = (self.types.qualified(self.types.eval(own[0], call[0][1])) for call in own[1].calls)
        return any(name is None or not name.startswith(_KNOWN) for name in names)

    def examines_hosts(self, callee: Type | None) -> bool:
        """Whether a project function looks up a host or at an address: what it makes of that is not followed."""
        if callee is None or callee[0] not in ("func", "bound"):
            return False
        own = self.types.function(callee[1])
        if own is None:
            return False
        names = (self.types.qualified(self.types.eval(own[0], call[0][1])) or "" for call in own[1].calls)
        return any(name.startswith(("ipaddress.", "socket.getaddrinfo", "socket.gethostby")) for name in names)

    def guards_hosts(self, symbol: str) -> bool:
        """Whether a project function is named after a check, looks up hosts, itself or by others, and raises."""
        if not CHECKING.search(symbol.rpartition(":")[2].rpartition(".")[2]):
            return False
        return self._guards(symbol, 0)

    @remembered(lambda self, symbol, depth: symbol, always=False)
    def _guards(self, symbol: str, depth: int) -> bool:
        known = self._guarding.get(symbol)
        if known is not None:
            return known
        own = self.types.function(symbol)
        if own is None or depth > _MAX_GUARDS:
            return False
        self._guarding[symbol] = False  # for those that call each other
        called = [self.types.eval(own[0], call[0][1]) for call in own[1].calls]
        names = [self.types.qualified(each) or "" for each in called]
        found = any(name.startswith(("ipaddress.ip_", "socket.getaddrinfo", "socket.gethostby")) for name in names)
        found = found or any(
            self._guards(each[1], depth + 1) for each in called if each is not None and each[0] in ("func", "bound")
        )
        self._guarding[symbol] = found
        return found

    def node(self, symbol: str) -> tuple[Module, ast.AST] | None:
        """A function of the project as a tree, with its module."""
        path, _, qualname = symbol.rpartition(":")
        module = self.modules.lent(path)
        if module is None:
            return None
        node = module.index.function(qualname)
        return None if node is None else (module, node)

    @staticmethod
    def _function(module: Module, symbol: str) -> Function | None:
        found = module.summary.functions.get(symbol.rpartition(":")[2])
        return None if found is None else Function._make(found)

    def constant(self, walk: Walk, node: ast.AST) -> Any:
        """The value of an expression if it is a constant, UNKNOWN otherwise."""
        return value_of(self.types, walk.summary, walk.module.expression(node))

    # Findings

    def findings(self, module: Module) -> list[Finding]:
        """What the inputs of the routes, dependencies and other takers of requests in a file reach."""
        found: dict[tuple[Any, ...], Finding] = {}
        may_tell = _TELLING.search(module.text) is not None
        for symbol, function, node in self._candidates(module):
            # Its parameters are no inputs, and it gets none by itself: that is known before it is walked through.
            is_told = self.stored or (may_tell and self._tells(node))
            if not is_told and not self._is_registered(module, symbol, function):
                continue
            effect = self.effect(symbol)
            if effect is None or not effect.flows:
                continue
            for flow in self._concrete(module, symbol, function, node, effect):
                finding = _finding(flow, symbol)
                if finding is not None:
                    # One call that leads to many places with the same input is one thing to repair.
                    key = (SINKS[finding.kind], finding.line, finding.column)
                    here = finding.sink_path == module.path
                    part = finding.part[:1] if finding.source.name else ()
                    place = (finding.sink_path, finding.sink_line) if here else (finding.source, part)
                    known = found.get((key, place))
                    if known is None or len(finding.steps) < len(known.steps):
                        found[key, place] = finding
        return list(found.values())

    def _candidates(self, module: Module) -> list[tuple[str, Function, ast.FunctionDef | ast.AsyncFunctionDef]]:
        """The functions that may be called with inputs."""
        found: list[tuple[str, Function, ast.FunctionDef | ast.AsyncFunctionDef]] = []
        may_tell = _TELLING.search(module.text) is not None
        for scope in module.index.scopes:
            node = scope.node
            if not isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
                continue
            decorated = any(
                isinstance(each, ast.Call) and isinstance(each.func, ast.Attribute) for each in node.decorator_list
            )
            if (
                not self.stored
                and not decorated
                and not self._is_named(node.name)
                and not (may_tell and self._tells(node))
            ):
                continue
            symbol = f"{module.path}:{scope.qualname}"
            function = self._function(module, symbol)
            if function is not None and (function.parameters or self.stored):
                found.append((symbol, function, node))
        return found

    @staticmethod
    def _tells(node: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
        arguments = node.args
        return any(
            argument.annotation is not None and _TELLING.search(ast.unparse(argument.annotation))
            for argument in (*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs)
        )

    def _is_named(self, name: str) -> bool:
        """Whether a name is given to `Depends`, `add_api_route` or the like anywhere in the project."""
        return name in self.registered() or name in self.injection.names()

    @fact("taint.registered", lambda self: self.modules)
    def registered(self) -> frozenset[str]:
        """The names that `add_api_route` and the like are given anywhere in the project, by the text alone."""
        if self._registered is None:
            paths = self.modules.mentioning_any(_REGISTERING)
            texts = (text for path in paths if (text := self.modules.bytes_of(path)) is not None)
            words = (word for text in texts for given in _REGISTERED.findall(text) for word in _NAME.findall(given))
            self._registered = frozenset(word.decode() for word in words)
        return self._registered

    def _concrete(self, module: Module, symbol: str, function: Function, node: ast.AST, effect: Effect) -> list[Flow]:
        """The flows of inputs; those of parameters only when a request fills them."""
        own = []
        others = False
        for flow in effect.flows:
            origin, part = flow.label
            if not isinstance(origin, Source):
                others = True
            elif origin.type is None or not is_harmless(flow.kind, self.inputs.narrowed(origin, part)):
                own.append(flow)
        if not others:
            return own
        if not self._is_entry(module, symbol, function):
            return own
        given = self._given(module, function, node, frozenset({symbol}))
        return [*own, *Substitution(given, self.inputs, {}).flows(effect.flows)]

    def _is_registered(self, module: Module, symbol: str, function: Function) -> bool:
        """Whether somebody who gets requests may call it: a route, a dependency, a middleware, a handler."""
        known = any(True for _ in self.requests.registrations(module.summary, function))
        return known or self._is_entry(module, symbol, function)

    def _is_entry(self, module: Module, symbol: str, function: Function) -> bool:
        kinds = {row.kind for row, _ in self.requests.registrations(module.summary, function)}
        if kinds & {"route", "websocket"}:
            return True
        name = function.qualname.rpartition(".")[2]
        if name in self.injection.names() and self.injection.is_dependency(symbol):
            return True
        return self.is_endpoint(symbol) if self._is_named(name) or function.decorators else False

    def is_endpoint(self, symbol: str) -> bool:
        """Whether the assembled applications lead a route to a function; replaced by who knows them."""
        return False

    def _given(self, module: Module, function: Function, node: ast.AST, seen: frozenset[str]) -> dict[Origin, Value]:
        """What a request gives the parameters of a route or dependency."""
        summary = module.summary
        decorators = decorator_text(node)
        given: dict[Origin, Value] = {}
        for position, (name, _, annotation, default) in enumerate(function.parameters):
            if position == 0 and function.owner and name in ("self", "cls"):
                continue
            kind = self.inputs.takes(summary, function, position)
            if kind is None or kind == "special":
                continue
            if kind == "depends":
                given[position] = self._provided(self.types.dependency(summary, annotation, default), seen)
                continue
            source, safe = self.inputs.source(summary, function, position, kind, decorators)
            if ALL in safe or self.is_request(source.type):
                continue
            step = Step(module.path, _line_of(node, name), f"`{name}` comes from the client")
            given[position] = Value({(source, ()): Mark(safe, Trail(step, None))})
        return given

    def is_request(self, declared: Type | None) -> bool:
        return declared is not None and declared[0] == "inst" and self.types.is_subclass(declared[1], REQUESTS) is True

    def _provided(self, dependency: Type | None, seen: frozenset[str]) -> Value:
        """What a dependency hands over, made of the request."""
        match dependency:
            case ("func", symbol) | ("bound", symbol, _):
                found = self._called_by_request(symbol, seen)
                return CLEAN if found is None else found
            case ("type", cls, _):
                return self._made_by_request(cls, seen)
            case ("inst", cls, _) if ":" in cls:
                method = self.types.attribute(dependency, "__call__")
                if method is not None and method[0] == "bound":
                    return self._called_by_request(method[1], seen) or CLEAN
            case ("inst", cls, _) | ("type", cls, _) if cls in _CREDENTIALS:
                kind, name = _CREDENTIALS[cls]
                source = Source(kind, name, "", 0, cls, None)
                return Value({(source, ()): Mark(_TEXT, None)})
        return CLEAN

    def _substitution(self, symbol: str, seen: frozenset[str]) -> tuple[Effect, Substitution] | None:
        if symbol in seen:
            return None
        own = self.node(symbol)
        effect = self.effect(symbol) if own is not None else None
        if own is None or effect is None:
            return None
        module, node = own
        function = self._function(module, symbol)
        if function is None:
            return None
        given = self._given(module, function, node, seen | {symbol})
        return effect, Substitution(given, self.inputs, {})

    def _called_by_request(self, symbol: str, seen: frozenset[str]) -> Value | None:
        found = self._substitution(symbol, seen)
        if found is None:
            return None
        effect, substitution = found
        return substitution.value(effect.yielded if effect.yielded else effect.result)

    def _made_by_request(self, cls: str, seen: frozenset[str]) -> Value:
        """An object whose constructor a request gives the arguments, or whose fields it fills."""
        own = self.types.members(cls, "__init__")
        if own is not None and own[1] is not None:
            fact = own[1].table[own[2][-1]]
            found = self._substitution(f"{own[1].path}:{fact[1]}", seen) if fact[0] == "def" else None
            if found is None:
                return CLEAN
            effect, substitution = found
            stored = {key: substitution.value(value) for (place, key), value in effect.stored.items() if place == 0}
            parts = {key: value for key, value in stored.items() if value}
            return Value({}, parts) if parts else CLEAN
        if not self.requests.fields(cls):
            return CLEAN
        parts = {}
        for field in self.requests.fields(cls):
            safe = self.inputs.field_safety(cls, field.name)
            if safe is None or ALL in safe:
                continue
            path, _, qualname = field.owner.rpartition(":")
            class_summary = self.modules.summary(path)
            line = class_summary.classes[qualname].line if class_summary is not None else 1
            source = Source("query", field.name, path, line, cls, None)
            step = Step(path, line, f"`{field.name}` comes from the client")
            parts[f".{field.name}"] = Value({(source, ()): Mark(safe, Trail(step, None))})
        return Value({}, parts) if parts else CLEAN


def _inner_first(members: list[str], calls: dict[str, set[str]]) -> list[str]:
    """Some functions, each after those that it calls, as far as they do not call it; begun with the first by name."""
    found: dict[str, None] = {}
    seen: set[str] = set()
    for first in members:
        ways = [(first, iter(sorted(calls.get(first, ()))))]
        while ways:
            current, others = ways[-1]
            seen.add(current)
            other = next((each for each in others if each not in seen), None)
            if other is None:
                found[current] = None
                ways.pop()
            else:
                ways.append((other, iter(sorted(calls.get(other, ())))))
    return [each for each in found if each in members]


def _finding(flow: Flow, symbol: str) -> Finding | None:
    source = flow.label[0]
    if not isinstance(source, Source):
        return None
    path = symbol.rpartition(":")[0]
    if flow.path == path:
        line, column = flow.line, flow.column
    elif flow.entry is not None:
        line, column = flow.entry
    else:
        return None
    told = tuple(steps(flow.trail))
    return Finding(
        flow.kind,
        line,
        column,
        source,
        flow.label[1],
        flow.sink,
        flow.path,
        flow.line,
        told,
        symbol,
        flow.led,
        flow.beside,
    )


def _may_carry(declared: Type | None) -> bool:
    match declared:
        case ("inst", cls, _):
            return ":" in cls or cls.startswith(_CARRIERS)
        case ("union", members):
            return any(_may_carry(member) for member in members)
        case ("none",):
            return False
    return True


def _line_of(node: Any, name: str) -> int:
    arguments = node.args
    for argument in (*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs):
        if argument.arg == name:
            return int(argument.lineno)
    return int(node.lineno)
