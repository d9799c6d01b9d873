"""The route table: what the executed program registered, flattened as FastAPI matches it."""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING, Any

from ...module.index import unnumbered
from ...records import NamedTuple
from ...regex import regex
from . import operations, page, registrars
from .answers import Around, Made
from .inputs import inputs_of
from .interpreter import Exhausted, Interpreter
from .rows import Dependency, Inputs, Late, Link, Middleware, Node, RouteRow
from .skeleton import functions
from .source import Source, read
from .values import (
    NOTHING,
    AnnotatedValue,
    Assumptions,
    Bound,
    ClassValue,
    Const,
    DependsValue,
    Doubt,
    Entry,
    Env,
    External,
    Function,
    Instance,
    Items,
    Mapping,
    Method,
    ModuleValue,
    Partial,
    Registrar,
    Static,
    Value,
    ViewMethod,
    unwrapped,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ...knowledge import Knowledge
    from ...module import Module
    from ...module.index import Scope
    from ..modules import Modules

Schemes = dict[int, tuple[str, tuple[str, ...]]]
"""Security schemes by the identity of their objects: class and scopes."""
_SECURITY = "fastapi.security."
_RESPONSE = "starlette.responses.Response"

_MAX_DEPTH = 30
_PLAIN = (str, bytes, int, float, complex, bool, type(None), type(...))
_APPS = ("fastapi.FastAPI", "starlette.applications.Starlette")
_CHANGES_ROUTES = regex(
    rb"\.routes\.(remove|insert|pop|sort|clear|reverse)\(|\.routes(\[[^\]\n]*\])?\s*=[^=]|\bdel [^\n]*\.routes\["
)


class Context(NamedTuple):
    """What the including routers add."""

    prefix: str
    known: bool
    dependencies: tuple[tuple[str, Value], ...]
    tags: tuple[str, ...]
    assumes: Assumptions
    certain: bool
    in_schema: bool
    mounted_at: str = ""
    response_class: Value | None = None
    deprecated: bool = False
    unique_id: Value | None = None
    """The `generate_unique_id_function`."""
    included: str = ""
    """Of the prefix what stands at includes and mounts: all that Starlette's routes get when they are copied."""
    documented: bool = True
    responses: tuple[Value, ...] = ()


class Origin(NamedTuple):
    """What a row was made of."""

    row: RouteRow
    endpoint: Value
    view: ClassValue | None
    given: tuple[tuple[str, Value], ...]


class Assembly:
    """The applications of a project, assembled."""

    def __init__(self, modules: Modules, knowledge: Knowledge, live_include: bool) -> None:
        """`live_include`: whether routes added to a router after it was included appear (FastAPI 0.138 and later)."""
        self.modules = modules
        self.knowledge = knowledge
        self.live_include = live_include
        self.run = Interpreter(modules, knowledge)
        self._words: set[bytes] = set()
        self._stems: set[str] = set()
        self._origins: dict[int, Origin] = {}
        self._calls: dict[str, dict[str, list[ast.Call]]] = {}
        self._trees: dict[str, Module | Source | None] = {}
        self._execute()

    def answers(self) -> Made:
        """All answers, from the executed program."""
        rows = tuple(row for app in self.apps() for row in self.table(app))
        if self.run.truncated:
            # Something was not executed: a guard or a prefix may have been added there.
            origins, self._origins = self._origins, {}
            sure, rows = rows, tuple(row._replace(complete=False, placed=False) for row in rows)
            for before, row in zip(sure, rows, strict=True):
                self._origins[id(row)] = origins[id(before)]._replace(row=row)
        by_app: dict[str, list[Middleware]] = {}
        unnamed: dict[str, tuple[str, int]] = {}
        for each in self.apps():
            by_app.setdefault(self.name_of(each), []).extend(self._around(each, 0))
            if each.bound_as is None:
                unnamed[self.name_of(each)] = (each.path, each.line)
        around = Around(
            tuple((app, tuple(found)) for app, found in by_app.items()),
            tuple(found for each in self.run.registrars if each.is_app for found in self._around(each, _MAX_DEPTH)),
            self._stacks(),
            () if self.live_include else self._late(),
            self.run.truncated,
            tuple(sorted(self.run.unreadable)),
            self._unknown_includes(),
            tuple(unnamed.items()),
        )
        return Made(rows, around, self._rearranged, self._inputs)

    def _inputs(self, row: RouteRow) -> Inputs:
        origin = self._origins[id(row)]
        return inputs_of(self.run, [value for _, value in origin.given], origin.endpoint, origin.view, self._annotation)

    def searched(self) -> page.Searched:
        """What the execution read besides the files it executed; to be asked after all else."""
        return page.Searched(
            frozenset(self._words),
            frozenset(self._stems | self._other_names()),
            self.run.examined | self._trees.keys(),
            frozenset(self.run.unreadable),
        )

    def executed(self) -> dict[str, page.Executed]:
        """The files that were executed."""
        run = self.run
        found: dict[str, page.Executed] = {}
        for path, env in run.envs.items():
            defined = list(functions(env.module.tree))
            called = {name for node, name in defined if run.looked_into(node)}
            watched = {name: tuple(sorted(run.watched[node])) for node, name in defined if node in run.watched}
            skipped = frozenset(name for _, name in defined) - called
            found[path] = page.Executed(env.module.text, env.module.tree, skipped, watched)
        return found

    def _other_names(self) -> set[str]:
        """Calls by other names that may make an application."""
        names = {"FastAPI", "Starlette", "import_from_string"}
        names |= {cls.node.name for cls in self.run.classes if self._is_app_class(cls)}
        words = "|".join(sorted(map(re.escape, names)))
        renamed = re.compile(
            rf"\b(?:{words})\s+as\s+(\w+)|^\s*(\w+)\s*(?::[^=\n]*)?=\s*(?:[\w.]*\.)?(?:{words})\s*$", re.M
        )
        found = {f"{name}(" for name in names}
        for env in self.run.envs.values():
            found.update(f"{name}(" for pair in renamed.findall(env.module.text) for name in pair if name)
        return found

    def _rearranged(self) -> bool:
        """Whether code of the project changes the list of routes of a router or application itself."""
        texts = (self.modules.bytes_of(path) or b"" for path in self._mentioning(b".routes") if "test" not in path)
        return any(_CHANGES_ROUTES.search(text) for text in texts)

    def _late(self) -> tuple[Late, ...]:
        seen: dict[int, int] = {}
        places: dict[int, tuple[str, int]] = {}
        routers: dict[int, Registrar] = {}
        for each in self.run.registrars:
            for entry in each.entries:
                if entry.kind == "include" and isinstance(entry.target, Registrar):
                    key = id(entry.target)
                    routers[key] = entry.target
                    if entry.seen >= seen.get(key, 0):
                        seen[key], places[key] = entry.seen, (entry.module, entry.line)
        found: dict[tuple[str, int], Late] = {}
        on_time: set[tuple[str, int]] = set()
        for key, router in routers.items():
            on_time |= {(entry.module, entry.line) for entry in router.entries[: seen[key]]}
            for entry in router.entries[seen[key] :]:
                if entry.certain and entry.kind in ("route", "plain", "websocket", "include"):
                    found.setdefault(
                        (entry.module, entry.line),
                        Late(entry.module, entry.line, _text(entry.path)[0], entry.kind, *places[key]),
                    )
        return tuple(late for place, late in sorted(found.items()) if place not in on_time)

    # Execution

    def _execute(self) -> None:
        run = self.run
        try:
            candidates = self._mentioning(b"FastAPI", b"Starlette", b"import_from_string")
            for path in candidates:
                run.import_module(path)
                run.catch_up()
            for path in self._users_of_makers(candidates):
                run.module(path)
                run.catch_up()
            self._call_factories(candidates)
            run.catch_up()
            self._start_up()
            run.catch_up()
        except (Exhausted, RecursionError):
            run.truncated = True
        run.finish()

    def _mentioning(self, *words: bytes) -> list[str]:
        self._words.update(words)
        return self.modules.mentioning_any(words)

    def _call_factories(self, candidates: list[str]) -> None:
        """Execute the functions that make an application and that nobody called so far."""
        for path, scope, outermost in self._makers(candidates):
            if scope.node not in self.run.executed:
                self._start(path, outermost.qualname)

    def _makers(self, candidates: list[str]) -> Iterator[tuple[str, Scope, Scope]]:
        """(path, scope, outermost function or method around it) of each call in a function that makes an
        application."""
        words = {b"FastAPI(", b"Starlette(", b"import_from_string"}
        words |= {f"{cls.node.name}(".encode() for cls in self.run.classes if self._is_app_class(cls)}
        for path in candidates:
            env = self.run.envs.get(path)
            text = self.modules.bytes_of(path)
            if env is None or text is None or not any(word in text for word in words):
                continue
            index = env.module.index
            for call in index.nodes(ast.Call):
                if not (self._makes_app(call, path) or _called(call) == "import_from_string"):
                    continue
                scope = index.scope_of(call).frame()
                outermost = scope
                while outermost.parent is not None and outermost.parent.kind not in ("module", "class"):
                    outermost = outermost.parent
                if outermost.kind == "function":
                    yield path, scope, outermost

    def _users_of_makers(self, candidates: list[str]) -> list[str]:
        """Modules that make an application when they are imported, through a function or class of another module."""
        names = {cls.node.name for cls in self.run.classes if self._is_app_class(cls)}
        for _, _, outermost in self._makers(candidates):
            first, _, method = outermost.qualname.partition(".")
            if not method or method == "__init__":
                names.add(first)
        if not names:
            return []
        words = "|".join(sorted(map(re.escape, names)))
        called = re.compile(
            rf"^(?:[A-Za-z_][\w.]*\s*(?::[^=\n]*)?=\s*)?(?:[\w.]*\.)?(?:{words})\(".encode(), re.MULTILINE
        )
        found = []
        for path in self._mentioning(*(f"{name}(".encode() for name in names)):
            text = self.modules.bytes_of(path)
            if path not in self.run.envs and text is not None and not _is_test(path) and called.search(text):
                found.append(path)
        return found

    def _start_up(self) -> None:
        """What applications do when the server starts: some register routes only then."""
        for app in [each for each in self.run.registrars if each.is_app]:
            lifespan = self.run.force(app.keywords.get("lifespan", Value()))
            handlers = [lifespan, *self._list(app.keywords.get("on_startup"))]
            handlers += [entry.endpoint for entry in app.entries if entry.kind == "startup"]
            for handler in handlers:
                called = unwrapped(self.run.force(handler))
                plain = called.function if isinstance(called, Bound) else called
                if isinstance(plain, Function) and plain.node not in self.run.executed:
                    self.run.call(called, [app] if handler is lifespan else [], {}, None, None)

    def _is_app_class(self, cls: ClassValue) -> bool:
        return any(registrars.kind_of(name, self.knowledge) in _APPS for name in cls.externals())

    def _makes_app(self, call: ast.Call, path: str) -> bool:
        name = _called(call) or ""
        if not name[:1].isupper():
            return False
        env = self.run.envs[path]
        if isinstance(call.func, ast.Name):
            value = self.run.lookup(name, env)
        elif isinstance(call.func, ast.Attribute) and isinstance(call.func.value, ast.Name):
            value = self.run.attribute(self.run.lookup(call.func.value.id, env), name)
        else:
            return False
        if isinstance(value, External):
            kind = registrars.kind_of(value.name, self.knowledge)
        elif isinstance(value, ClassValue):
            kind = next((k for each in value.externals() if (k := registrars.kind_of(each, self.knowledge))), None)
        else:
            # Imported inside of the function.
            kind = "fastapi.FastAPI" if name == "FastAPI" and type(value) is Value else None
        return kind in _APPS

    def _start(self, path: str, qualname: str, depth: int = 0) -> None:
        """Call a function or method with arguments nobody knows; its callers first, as they know more."""
        env = self.run.envs[path]
        parts = qualname.split(".")
        if depth < 4:
            before = len(self.run.executed)
            for caller_path, caller in self._callers(path, qualname):
                if caller_path in self.run.envs or self.run.module(caller_path) is not None:
                    self._start(caller_path, caller, depth + 1)
            if len(self.run.executed) > before and self._was_executed(env, qualname):
                return
        if len(parts) == 1:
            function = self.run.force(env.names.get(qualname, Value()))
            if isinstance(function, (Function, Partial)):
                called = unwrapped(function)
                self.run.call(called, self._of_lifespan(called), {}, None, None)
            return
        cls = env.names.get(parts[0])
        if not isinstance(cls, ClassValue):
            return
        for concrete in self._leaves(cls):
            method = self.run.find_in_class(concrete, parts[1])
            if isinstance(method, Static):
                self.run.call(method.function, [concrete] if method.kind == "classmethod" else [], {}, None, None)
            elif isinstance(method, Function):
                instance = self.run.construct(concrete, [], {}, None, None)
                if parts[1] != "__init__" and method.node not in self.run.executed:
                    self.run.call_function(method, [instance], {}, instance)

    def _of_lifespan(self, function: Value) -> list[Value]:
        """The application whose lifespan a function is, as its argument."""
        for each in self.run.registrars:
            if each.is_app and unwrapped(self.run.force(each.keywords.get("lifespan", Value()))) is function:
                return [each]
        return []

    def _was_executed(self, env: Env, qualname: str) -> bool:
        return any(
            node in self.run.executed and scope.qualname == qualname for node, scope in env.module.index.by_node.items()
        )

    def _leaves(self, cls: ClassValue) -> list[ClassValue]:
        """The classes that derive from `cls` and from which no other does; itself if there is none."""
        below = [other for other in self.run.classes if other is not cls and cls in other.mro()]
        leaves = [other for other in below if not any(other is not third and other in third.mro() for third in below)]
        return leaves or [cls]

    def _callers(self, path: str, qualname: str) -> list[tuple[str, str]]:
        """(path, qualname) of functions that call this one by name."""
        name = qualname.rpartition(".")[2]
        if name == "__init__":
            name = qualname.split(".")[-2]
        found: list[tuple[str, str]] = []
        for other in self._mentioning(f"{name}(".encode()):
            env = self.run.envs.get(other)
            module = env.module if env is not None else self._tree(other, path)
            if module is None:
                continue
            for call in self._calls_in(module, other).get(name, ()):
                scope = module.index.scope_of(call).frame()
                while scope.parent is not None and scope.parent.kind not in ("module", "class"):
                    scope = scope.parent
                if scope.kind == "function" and (other, scope.qualname) not in found and scope.qualname != qualname:
                    found.append((other, scope.qualname))
        return found[:4]

    def _calls_in(self, module: Module | Source, path: str) -> dict[str, list[ast.Call]]:
        """The calls of a file by the last name of what they call."""
        found = self._calls.get(path)
        if found is None:
            found = self._calls[path] = {}
            for call in module.index.nodes(ast.Call):
                name = _called(call)
                if name is not None:
                    found.setdefault(name, []).append(call)
        return found

    def _tree(self, path: str, called: str) -> Module | Source | None:
        """A module that was not executed and that may call a function of the module `called`, as it names it."""
        stem = called.removesuffix("/__init__.py").removesuffix(".py").rpartition("/")[2]
        self._stems.add(stem)
        text = self.modules.bytes_of(path)
        if text is None or stem.encode() not in text:
            return None
        if path not in self._trees:
            self._trees[path] = read(self.modules, path) if self.run.is_marked(path) else None
        return self._trees[path]

    # Applications

    def apps(self) -> list[Registrar]:
        """Applications that no other one contains; each once, the most complete of several executions."""
        run = self.run
        inside = {
            id(entry.target)
            for each in run.registrars
            for entry in each.entries
            if entry.kind == "include" or self._mounted_somewhere(entry)
        }
        tops = [each for each in run.registrars if each.is_app and id(each) not in inside | run.absorbed]
        best: dict[tuple[str, int], Registrar] = {}
        for each in tops:
            place = (each.path, each.line)
            if place not in best or self._size(each) > self._size(best[place]):
                best[place] = each
        return [app for app in best.values() if app.entries]

    @staticmethod
    def _mounted_somewhere(entry: Entry) -> bool:
        """An application that another one mounts somewhere unknown still stands for itself."""
        return entry.kind == "mount" and _text(entry.path)[1]

    def _stacks(self) -> tuple[tuple[Middleware, ...], ...]:
        found: dict[tuple[str, int], tuple[Middleware, ...]] = {}
        for each in self.run.registrars:
            if not each.is_app:
                continue
            added = [entry for entry in each.entries if entry.kind == "middleware"]
            own = list(self._around(each, _MAX_DEPTH))
            given, late = own[: len(own) - len(added)], own[len(own) - len(added) :]
            stack = (*reversed(late), *given)
            if len(stack) > len(found.get((each.path, each.line), ())):
                found[each.path, each.line] = stack
        return tuple(found.values())

    def _constants(self, keywords: dict[str, Value]) -> tuple[tuple[str, Any], ...]:
        found: list[tuple[str, Any]] = []
        for name, value in keywords.items():
            value = self.run.force(value)
            if isinstance(value, Const) and isinstance(value.value, _PLAIN):
                found.append((name, value.value))
            elif isinstance(value, Items):
                items = [self.run.force(item) for item in value.items]
                plain = [item.value for item in items if isinstance(item, Const) and isinstance(item.value, _PLAIN)]
                found.append((name, tuple(plain)))
        return tuple(found)

    def _around(self, registrar: Registrar, depth: int) -> Iterator[Middleware]:
        for value in self._list(registrar.keywords.get("middleware")):
            value = self.run.force(value)
            if isinstance(value, Instance) and value.cls is None:
                keywords = dict(value.keywords)
                cls = keywords.pop("0", None) or keywords.pop("cls", None)
                file, line = registrar.path, registrar.line
                match value.attributes.get("made at"):
                    case Items(items=[Const(value=str(path)), Const(value=int(number))]):
                        file, line = path, number
                yield self._middleware(cls, keywords, file, line)
        for entry in registrar.entries:
            if entry.kind == "middleware":
                yield self._middleware(entry.endpoint, entry.keywords, entry.module, entry.line)
            elif entry.kind in ("mount", "include") and isinstance(entry.target, Registrar) and depth < _MAX_DEPTH:
                yield from self._around(entry.target, depth + 1)

    def _middleware(self, value: Value | None, keywords: dict[str, Value], file: str, line: int) -> Middleware:
        value = self.run.force(value) if value is not None else Value()
        dispatch = keywords.get("dispatch")
        if (
            isinstance(value, External)
            and dispatch is not None
            and value.name == "starlette.middleware.base.BaseHTTPMiddleware"
        ):
            value = self.run.force(dispatch)
        described = self._describe(value, "app", ())
        if described is None:
            return Middleware("", None, self._constants(keywords), file, line)
        return Middleware(described.name, described.symbol, self._constants(keywords), file, line)

    def _size(self, registrar: Registrar, depth: int = 0) -> int:
        total = 0
        for entry in registrar.entries:
            if isinstance(entry.target, Registrar) and depth < 10:
                total += self._size(entry.target, depth + 1)
            total += 1
        return total

    def name_of(self, app: Registrar) -> str:
        return app.bound_as or f"{self.modules.dotted(app.path)}:{app.line}"

    def table(self, app: Registrar) -> list[RouteRow]:
        context = Context("", True, (), (), NOTHING, True, True)
        rows: list[RouteRow] = []
        self._flatten(app, context, rows, self.name_of(app), 0, len(app.entries))
        return _once(rows)

    def _unknown_includes(self) -> tuple[tuple[str, int], ...]:
        found = {
            (entry.module, entry.line)
            for registrar in self.run.registrars
            for entry in registrar.entries
            if entry.kind == "include" and not isinstance(entry.target, Registrar) and entry.module
        }
        known = {
            (entry.module, entry.line)
            for registrar in self.run.registrars
            for entry in registrar.entries
            if entry.kind == "include" and isinstance(entry.target, Registrar)
        }
        return tuple(sorted(found - known))

    def graph(self, app: str | None = None) -> tuple[list[Node], list[Link]]:
        """Applications, the routers and applications in them, and what guards each."""
        nodes: dict[int, Node] = {}
        links: list[Link] = []
        pending = [each for each in reversed(self.apps()) if app is None or self.name_of(each) == app]
        while pending:
            registrar = pending.pop()
            if id(registrar) in nodes:
                continue
            routes = sum(1 for entry in registrar.entries if entry.kind in ("route", "plain", "websocket"))
            guards = self._guards(registrar.keywords.get("dependencies"))
            short = registrar.kind.rpartition(".")[2]
            nodes[id(registrar)] = Node(f"n{len(nodes)}", short, self.name_of(registrar), routes, guards)
            inner = [
                entry
                for entry in registrar.entries
                if entry.kind in ("include", "mount") and isinstance(entry.target, Registrar)
            ]
            pending.extend(entry.target for entry in reversed(inner))  # type: ignore[misc]
        for registrar in [each for each in self.run.registrars if id(each) in nodes]:
            for entry in registrar.entries:
                if id(entry.target) in nodes:
                    text, known, _ = _text(entry.path)
                    guards = self._guards(entry.keywords.get("dependencies"))
                    links.append(
                        Link(
                            nodes[id(registrar)].id,
                            nodes[id(entry.target)].id,
                            entry.kind,
                            text if known else None,
                            guards,
                        )
                    )
        return list(nodes.values()), links

    def _guards(self, dependencies: Value | None) -> tuple[str, ...]:
        found = [
            self._describe(self.run.force(value.dependency), "", ())
            for value in self._list(dependencies)
            if isinstance(value, DependsValue) and value.dependency
        ]
        return tuple(dependency.name.rpartition(":")[2] for dependency in found if dependency is not None)

    def _own(self, registrar: Registrar, context: Context) -> Context:
        """The context inside of a router: its own prefix, tags and dependencies behind those around it."""
        prefix = registrar.keywords.get("prefix")
        text, known, assumes = _text(prefix)
        if registrar.is_app:
            text, known, assumes = "", True, NOTHING
        origin = "app" if registrar.is_app else "router"
        return Context(
            context.prefix + text,
            context.known and known,
            context.dependencies
            + tuple((origin, value) for value in self._depends(registrar.keywords.get("dependencies"))),
            context.tags + self._tags(registrar.keywords.get("tags")),
            context.assumes | assumes,
            context.certain,
            context.in_schema and _flag(registrar.keywords.get("include_in_schema"), True),
            context.mounted_at,
            registrar.keywords.get("default_response_class") or context.response_class,
            deprecated=context.deprecated or _flag(registrar.keywords.get("deprecated"), False),
            unique_id=registrar.keywords.get("generate_unique_id_function") or context.unique_id,
            included=context.included,
            documented=_is_documented(registrar) if registrar.is_app else context.documented,
            responses=(*context.responses, *_given(registrar.keywords, "responses")),
        )

    def _list(self, value: Value | None) -> list[Value]:
        items = self.run.iterate(value) if value is not None else None
        if items is None and isinstance(value, Items):
            items = value.items
        return items or []

    def _depends(self, value: Value | None) -> list[Value]:
        """The items of `dependencies=[...]`; something unknown among them when there may be more."""
        found = self._list(value)
        if value is None or (isinstance(value, Const) and value.value is None) or self.run.iterate(value) is not None:
            return found
        return [*found, Value()]

    def _tags(self, value: Value | None) -> tuple[str, ...]:
        found = [
            item.attributes.get("value") if isinstance(item, Instance) and item.cls is not None else item
            for item in self._list(value)
        ]
        return tuple(str(item.value) for item in found if isinstance(item, Const))

    def _flatten(
        self, registrar: Registrar, around: Context, rows: list[RouteRow], app: str, depth: int, count: int
    ) -> None:
        if depth > _MAX_DEPTH:
            return
        own = self._own(registrar, around)
        for entry in registrar.entries[:count]:
            text, known, assumes = _text(entry.path)
            # A router's prefix, tags and dependencies are for the routes that FastAPI makes on it.
            bare = entry.bare or entry.kind == "mount"
            context = around._replace(documented=own.documented) if bare else own
            inner = context._replace(
                known=context.known and known,
                assumes=context.assumes | assumes | entry.assumes,
                certain=context.certain and entry.certain,
            )
            target = entry.target
            if entry.kind == "include" and isinstance(target, Registrar):
                inner = inner._replace(
                    prefix=context.prefix + text,
                    dependencies=context.dependencies
                    + tuple(("include", value) for value in self._depends(entry.keywords.get("dependencies"))),
                    tags=context.tags + self._tags(entry.keywords.get("tags")),
                    in_schema=context.in_schema and _flag(entry.keywords.get("include_in_schema"), True),
                    response_class=entry.keywords.get("default_response_class") or context.response_class,
                    deprecated=context.deprecated or _flag(entry.keywords.get("deprecated"), False),
                    unique_id=entry.keywords.get("generate_unique_id_function") or context.unique_id,
                    included=context.included + text,
                    responses=(*context.responses, *_given(entry.keywords, "responses")),
                )
                self._flatten(
                    target, inner, rows, app, depth + 1, len(target.entries) if self.live_include else entry.seen
                )
            elif (
                entry.kind == "mount"
                and isinstance(target, Registrar)
                and (self._mounted_somewhere(entry) or not target.is_app)
                # Copying takes no mounted applications.
                and (self.live_include or registrar.kind != "fastapi.APIRouter")
            ):
                prefix = (context.prefix if self.live_include else context.included) + text
                inner = inner._replace(
                    prefix=prefix.rstrip("/"),
                    dependencies=(),
                    tags=(),
                    response_class=None,
                    in_schema=True,
                    deprecated=False,
                    unique_id=None,
                    responses=(),
                )
                inner = inner._replace(included=inner.prefix)
                inner = inner._replace(mounted_at=inner.prefix) if target.is_app else inner
                self._flatten(target, inner, rows, app, depth + 1, len(target.entries))
            elif entry.kind in ("route", "plain", "websocket"):
                if entry.simple and not self.live_include:
                    inner = inner._replace(prefix=context.included)
                self._add(entry, inner, text, rows, app)

    def _add(self, entry: Entry, context: Context, text: str, rows: list[RouteRow], app: str) -> None:
        endpoint = self.run.force(entry.endpoint)
        view: ClassValue | None = None
        if isinstance(endpoint, ViewMethod) and isinstance(endpoint.receiver, ClassValue):
            view = endpoint.receiver
        function = unwrapped(endpoint)
        plain = function.function if isinstance(function, Bound) else function
        plain = unwrapped(plain)
        if isinstance(plain, Bound):
            plain = plain.function
        place = self._place(plain)
        if place is None:
            return
        path, line, qualname, is_async = place
        given = [
            *context.dependencies,
            *(("decorator", value) for value in self._depends(entry.keywords.get("dependencies"))),
        ]
        if entry.simple:
            given = []
        dependencies, security, complete = self._dependencies(given, endpoint, view, entry.kind)
        assumes = context.assumes
        methods = (
            ("WEBSOCKET",) if entry.kind == "websocket" else entry.methods if entry.methods is not None else ("GET",)
        )
        status = entry.keywords.get("status_code")
        response = entry.keywords.get("response_model")
        operation = self._operation(entry, context, plain, _joined(context.prefix, text))
        for method in methods:
            rows.append(
                RouteRow(
                    app,
                    method,
                    _joined(context.prefix, text),
                    self.modules.dotted(path),
                    qualname,
                    path,
                    line,
                    is_async,
                    dependencies,
                    security,
                    self._name(response) if response is not None else self._returned(plain),
                    _status(status),
                    context.tags + self._tags(entry.keywords.get("tags")) if entry.kind == "route" else (),
                    context.in_schema
                    and _flag(entry.keywords.get("include_in_schema"), True)
                    and entry.kind == "route",
                    operation,
                    entry.kind == "route" and (context.deprecated or _flag(entry.keywords.get("deprecated"), False)),
                    (entry.module, entry.line),
                    context.known and context.certain and complete and entry.methods is not None,
                    tuple(sorted(assumes)),
                    entry.kind,
                    context.known and context.certain and entry.methods is not None,
                    text,
                    context.mounted_at,
                    tuple(entry.keywords),
                    self._class_name(entry.keywords.get("response_class") or context.response_class),
                    context.known,
                    context.documented,
                    self._statuses((*context.responses, *_given(entry.keywords, "responses"))),
                )
            )
            self._origins[id(rows[-1])] = Origin(rows[-1], endpoint, view, tuple(given))

    def _operation(self, entry: Entry, context: Context, endpoint: Value, path: str) -> str | None:
        """The operation id that is given, or that the project's own function makes; None for FastAPI's."""
        given = entry.keywords.get("operation_id")
        if isinstance(given, Const) and isinstance(given.value, str):
            return given.value
        maker = self.run.force(entry.keywords.get("generate_unique_id_function") or context.unique_id or Value())
        if given is not None or entry.kind != "route" or not isinstance(unwrapped(maker), (Function, Bound)):
            return None
        route = Instance(None, "fastapi.routing.APIRoute")
        name = entry.keywords.get("name") or self.run.attribute(endpoint, "__name__")
        tags = (*context.tags, *self._tags(entry.keywords.get("tags")))
        route.attributes |= {
            "name": name,
            "path": Const(path),
            "path_format": Const(re.sub(r"\{(\w+):\w+\}", r"{\1}", path)),
            "tags": Items([Const(tag) for tag in tags]),
            "methods": Items([Const(method) for method in entry.methods or ()], "set", entry.methods is not None),
            "endpoint": endpoint,
            "operation_id": Const(None),
        }
        try:
            made = self.run.call(maker, [route], {}, None, None)
        except Exhausted:
            return None
        return made.value if isinstance(made, Const) and isinstance(made.value, str) else None

    def _statuses(self, given: tuple[Value, ...]) -> tuple[str, ...] | None:
        """The keys of dictionaries of responses."""
        found: dict[str, None] = {}
        for value in map(self.run.force, given):
            if isinstance(value, Const) and value.value is None:
                continue
            if not isinstance(value, Mapping) or not value.complete:
                return None
            for key, _ in value.pairs:
                code = _status(self.run.force(key))
                if code is None and not (isinstance(key, Const) and isinstance(key.value, str)):
                    return None
                found[str(key.value if code is None and isinstance(key, Const) else code)] = None
        return tuple(found)

    def _class_name(self, value: Value | None) -> str | None:
        value = self.run.force(value) if value is not None else None
        match value:
            case ClassValue():
                return f"{self.modules.dotted(value.module.path)}.{unnumbered(value.qualname)}"
            case External(name=name):
                return name
            case None:
                return None
        return "?"

    def _place(self, value: Value) -> tuple[str, int, str, bool] | None:
        match value:
            case Function():
                return (
                    value.module.path,
                    value.node.lineno,
                    unnumbered(value.qualname),
                    isinstance(value.node, ast.AsyncFunctionDef),
                )
            case ClassValue():
                return value.module.path, value.node.lineno, unnumbered(value.qualname), True
            case Instance() if value.cls is not None:
                method = self.run.find_in_class(value.cls, "__call__")
                return self._place(method) if isinstance(method, Function) else None
            case Static():
                return self._place(value.function)
        return None

    def _returned(self, value: Value) -> str | None:
        """The return annotation as written; None for a Response, that FastAPI sends as it is."""
        if not isinstance(value, Function) or isinstance(value.node, ast.Lambda) or value.node.returns is None:
            return None
        returns: ast.expr = value.node.returns
        if isinstance(returns, ast.Constant):
            if not isinstance(returns.value, str):
                return None
            text = returns.value
        else:
            text = ast.unparse(returns)
        if "Response" in text or isinstance(returns, (ast.Name, ast.Attribute)):
            declared = self._annotation(returns, value.env)
            names = (
                [declared.name]
                if isinstance(declared, External)
                else declared.externals()
                if isinstance(declared, ClassValue)
                else []
            )
            if any(base == _RESPONSE for name in names for base in (name, *self.knowledge.mro(name))):
                return None
        return text

    def _name(self, value: Value) -> str | None:
        match value:
            case ClassValue():
                return value.qualname
            case External(name=name):
                return name.rpartition(".")[2]
            case AnnotatedValue(node=ast.expr() as node):
                return ast.unparse(node)
            case AnnotatedValue(base=base):
                return self._name(base)
            case Const(value=None):
                return None
        return None

    # Dependencies

    def _dependencies(
        self, given: list[tuple[str, Value]], endpoint: Value, view: ClassValue | None, kind: str
    ) -> tuple[tuple[Dependency, ...], tuple[tuple[str, tuple[str, ...]], ...], bool]:
        """The whole tree, pre-order, each once; the security schemes in it; whether all of it is known."""
        found: dict[str, Dependency] = {}
        security: Schemes = {}
        state = [True]
        for origin, value in given:
            if isinstance(value, DependsValue):
                self._depend(value, value.dependency, origin, found, security, state, 0, ())
            else:
                state[0] = False
        if kind != "plain":
            if view is not None:
                described = self._describe(view, "class", ())
                if described is not None:
                    found[described.name] = described
                for base in reversed([each for each in view.mro() if isinstance(each, ClassValue)]):
                    for name in base.annotations:
                        self._class_dependency(base, name, found, security, state, ())
                if self.run.find_in_class(view, "__init__") is not None:
                    self._parameters(view, found, security, state, "class", 1, ())
            self._parameters(endpoint, found, security, state, "parameter", 0, ())
        return tuple(found.values()), tuple(security.values()), state[0]

    def _class_dependency(
        self,
        view: ClassValue,
        name: str,
        found: dict[str, Dependency],
        security: Schemes,
        state: list[bool],
        scopes: tuple[str, ...],
    ) -> None:
        default = self.run.force(view.names.get(name, Value()))
        declared = self._annotation(view.annotations[name], view.env)
        self._marker(default, declared, "class", found, security, state, 0, scopes)

    def _annotation(self, node: ast.expr | None, env: object) -> Value:
        if node is None:
            return Value()
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            try:
                node = ast.parse(node.value, mode="eval").body
            except SyntaxError:
                return Value()
        return self.run.eval(node, env)  # type: ignore[arg-type]

    def _marker(
        self,
        default: Value,
        declared: Value,
        origin: str,
        found: dict[str, Dependency],
        security: Schemes,
        state: list[bool],
        depth: int,
        scopes: tuple[str, ...],
    ) -> None:
        """A parameter: `= Depends(f)` or `Annotated[T, Depends(f)]`."""
        markers = (
            [item for item in declared.items if isinstance(item, DependsValue)]
            if isinstance(declared, AnnotatedValue)
            else []
        )
        if isinstance(default, DependsValue):
            markers = [default]
        for marker in markers[-1:]:
            called = marker.dependency
            if called is None:
                called = declared.base if isinstance(declared, AnnotatedValue) else declared
            self._depend(marker, called, origin, found, security, state, depth, scopes)

    def _depend(
        self,
        marker: DependsValue,
        called: Value | None,
        origin: str,
        found: dict[str, Dependency],
        security: Schemes,
        state: list[bool],
        depth: int,
        scopes: tuple[str, ...],
    ) -> None:
        """`scopes` are those that the dependencies around this one ask for: they ask for them here, too."""
        called = self.run.force(called) if called is not None else None
        if depth > _MAX_DEPTH or called is None or type(called) is Value:
            state[0] = False
            return
        scopes = tuple(dict.fromkeys((*scopes, *marker.scopes)))
        described = self._describe(called, origin, scopes)
        if described is None:
            state[0] = False
            return
        scheme: str | None = None
        if isinstance(called, Instance):
            names = [called.name or ""] if called.cls is None else called.cls.externals()
            scheme = next((name for name in names if name.startswith(_SECURITY)), None)
        if scheme is not None:
            before = security.get(id(called), (scheme, ()))[1]
            security[id(called)] = (scheme, tuple(dict.fromkeys((*before, *scopes))))
        # Two instances of a class, or two closures of a factory, share a name; each has parameters of its own.
        known = found.get(described.name)
        if known is None:
            found[described.name] = described
        elif not set(scopes) <= set(known.scopes):
            found[described.name] = known._replace(scopes=tuple(dict.fromkeys((*known.scopes, *scopes))))
        elif depth or not isinstance(unwrapped(called), (Instance, Function)):
            return
        self._parameters(called, found, security, state, "nested", depth + 1, scopes)

    def _describe(self, called: Value, origin: str, scopes: tuple[str, ...]) -> Dependency | None:
        name: str
        match called:
            case Function():
                inner = unwrapped(called)
                place = self._place(inner.function if isinstance(inner, Bound) else inner)
                if place is None:
                    return None
                return Dependency(
                    f"{self.modules.dotted(place[0])}:{place[2]}",
                    origin,
                    place[0],
                    place[1],
                    scopes,
                    True,
                    self._symbol(inner),
                )
            case Bound() | Partial() | Static():
                return self._describe(called.function, origin, scopes)
            case ClassValue():
                name = f"{self.modules.dotted(called.module.path)}:{unnumbered(called.qualname)}"
                return Dependency(
                    name, origin, called.module.path, called.node.lineno, scopes, True, self._symbol(called)
                )
            case Instance(cls=ClassValue() as cls):
                name = called.bound_as or f"{self.modules.dotted(cls.module.path)}:{unnumbered(cls.qualname)}"
                scheme = next((base for base in cls.externals() if base.startswith(_SECURITY)), None)
                return Dependency(
                    name,
                    origin,
                    cls.module.path,
                    cls.node.lineno,
                    scopes,
                    True,
                    self._symbol(called),
                    scheme,
                    _is_lenient(called),
                )
            case Instance(name=str() as external):
                return Dependency(
                    called.bound_as or external,
                    origin,
                    None,
                    0,
                    scopes,
                    called.bound_as is not None,
                    None,
                    external,
                    _is_lenient(called),
                )
            case External(name=external):
                return Dependency(external, origin, None, 0, scopes, False, None, external)
            case Method(receiver=Instance(name=str() as external), name=name):
                return Dependency(f"{external}.{name}", origin, None, 0, scopes, False, None, f"{external}.{name}")
            case AnnotatedValue(base=base):
                return self._describe(self.run.force(base), origin, scopes)
        return None

    def _symbol(self, value: Value) -> str | None:
        """ "path:qualname" of the project's function or class that runs when `value` is called."""
        match value:
            case Function() | ClassValue():
                return f"{value.module.path}:{value.qualname}"
            case Bound() | Static():
                return self._symbol(value.function)
            case Instance(cls=ClassValue() as cls):
                method = self.run.find_in_class(cls, "__call__")
                return self._symbol(method) if isinstance(method, Function) else None
        return None

    def _parameters(
        self,
        called: Value,
        found: dict[str, Dependency],
        security: Schemes,
        state: list[bool],
        origin: str,
        depth: int,
        scopes: tuple[str, ...],
    ) -> None:
        """The dependencies among the parameters of a callable."""
        called = self.run.force(called)
        skip_first = False
        given: set[str] = set()
        while True:
            if isinstance(called, Partial):
                given |= set(called.keywords)
                called = self.run.force(called.function)
            elif isinstance(called, Bound):
                skip_first = True
                called = called.function
            elif isinstance(called, Static):
                called = called.function
            elif isinstance(called, Function) and called.wraps is not None:
                called = called.wraps
            elif isinstance(called, AnnotatedValue):
                called = self.run.force(called.base)
            elif isinstance(called, Instance) and "__wrapped__" in called.attributes:
                called = called.attributes["__wrapped__"]
            else:
                break
        if isinstance(called, ClassValue):
            initialiser = self.run.find_in_class(called, "__init__")
            if isinstance(initialiser, Function):
                called, skip_first = initialiser, True
            else:
                for base in reversed(called.mro()):
                    if isinstance(base, ClassValue):
                        for name in base.annotations:
                            self._class_dependency(base, name, found, security, state, scopes)
                return
        elif isinstance(called, Instance) and called.cls is not None:
            method = self.run.find_in_class(called.cls, "__call__")
            if not isinstance(method, Function):
                return
            called, skip_first = method, True
        if not isinstance(called, Function):
            return
        arguments = called.node.args
        names = [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs]
        for argument in names[1:] if skip_first and (arguments.args or arguments.posonlyargs) else names:
            if argument.arg in given:
                continue
            declared = self._annotation(argument.annotation, called.env)
            default = called.defaults.get(argument.arg, Value())
            self._marker(default, declared, origin, found, security, state, depth, scopes)


def _once(rows: list[RouteRow]) -> list[RouteRow]:
    """Without the traces of further executions: alternatives, both of which were followed, register the same again."""
    if all(row.placed for row in rows):
        return rows
    firsts: dict[tuple[object, ...], RouteRow] = {}
    for row in rows:
        key = (row.method, row.path, row.file, row.line, row.registered_at)
        if key not in firsts or (row.placed and not firsts[key].placed):
            firsts[key] = row
    kept = {id(row) for row in firsts.values()}
    return [row for row in rows if row.placed or id(row) in kept]


def _is_test(path: str) -> bool:
    *folders, name = path.split("/")
    return name.startswith("test_") or name == "conftest.py" or "tests" in folders or "test" in folders


def _given(keywords: dict[str, Value], name: str) -> tuple[Value, ...]:
    return (keywords[name],) if name in keywords else ()


def _is_documented(app: Registrar) -> bool:
    """`FastAPI(openapi_url=None)` has neither a schema nor pages of documentation."""
    url = app.keywords.get("openapi_url")
    return not (isinstance(url, Const) and not url.value and not url.assumes)


def _is_lenient(scheme: Instance) -> bool:
    given = scheme.keywords.get("auto_error") or scheme.attributes.get("auto_error")
    return isinstance(given, Const) and given.value is False


def _text(value: Value | None) -> tuple[str, bool, Assumptions]:
    """A path or prefix: its text, whether it is known, what it assumes."""
    if value is None:
        return "", True, NOTHING
    if isinstance(value, Const):
        if value.value is None:
            return "", True, value.assumes
        if isinstance(value.value, str):
            return value.value, not any(isinstance(each, Doubt) for each in value.assumes), value.assumes
    return "", False, value.assumes


def _status(value: Value | None) -> int | None:
    if isinstance(value, External):
        return operations.status(value.name)
    return value.value if isinstance(value, Const) and isinstance(value.value, int) else None


def _called(call: ast.Call) -> str | None:
    return (
        call.func.id
        if isinstance(call.func, ast.Name)
        else call.func.attr
        if isinstance(call.func, ast.Attribute)
        else None
    )


def _joined(prefix: str, text: str) -> str:
    return prefix + text if prefix + text else ""


def _flag(value: Value | None, default: bool) -> bool:
    return bool(value.value) if isinstance(value, Const) and value.value is not None else default


__all__ = ["Assembly", "ModuleValue"]
