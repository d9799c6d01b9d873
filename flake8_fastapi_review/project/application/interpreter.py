"""Executes modules abstractly: as Python would, with unknown values where the program's input would decide.

Only what assembles an application is of interest. A module without a trace of a framework is executed when one of its
names is needed; a function when it is called. Where a condition is not known, both branches are executed and what they
register is marked as uncertain; where it depends on a setting's default, that default is taken and stated as an
assumption.
"""

from __future__ import annotations

import ast
import builtins
import contextlib
import sys
from typing import TYPE_CHECKING, Any

from ...module.index import subtree
from . import library, operations, registrars
from .skeleton import REGISTERING, is_acting
from .source import read
from .values import (
    NOTHING,
    AnnotatedValue,
    Assumptions,
    Bound,
    ClassValue,
    Const,
    Doubt,
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
    RouteList,
    Static,
    Super,
    Value,
    unwrapped,
)

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import FrameType

    from ...knowledge import Knowledge
    from ...module import Module
    from ..modules import Modules
    from .source import Source

_MAX_CALLS = 40
_MAX_STEPS = 800_000
_MAX_ASIDE = 1_500
"""Steps for a call that registers nothing: its result may be of use, a long computation is not."""
_MAX_LOOP = 400
_BUILTINS = frozenset(dir(builtins))
_FRAMES_LEFT = 330
"""A module is executed only while so many frames of the interpreter's stack are left: imports nest."""
_FRAMES_OF_CALL = 13
"""About so many of our frames for a call of the program."""


class Stop(Exception):
    """Control leaves a block: return, raise, break or continue."""

    def __init__(self, kind: str) -> None:
        super().__init__(kind)
        self.kind = kind


class Exhausted(Exception):
    """The program does more than an assembly should."""


class Overrun(Exception):
    """A call that registers nothing takes too long."""


class Lazy(Value):
    """A value that is computed when it is looked at."""

    __slots__ = ("_found", "_make", "bound_as")

    def __init__(self, make: Callable[[], Value]) -> None:
        super().__init__()
        self._make: Callable[[], Value] | None = make
        self._found: Value | None = None
        self.bound_as: str | None = None

    def force(self) -> Value:
        if self._found is None:
            make, self._make = self._make, None
            # A value that leads back to itself is not known.
            self._found = make() if make is not None else Value()
            if self.bound_as is not None and isinstance(self._found, Instance) and self._found.bound_as is None:
                self._found.bound_as = self.bound_as
        return self._found


class Call:
    """A running call: what it returned so far."""

    __slots__ = ("doubt", "function", "receiver", "returned")

    def __init__(self, function: Function | None, receiver: Value | None) -> None:
        self.function = function
        self.receiver = receiver
        self.returned: list[Value] = []
        self.doubt: tuple[Assumptions, bool] | None = None
        """Set when it may have returned before: what follows may not be executed."""


class Interpreter:
    """The state of one execution."""

    def __init__(self, modules: Modules, knowledge: Knowledge) -> None:
        self.modules = modules
        self.knowledge = knowledge
        self.envs: dict[str, Env] = {}
        self.registrars: list[Registrar] = []
        self.absorbed: set[int] = set()
        """Identities of applications whose routes became another one's."""
        self.classes: list[ClassValue] = []
        self.executed: set[ast.AST] = set()
        """Function nodes that were called."""
        self._calls: list[Call] = []
        self._steps = 0
        self._limit = _MAX_STEPS
        self._is_over = False
        self._interest: dict[ast.AST, bool] = {}
        self._mentioned: dict[ast.AST, bool] = {}
        self._tests: dict[ast.expr, str] = {}
        """Condition → its text."""
        self._conditions: list[tuple[Assumptions, bool]] = []
        self._imported: set[str] = set()
        self._postponed: list[str] = []
        self._base = 0
        """How many of the calls were running when the module that runs was imported: its code is not under their
        conditions."""
        self._frames = 0
        """How deep the stack was where the module that runs was entered."""
        self._marked: dict[str, bool] = {}
        self._running: set[str] = set()
        self._looked_ahead: set[tuple[str, str]] = set()
        self.watched: dict[ast.AST, set[str]] = {}
        """Functions that are given the request, with the parameters that hold it."""
        self.unreadable: set[str] = set()
        self.truncated = False
        """Whether something was left out: the program does more, or nests deeper, than we follow."""

    # What was looked at

    @property
    def examined(self) -> frozenset[str]:
        """Files that were looked at in order to decide whether to execute them."""
        return frozenset(self._marked)

    def looked_into(self, node: ast.AST) -> bool:
        """Whether the body of a function was executed or searched."""
        return node in self.executed or node in self._interest

    # Conditions

    @property
    def assumptions(self) -> Assumptions:
        held = self._held()
        return frozenset().union(*(assumes for assumes, _ in held)) if held else NOTHING

    def _held(self) -> list[tuple[Assumptions, bool]]:
        """The conditions under which the running statement is executed."""
        return [*self._conditions, *[call.doubt for call in self._calls[self._base :] if call.doubt is not None]]

    def uncertain(self) -> tuple[object, ...]:
        """Those of the conditions that are not known; compared by identity."""
        return tuple(condition for condition in self._held() if not condition[1])

    def certain_for(self, registrar: Registrar) -> bool:
        """Whether what is registered now is there whenever `registrar` is."""
        return all(any(each is known for known in registrar.under) for each in self.uncertain())

    # Modules

    def module(self, path: str) -> Env | None:
        """The names of a module, which is executed first if it was not; None if it cannot be read."""
        env = self.envs.get(path)
        if env is not None:
            return env
        frames = _stack_depth()
        if frames + _FRAMES_LEFT > sys.getrecursionlimit():
            self.truncated = True
            return None
        module = read(self.modules, path)
        if module is None:
            self.unreadable.add(path)
            return None
        env = self.envs[path] = Env(module, "module")
        env.names["__name__"] = Const(self.modules.dotted(path))
        env.names["__file__"] = Value()
        saved, self._conditions = self._conditions, []
        base, self._base = self._base, len(self._calls)
        calls, self._calls = self._calls, [*self._calls, Call(None, None)]
        limit, self._limit = self._limit, _MAX_STEPS
        before = self._steps
        outer, self._frames = self._frames, frames - _FRAMES_OF_CALL * len(self._calls)
        self._running.add(path)
        try:
            for statement in module.tree.body:
                self._top_level(statement, env)
        except Stop:
            pass
        finally:
            self._running.discard(path)
            self._conditions, self._calls, self._frames, self._base = saved, calls, outer, base
            # An import on the way is not at the expense of the call that causes it.
            self._limit = limit if limit == _MAX_STEPS else limit + self._steps - before
        return env

    def _top_level(self, statement: ast.stmt, env: Env) -> None:
        try:
            self.statement(statement, env)
        except RecursionError:
            # One expression that nests deeper than the stack; the next statement starts where this one did.
            self.truncated = True

    def is_marked(self, path: str) -> bool:
        """Whether a module may take part in the assembly by being imported."""
        known = self._marked.get(path)
        if known is None:
            text = self.modules.bytes_of(path)
            known = text is not None and is_acting(text)
            self._marked[path] = known = known or path.endswith("__init__.py")
        return known

    def import_module(self, path: str) -> None:
        """What an import statement does; modules that cannot matter wait until they are needed."""
        if path in self._imported or path.endswith("/"):
            return
        self._imported.add(path)
        folder = path.rpartition("/")[0]
        if not path.endswith("/__init__.py") and folder:
            package = f"{folder}/__init__.py"
            if self.modules.sources.is_file(package):
                self.import_module(package)
        if not self.is_marked(path):
            return
        if _stack_depth() + _FRAMES_LEFT + 100 > sys.getrecursionlimit():
            # Its names are there when they are asked for; what it registers follows when the stack is low again.
            self._postponed.append(path)
        else:
            self.module(path)

    def catch_up(self) -> None:
        """Execute the modules whose import had to wait."""
        while self._postponed:
            self.module(self._postponed.pop(0))

    def member(self, path: str, name: str, dotted: str | None = None) -> Value:
        """`from path import name`."""
        if not path.endswith("/"):
            env = self.module(path)
            if env is not None:
                found = env.names.get(name) or self._ahead(path, name, env)
                if found is not None:
                    return self.force(found)
        submodule = self.modules.submodule(path, name)
        if submodule is not None:
            self.import_module(submodule)
            return ModuleValue(submodule)
        if path.endswith("/") and dotted:
            return External(self.knowledge.canonical(f"{dotted}.{name}"))
        return Value()

    def _ahead(self, path: str, name: str, env: Env) -> Value | None:
        """A name of a module that is just running and has not come to its definition.

        Python would not get here: it executes every module at the first import, we only when it matters, and so reach
        the modules of an import cycle in another order.
        """
        if path not in self._running or (path, name) in self._looked_ahead:
            return None
        self._looked_ahead.add((path, name))
        for statement in env.module.tree.body:
            match statement:
                case ast.FunctionDef() | ast.AsyncFunctionDef() if statement.name == name:
                    env.names[name] = self.closure(statement, env)
                case ast.ClassDef() if statement.name == name:
                    self.define_class(statement, env)
                case ast.Assign(targets=[ast.Name(id=target)]) if target == name:
                    self.statement(statement, env)
                case ast.AnnAssign(target=ast.Name(id=target)) if target == name:
                    self.statement(statement, env)
                case ast.ImportFrom(names=names) if any((each.asname or each.name) == name for each in names):
                    self.statement(statement, env)
                case _:
                    continue
            break
        return env.names.get(name)

    def force(self, value: Value) -> Value:
        while isinstance(value, Lazy):
            try:
                value = value.force()
            except Exhausted:
                if not self._is_over:
                    raise
                self.truncated = True
                value = Value()
        return value

    def finish(self) -> None:
        """The execution is over, or had to be given up: what was put off is looked at with steps of its own."""
        self._is_over = True
        self._steps, self._limit = 0, _MAX_STEPS
        self._calls.clear()
        self._conditions = []

    # Statements

    def block(self, statements: list[ast.stmt], env: Env) -> None:
        for statement in statements:
            self.statement(statement, env)

    def statement(self, node: ast.stmt, env: Env) -> None:
        self._step()
        match node:
            case ast.Expr(value=ast.Constant()) | ast.Pass():
                pass
            case ast.Expr(value=value):
                self.eval(value, env)
            case ast.Assign(targets=targets, value=value):
                found = (
                    self._configured(targets[0], value) or self._eval_later(value, env)
                    if isinstance(value, ast.Call) and not isinstance(targets[0], (ast.Tuple, ast.List))
                    else self.eval(value, env)
                )
                for target in targets:
                    self.assign(target, found, env)
            case ast.AnnAssign(target=target, annotation=annotation, value=value):
                if env.kind == "class" and isinstance(target, ast.Name) and env.owner is not None:
                    env.owner.annotations[target.id] = annotation
                if value is not None:
                    self.assign(target, self.eval(value, env), env)
            case ast.AugAssign(target=target, value=value, op=operator):
                self.augment(target, operator, self.eval(value, env), env)
            case ast.FunctionDef() | ast.AsyncFunctionDef():
                self.define(node, env)
            case ast.ClassDef():
                self.define_class(node, env)
            case ast.Import(names=names):
                self.execute_import(names, env)
            case ast.ImportFrom():
                self.execute_from(node, env)
            case ast.Return(value=value):
                self._calls[-1].returned.append(self.eval(value, env) if value is not None else Const(None))
                raise Stop("return")
            case ast.Raise():
                raise Stop("raise")
            case ast.Break():
                raise Stop("break")
            case ast.Continue():
                raise Stop("continue")
            case ast.If():
                self.branch(node.test, node.body, node.orelse, env)
            case ast.For() | ast.AsyncFor():
                self.loop(node, env)
            case ast.While():
                self.repeat(node, env)
            case ast.With() | ast.AsyncWith():
                for item in node.items:
                    entered = self.eval(item.context_expr, env)
                    if item.optional_vars is not None:
                        self.assign(
                            item.optional_vars, entered if isinstance(entered, (Instance, Registrar)) else Value(), env
                        )
                self.block(node.body, env)
            case ast.Try():
                self.attempted(node, env)
            case ast.Global(names=names) | ast.Nonlocal(names=names):
                env.globals.update(names)
            case ast.Match():
                self.choose(node, env)
            case _ if type(node).__name__ == "TypeAlias":
                alias: Any = node
                env.names[alias.name.id] = Lazy(lambda: self.eval(alias.value, env))
            case _ if type(node).__name__ == "TryStar":
                self.attempted(node, env)

    def _step(self) -> None:
        self._steps += 1
        if self._steps > self._limit:
            raise Overrun if self._limit < _MAX_STEPS else Exhausted

    def _eval_later(self, node: ast.Call, env: Env) -> Value:
        """A call whose value is only stored waits until somebody looks, unless it may register something."""
        if isinstance(node.func, ast.Name) and node.func.id == "super":
            return self.eval(node, env)
        callee = self.eval(node.func, env)
        if not isinstance(callee, (Function, Bound, ClassValue)) or self.is_interesting(callee):
            return self.eval(node, env)
        args = self.arguments(node, env)
        if any(self.holds_registrar(value) for value in (*args[0], *args[1].values())):
            return self.call(callee, *args, node, env)
        calls = list(self._calls)

        def make() -> Value:
            saved, self._calls = self._calls, list(calls)
            try:
                return self.call(callee, *args, node, env)
            finally:
                self._calls = saved

        return Lazy(make)

    def _configured(self, target: ast.expr, node: ast.Call) -> Value | None:
        """`API_ROUTE = config.str("API_ROUTE", "/api")`: a reader of settings, whoever wrote it."""
        if not isinstance(target, ast.Name) or not node.args or not isinstance(node.args[0], ast.Constant):
            return None
        name = node.args[0].value
        if not isinstance(name, str) or name.upper() != target.id.upper():
            return None
        given = (
            node.args[1] if len(node.args) > 1 else next((k.value for k in node.keywords if k.arg == "default"), None)
        )
        if not isinstance(given, ast.Constant):
            return None
        return Const(given.value, frozenset({f"setting {name} has its default"}))

    def is_interesting(self, callee: Value, depth: int = 0) -> bool:
        """Whether calling it may make or fill an application or router, as far as names tell."""
        match callee:
            case Bound():
                return self.holds_registrar(callee.receiver) or self.is_interesting(callee.function, depth)
            case Static() | Partial():
                return self.is_interesting(callee.function, depth)
            case ClassValue():
                if any(registrars.kind_of(name, self.knowledge) for name in callee.externals()):
                    return True
                return any(
                    isinstance(base, ClassValue) and self._mentions(base.module, base.node) for base in callee.mro()
                )
            case Function():
                known = self._interest.get(callee.node)
                if known is None:
                    self._interest[callee.node] = False
                    known = self._interest[callee.node] = self._mentions(callee.module, callee.node) or (
                        depth < 5 and self._calls_interesting(callee, depth)
                    )
                return known
        return False

    def _mentions(self, module: Module | Source, node: Any) -> bool:
        """By the text, which is much quicker than walking the tree; a word in a comment costs some time, no more."""
        known = self._mentioned.get(node)
        if known is None:
            lines = module.lines[node.lineno - 1 : node.end_lineno]
            known = self._mentioned[node] = any(map(REGISTERING.search, lines))
        return known

    def _calls_interesting(self, function: Function, depth: int) -> bool:
        for inner in subtree(function.node):
            if not isinstance(inner, ast.Call):
                continue
            called: Value | None = None
            if isinstance(inner.func, ast.Name):
                called = self.lookup(inner.func.id, function.env)
            elif isinstance(inner.func, ast.Attribute) and isinstance(inner.func.value, ast.Name):
                owner = inner.func.value.id
                if owner in ("self", "cls") and function.owner is not None:
                    called = self.find_in_class(function.owner, inner.func.attr)
                else:
                    held = self.lookup(owner, function.env)
                    if isinstance(held, ModuleValue):
                        called = self.member(held.path, inner.func.attr)
            if called is not None and self.is_interesting(called, depth + 1):
                return True
        return False

    def holds_registrar(self, value: Value, depth: int = 0) -> bool:
        match value:
            case Registrar():
                return True
            case Instance() if depth < 2:
                return any(self.holds_registrar(each, depth + 1) for each in value.attributes.values())
            case Items() if depth < 2:
                return any(self.holds_registrar(each, depth + 1) for each in value.items)
            case Mapping() if depth < 2:
                return any(self.holds_registrar(each, depth + 1) for _, each in value.pairs)
            case Bound():
                return self.holds_registrar(value.receiver, depth)
        return False

    def branch(self, test: ast.expr, body: list[ast.stmt], orelse: list[ast.stmt], env: Env) -> None:
        value = self.eval(test, env)
        truth = value.truth()
        if truth is None:
            text = self._tests.get(test)
            if text is None:
                text = self._tests[test] = ast.unparse(test)
            holds = frozenset({f"if {text}"})
            stopped = [self.uncertainly(block, env, holds) for block in (body, orelse)]
            if all(kind == "return" for kind in stopped):
                raise Stop("return")
            if "return" in stopped and self._calls[-1].doubt is None:
                self._calls[-1].doubt = (frozenset({f"if not ({text})"}) if stopped[0] == "return" else holds, False)
            return
        chosen = body if truth else orelse
        if value.assumes:
            self._conditions.append((value.assumes, True))
            try:
                self.block(chosen, env)
            finally:
                self._conditions.pop()
        else:
            self.block(chosen, env)

    def uncertainly(self, block: list[ast.stmt], env: Env, assumes: Assumptions) -> str | None:
        """Execute a block that may not be executed; how it ended."""
        if not block:
            return None
        self._conditions.append((assumes, False))
        try:
            self.block(block, env)
        except Stop as stop:
            return stop.kind
        finally:
            self._conditions.pop()
        return None

    def attempt(self, block: list[ast.stmt], env: Env) -> None:
        """Execute a loop's body; `break` and `continue` end it."""
        try:
            self.block(block, env)
        except Stop as stop:
            if stop.kind in ("return", "raise"):
                raise

    def attempted(self, node: Any, env: Env) -> None:
        try:
            self.block(node.body, env)
            if not all(
                any(isinstance(statement, ast.Raise) for statement in handler.body) for handler in node.handlers
            ):
                self._make_optional(node.body, env)
            self.block(node.orelse, env)
        except Stop as stop:
            if stop.kind != "raise":
                self.block(node.finalbody, env)
                raise
            for handler in node.handlers[:1]:
                self.uncertainly(handler.body, env, NOTHING)
        for handler in node.handlers:
            for statement in handler.body:
                # `except ImportError: router = None`: names that only the handler binds.
                if isinstance(statement, ast.Assign) and all(
                    isinstance(t, ast.Name) and t.id not in env.names for t in statement.targets
                ):
                    self.uncertainly([statement], env, NOTHING)
        self.block(node.finalbody, env)

    def _make_optional(self, body: list[ast.stmt], env: Env) -> None:
        """What is imported from libraries under `try` may not be installed."""
        for statement in body:
            if isinstance(statement, (ast.Import, ast.ImportFrom)):
                for alias in statement.names:
                    name = alias.asname or alias.name.partition(".")[0]
                    found = env.names.get(name)
                    if isinstance(found, External):
                        env.names[name] = External(found.name, optional=True)

    def loop(self, node: ast.For | ast.AsyncFor, env: Env) -> None:
        items = self.iterate(self.eval(node.iter, env))
        if items is None:
            self.assign(node.target, Value(), env)
            kind = self.uncertainly(node.body, env, frozenset({f"for each of {ast.unparse(node.iter)}"}))
            if kind == "return":
                return
        else:
            for item in items[:_MAX_LOOP]:
                self.assign(node.target, item, env)
                if self._breaks(node.body, env):
                    return
        self.block(node.orelse, env)

    def repeat(self, node: ast.While, env: Env) -> None:
        """A `while` loop: as often as its condition is known to hold; once, when that does not hang on names alone."""
        calls = any(isinstance(each, ast.Call) and _called(each) != "len" for each in subtree(node.test))
        for _ in range(1 if calls or isinstance(node.test, ast.Constant) else _MAX_LOOP):
            truth = self.eval(node.test, env).truth()
            if truth is False:
                break
            if truth is None:
                self.uncertainly(node.body, env, frozenset({f"while {ast.unparse(node.test)}"}))
                break
            if self._breaks(node.body, env):
                return
        self.block(node.orelse, env)

    def _breaks(self, body: list[ast.stmt], env: Env) -> bool:
        """Execute the body of a loop once. Whether it leaves the loop by `break`."""
        try:
            self.block(body, env)
        except Stop as stop:
            if stop.kind not in ("break", "continue"):
                raise
            return stop.kind == "break"
        return False

    def choose(self, node: ast.Match, env: Env) -> None:
        """A `match` statement: the case that is known to fit, else all that may."""
        subject = self.eval(node.subject, env)
        for case in node.cases:
            fits = operations.fits(self, case.pattern, subject, env)
            if fits is False:
                continue
            guard = self.eval(case.guard, env).truth() if case.guard is not None else True
            if guard is False:
                continue
            if fits and guard:
                if subject.assumes:
                    self._conditions.append((subject.assumes, True))
                try:
                    self.block(case.body, env)
                finally:
                    if subject.assumes:
                        self._conditions.pop()
                return
            self.uncertainly(case.body, env, frozenset({f"{ast.unparse(node.subject)} is {ast.unparse(case.pattern)}"}))

    def iterate(self, value: Value) -> list[Value] | None:
        """The items of an iterable; None when not known."""
        value = self.force(value)
        match value:
            case Items(complete=True):
                return [self.force(item) for item in value.items]
            case Mapping(complete=True):
                return [key for key, _ in value.pairs]
            case Const(value=str() as text):
                return [Const(letter, value.assumes) for letter in text]
            case Instance(name="pkgutil.ModuleInfo"):
                return list(value.attributes.values())
            case Instance(cls=ClassValue() as cls) if "typing.NamedTuple" in cls.externals():
                return [self.attribute(value, name) for name in cls.annotations]
            case ClassValue() if any(name.startswith("enum.") for name in value.externals()):
                return [self.attribute(value, name) for name in value.names if not name.startswith("_")]
        return None

    def execute_import(self, names: list[ast.alias], env: Env) -> None:
        for alias in names:
            path = self.modules.resolve(env.module.path, 0, alias.name)
            if path is None:
                shown = alias.name if alias.asname else alias.name.partition(".")[0]
                env.names[alias.asname or shown] = External(self.knowledge.canonical(shown))
                continue
            self.import_module(path)
            if alias.asname:
                env.names[alias.asname] = ModuleValue(path)
            else:
                top = alias.name.partition(".")[0]
                parent = self.modules.resolve(env.module.path, 0, top)
                env.names[top] = ModuleValue(parent) if parent is not None else External(top)

    def execute_from(self, node: ast.ImportFrom, env: Env) -> None:
        path = self.modules.resolve(env.module.path, node.level, node.module)
        if path is None:
            for alias in node.names:
                if alias.name != "*" and not node.level:
                    env.names[alias.asname or alias.name] = External(
                        self.knowledge.canonical(f"{node.module}.{alias.name}")
                    )
                elif alias.name != "*":
                    env.names[alias.asname or alias.name] = Value()
            return
        self.import_module(path)
        for alias in node.names:
            if alias.name == "*":
                self.import_star(path, env)
                continue
            submodule = self.modules.submodule(path, alias.name)
            if submodule is not None and (path.endswith("/") or alias.name not in self._defined(path)):
                self.import_module(submodule)
                env.names[alias.asname or alias.name] = ModuleValue(submodule)
            else:
                env.names[alias.asname or alias.name] = self._later(path, alias.name, node.module)

    def _defined(self, path: str) -> dict[str, Value]:
        env = self.module(path)
        return env.names if env is not None else {}

    def _later(self, path: str, name: str, dotted: str | None) -> Value:
        env = self.envs.get(path)
        if env is not None and name in env.names:
            return env.names[name]
        return Lazy(lambda: self.member(path, name, dotted))

    def import_star(self, path: str, env: Env) -> None:
        source = None if path.endswith("/") else self.module(path)
        if source is None:
            return
        exported = source.names.get("__all__")
        names = (
            [item.value for item in exported.items if isinstance(item, Const)] if isinstance(exported, Items) else None
        )
        for name, value in list(source.names.items()):
            if name in names if names is not None else not name.startswith("_"):
                env.names[name] = value

    # Definitions

    def define(self, node: ast.FunctionDef | ast.AsyncFunctionDef, env: Env) -> None:
        function: Value = self.closure(node, env)
        for decorator in reversed(node.decorator_list):
            function = self.decorate(decorator, function, env)
        self.bind(node.name, function, env)

    def closure(self, node: Any, env: Env) -> Function:
        function = Function(env.module, node, env, env.owner if env.kind == "class" else None)
        arguments = node.args
        positional = [*arguments.posonlyargs, *arguments.args]
        for argument, default in zip(
            positional[len(positional) - len(arguments.defaults) :], arguments.defaults, strict=True
        ):
            function.defaults[argument.arg] = self.eval(default, env)
        for argument, default in zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True):
            if default is not None:
                function.defaults[argument.arg] = self.eval(default, env)
        return function

    def decorate(self, decorator: ast.expr, function: Value, env: Env) -> Value:
        if isinstance(decorator, ast.Name) and decorator.id in ("staticmethod", "classmethod", "property"):
            return Static(function, decorator.id)
        if isinstance(decorator, ast.Attribute) and decorator.attr in ("setter", "deleter", "getter"):
            return self.eval(decorator.value, env)
        maker = self.eval(decorator, env)
        if isinstance(maker, External):
            if maker.name in ("functools.cached_property", "abc.abstractproperty"):
                return Static(function, "property")
            return function
        if type(maker) is Value:
            return function
        result = self.call(maker, [function], {}, decorator, env)
        return function if type(result) is Value or (isinstance(result, Const) and result.value is None) else result

    def define_class(self, node: ast.ClassDef, env: Env) -> None:
        bases = [self.eval(base, env) for base in node.bases]
        bases = [base.base if isinstance(base, AnnotatedValue) else base for base in bases]
        inner = Env(env.module, "class", env)
        cls = ClassValue(env.module, node, inner, bases)
        inner.owner = cls
        inner.names = cls.names
        self.classes.append(cls)
        with contextlib.suppress(Stop):
            self.block(node.body, inner)
        result: Value = cls
        for decorator in reversed(node.decorator_list):
            maker = self.eval(decorator, env)
            registrars.class_decorated(self, maker, decorator, cls, env)
        self.bind(node.name, result, env)

    def bind(self, name: str, value: Value, env: Env) -> None:
        if self._conditions and isinstance(value, Const) and name in env.names and env.kind in ("module", "function"):
            value = self._either_value(name, env.names[name], value, env)
        if name in env.globals:
            module = self.envs.get(env.module.path)
            outer = env.outer
            while outer is not None and outer.kind != "module" and name not in outer.names:
                outer = outer.outer
            target = outer if outer is not None else module
            if target is not None:
                target.names[name] = value
        else:
            env.names[name] = value
        if env.kind == "module" and isinstance(value, (Instance, Lazy)) and value.bound_as is None:
            value.bound_as = f"{self.modules.dotted(env.module.path)}:{name}"

    def _either_value(self, name: str, held: Value, value: Const, env: Env) -> Value:
        """The new value of a name; where it is not known whether it takes the place of another one, with that doubt."""
        if not isinstance(held, Const) or held.value is None or held.value == value.value:
            return value
        if all(any(each is known for known in env.under) for each in self.uncertain()):
            return value
        return Const(value.value, value.assumes | {Doubt(f"{name} is not {held.value!r}")})

    def assign(self, target: ast.expr, value: Value, env: Env) -> None:
        match target:
            case ast.Name(id=name):
                self.bind(name, value, env)
            case ast.Attribute(value=owner, attr=name):
                self.set_attribute(self.eval(owner, env), name, value)
            case ast.Tuple(elts=elements) | ast.List(elts=elements):
                items = self.iterate(value)
                for position, element in enumerate(elements):
                    if isinstance(element, ast.Starred):
                        self.assign(element.value, Value(), env)
                    elif items is not None and position < len(items):
                        self.assign(element, items[position], env)
                    else:
                        self.assign(element, Value(), env)
            case ast.Subscript(value=owner, slice=index):
                held = self.eval(owner, env)
                if isinstance(held, Mapping):
                    held.set(self.eval(index, env), value)

    def set_attribute(self, owner: Value, name: str, value: Value) -> None:
        match owner:
            case Instance():
                if isinstance(owner, Registrar) and name == "routes":
                    registrars.replace_routes(self, owner, value)
                    return
                owner.attributes[name] = value
                if isinstance(owner, Registrar):
                    owner.keywords.setdefault(name, value)
                    owner.keywords[name] = value
            case ClassValue():
                owner.names[name] = value
            case Function():
                owner.attributes[name] = value
            case ModuleValue(path=path):
                env = self.module(path)
                if env is not None:
                    env.names[name] = value

    def augment(self, target: ast.expr, operator: ast.operator, value: Value, env: Env) -> None:
        held = self.eval(target, env)
        if isinstance(held, RouteList):
            registrars.route_list_method(self, held, "extend", [value])
            return
        if isinstance(held, Items) and isinstance(operator, ast.Add):
            items = self.iterate(value)
            if items is None:
                held.complete = False
            else:
                held.items.extend(items)
            return
        if isinstance(held, Mapping) and isinstance(value, Mapping):
            held.pairs.extend(value.pairs)
            return
        self.assign(target, operations.binary(operator, held, value), env)

    # Expressions

    def eval(self, node: ast.expr | None, env: Env) -> Value:
        if node is None:
            return Const(None)
        self._step()
        match node:
            case ast.Constant(value=value):
                return Const(value)
            case ast.Name(id=name):
                return self.lookup(name, env)
            case ast.Attribute(value=owner, attr=name):
                return self.attribute(self.eval(owner, env), name)
            case ast.Call():
                return self.eval_call(node, env)
            case ast.List(elts=elements) | ast.Tuple(elts=elements) | ast.Set(elts=elements):
                return self.display(elements, env, "tuple" if isinstance(node, ast.Tuple) else "list")
            case ast.Dict():
                return self.dictionary(node, env)
            case ast.JoinedStr(values=values):
                return operations.joined([self.eval(value, env) for value in values])
            case ast.FormattedValue(value=value, format_spec=None):
                return self.eval(value, env)
            case ast.BinOp(left=left, op=operator, right=right):
                return _written(operations.binary(operator, self.eval(left, env), self.eval(right, env)), node)
            case ast.BoolOp(op=operator, values=values):
                return self.either(operator, values, env)
            case ast.UnaryOp(op=ast.Not(), operand=operand):
                negated = self.eval(operand, env)
                truth = negated.truth()
                return Value(negated.assumes) if truth is None else Const(not truth, negated.assumes)
            case ast.UnaryOp(op=ast.USub(), operand=ast.Constant(value=int() as number)):
                return Const(-number)
            case ast.Compare(left=left, ops=[operator], comparators=[right]):
                return operations.compare(operator, self.eval(left, env), self.eval(right, env))
            case ast.IfExp(test=test, body=body, orelse=orelse):
                return self.conditional(test, body, orelse, env)
            case ast.Subscript(value=owner, slice=index):
                return _written(operations.subscript(self, self.eval(owner, env), index, env), node)
            case ast.Await(value=value):
                return self.eval(value, env)
            case ast.Lambda():
                return self.closure(node, env)
            case ast.NamedExpr(target=target, value=value):
                found = self.eval(value, env)
                self.assign(target, found, env)
                return found
            case ast.ListComp() | ast.SetComp() | ast.GeneratorExp():
                return self.comprehension(node.elt, node.generators, env)
            case ast.DictComp():
                keys = self.comprehension(node.key, node.generators, env)
                held = self.comprehension(node.value, node.generators, env)
                if keys.complete and held.complete and len(keys.items) == len(held.items):
                    return Mapping(list(zip(keys.items, held.items, strict=True)))
        return Value()

    def display(self, elements: list[ast.expr], env: Env, kind: str) -> Items:
        items: list[Value] = []
        complete = True
        for element in elements:
            if isinstance(element, ast.Starred):
                inner = self.iterate(self.eval(element.value, env))
                complete = complete and inner is not None
                items += inner or []
            else:
                items.append(self.eval(element, env))
        return Items(items, kind, complete)

    def dictionary(self, node: ast.Dict, env: Env) -> Mapping:
        found = Mapping([])
        for key, value in zip(node.keys, node.values, strict=True):
            if key is None:
                inner = self.eval(value, env)
                if isinstance(inner, Mapping):
                    found.pairs += inner.pairs
                    found.complete = found.complete and inner.complete
                else:
                    found.complete = False
            else:
                found.set(self.eval(key, env), self.eval(value, env))
        return found

    def either(self, operator: ast.boolop, values: list[ast.expr], env: Env) -> Value:
        wanted = isinstance(operator, ast.Or)
        assumes = NOTHING
        for value in values:
            found = self.eval(value, env)
            truth = found.truth()
            assumes |= found.assumes
            if truth is None:
                # `settings.prefix or "/api"`: what is not known is taken for absent only when a default follows.
                if wanted and value is not values[-1]:
                    rest = self.eval(values[-1], env)
                    if isinstance(rest, Const) and rest.value is not None:
                        return Const(rest.value, assumes | {f"{ast.unparse(value)} is not set"})
                return Value(assumes)
            if truth is wanted or value is values[-1]:
                return with_assumptions(found, assumes)
        return Value(assumes)

    def conditional(self, test: ast.expr, body: ast.expr, orelse: ast.expr, env: Env) -> Value:
        condition = self.eval(test, env)
        truth = condition.truth()
        if truth is not None:
            return with_assumptions(self.eval(body if truth else orelse, env), condition.assumes)
        first, second = self.eval(body, env), self.eval(orelse, env)
        for chosen, word in ((first, ""), (second, "not ")):
            if isinstance(chosen, (Registrar, Function, Instance, Bound)):
                return chosen
            if isinstance(chosen, (Const, Items)) and type(first if chosen is second else second) is Value:
                return with_assumptions(chosen, frozenset({f"{word}{ast.unparse(test)}"}))
        return with_assumptions(second, frozenset({f"not {ast.unparse(test)}"}))

    def comprehension(self, element: ast.expr, generators: list[ast.comprehension], env: Env) -> Items:
        inner = Env(env.module, "comprehension", env)
        found = Items([])

        def run(position: int) -> None:
            if position == len(generators):
                found.items.append(self.eval(element, inner))
                return
            generator = generators[position]
            items = self.iterate(self.eval(generator.iter, inner))
            if items is None:
                found.complete = False
                return
            for item in items[:_MAX_LOOP]:
                self.assign(generator.target, item, inner)
                truths = [self.eval(test, inner).truth() for test in generator.ifs]
                if all(truth is not False for truth in truths):
                    run(position + 1)

        run(0)
        return found

    def lookup(self, name: str, env: Env) -> Value:
        current: Env | None = env
        first = True
        while current is not None:
            if (first or current.kind != "class") and name in current.names:
                found = current.names[name]
                if isinstance(found, Lazy):
                    found = self.force(found)
                    current.names[name] = found
                return found
            if current.kind == "module" and current.module.path in self._running and name not in _BUILTINS:
                found_ahead = self._ahead(current.module.path, name, current)
                if found_ahead is not None:
                    return self.force(found_ahead)
            first = first and current.kind == "comprehension"
            current = current.outer
        if name == "__class__" and env.owner is not None:
            return env.owner
        return External(f"builtins.{name}") if name in _BUILTINS else Value()

    # Attributes

    def attribute(self, owner: Value, name: str) -> Value:
        owner = self.force(owner)
        match owner:
            case ModuleValue(path=path) if name == "__path__":
                made = Instance(None, "__path__")
                made.attributes["package"] = owner
                return made
            case ModuleValue(path=path):
                return self.member(path, name)
            case External(name=dotted):
                return External(self.knowledge.canonical(f"{dotted}.{name}"))
            case Instance():
                return self.instance_attribute(owner, name)
            case ClassValue():
                return self.class_attribute(owner, name)
            case Super():
                return self.super_attribute(owner, name)
            case Const(value=str()) if name == "value":
                return owner  # of a member of an enum of texts, which stands for its value
            case Const() | Items() | Mapping() | RouteList():
                return Method(owner, name)
            case Function() if name in owner.attributes:
                return owner.attributes[name]
            case Function() if name == "__name__":
                inner = unwrapped(owner)
                if inner is not owner:
                    return self.attribute(inner, name)
                return Const(getattr(owner.node, "name", "<lambda>"))
            case Function(wraps=(Function() | Bound()) as wrapped):
                return self.attribute(wrapped, name)
            case Bound():
                return owner.function if name == "__func__" else self.attribute(owner.function, name)
        return Value(owner.assumes)

    def find_in_class(self, cls: ClassValue, name: str, after: ClassValue | None = None) -> Value | None:
        order = cls.mro()
        if after is not None:
            order = order[order.index(after) + 1 :] if after in order else order
        for base in order:
            if isinstance(base, ClassValue):
                if name in base.names:
                    return self.force(base.names[name])
            elif isinstance(base, External) and name in registrars.METHODS.get(
                registrars.kind_of(base.name, self.knowledge) or "", ()
            ):
                return External(f"{base.name}.{name}")
        return None

    def instance_attribute(self, owner: Instance, name: str) -> Value:
        if name in owner.attributes:
            return self.force(owner.attributes[name])
        if owner.cls is not None:
            found = self.find_in_class(owner.cls, name)
            if found is not None and not (isinstance(found, External) and isinstance(owner, Registrar)):
                return self.bound(found, owner)
            default = library.field_default(self, owner, name)
            if default is not None:
                owner.attributes[name] = default
                return default
        if isinstance(owner, Registrar):
            return registrars.registrar_attribute(self, owner, name)
        if name == "__class__" and owner.cls is not None:
            return owner.cls
        return Method(owner, name) if owner.cls is None else Value()

    def bound(self, found: Value, receiver: Instance) -> Value:
        match found:
            case Static(kind="staticmethod"):
                return found.function
            case Static(kind="classmethod"):
                return Bound(found.function, receiver.cls or Value())
            case Static(kind="property"):
                return self.call(found.function, [receiver], {}, None, None)
            case Function(owner=owner) if owner is not None:
                return Bound(found, receiver)
        return found

    def class_attribute(self, cls: ClassValue, name: str) -> Value:
        found = self.find_in_class(cls, name)
        match found:
            case None:
                if name == "__name__":
                    return Const(cls.node.name)
                if name == "__dict__":
                    return Mapping([(Const(key), self.force(value)) for key, value in cls.names.items()])
                return Value()
            case Static(kind="staticmethod"):
                return found.function
            case Static(kind="classmethod"):
                return Bound(found.function, cls)
            case Const() if any(base.startswith("enum.") for base in cls.externals()):
                member = Instance(cls)
                member.attributes["value"] = found
                member.attributes["name"] = Const(name)
                # A str-valued member is used as its value in paths.
                return (
                    found
                    if any(base == "builtins.str" or base == "enum.StrEnum" for base in cls.externals())
                    else member
                )
        return found

    def super_attribute(self, owner: Super, name: str) -> Value:
        receiver = owner.receiver
        cls = receiver if isinstance(receiver, ClassValue) else receiver.cls if isinstance(receiver, Instance) else None
        if cls is None:
            return Value()
        found = self.find_in_class(cls, name, owner.after)
        if found is None or isinstance(found, External):
            if isinstance(receiver, Registrar):
                return Method(receiver, name)
            return Value()
        if isinstance(receiver, Instance):
            return self.bound(found, receiver)
        return Bound(found.function if isinstance(found, Static) else found, receiver)

    # Calls

    def eval_call(self, node: ast.Call, env: Env) -> Value:
        if (
            isinstance(node.func, ast.Name)
            and node.func.id == "super"
            and not node.args
            and env.owner is not None
            and self._calls
        ):
            receiver = next((call.receiver for call in reversed(self._calls) if call.receiver is not None), None)
            return Super(env.owner, receiver) if receiver is not None else Value()
        callee = self.eval(node.func, env)
        args, keywords = self.arguments(node, env)
        return self.call(callee, args, keywords, node, env)

    def arguments(self, node: ast.Call, env: Env) -> tuple[list[Value], dict[str, Value]]:
        args: list[Value] = []
        complete = True
        for arg in node.args:
            if isinstance(arg, ast.Starred):
                items = self.iterate(self.eval(arg.value, env))
                complete = complete and items is not None
                args += items or []
            else:
                args.append(self.eval(arg, env))
        keywords: dict[str, Value] = {}
        for keyword in node.keywords:
            value = self.eval(keyword.value, env)
            if keyword.arg is not None:
                keywords[keyword.arg] = value
            elif isinstance(value, Mapping):
                keywords |= {
                    key.value: item
                    for key, item in value.pairs
                    if isinstance(key, Const) and isinstance(key.value, str)
                }
        return args, keywords

    def call(
        self, callee: Value, args: list[Value], keywords: dict[str, Value], node: ast.AST | None, env: Env | None
    ) -> Value:
        callee = self.force(callee)
        if (
            self._limit == _MAX_STEPS
            and isinstance(callee, (Function, Bound, ClassValue))
            and not self.is_interesting(callee)
        ) and not any(self.holds_registrar(value) for value in (*args, *keywords.values())):
            return self._call_aside(callee, args, keywords, node, env)
        if self.is_aside and isinstance(callee, (Function, Bound, ClassValue)) and self.is_interesting(callee):
            # What assembles an application is not at the expense of the call that leads to it.
            limit, self._limit = self._limit, _MAX_STEPS
            before = self._steps
            try:
                return self._call(callee, args, keywords, node, env)
            finally:
                self._limit = limit + self._steps - before
        return self._call(callee, args, keywords, node, env)

    @property
    def is_aside(self) -> bool:
        """Whether what runs is a call for its result alone, with few steps to spend."""
        return self._limit < _MAX_STEPS

    def _call_aside(
        self, callee: Value, args: list[Value], keywords: dict[str, Value], node: ast.AST | None, env: Env | None
    ) -> Value:
        """A call for its result alone."""
        self._limit = self._steps + _MAX_ASIDE
        depth = len(self._calls)
        try:
            return self._call(callee, args, keywords, node, env)
        except Overrun:
            return Value()
        finally:
            del self._calls[depth:]
            self._limit = _MAX_STEPS

    def _call(
        self, callee: Value, args: list[Value], keywords: dict[str, Value], node: ast.AST | None, env: Env | None
    ) -> Value:
        match callee:
            case Function():
                return self.call_function(callee, args, keywords, None)
            case Bound():
                if isinstance(callee.function, Function):
                    return self.call_function(callee.function, [callee.receiver, *args], keywords, callee.receiver)
                return self.call(callee.function, [callee.receiver, *args], keywords, node, env)
            case Static():
                return self.call(callee.function, args, keywords, node, env)
            case Partial():
                return self.call(callee.function, [*callee.args, *args], {**callee.keywords, **keywords}, node, env)
            case ClassValue():
                return self.construct(callee, args, keywords, node, env)
            case Instance() if callee.cls is not None and not isinstance(callee, Registrar):
                method = self.find_in_class(callee.cls, "__call__")
                if isinstance(method, Function):
                    return self.call_function(method, [callee, *args], keywords, callee)
                return Value()
        return library.call(self, callee, args, keywords, node, env)

    def call_function(
        self, function: Function, args: list[Value], keywords: dict[str, Value], receiver: Value | None
    ) -> Value:
        node = function.node
        running = sum(1 for call in self._calls if call.function is not None and call.function.node is node)
        depth = len(self._calls)
        if running > 2:
            return Value()
        if depth > _MAX_CALLS or self._frames + (depth + 4) * _FRAMES_OF_CALL > sys.getrecursionlimit():
            self.truncated = True
            return Value()
        self.executed.add(node)
        env = Env(function.module, "function", function.env)
        if self._conditions:
            env.under = self.uncertain()
        if function.owner is not None:
            env.owner = function.owner
        self.bind_arguments(function, env, args, keywords)
        if receiver is None and args and function.owner is not None:
            receiver = args[0]
        if isinstance(node, ast.Lambda):
            self._calls.append(Call(function, receiver))
            try:
                return self.eval(node.body, env)
            finally:
                self._calls.pop()
        call = Call(function, receiver)
        self._calls.append(call)
        try:
            self.block(node.body, env)
        except Stop:
            pass
        finally:
            self._calls.pop()
        return best(call.returned)

    def bind_arguments(self, function: Function, env: Env, args: list[Value], keywords: dict[str, Value]) -> None:
        arguments = function.node.args
        positional = [*arguments.posonlyargs, *arguments.args]
        rest = dict(keywords)
        for position, argument in enumerate(positional):
            if position < len(args):
                env.names[argument.arg] = args[position]
                rest.pop(argument.arg, None)
            else:
                env.names[argument.arg] = self._argument(function, argument, rest)
        for argument in arguments.kwonlyargs:
            env.names[argument.arg] = self._argument(function, argument, rest)
        if arguments.vararg is not None:
            env.names[arguments.vararg.arg] = Items(list(args[len(positional) :]), "tuple")
        if arguments.kwarg is not None:
            env.names[arguments.kwarg.arg] = Mapping([(Const(key), value) for key, value in rest.items()])

    def _argument(self, function: Function, argument: ast.arg, given: dict[str, Value]) -> Value:
        name = argument.arg
        if name in given:
            return given.pop(name)
        return function.defaults.get(name) or library.parameter_value(self, function, argument)

    def construct(
        self, cls: ClassValue, args: list[Value], keywords: dict[str, Value], node: ast.AST | None, env: Env | None
    ) -> Value:
        kind = next((kind for name in cls.externals() if (kind := registrars.kind_of(name, self.knowledge))), None)
        if kind is not None:
            path = env.module.path if env is not None else cls.module.path
            instance: Instance = registrars.new_registrar(
                self, kind, cls, path, getattr(node, "lineno", cls.node.lineno)
            )
        else:
            instance = Instance(cls)
        initialiser = self.find_in_class(cls, "__init__")
        if isinstance(initialiser, Function):
            self.call_function(initialiser, [instance, *args], keywords, instance)
        elif isinstance(instance, Registrar):
            registrars.initialise(self, instance, args, keywords)
        else:
            library.fill_fields(self, instance, args, keywords)
        return instance


def _called(node: ast.Call) -> str | None:
    return node.func.id if isinstance(node.func, ast.Name) else None


def _written(value: Value, node: ast.expr) -> Value:
    """A type that knows how it is written."""
    if isinstance(value, AnnotatedValue) and value.node is None:
        value.node = node
    return value


def _stack_depth() -> int:
    frame: FrameType | None = sys._getframe()
    depth = 0
    while frame is not None:
        depth += 1
        frame = frame.f_back
    return depth


def with_assumptions(value: Value, assumes: Assumptions) -> Value:
    """The same value, resting on more; objects with an identity stay as they are."""
    if not assumes or assumes <= value.assumes:
        return value
    if isinstance(value, Const):
        return Const(value.value, value.assumes | assumes)
    if isinstance(value, Items):
        copy = Items(value.items, value.kind, value.complete)
        copy.assumes = value.assumes | assumes
        return copy
    return value


def best(returned: list[Value]) -> Value:
    """Of several possible results the one that tells most."""
    returned = [value.force() if isinstance(value, Lazy) else value for value in returned]
    if not returned:
        return Const(None)
    for wanted in (Registrar, Function, Bound, Instance, ClassValue, Items, Mapping):
        for value in returned:
            if isinstance(value, wanted):
                return value
    known = [value for value in returned if isinstance(value, Const) and value.value is not None]
    return known[-1] if known else returned[-1]
