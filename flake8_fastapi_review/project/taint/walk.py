"""One function, statement by statement: which inputs its variables hold, and what it hands to whom.

The state is a dictionary of access paths, `("body", ".name")`, to values; None is code that is not reached. Branches
are walked apart and joined, loops twice, `except` from before and after the `try` block.
"""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, Any, TypeGuard

from ...module.index import subtree
from ...module.scopes import scope_binding
from . import conditions
from .calls import Calls
from .entities import PRIVILEGED
from .inputs import HARMLESS
from .state import Path, State, access, forget, gathered, joined, lookup
from .values import (
    ALL,
    ANY,
    BELOW,
    BESIDE,
    CLEAN,
    CONTENT,
    HOST,
    KEYS,
    LATER,
    LED,
    MEMBER,
    NAMED,
    NAMES,
    OPTION,
    PREFIXED,
    SEGMENT,
    UNQUOTED,
    UNTOUCHED,
    UPWARDS,
    Effect,
    Flow,
    Label,
    Mark,
    Step,
    Value,
    common,
    followed,
    is_harmless_at,
    is_resolved,
    join,
    outer_names,
    whole,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ...module import Module
    from ...module.index import Scope
    from ...module.summary import Function, Summary
    from .engine import Taint

_SEGMENT = frozenset({SEGMENT})
_LEADING = frozenset({"path", "directory", "url", "redirect"})
_URL_SAFE = frozenset({"url", "redirect"})
_URL_KINDS = _URL_SAFE | {ALL}
_TWIN_KINDS = frozenset({"path", "redirect", ALL})
_LOG_SAFE = frozenset({"log", "header"})
_LISTS = frozenset({"builtins.list", "builtins.tuple", "builtins.set", "builtins.frozenset"})
_CONTAINED_KINDS = frozenset({"path", "archive"})
_ARCHIVE = frozenset({"archive", "path", "directory"})
_PAGE = "starlette.responses.HTMLResponse"
_FIXED_FORMATS = ("d", "f", "g", "e", "x", "X", "o", "b", "%", "n", "c", "G", "E", "F")


class Walk:
    """The walk over one function. `effect` tells what was found."""

    def __init__(self, taint: Taint, module: Module, function: Function, node: Any) -> None:
        self.taint = taint
        self.types = taint.types
        self.module = module
        self.path = module.path
        self.summary: Summary = module.summary
        self.function = function
        self.node = node
        self.scope: Scope = module.index.by_node[node]
        self.calls = Calls(self)
        self.flows: dict[tuple[Any, ...], Flow] = {}
        self.stored: dict[tuple[int, str], Value] = {}
        self.attached: dict[str, Value] = {}
        self.derived: dict[Path, Path] = {}
        """A taken-apart URL → what it was made of."""
        self._resolved: set[str] = set()
        """Parameters that were only made whole paths."""
        self._running: dict[str, ast.expr] = {}
        """The variable of a loop → what it runs over."""
        self.judged: dict[Path, ast.Call] = {}
        """A part of what a check has answered → the check."""
        self.unresolved: dict[Path, Path] = {}
        """A resolved path → the one that it was made of, which leads to the same place; other name → first one."""
        self.wholes: dict[Path, Path] = {}
        """The parts of a text → the text."""
        self.dotted: dict[Path, Path] = {}
        """A text whose dots were made separators → the text."""
        self.unquoted: set[Path] = set()
        """Texts whose quotes were taken off."""
        self.begun: set[Path] = set()
        """Lists whose first item is known."""
        self.ending: set[Path] = set()
        """Texts that end in a separator of paths."""
        self.looked_up: dict[Path, ast.Call] = {}
        """What a call gave → the call."""
        self.verified = False
        self._guarding = 0
        """How many `with` of the project around the statement say that they look at what is connected to."""
        """A signature of the request has been checked: who sent it is known."""
        self.opened: dict[Path, Path] = {}
        """An open file → the variable that holds its path."""
        self._parted: set[str] = set()
        """Variables of which parts are known by themselves."""
        self._results: list[Value] = []
        self._yields: list[Value] = []
        self._checked: list[dict[Label, frozenset[str]]] = []
        self._confirmed: list[dict[Label, frozenset[str]]] = []
        self._rebound: set[str] = set()
        self._breaks: list[list[State]] = []
        self._continues: list[list[State]] = []
        self._names = [parameter[0] for parameter in function.parameters]
        self._inner = {
            inner.name for cls in (ast.FunctionDef, ast.AsyncFunctionDef) for inner in self.scope.nodes.get(cls, ())
        }
        """The functions that it makes."""

    # The whole

    def effect(self, state: State) -> Effect:
        """What the function does, its parameters having the values of `state`."""
        if isinstance(self.node, ast.Lambda):
            self._results.append(self.value(self.node.body, state))
        else:
            end = self.block(self.node.body, state)
            if end is not None:
                self._leave(end, None)
        return Effect(
            join(self._results),
            join(self._yields),
            tuple(self.flows.values()),
            common(self._checked),
            common(self._confirmed),
            self.stored,
            bool(self._checked) or bool(self._yields) or isinstance(self.node, ast.Lambda),
            self.attached,
        )

    def release(self) -> None:
        """Let go of the calls, which hold on to the walk and so to the tree: without the collector they would stay."""
        del self.calls

    def _leave(self, state: State, value: ast.expr | None) -> None:
        self._checked.append(self._known_safe(state))
        if value is None or (isinstance(value, ast.Constant) and not value.value):
            return
        self._confirmed.append(self._known_safe(conditions.refined(self, value, True, state)))

    def _known_safe(self, state: State) -> dict[Label, frozenset[str]]:
        """Of the parameters and their parts that still hold what they were given: the kinds they are harmless for."""
        found: dict[Label, frozenset[str]] = {}
        for key, value in state.items():
            name = key[0]
            if name not in self._names or (name in self._rebound and (name not in self._resolved or len(key) > 1)):
                continue
            label: Label = (self._names.index(name), key[1:])
            mark = value.marks.get(label)
            if name in self._rebound:
                if mark is not None and "path" in mark.safe:
                    found[label] = _CONTAINED_KINDS
            elif mark is not None and mark.safe:
                found[label] = mark.safe
            elif mark is None and not value:
                found[label] = HARMLESS
        return found

    def _sends_pages(self) -> bool:
        """Whether what a route returns is sent as a page: `@app.get("/", response_class=HTMLResponse)`."""
        for decorator in getattr(self.node, "decorator_list", ()):
            for keyword in decorator.keywords if isinstance(decorator, ast.Call) else ():
                if keyword.arg == "response_class":
                    return self._is_one(self.types.instance(self.type_of(keyword.value)), _PAGE)
        return False

    def _is_response(self, node: ast.expr) -> bool:
        return self._is_one(self.type_of(node), "starlette.responses.Response")

    def _is_one(self, declared: Any, name: str) -> bool:
        if declared is None or declared[0] != "inst":
            return False
        return self.types.is_subclass(declared[1], (name,)) is True

    # Statements

    def block(self, statements: Sequence[ast.stmt], state: State | None) -> State | None:
        for statement in statements:
            if state is None:
                return None
            state = self._statement(statement, state)
        return state

    def _statement(self, statement: ast.stmt, state: State) -> State | None:
        match statement:
            case ast.Expr(value=value):
                self.value(value, state)
                return conditions.after(self, value, state)
            case ast.Assign(targets=targets, value=value):
                self._assign_all(targets, value, state)
            case ast.AnnAssign(target=target, value=value) if value is not None:
                self._assign_all([target], value, state)
            case ast.AugAssign():
                self._augment(statement, state)
            case ast.Return(value=value):
                if value is not None:
                    found = self.value(value, state)
                    self._results.append(found)
                    if found and self._sends_pages() and not self._is_response(value):
                        self.reaches("html", found, _PAGE, value)
                self._leave(state, value)
                return None
            case ast.Raise(exc=raised):
                if raised is not None:
                    self.value(raised, state)
                return None
            case ast.If(test=test, body=body, orelse=orelse):
                self.value(test, state)
                return joined(
                    self.block(body, conditions.refined(self, test, True, state)),
                    self.block(orelse, conditions.refined(self, test, False, state)),
                )
            case ast.For() | ast.AsyncFor():
                return self._for(statement, state)
            case ast.While():
                return self._while(statement, state)
            case ast.With() | ast.AsyncWith():
                for item in statement.items:
                    self._enter(item, state)
                guards = any(self._guards(item.context_expr) for item in statement.items)
                self._guarding += guards
                after = self.block(statement.body, state)
                self._guarding -= guards
                return after
            case ast.Try():
                return self._try(statement, state)
            case ast.Match():
                return self._match(statement, state)
            case ast.Break():
                if self._breaks:
                    self._breaks[-1].append(state)
                return None
            case ast.Continue():
                if self._continues:
                    self._continues[-1].append(state)
                return None
            case ast.Assert(test=test):
                self.value(test, state)
                return conditions.refined(self, test, True, state)
            case ast.Delete(targets=targets):
                for deleted in targets:
                    if (key := access(deleted)) is not None:
                        forget(state, key)
                        if key[-1][1:-1] in PRIVILEGED:
                            self.refine(state, key[:-1], frozenset({"attribute"}))
            case _ if statement.__class__.__name__ == "TryStar":
                return self._try(statement, state)
        return state

    def _assign_all(self, targets: list[ast.expr], value: ast.expr, state: State) -> None:
        found = self.value(value, state)
        for target in targets:
            if isinstance(target, ast.Name) and isinstance(value, ast.Call) and found and is_resolved(found):
                # path = os.path.abspath(os.path.join(BASE, path)): what is found out of it holds for what was given.
                known = lookup(state, (target.id,)).marks.keys()
                if target.id not in self._rebound and known and known == found.marks.keys():
                    self._resolved.add(target.id)
            self.assign(target, self._stepped(target, value, found), state)
            self._derive(target, value)

    def _stepped(self, target: ast.expr, value: ast.expr, found: Value) -> Value:
        if not found or isinstance(value, (ast.Name, ast.Attribute, ast.Await)):
            return found
        return found.stepping(Step(self.path, target.lineno, f"goes into `{ast.unparse(target)[:60]}`"))

    def _derive(self, target: ast.expr, value: ast.expr) -> None:
        """`parsed = urlparse(url)`: what is found out of `parsed` holds for `url`."""
        key = access(target)
        if key is None:
            self._judge(target, value)
            return
        self.judged.pop(key, None)
        self.derived.pop(key, None)
        self.opened.pop(key, None)
        self.looked_up.pop(key, None)
        self.unresolved.pop(key, None)
        self.wholes.pop(key, None)
        self.dotted.pop(key, None)
        match value:
            case ast.Call(
                func=ast.Attribute(value=ast.Name(id=text), attr="replace"),
                args=[ast.Constant(value="."), ast.Constant(value="/")],
            ):
                self.dotted[key] = (text,)
        for known in (self.ending, self.unquoted, self.begun):
            known.discard(key)
        if self.begins(value):
            self.begun.add(key)
        if (parted := conditions.whole_of(self, value)) is not None:
            self.wholes[key] = parted
        if conditions.ends_with_separator(self, value):
            self.ending.add(key)
        if isinstance(value, ast.BoolOp) and isinstance(value.op, ast.Or):
            value = value.values[-1]  # found = found or find(name)
        same = value.value if isinstance(value, ast.Subscript) and isinstance(value.slice, ast.Slice) else value
        same, unquoted = conditions.plain_text(self, same)
        if unquoted:
            self.unquoted.add(key)
        if isinstance(same, ast.Name) and (same.id,) != key:
            self.unresolved[key] = (same.id,)
        value = value.value if isinstance(value, ast.Await) else value
        if isinstance(value, ast.Attribute) and value.attr in conditions.HOST_PARTS:
            parsed = access(value.value)
            if parsed is not None and parsed in self.derived:
                self.derived[key] = self.derived[parsed]
            elif isinstance(value.value, ast.Call) and value.value.args:
                source = access(value.value.args[0])
                if source is not None and self._takes_apart(value.value):
                    self.derived[key] = source
        if isinstance(value, ast.Call):
            self.looked_up[key] = value
            source, resolved = conditions.underlying(self, value)
            if resolved and source is not None and source != key:
                self.unresolved[key] = source
        if (opened := _opened(value)) is not None:
            self.opened[key] = opened
        if isinstance(value, ast.Call) and value.args and self._takes_apart(value):
            source = access(conditions.given(value.args[0]))
            if source is not None:
                self.derived[key] = source

    def _judge(self, target: ast.expr, value: ast.expr) -> None:
        """`allowed, reason = is_allowed(path)`"""
        value = value.value if isinstance(value, ast.Await) else value
        for each in target.elts if isinstance(target, ast.Tuple) else ():
            key = access(each)
            if key is not None:
                self.judged.pop(key, None)
                if isinstance(value, ast.Call) and conditions.says_that_it_checks(value):
                    self.judged[key] = value

    def _takes_apart(self, call: ast.Call) -> bool:
        name = self.types.qualified(self.type_of(call.func)) or ""
        return name.rpartition(".")[2] in ("urlparse", "urlsplit", "URL", "parse_url")

    def assign(self, target: ast.expr, value: Value, state: State) -> None:
        match target:
            case ast.Name(id=name):
                forget(state, (name,))
                self._rebound.add(name)
                state[(name,)] = value
            case ast.Tuple(elts=elements) | ast.List(elts=elements):
                for position, element in enumerate(elements):
                    if isinstance(element, ast.Starred):
                        self.assign(element.value, _rest(value, position), state)
                    elif any(isinstance(each, ast.Starred) for each in elements[:position]):
                        self.assign(element, value.items(), state)
                    else:
                        part = value.member(f"[{position}]") if value.parts else value.items()
                        self.assign(element, part, state)
            case ast.Starred(value=inner):
                self.assign(inner, value, state)
            case ast.Attribute() | ast.Subscript():
                key = access(target)
                if key is None:
                    base = access(target.value)
                    if base is not None:
                        self._put(base, target, value, state)
                    return
                forget(state, key)
                state[key] = value
                self._parted.add(key[0])
                self._store(key, value)
                if value and isinstance(target, ast.Subscript):
                    self.mix(key[:-1], Value({}, {key[-1]: value}), state)

    def _put(self, base: Path, target: ast.Attribute | ast.Subscript, value: Value, state: State) -> None:
        """`rows[name] = value`, where the name is not a constant."""
        if value:
            self.mix(base, Value({}, {ANY: value}), state)
        # What an object keeps is read by the same names again; a dictionary of the function may be run through.
        if isinstance(target, ast.Subscript) and len(base) == 1 and (named := self.value(target.slice, state)):
            self.mix(base, whole([named]), state)

    def _store(self, key: Path, value: Value) -> None:
        """What a caller's object holds from now on."""
        name = key[0]
        if len(key) == 3 and key[1] == ".state" and value:
            known = self.attached.get(key[2][1:])
            self.attached[key[2][1:]] = value if known is None else join([known, value])
        if len(key) == 2 and key[1].startswith(".") and name in self._names and name not in self._rebound and value:
            place = (self._names.index(name), key[1])
            known = self.stored.get(place)
            self.stored[place] = value if known is None else join([known, value])

    def mix(self, key: Path, value: Value, state: State) -> None:
        """Something is put into what `key` holds."""
        if not value:
            return
        known = lookup(state, key)
        state[key] = join([known, value])
        if len(key) > 1:
            self._parted.add(key[0])
        if len(key) == 2:
            self._store(key, state[key])

    def _augment(self, statement: ast.AugAssign, state: State) -> None:
        added = self.value(statement.value, state)
        key = access(statement.target)
        if key is None:
            return
        if key in self.begun:
            added = following(added)
        before = lookup(state, key)
        if isinstance(statement.op, ast.Add) and not before and added:
            added = added.with_safe(PREFIXED)
        if added:
            state[key] = join([before, self._stepped(statement.target, statement.value, added)])

    def _for(self, statement: ast.For | ast.AsyncFor, state: State) -> State | None:
        items = self.iterated(statement.iter, state)
        self._breaks.append([])
        self._continues.append([])
        current: State | None = state
        runs = isinstance(statement.iter, (ast.List, ast.Tuple, ast.Set)) and bool(statement.iter.elts)
        for _ in range(2):
            inner = dict(current or state)
            self._members_checked(statement, items, inner)
            self.assign(statement.target, items, inner)
            if isinstance(statement.target, ast.Name):
                self._running[statement.target.id] = statement.iter
            end = self.block(statement.body, inner)
            for again in self._continues[-1]:
                end = joined(end, again)
            self._continues[-1].clear()
            current = end if runs and end is not None else joined(current, end)
            runs = False
        after = self.block(statement.orelse, current) if statement.orelse else current
        self._continues.pop()
        breaks = self._breaks.pop()
        for left in breaks:
            after = joined(after, left)
        if after is not None:
            if end is not None and not breaks:
                self._items_checked(statement, items, end, after)
            self._members_checked(statement, items, after)
            self._parts_checked(statement, after)
        return after

    def _items_checked(self, statement: ast.For | ast.AsyncFor, items: Value, end: State, state: State) -> None:
        """What a loop has made sure of for each item when its body ends holds for all of them behind it."""
        key = access(statement.iter)
        declared = self.type_of(statement.iter)
        listed = declared is not None and declared[0] == "inst" and declared[1] in _LISTS
        if key is None or not items or not (listed or lookup(state, key).is_list):
            return
        match statement.target:
            case ast.Name(id=name):
                held = {name: items}
            case ast.Tuple(elts=elements):
                names = {each.id: place for place, each in enumerate(elements) if isinstance(each, ast.Name)}
                held = {name: items.member(f"[{place}]") for name, place in names.items()}
            case _:
                return
        passed: dict[Label, frozenset[str]] = {}
        for name, before in held.items():
            now = lookup(end, (name,)).all_marks()
            for label, mark in before.all_marks().items():
                if label in now and (more := now[label].safe - mark.safe):
                    passed[label] = more
        stored = {node.id for part in statement.body for node in subtree(part) if _is_stored(node)}
        if passed and not stored & held.keys():
            state[key] = lookup(state, key).passing(passed)

    def _parts_checked(self, statement: ast.For | ast.AsyncFor, state: State) -> None:
        """A loop over the parts of a path that refuses some."""
        tests = [
            (each.test, False)
            for each in statement.body
            if isinstance(each, ast.If) and isinstance(each.body[-1], (ast.Raise, ast.Return))
        ]
        if tests:
            conditions.parts_passed(self, statement.target, statement.iter, tests, state)

    def _members_checked(self, statement: ast.For | ast.AsyncFor, items: Value, state: State) -> None:
        """A loop over the members of an archive that refuses some: it is looked at there."""
        if any(MEMBER in mark.safe for mark in items.all_marks().values()):
            match statement.iter:
                case ast.Call(func=ast.Attribute(value=archive)):
                    key = access(archive)
                case other:
                    key = access(other)
            if key is not None and _refuses(statement.body):
                self.refine(state, key, _ARCHIVE)

    def _while(self, statement: ast.While, state: State) -> State | None:
        forever = isinstance(statement.test, ast.Constant) and bool(statement.test.value)
        self._breaks.append([])
        self._continues.append([])
        current: State | None = state
        for _ in range(2):
            if current is None:
                break
            self.value(statement.test, current)
            end = self.block(statement.body, conditions.refined(self, statement.test, True, current))
            for again in self._continues[-1]:
                end = joined(end, again)
            self._continues[-1].clear()
            current = joined(current, end)
        after: State | None = None
        if not forever and current is not None:
            after = self.block(statement.orelse, conditions.refined(self, statement.test, False, current))
        self._continues.pop()
        for left in self._breaks.pop():
            after = joined(after, left)
        return after

    def _enter(self, item: ast.withitem, state: State) -> None:
        value = self.value(item.context_expr, state)
        entered = self.calls.yielded(item.context_expr)
        if item.optional_vars is not None:
            self.assign(item.optional_vars, join([value, entered]), state)
            self._derive(item.optional_vars, item.context_expr)

    def _guards(self, context: ast.expr) -> bool:
        """`with make_safe_connect():` of the project."""
        if not isinstance(context, ast.Call) or not conditions.says_that_it_checks(context):
            return False
        callee = self.type_of(context.func)
        return callee is not None and callee[0] in ("func", "bound", "type")

    def _try(self, statement: Any, state: State) -> State | None:
        before = dict(state)
        body = self.block(statement.body, state)
        raised = joined(before, dict(body) if body is not None else None)
        ends = [self.block(statement.orelse, body)]
        for handler in statement.handlers:
            inner = dict(raised or before)
            if handler.name:
                forget(inner, (handler.name,))
            ends.append(self.block(handler.body, inner))
        after: State | None = None
        for end in ends:
            after = joined(after, end)
        if statement.finalbody:
            if after is None:
                self.block(statement.finalbody, dict(raised or before))
                return None
            after = self.block(statement.finalbody, after)
        return after

    def _match(self, statement: ast.Match, state: State) -> State | None:
        subject = self.value(statement.subject, state)
        key = access(statement.subject)
        after: State | None = None
        exhausted = False
        for case in statement.cases:
            inner = dict(state)
            if key is not None and _is_closed(case.pattern):
                self.refine(inner, key, HARMLESS)
            self._capture(case.pattern, subject, inner)
            entered: State = inner
            if case.guard is not None:
                self.value(case.guard, inner)
                entered = conditions.refined(self, case.guard, True, inner)
            else:
                exhausted = exhausted or (isinstance(case.pattern, ast.MatchAs) and case.pattern.pattern is None)
            after = joined(after, self.block(case.body, entered))
        return after if exhausted else joined(after, state)

    def _capture(self, pattern: ast.pattern, value: Value, state: State) -> None:
        """The names that a pattern binds hold parts of what is matched."""
        for part in subtree(pattern):
            name = getattr(part, "name", None) or getattr(part, "rest", None)
            if isinstance(name, str):
                forget(state, (name,))
                state[(name,)] = value if part is pattern else value.items()

    # Values

    def value(self, node: ast.AST, state: State) -> Value:
        """The inputs in an expression; calls in it are made."""
        match node:
            case ast.Constant():
                return CLEAN
            case ast.Name():
                return self._name(node, state)
            case ast.Attribute():
                return self.calls.attribute(node, state)
            case ast.Call():
                return self.calls.call(node, state)
            case ast.YieldFrom(value=inner):
                self._yields.append(self.iterated(inner, state))
                return CLEAN
            case ast.Await(value=inner) | ast.Starred(value=inner):
                return self.value(inner, state)
            case ast.FormattedValue():
                return self._formatted(node, state)
            case ast.JoinedStr(values=parts):
                return self.put_together([(part, self.value(part, state)) for part in parts])
            case ast.BinOp():
                return self._binary(node, state)
            case ast.BoolOp(values=values):
                return join([self.value(each, state) for each in values])
            case ast.IfExp(test=test, body=body, orelse=orelse):
                self.value(test, state)
                return join(
                    [
                        self.value(body, conditions.refined(self, test, True, state)),
                        self.value(orelse, conditions.refined(self, test, False, state)),
                    ]
                )
            case ast.Subscript():
                return self._subscript(node, state)
            case ast.Tuple(elts=elements) | ast.List(elts=elements) | ast.Set(elts=elements):
                return self._display(elements, state)
            case ast.Dict(keys=keys, values=values):
                return self._dict(keys, values, state)
            case ast.NamedExpr(target=target, value=inner):
                found = self.value(inner, state)
                self.assign(target, found, state)
                self._derive(target, inner)
                return found
            case ast.ListComp() | ast.SetComp() | ast.GeneratorExp() | ast.DictComp():
                return self._comprehension(node, state)
            case ast.Yield(value=inner):
                if inner is not None:
                    self._yields.append(self.value(inner, state))
                return CLEAN
            case ast.UnaryOp(operand=operand):
                self.value(operand, state)
                return CLEAN
            case ast.Compare(left=left, comparators=comparators):
                for each in (left, *comparators):
                    self.value(each, state)
                return CLEAN
            case ast.Lambda(body=body):
                own = dict(state)
                for argument in _arguments(node):
                    own[(argument,)] = CLEAN
                return self.value(body, own)
        return CLEAN

    def _name(self, node: ast.Name, state: State) -> Value:
        found = state.get((node.id,))
        if found is not None:
            return gathered(state, (node.id,), found) if node.id in self._parted else found
        if node.id in self._inner:
            return self._captured(node.id, state)
        return self.outer(node.id)

    @property
    def is_nested(self) -> bool:
        """Whether the function stands in another one, or in a class in one."""
        return self.scope.parent is not None and self.scope.parent.kind != "module"

    def outer(self, name: str) -> Value:
        """A variable of a function around this one."""
        owner = scope_binding(self.module.index, self.scope, name) if self.is_nested else None
        if owner is None or owner is self.scope or owner.kind != "function":
            return CLEAN
        return Value({(name, ()): UNTOUCHED})

    def _captured(self, name: str, state: State) -> Value:
        """A function of this function, as a value: what its variables from here hold when it is made."""
        symbol = f"{self.path}:{self.function.qualname}.<locals>.{name}"
        effect = self.taint.effect(symbol)
        if effect is None:
            return CLEAN
        held = {origin: state.get((origin,)) or self.outer(origin) for origin in outer_names(effect)}
        parts = {f"({origin})": value for origin, value in held.items() if value}
        return Value({}, parts) if parts else CLEAN

    def _formatted(self, node: ast.FormattedValue, state: State) -> Value:
        found = self.value(node.value, state)
        if not found:
            return found
        match node.format_spec:
            case ast.JoinedStr(values=[ast.Constant(value=str(spec))]) if spec.endswith(_FIXED_FORMATS):
                return CLEAN
        found = self.written(found, node.value)
        return found.with_safe(_LOG_SAFE) if node.conversion in (ord("r"), ord("a")) else found

    def written(self, value: Value, node: ast.expr) -> Value:
        """What of a value stands in a text that it is put into: containers and models write what they hold by its
        `repr`."""
        if not value.parts:
            return value.with_safe(_LOG_SAFE) if self._is_container(node) else value
        inner = whole((value.parts or {}).values()).with_safe(_LOG_SAFE)
        return whole(
            [Value(value.marks).with_safe(_LOG_SAFE) if self._is_container(node) else Value(value.marks), inner]
        )

    def _is_container(self, node: ast.expr) -> bool:
        declared = self.type_of(node)
        return declared is not None and declared[0] == "inst" and self.taint.inputs.writes_reprs(declared)

    def put_together(self, parts: list[tuple[ast.expr, Value]]) -> Value:
        """A text put together of parts: for some sinks only what stands at its beginning counts."""
        found: list[Value] = []
        before = ""
        known = True
        texts = [node.value if isinstance(node, ast.Constant) else None for node, _ in parts]
        for place, (node, value) in enumerate(parts):
            if value:
                follows = any(later for _, later in parts[place + 1 :])
                value = _as_segment(value, texts[place - 1] if place else None, texts[place + 1 : place + 2], follows)
                value = _as_host(value, texts[place + 1 : place + 2])
                if known and before.startswith("data:"):
                    # It holds the data itself, and leads nowhere.
                    value = value.with_safe(_LEADING)
                found.append(whole([value.with_safe(PREFIXED)]) if _fixes_start(before, known) else whole([value]))
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                before += node.value
            else:
                before, known = "", False
        return join(found)

    def _binary(self, node: ast.BinOp, state: State) -> Value:
        left, right = self.value(node.left, state), self.value(node.right, state)
        if not left and not right:
            return CLEAN
        match node.op:
            case ast.Add():
                if self.begins(node.left):
                    return join([left, following(right)])
                return self.put_together(self._summands(node, state))
            case ast.Mod():
                if isinstance(node.left, ast.Constant) and isinstance(node.left.value, (str, bytes)):
                    text = node.left.value
                    return self._percent(text if isinstance(text, str) else text.decode("latin-1"), right)
                return whole([left, right]) if not self.is_narrow(node.left) else CLEAN
            case ast.Div():
                # A path below another one; a number otherwise.
                if self.is_narrow(node):
                    return CLEAN
                left = left.upwards() if right else left.without_safe(_SEGMENT)
                return whole([left, right.with_safe(PREFIXED)])
            case ast.BitOr():
                return join([left, right])
            case ast.Mult():
                return whole([left, right]) if not self.is_narrow(node) else CLEAN
        return CLEAN

    def _summands(self, node: ast.expr, state: State) -> list[tuple[ast.expr, Value]]:
        """`a + b + c` from left to right."""
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
            return [*self._summands(node.left, state), (node.right, self.value(node.right, state))]
        return [(node, self.value(node, state))]

    def _percent(self, text: str, value: Value) -> Value:
        if "%s" not in text and "%r" not in text and "%(" not in text:
            return CLEAN
        made = whole([value])
        if "%s" not in text and ")s" not in text:
            made = made.with_safe(_LOG_SAFE)
        return made.with_safe(PREFIXED) if _fixes_start(text.partition("%")[0], True) else made

    def _subscript(self, node: ast.Subscript, state: State) -> Value:
        self.value(node.slice, state)
        key = access(node)
        if key is not None and key in state:
            return state[key]
        held = self.value(node.value, state)
        if not held:
            return CLEAN
        if sent := self.calls.of_scope(node):
            return sent
        if isinstance(node.slice, ast.Slice):
            found = held
        elif isinstance(node.slice, ast.Constant) and isinstance(node.slice.value, (str, int)):
            found = held.member(f"[{node.slice.value}]")
        elif isinstance(node.slice, ast.Attribute):
            found = held.member(OPTION)
        elif isinstance(node.slice, ast.UnaryOp) and "[-1]" in (held.parts or {}):
            found = held.member("[-1]")
        else:
            found = held.items()
        return CLEAN if self.is_narrow(node) else found

    def _display(self, elements: list[ast.expr], state: State) -> Value:
        parts: dict[str, Value] = {}
        spread: list[Value] = []
        for position, element in enumerate(elements):
            value = self.value(element, state)
            if isinstance(element, ast.Starred) and position:
                parts[LATER] = join([parts.get(LATER, CLEAN), value.items()])
            elif isinstance(element, ast.Starred):
                spread.append(value.items())
            elif value:
                parts[f"[{position}]"] = value
        found = Value({}, parts) if any(parts.values()) else CLEAN
        return join([found, whole(spread)]) if spread else found

    def begins(self, node: ast.expr) -> bool:
        """Whether an expression is a list whose first item stands there: `["git", *args]`."""
        match node:
            case ast.List(elts=[first, *_]):
                return not isinstance(first, ast.Starred)
            case ast.BinOp(op=ast.Add(), left=left):
                return self.begins(left)
            case ast.Name(id=name):
                return (name,) in self.begun
        return False

    def _dict(self, keys: list[ast.expr | None], values: list[ast.expr], state: State) -> Value:
        parts: dict[str, Value] = {}
        rest: list[Value] = []
        for key, node in zip(keys, values, strict=True):
            value = self.value(node, state)
            if key is None:
                rest.append(value)
                continue
            if isinstance(key, ast.Constant) and isinstance(key.value, (str, int)):
                if value:
                    parts[f"[{key.value}]"] = value
                continue
            rest += [whole([self.value(key, state)]), Value({}, {ANY: value}) if value else CLEAN]
        return join([Value({}, parts) if parts else CLEAN, *rest])

    def _comprehension(self, node: Any, state: State) -> Value:
        inner = dict(state)
        for generator in node.generators:
            self.assign(generator.target, self.iterated(generator.iter, inner), inner)
            for test in generator.ifs:
                self.value(test, inner)
                inner = conditions.refined(self, test, True, inner)
        if isinstance(node, ast.DictComp):
            held = self.value(node.value, inner)
            return join([whole([self.value(node.key, inner)]), Value({}, {ANY: held}) if held else CLEAN])
        found = self.value(node.elt, inner)
        return Value({}, {ANY: found}) if found else CLEAN

    def iterated(self, node: ast.expr, state: State) -> Value:
        """The value of each item of an iterable."""
        found = self.value(node, state)
        made = self.calls.yielded(node)
        if not found and not made:
            return CLEAN
        match node:
            case ast.Call(func=ast.Name(id="enumerate"), args=[inner, *_]):
                return Value({}, {"[1]": self.value(inner, state).items()})
            case ast.Call(func=ast.Name(id="zip"), args=args):
                return Value({}, {f"[{i}]": self.value(each, state).items() for i, each in enumerate(args)})
            case ast.Call(func=ast.Attribute(attr="items"), args=[]):
                parts = {"[0]": found.keys(), "[1]": found.items()}
                return Value({}, {key: part for key, part in parts.items() if part})
        if any(KEYS in mark.safe for mark in found.marks.values()):
            return join([found.keys(), made])
        return join([found.items(), made])

    # Types, places, findings

    def type_of(self, node: ast.AST) -> Any:
        return self.types.eval(self.summary, self.module.expression(node))

    def texts(self, node: ast.expr) -> frozenset[str]:
        """The texts that an expression stands for, one after the other if it is the variable of a loop."""
        match node:
            case ast.Constant(value=str(text)):
                return frozenset({text})
            case ast.Name(id=name) if name in self._running:
                match self._running[name]:
                    case ast.List(elts=elements) | ast.Tuple(elts=elements) | ast.Set(elts=elements):
                        return frozenset().union(*(self.texts(each) for each in elements))
                    case ast.Constant(value=str(text)):
                        return frozenset(text)
        return frozenset()

    def is_narrow(self, node: ast.AST) -> bool:
        """Whether the type of an expression leaves no room for an input to do harm."""
        return self.taint.inputs.is_narrow(self.type_of(node))

    def refine(self, state: State, key: Path, kinds: frozenset[str]) -> None:
        """What `key` holds has been found harmless for `kinds`."""
        value = lookup(state, key)
        if not value and (key[0] not in self._names or len(key) == 1):
            return
        state[key] = CLEAN if kinds == HARMLESS and key[0] not in self._names else value.with_safe(kinds)
        if key[0] in self._parted:
            for known in [known for known in state if len(known) > len(key) and known[: len(key)] == key]:
                state[known] = state[known].with_safe(kinds)
        if len(key) > 1:
            self._parted.add(key[0])
        source = self.derived.get(key) or (self.derived.get(key[:-1]) if key[-1][1:] in conditions.HOST_PARTS else None)
        if source is not None and kinds & _URL_KINDS:
            self.refine(state, source, _URL_SAFE)
        if len(key) > 1 and key[-1][1:] in conditions.HOST_PARTS and kinds & _URL_KINDS:
            self.refine(state, key[:-1], _URL_SAFE)
        twin = self.unresolved.pop(key, None) if kinds & _TWIN_KINDS else None
        if twin is not None:
            self.refine(state, twin, kinds | {UNQUOTED} if key in self.unquoted and ALL not in kinds else kinds)
            self.unresolved[key] = twin  # not there meanwhile: two may be named after each other

    def reaches(self, kind: str, value: Value, sink: str, node: ast.expr) -> None:
        """`value` is given to a sink at `node`."""
        if kind == "url" and self._guarding:
            return
        step = Step(self.path, node.lineno, f"reaches `{sink.removeprefix('builtins.')}`")
        if kind in ("path", "directory"):
            value = value.as_path()
        for label, mark in value.all_marks().items():
            if is_harmless_at(kind, label, mark.safe):
                continue
            told = "archive" if MEMBER in mark.safe and kind in ("path", "directory") else kind
            trail = followed(mark.trail, step)
            settled = CONTENT in mark.safe
            below = kind == "url" and BELOW in mark.safe
            upwards = kind == "path" and UPWARDS in mark.safe
            place = (self.path, node.lineno, node.col_offset)
            names, led = NAMES in mark.safe, LED in mark.safe
            beside, named = BESIDE in mark.safe, kind in ("path", "directory") and NAMED in mark.safe
            self.add(Flow(told, label, sink, *place, trail, None, settled, below, upwards, names, led, beside, named))

    def add(self, flow: Flow) -> None:
        """Each input is told once for each place that it reaches."""
        self.flows.setdefault((flow.kind, flow.label, flow.path, flow.line, flow.column), flow)


def _is_stored(node: ast.AST) -> TypeGuard[ast.Name]:
    return isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)


def _rest(value: Value, position: int) -> Value:
    """What `*rest` gets of a sequence that is unpacked."""
    before = {f"[{place}]" for place in range(position)}
    found = join([Value(value.marks), *(part for key, part in (value.parts or {}).items() if key not in before)])
    return Value({}, {ANY: found}) if found else CLEAN


def following(value: Value) -> Value:
    """What a list holds from now on that another one is put behind."""
    later = value.items()
    return Value({}, {LATER: later}) if later else CLEAN


def _opened(node: ast.expr) -> Path | None:
    """The variable that holds the path of a file that is opened: `open(path)`, `path.open()`."""
    match node:
        case ast.Call(func=ast.Name(id="open") | ast.Attribute(attr="open" | "open_file"), args=[first, *_]) if (
            found := access(first)
        ) is not None:
            return found
        case ast.Call(func=ast.Attribute(value=path, attr="open")):
            return access(path)
    return None


def _refuses(statements: Sequence[ast.stmt]) -> bool:
    """Whether a block raises something, or asks a function that is named after doing so."""
    for node in (part for statement in statements for part in subtree(statement)):
        if isinstance(node, ast.Raise) or (isinstance(node, ast.Call) and conditions.says_that_it_checks(node)):
            return True
    return False


def _as_host(value: Value, after: list[Any]) -> Value:
    """`https://{host}.example.org`: a name below a domain of the project's choice."""
    follows = after[0] if after else None
    if not isinstance(follows, str) or not follows.startswith(".") or "." not in follows[1:]:
        return value
    marks = {
        label: Mark(mark.safe | ({"url"} if HOST in mark.safe else {BELOW}), mark.trail)
        for label, mark in value.all_marks().items()
    }
    return Value(marks)


def _as_segment(value: Value, before: Any, after: list[Any], more: bool) -> Value:
    """A text without separators as a part of a longer one: with something before or behind it, it is no `..` any
    more, and what follows after a separator goes one folder up. `more`: a further input follows."""
    follows = after[0] if after else ""
    if not isinstance(follows, str) or follows.startswith(("/", "\\")):
        return value.upwards() if more and isinstance(follows, str) else value.without_safe(_SEGMENT)
    touched = follows or (isinstance(before, str) and before and not before.endswith(("/", "\\")))
    if not touched:
        return value
    marks = {
        label: Mark(mark.safe | ({"path"} if SEGMENT in mark.safe else {NAMED}), mark.trail)
        for label, mark in value.all_marks().items()
    }
    return Value(marks)


def _fixes_start(before: str, known: bool) -> bool:
    """Whether what stands before an input fixes the host of a URL, or the beginning of a target or module name."""
    if before.endswith("://"):
        return False
    if known:
        _, found, rest = before.partition("://")
        if found:
            return "/" in rest
        return bool(before) and not before.isspace()
    return True


def _is_closed(pattern: ast.pattern) -> bool:
    match pattern:
        case ast.MatchValue() | ast.MatchSingleton():
            return True
        case ast.MatchOr(patterns=patterns):
            return all(_is_closed(each) for each in patterns)
    return False


def _arguments(node: ast.Lambda) -> list[str]:
    args = node.args
    extra = [each for each in (args.vararg, args.kwarg) if each is not None]
    return [each.arg for each in (*args.posonlyargs, *args.args, *args.kwonlyargs, *extra)]
