"""Dependencies as FastAPI injects them: who is one, what calling one gives, whether one does more than give a value."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, Any

from ..module.summary import ASYNC, GENERATOR, Class, Expr, Function, Summary
from ..regex import regex
from .readings import fact, remembered
from .type_terms import ASYNC_GENERATOR_TYPE, BUILTIN_CLASSES, COROUTINE, GENERATOR_TYPE, NONE

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from ..knowledge import Knowledge
    from ..module.index import Scope
    from .modules import Modules
    from .requests import Requests
    from .type_terms import Type
    from .types import Types

_DEPENDS = ("fastapi.Depends", "fastapi.Security")
_NAMED = {
    GENERATOR_TYPE: "a generator",
    "typing.Generator": "a generator",
    "typing.Iterator": "a generator",
    "collections.abc.Iterator": "a generator",
    ASYNC_GENERATOR_TYPE: "an asynchronous generator",
    "typing.AsyncGenerator": "an asynchronous generator",
    "typing.AsyncIterator": "an asynchronous generator",
    "collections.abc.AsyncIterator": "an asynchronous generator",
    COROUTINE: "a coroutine",
}
_VALUES = (
    "sqlalchemy.orm.Session",
    "sqlalchemy.ext.asyncio.AsyncSession",
    "sqlalchemy.engine.Engine",
    "sqlalchemy.ext.asyncio.AsyncEngine",
    "httpx.Client",
    "httpx.AsyncClient",
    "requests.Session",
    "redis.Redis",
    "redis.asyncio.Redis",
    "aiohttp.ClientSession",
    "pydantic.BaseModel",
)
"""Instances of these cannot be called."""
_NOT_CALLABLE = (
    "builtins.object",
    "abc.ABC",
    "typing.Generic",
    "typing.Protocol",
    "pydantic.BaseModel",
    "pydantic.v1.BaseModel",
    "pydantic.main.BaseModel",
)
"""Bases that give a class no `__call__`."""

_QUIET_BUILTINS = frozenset(
    (
        "str int float bool bytes dict list set frozenset tuple len getattr isinstance issubclass hasattr min max sum "
        "any all sorted repr range zip enumerate super"
    ).split()
)
_QUIET = frozenset(
    {
        "typing.cast",
        "os.getenv",
        "os.environ.get",
        "uuid.uuid4",
        "time.time",
        "time.monotonic",
        "time.perf_counter",
        "datetime.datetime.now",
        "datetime.datetime.utcnow",
        "datetime.date.today",
    }
)
_SESSIONS = ("sqlalchemy.orm.Session", "sqlalchemy.ext.asyncio.AsyncSession")
_MAKERS = ("sqlalchemy.orm.sessionmaker", "sqlalchemy.ext.asyncio.async_sessionmaker", "sqlalchemy.orm.scoped_session")
_ENDS = frozenset(
    {"close", "aclose", "rollback", "commit", "remove", "__enter__", "__exit__", "__aenter__", "__aexit__"}
)
"""What a dependency does with a session that it yields; of no effect while nobody uses that one."""
_MAX_DEPTH = 6
_MAX_MENTIONS = 2
_LONGEST_WORD = 60
"""Texts up to this length may be words that are asked for."""
_GIVEN = regex(rb"\b(?:Depends|Security)\(\s*(?:dependency\s*=\s*)?([A-Za-z_][\w.]*)")
_MARKED = regex(rb"\b(?:Depends|Security)\s*\((?:\s*(?:dependency\s*=\s*)?([A-Za-z_][\w.]*)\s*[,)]|(\s*\)))?")
_RENAMED = regex(rb"\b(?:Depends|Security)\s+as\b|=\s*(?:\w+\.)*(?:Depends|Security)\b\s*[^\s(]")
_BOUND = regex(rb"\bas\s+(\w+)|\b(\w+)(?:\s*:[^=\n]*)?\s*=")
_SESSION = regex(rb"[sS]ession\b[^\n]*\b(?:sqlalchemy|sqlmodel)|(?:sqlalchemy|sqlmodel)[^\n]*[sS]ession\b")
_MARKERS = rb"(?:\w+\.)?(?:Depends|Security|Query|Header|Cookie|Body|Form)\("
_AS_DEFAULT = regex(rb"\w\s*(?::[^\n=]*)?=\s*" + _MARKERS)
_IN_ANNOTATED = regex(rb"\bAnnotated\[[^=]{0,200}?\b" + _MARKERS + rb"|:\s*[\w.]*Dep\b")
_BY_CLASS = regex(rb"\b(\w+)\]?\s*[,=]\s*(?:\w+\.)?(?:Depends|Security)\(\s*\)")
"""`Annotated[Pager, Depends()]`, `pager: Pager = Depends()`."""
_ON_STATE = regex(rb"\bstate\.\w+\s*(?::[^=\n]{0,80})?=\s*(?:await\s+)?(?:[\w.]+\.)?([A-Za-z_]\w*)\(")
_FEW = 3
_KEPT = 200
"""So many files' arguments stay sorted by name."""
_HANDLED = regex(rb"\.(?:add_)?exception_handler\(\s*(?:exc_class_or_status_code\s*=\s*)?([\w.]+)")


class Injection:
    """Answers are remembered by symbol."""

    def __init__(self, modules: Modules, types: Types, knowledge: Knowledge, requests: Requests) -> None:
        self.modules = modules
        self.types = types
        self.knowledge = knowledge
        self.requests = requests
        self._dependencies: dict[str, bool] = {}
        self._harmless: dict[str, bool] = {}
        self._names: frozenset[str] | None = None
        self._names_in: dict[str, frozenset[str]] = {}
        self._instances: frozenset[str] | None = None
        self._provided: tuple[tuple[str, str], ...] | None = None
        self._on_state: frozenset[str] | None = None
        self._layers: dict[frozenset[str], str | None] = {}
        self._gives_defaults: bool | None = None
        self._bodies: dict[str, tuple[frozenset[str], tuple[str, ...]]] = {}
        self._words: dict[str, dict[str, frozenset[str]]] = {}
        self._given: dict[str, tuple[Summary, dict[str | None, list[tuple[Expr, Expr]]]]] = {}
        self._plainly: dict[str, frozenset[bytes] | None] = {}

    def forget(self) -> None:
        self._dependencies.clear()
        self._names = None
        self._names_in.clear()
        self._instances = None
        self._provided = None
        self._on_state = None
        self._gives_defaults = None
        self._harmless.clear()
        self._bodies.clear()
        self._words.clear()
        self._given.clear()
        self._plainly.clear()

    # Who is a dependency

    @fact("injection.names", lambda self: self.modules)
    def names(self) -> frozenset[str]:
        """The last names of all that `Depends` or `Security` is given anywhere in the project, by the text alone."""
        if self._names is None:
            paths = self.modules.mentioning_any((b"Depends", b"Security"))
            self._names = frozenset().union(*map(self.names_in, paths))
        return self._names

    @fact("injection.names_in", lambda self: self.modules)
    def names_in(self, path: str) -> frozenset[str]:
        """Those of one file."""
        known = self._names_in.get(path)
        if known is None:
            found = _GIVEN.findall(self.modules.bytes_of(path) or b"")
            known = self._names_in[path] = frozenset([name.rpartition(b".")[2].decode() for name in found])
        return known

    @fact("injection.gives_defaults", lambda self: self.modules)
    def gives_defaults(self) -> bool:
        """Whether most `Depends(…)`, `Query(…)` … of the project are default values, by the text alone."""
        if self._gives_defaults is None:
            old = new = 0
            for path in self.modules.mentioning_any((b"fastapi",)):
                text = self.modules.bytes_of(path) or b""
                old += len(_AS_DEFAULT.findall(text))
                new += len(_IN_ANNOTATED.findall(text))
            self._gives_defaults = old + new >= _FEW and old > new
        return self._gives_defaults

    @fact("injection.is_dependency", lambda self: self.modules)
    def is_dependency(self, symbol: str) -> bool:
        """Whether `Depends(f)` or `Security(f)` stands anywhere in the project."""
        known = self._dependencies.get(symbol)
        if known is None:
            known = self._dependencies[symbol] = self._is_dependency(symbol)
        return known

    def _is_dependency(self, symbol: str) -> bool:
        owner, _, name = symbol.rpartition(".")
        if name == "__call__" and ":" in owner:
            return owner in self.instances()
        if name == "__init__" and ":" in owner:
            return self.is_dependency(owner)
        name = symbol.rpartition(":")[2].rpartition(".")[2]
        injecting = frozenset(self.modules.mentioning_any((b"Depends", b"Security")))
        for path in self.modules.mentioning(name):
            if path not in injecting:
                continue
            plainly = self._given_plainly(path)
            if plainly is not None and name.encode() not in plainly:
                continue
            summary = self.modules.summary(path)
            if summary is None:
                continue
            handed = self._handed(summary)
            for callee, given in (*handed.get(name, ()), *handed.get(None, ())):
                if self._injects(summary, callee):
                    found = self.types.eval(summary, given)
                    if found is not None and found[0] in ("func", "bound", "type") and found[1] == symbol:
                        return True
            if self._injects_its_class(path, summary, name, symbol):
                return True
        return False

    def _injects_its_class(self, path: str, summary: Summary, name: str, symbol: str) -> bool:
        """Whether a class is asked for by its annotation alone, see _BY_CLASS."""
        text = self.modules.bytes_of(path) or b""
        if not any(found[1] == name.encode() for found in _BY_CLASS.finditer(text)):
            return False
        found = self.types.eval(summary, ("g", name))
        return found is not None and found[0] == "type" and found[1] == symbol

    @remembered()
    def _given_plainly(self, path: str) -> frozenset[bytes] | None:
        """The last names of all that the text of a file gives to `Depends` or `Security`, if each is a name that
        nothing was assigned to; None where it takes more to know what it gives."""
        if path not in self._plainly:
            text = self.modules.bytes_of(path) or b""
            found: set[bytes] = set()
            is_plain = _RENAMED.search(text) is None
            for name, nothing in _MARKED.findall(text):
                is_plain = is_plain and bool(name or nothing)
                found.add(name.rpartition(b".")[2])
            if is_plain and found:
                is_plain = found.isdisjoint(word for pair in _BOUND.findall(text) for word in pair if word)
            found.update(_BY_CLASS.findall(text))
            self._plainly[path] = frozenset(found) if is_plain else None
        return self._plainly[path]

    @remembered(lambda self, summary: summary.path)
    def _handed(self, summary: Summary) -> dict[str | None, list[tuple[Expr, Expr]]]:
        """Last name of what calls are given first, or as `dependency` → callee and that, in one file."""
        known = self._given.get(summary.path)
        if known is None or known[0] is not summary:
            found: dict[str | None, list[tuple[Expr, Expr]]] = {}
            for facts in summary.functions.values():
                for expr, *_ in Function._make(facts).calls:
                    given = expr[2][0] if expr[2] else dict(expr[3]).get("dependency")
                    if given is not None:
                        found.setdefault(_tail(given), []).append((expr[1], given))
            while len(self._given) >= _KEPT:
                del self._given[next(iter(self._given))]
            known = self._given[summary.path] = (summary, found)
        return known[1]

    @fact("injection.instances", lambda self: self.modules)
    def instances(self) -> frozenset[str]:
        """The classes of the project whose instances are given to `Depends` or `Security`."""
        if self._instances is None:
            given = (
                self.types.eval(summary, expr) for summary, expr in self._all_given() if expr[0] in ("g", "v", "a", "c")
            )
            self._instances = frozenset(found[1] for found in given if found is not None and found[0] == "inst")
        return self._instances

    @fact("injection.provided", lambda self: self.modules)
    def provided(self) -> tuple[tuple[str, str], ...]:
        """The classes of the project of which dependencies give an instance, each with the last name of a dependency
        that does."""
        if self._provided is None:
            found: dict[str, str] = {}
            for called in self._all_called():
                match called, self.types.provided(called):
                    case ("func" | "bound" | "type", str(symbol), *_), ("inst", str(cls), *_) if ":" in cls:
                        found.setdefault(cls, symbol.rpartition(":")[2].rpartition(".")[2])
            self._provided = tuple(sorted(found.items()))
        return self._provided

    def _all_called(self) -> Iterator[Type | None]:
        """What `Depends` is given, the classes of annotations before a bare `Depends()` included."""
        for summary, expr in self._all_given():
            yield self.types.eval(summary, expr)
        for path in self.modules.mentioning_any((b"Depends()",)):
            bare = self.modules.summary(path)
            for facts in bare.functions.values() if bare is not None else ():
                for _, _, annotation, default in Function._make(facts).parameters:
                    if bare is not None:
                        yield self.types.dependency(bare, annotation, default)

    @fact("injection.on_state", lambda self: self.modules)
    def on_state(self) -> frozenset[str]:
        """The last names of what makes the values that the application keeps: "AsyncClient" for
        `app.state.http = httpx.AsyncClient()`."""
        if self._on_state is None:
            texts = [self.modules.bytes_of(path) or b"" for path in self.modules.mentioning_any((b"state.",))]
            self._on_state = frozenset(name.decode() for text in texts for name in _ON_STATE.findall(text))
        return self._on_state

    def _all_given(self) -> Iterator[tuple[Summary, Expr]]:
        """What all calls of `Depends` and `Security` are given."""
        for path in self.modules.mentioning_any((b"Depends", b"Security")):
            summary = self.modules.summary(path)
            if summary is None:
                continue
            for facts in summary.functions.values():
                for expr, *_ in Function._make(facts).calls:
                    given = expr[2][0] if expr[2] else dict(expr[3]).get("dependency")
                    if given is None or _tail(expr[1]) not in ("Depends", "Security", None):
                        continue
                    if self._injects(summary, expr[1]):
                        yield summary, given

    def _injects(self, summary: Summary, callee: Expr) -> bool:
        return self.types.qualified(self.types.eval(summary, callee)) in _DEPENDS

    def is_fixed(self, summary: Summary, annotation: Expr | None, default: Expr | None) -> bool:
        """Whether the marker of a parameter names a definition itself, not something that holds it for now."""
        for owner, expr in ((summary, default), *self.types.metadata(summary, annotation)):
            if expr is None or expr[0] != "c" or not self._injects(owner, expr[1]):
                continue
            given = expr[2][0] if expr[2] else dict(expr[3]).get("dependency")
            match given:
                case None | ("g", _) | ("k", None):
                    return True
                case ("v", indices):
                    return all(owner.table[index][0] in ("def", "cls", "imp") for index in indices)
                case ("a", value, _):
                    found = self.types.eval(owner, value)
                    return found is not None and found[0] in ("mod", "type")
            return False
        return False

    @fact("injection.layer", lambda self: self.modules, lambda self, names: (tuple(sorted(names)),))
    def layer(self, names: Iterable[str]) -> str | None:
        """The first of these names, by the alphabet, that a folder or module with database sessions in it has."""
        names = frozenset(names)
        if names not in self._layers:
            found: set[str] = set()
            for path in self.modules.sources.all_files():
                here = names.intersection(part.removesuffix(".py") for part in path.split("/")) - found
                text = self.modules.bytes_of(path) if here else None
                if text is not None and _SESSION.search(text):
                    found |= here
            self._layers[names] = min(found, default=None)
        return self._layers[names]

    def is_bare_generator(self, symbol: str) -> bool:
        """Whether calling it gives a generator itself: no decorator makes a context manager or something else of it."""
        own = self.types.function(symbol)
        return own is not None and bool(own[1].flags & GENERATOR) and not own[1].decorators

    # What calling one gives

    def uncallable(self, summary: Summary, expr: Expr) -> str | None:
        """What a value is, if it is surely nothing that can be called: "a generator", "`None`", "an instance of
        `User`".
        """
        if expr[0] == "c":
            callee = self.types.eval(summary, expr[1])
            if callee is not None and callee[0] in ("func", "bound"):
                return self._uncallable_result(callee[1], 0)
        return self._uncallable(self.types.eval(summary, expr))

    def _uncallable_result(self, symbol: str, depth: int) -> str | None:
        own = self.types.function(symbol)
        if own is None or depth > _MAX_DEPTH:
            return None
        summary, function = own
        if not all(self._keeps(summary, decorator) for decorator in function.decorators):
            return None
        if function.flags & GENERATOR:
            return "an asynchronous generator" if function.flags & ASYNC else "a generator"
        if function.flags & ASYNC:
            return "a coroutine"
        if not function.results:
            return None if function.raised or function.returns not in (None, ("k", None)) else "`None`"
        # An annotation may be wrong where the code is not: `-> bool` on a function that returns the one it defines.
        found: list[str | None] = []
        for value in function.results:
            if (
                value[0] == "c"
                and (callee := self.types.eval(summary, value[1])) is not None
                and callee[0] in ("func", "bound")
            ):
                found.append(self._uncallable_result(callee[1], depth + 1))
            else:
                found.append(self._uncallable(self.types.eval(summary, value)))
        return found[0] if all(found) else None

    def _uncallable(self, value: Type | None) -> str | None:
        match value:
            case ("none",):
                return "`None`"
            case ("union", members):
                found = [self._uncallable(member) for member in members if member != NONE]
                return found[0] if all(found) else None
            case ("inst", str(cls), *_):
                if cls in _NAMED:
                    return _NAMED[cls]
                if cls in BUILTIN_CLASSES or (":" not in cls and self.types.is_subclass(cls, _VALUES)):
                    return f"an instance of `{cls.rpartition('.')[2]}`"
                return f"an instance of `{cls.rpartition(':')[2]}`" if ":" in cls and self._has_no_call(cls) else None
        return None

    def _has_no_call(self, cls: str) -> bool:
        order = self.types.mro(cls)
        known = all(
            (":" in base and self.types.project_class(base) is not None) or base in _NOT_CALLABLE for base in order
        )
        return known and self.types.members(cls, "__call__") is None and self.types.members(cls, "__getattr__") is None

    def makes(self, symbol: str) -> frozenset[str]:
        """Qualified names of what a function calls for the value that it returns, anew each time."""
        own = self.types.function(symbol)
        if own is None or own[1].flags & GENERATOR or own[1].decorators:
            return frozenset()
        summary, function = own
        names: set[str] = set()
        pending = list(function.results)
        seen: set[int] = set()
        while pending:
            match pending.pop():
                case ("w", value):
                    pending.append(value)
                case ("v", indices):
                    facts = [summary.table[index] for index in indices if index not in seen]
                    seen.update(indices)
                    pending.extend(fact[1] for fact in facts if fact[0] == "=" and not fact[2])
                case ("c", callee, _, _):
                    name = self.types.qualified(self.types.eval(summary, callee))
                    if name is not None:
                        names.add(name)
        return frozenset(names)

    def mentions(self, symbol: str, words: frozenset[str], depth: int = 0) -> bool:
        """Whether one of these names stands in the body of a function or of those that it calls, three levels deep."""
        used, called = self._body(symbol)
        if used & words:
            return True
        return depth < _MAX_MENTIONS and any(self.mentions(each, words, depth + 1) for each in called)

    @fact("injection.handled", lambda self: self.modules)
    def handled(self) -> tuple[str, ...]:
        """What handlers of exceptions are registered for anywhere in the project, as it is written: classes, variables,
        numbers; "*" when a middleware answers for every exception, with something else than 500."""
        found: set[str] = set()
        for path in self.modules.mentioning_any((b"exception_handler(",)):
            found.update(each.decode() for each in _HANDLED.findall(self.modules.bytes_of(path) or b""))
        for path in self.modules.mentioning_any((b"call_next(",)):
            module = self.modules.tree_of(path)
            if module is not None and any(_answers_for_all(each) for each in module.index.nodes(ast.Try)):
                found.add("*")
        return tuple(sorted(found))

    def uses(self, symbol: str, classes: frozenset[str], depth: int = 0) -> bool:
        """Whether a function, or one that it calls, names an object of its module or of a class there that is an
        instance of one of these classes."""
        own = self.types.function(symbol)
        if own is None:
            return False
        summary = own[0]
        used, called = self._body(symbol)
        for name in used & summary.names.keys():
            if self._is_of(self.types.eval(summary, ("g", name)), classes):
                return True
        for facts in summary.classes.values():
            attributes = Class._make(facts).attributes
            for name in used & attributes.keys():
                for index in attributes[name]:
                    fact = summary.table[index]
                    if fact[0] == "=" and self._is_of(self.types.eval(summary, fact[1]), classes):
                        return True
        return depth < _MAX_MENTIONS and any(self.uses(each, classes, depth + 1) for each in called)

    @staticmethod
    def _is_of(found: Type | None, classes: frozenset[str]) -> bool:
        return found is not None and found[0] == "inst" and found[1] in classes

    @remembered()
    def _body(self, symbol: str) -> tuple[frozenset[str], tuple[str, ...]]:
        """The names and short texts in the body of a function, and the functions of the project that it calls."""
        known = self._bodies.get(symbol)
        if known is None:
            known = self._bodies[symbol] = self._read_body(symbol)
        return known

    def _read_body(self, symbol: str) -> tuple[frozenset[str], tuple[str, ...]]:
        own = self.types.function(symbol)
        if own is None:
            return frozenset(), ()
        summary, function = own
        used = self._words_of(summary.path).get(function.qualname)
        if used is None:
            return frozenset(), ()
        called = (self.types.eval(summary, expr[1]) for expr, *_ in function.calls)
        followed = dict.fromkeys(value[1] for value in called if value is not None and value[0] in ("func", "bound"))
        return used, tuple(followed)

    @remembered()
    def _words_of(self, path: str) -> dict[str, frozenset[str]]:
        """The names and short texts in the body of each function of a file: of all at once, for the file is parsed."""
        known = self._words.get(path)
        if known is None:
            module = self.modules.tree_of(path)
            known = self._words[path] = {}
            for scope in module.index.scopes if module is not None else ():
                known.setdefault(scope.qualname, _words_in(scope))
        return known

    def runs_forever(self, symbol: str) -> bool:
        """Whether a coroutine function loops until somebody cancels it: `while True:` that nothing leaves, with an
        await inside.
        """
        own = self.types.function(symbol)
        if own is None or not own[1].flags & ASYNC:
            return False
        module = self.modules.tree_of(own[0].path)
        scope = (
            next((scope for scope in module.index.scopes if scope.qualname == own[1].qualname), None)
            if module is not None
            else None
        )
        if module is None or scope is None:
            return False
        parents = module.index.parents
        for loop in scope.nodes.get(ast.While, ()):
            if not (isinstance(loop.test, ast.Constant) and loop.test.value):
                continue
            inside = [
                node
                for kind in (ast.Await, ast.Return, ast.Break, ast.Raise)
                for node in scope.nodes.get(kind, ())
                if _is_below(parents, node, loop)
            ]
            if any(isinstance(node, ast.Await) for node in inside) and not any(
                isinstance(node, (ast.Return, ast.Break)) for node in inside
            ):
                return True
        return False

    # Whether one does more than give a value

    @fact("injection.harmless", lambda self: self.modules, lambda self, symbol, depth=0: (symbol,))
    def harmless(self, symbol: str, depth: int = 0) -> bool:
        """Whether calling a function or class, and what it depends on, does nothing but give a value, as far as all
        of it is known.
        """
        known = self._harmless.get(symbol)
        if known is None:
            self._harmless[symbol] = False
            known = self._harmless[symbol] = depth < _MAX_DEPTH and self._is_harmless(symbol, depth)
        return known

    def _is_harmless(self, symbol: str, depth: int) -> bool:
        own = self.types.function(symbol)
        if own is None:
            return self._constructs_quietly(symbol, depth)
        summary, function = own
        if function.raised or not all(self._keeps(summary, decorator) for decorator in function.decorators):
            return False
        return (
            self._parameters_quiet(summary, function, depth)
            and not self._writes(summary.path, function.qualname)
            and all(self._call_quiet(summary, expr, depth) for expr, *_ in function.calls)
        )

    def _constructs_quietly(self, cls: str, depth: int) -> bool:
        own = self.types.project_class(cls)
        if own is None or own[1].keywords:
            return False
        if any(":" not in base and base not in _NOT_CALLABLE for base in self.types.mro(cls)):
            return False
        for special in ("__new__", "__post_init__", "model_post_init", "__init__"):
            found = self.types.members(cls, special)
            if found is None:
                continue
            _, summary, indices = found
            if special != "__init__" or summary is None:
                return False
            fact = summary.table[indices[-1]]
            return fact[0] == "def" and self.harmless(f"{summary.path}:{fact[1]}", depth + 1)
        # Without a constructor of its own its fields are what a request has to send.
        return not any(self.requests.fields(cls))

    def _keeps(self, summary: Summary, decorator: Expr) -> bool:
        name = self.types.qualified(self.types.eval(summary, decorator[1] if decorator[0] == "c" else decorator))
        return name in ("functools.lru_cache", "functools.cache", "builtins.staticmethod", "builtins.classmethod")

    def _parameters_quiet(self, summary: Summary, function: Function, depth: int) -> bool:
        """What a request has to send is checked: such parameters have the effect to refuse some requests."""
        for position, (name, _, annotation, default) in enumerate(function.parameters):
            if position == 0 and function.owner is not None and name in ("self", "cls"):
                continue
            called = self.types.dependency(summary, annotation, default)
            if called is not None:
                if called[0] not in ("func", "bound", "type") or not self.harmless(called[1], depth + 1):
                    return False
            elif self.requests.source(summary, function, position) != "special":
                return False
        return True

    def _writes(self, path: str, qualname: str) -> bool:
        module = self.modules.tree_of(path)
        scope = (
            next((scope for scope in module.index.scopes if scope.qualname == qualname), None)
            if module is not None
            else None
        )
        if scope is None or any(
            scope.nodes.get(kind) for kind in (ast.Global, ast.Nonlocal, ast.Assert, ast.Delete, ast.Raise)
        ):
            return True
        own = scope.node.args.args[0].arg if qualname.endswith("__init__") and scope.node.args.args else ""  # type: ignore[attr-defined]
        return any(
            not (isinstance(target, ast.Attribute) and isinstance(target.value, ast.Name) and target.value.id == own)
            for kind in (ast.Attribute, ast.Subscript)
            for target in scope.nodes.get(kind, ())
            if not isinstance(target.ctx, ast.Load)
        )

    def _call_quiet(self, summary: Summary, expr: Expr, depth: int) -> bool:
        callee = self.types.eval(summary, expr[1])
        if expr[1][0] == "a" and expr[1][2] in _ENDS:
            owner = self.types.eval(summary, expr[1][1])
            return owner is not None and owner[0] == "inst" and bool(self.types.is_subclass(owner[1], _SESSIONS))
        match callee:
            case ("func" | "bound", str(symbol), *_):
                return self._body_quiet(symbol, depth + 1)
            case ("type", str(cls), *_) if ":" in cls:
                return self._constructs_by_call(cls, depth + 1)
            case ("inst", str(cls), *_):
                return bool(self.types.is_subclass(cls, _MAKERS))
        name = self.types.qualified(callee) or ""
        if name.startswith("builtins."):
            return name[9:] in _QUIET_BUILTINS
        return name in _QUIET or name in _SESSIONS

    def _body_quiet(self, symbol: str, depth: int) -> bool:
        """As `harmless`, for a function that is called with arguments rather than injected."""
        own = self.types.function(symbol)
        if own is None or depth > _MAX_DEPTH:
            return False
        summary, function = own
        if function.raised or not all(self._keeps(summary, decorator) for decorator in function.decorators):
            return False
        return not self._writes(summary.path, function.qualname) and all(
            self._call_quiet(summary, expr, depth) for expr, *_ in function.calls
        )

    def _constructs_by_call(self, cls: str, depth: int) -> bool:
        if any(":" not in base and base not in _NOT_CALLABLE for base in self.types.mro(cls)):
            return False
        for special in ("__new__", "__post_init__", "model_post_init"):
            if self.types.members(cls, special) is not None:
                return False
        found = self.types.members(cls, "__init__")
        if found is None or found[1] is None:
            return found is None
        fact = found[1].table[found[2][-1]]
        return fact[0] == "def" and self._body_quiet(f"{found[1].path}:{fact[1]}", depth)


def _tail(expr: Expr) -> Any:
    """The last name of a reference; None for what has no name of its own."""
    return expr[2] if expr[0] == "a" else expr[1] if expr[0] == "g" else None


def _is_below(parents: dict[ast.AST, ast.AST], node: ast.AST, outer: ast.AST) -> bool:
    current: ast.AST | None = node
    while current is not None and current is not outer:
        current = parents.get(current)
    return current is outer


def _answers_for_all(attempt: ast.Try) -> bool:
    """`try: return await call_next(request)`, and an `except Exception` that raises nothing and does not say 500."""
    called = (each for statement in attempt.body for each in ast.walk(statement) if isinstance(each, ast.Call))
    if not any(isinstance(each.func, ast.Name) and each.func.id == "call_next" for each in called):
        return False
    return any(
        (handler.type is None or ast.unparse(handler.type) in ("Exception", "BaseException"))
        and not any(isinstance(each, ast.Raise) for statement in handler.body for each in ast.walk(statement))
        and "500" not in ast.unparse(handler)
        for handler in attempt.handlers
    )


def _words_in(scope: Scope) -> frozenset[str]:
    used = {node.id for node in scope.nodes.get(ast.Name, ())}
    used |= {node.attr for node in scope.nodes.get(ast.Attribute, ())}
    used |= {
        node.value
        for node in scope.nodes.get(ast.Constant, ())
        if isinstance(node.value, str) and len(node.value) <= _LONGEST_WORD
    }
    return frozenset(used)
