"""Calls and attributes: what they do with the inputs in their arguments, by rows of knowledge or by the Effect of a
project function."""

from __future__ import annotations

import ast
import re
from string import Formatter
from typing import TYPE_CHECKING, Any

from ..constants import UNKNOWN
from ..type_terms import MODELS
from .conditions import UNQUOTING, compiled, containment, underlying
from .entities import PRIVILEGED
from .inputs import ONE_LINE, decorator_text
from .patterns import backtracks
from .state import access
from .substitution import Substitution
from .values import (
    ALL,
    ANY,
    CLEAN,
    CONTAINED,
    CONTENT,
    KEYS,
    LATER,
    LED,
    MEMBER,
    NONE,
    OPTION,
    PREFIXED,
    SEGMENT,
    WRITTEN,
    Mark,
    Source,
    Step,
    Value,
    is_harmless_at,
    join,
    outer_names,
    whole,
)

if TYPE_CHECKING:
    from ...knowledge.flows import Argument, Check, Sink
    from ..type_terms import Type
    from .state import Path, State
    from .values import Effect, Origin
    from .walk import Walk

_PASSING_METHODS = frozenset(
    (
        "strip lstrip rstrip lower upper title capitalize casefold swapcase replace removeprefix removesuffix split "
        "rsplit splitlines partition rpartition join format format_map encode decode expandtabs center ljust rjust "
        "zfill translate get pop popleft items values keys copy setdefault getlist getall multi_items dict "
        "model_dump read readline "
        "readlines getvalue joinpath with_suffix with_name with_stem absolute expanduser as_posix"
    ).split()
)
"""Methods of texts, containers, files and paths: they pass on what a receiver of unknown type holds."""

_JOINING = frozenset({"join", "joinpath", "Path", "PurePath", "AsyncPath"})
"""Functions that make one path of several parts."""
_ARCHIVES = frozenset({"tarfile.open", "tarfile.TarFile", "tarfile.TarFile.open", "zipfile.ZipFile"})
_WRITERS = frozenset({"write", "writelines", "write_bytes", "write_text"})
_MATCHES = frozenset({"match", "fullmatch", "search", "findall", "finditer", "split", "sub", "subn"})
_FILTERED = (3, 14)
"""From this Python on an archive is unpacked with `filter="data"` if nothing else is said."""
_NAMED = frozenset({"path", "directory"})
_READABLE = frozenset({"archive", "pickle", "xml"})
"""Kinds that the content of a file harms whatever was found out of it before it was written."""
_OPENED = frozenset({MEMBER, CONTENT})
_MUTATORS = frozenset("append add extend insert update appendleft setdefault".split())
_CONVERSION = re.compile(r"%[-#0 +]*[\d*]*(?:\.[\d*]+)?([a-zA-Z%])")
_SHELLS = frozenset({"sh", "bash", "zsh", "dash", "/bin/sh", "/bin/bash", "cmd", "cmd.exe", "powershell"})
_COPYING = frozenset(
    {
        "copy.copy",
        "copy.deepcopy",
        "dataclasses.replace",
        "pydantic.BaseModel.copy",
        "pydantic.BaseModel.model_copy",
        "pydantic.v1.BaseModel.copy",
    }
)
"""They give an object with the same parts, some of them changed by name."""
_COLLECTING = frozenset(f"builtins.{name}" for name in ("list", "tuple", "set", "frozenset", "sorted", "reversed")) | {
    "collections.deque"
}
_CONTAINERS = ("builtins.str.", "builtins.bytes.", "builtins.dict.", "builtins.list.", "collections.deque.")
_CHOOSING = frozenset({"builtins.max", "builtins.min", "builtins.next"})
"""They give the items of a list again, or one of them."""
_PARTS = frozenset({"filename", "content_type", "headers"})
_MAPPINGS = tuple(
    f"starlette.datastructures.{name}." for name in ("Headers", "ImmutableMultiDict", "QueryParams", "FormData")
)
_OF_URL = frozenset({"url", "redirect", "header", "log"})
"""A request's own URL leads to the service itself, and holds no line ends."""
_OF_SCOPE = {
    key: f"starlette.requests.HTTPConnection.{name}"
    for key, name in (("path", "url"), ("raw_path", "url"), ("query_string", "query_params"), ("headers", "headers"))
}
"""What a client sends of a request's scope (ASGI specification, "HTTP & WebSocket"), as the attribute that holds it."""
_OF_FIXED_URL = _OF_URL | {"html"}
_PATHS = re.compile(r"\.(?:get|post|put|patch|delete|api_route|route)\(['\"](/[^'\"]*)['\"]")
_GUARDED = frozenset({"url"})
_SEGMENT = frozenset({SEGMENT})
_FOLLOWING = frozenset({LED})
_WITHOUT_TAGS = frozenset({"html"})
_UNLINKED = frozenset({"redirect"})
"""What a cookie is harmless for, since no link sets one."""
_NAMES_OF_FILES = frozenset({"path", "redirect", "archive"})
"""What a part of a path without separators is harmless for, which is no `..` either."""
_OTHERS_CHECK = re.compile(
    r"(?i)^(?:async_?)?(?:validate|verify|check|assert|ensure)_\w*(?:url|host|hostname|address)$"
)
_REDIRECTS_CHECKED = re.compile(r"(?i)^_*(?:async_?)?(?:validate|verify|check|assert|ensure)_\w*redirect")
"""Functions of the project that refuse where nobody shall be sent, by what each client has registered."""
_LED = frozenset({"redirect"})
_INSIDE = frozenset({"httpx.ASGITransport", "httpx.WSGITransport", "httpx.MockTransport"})
_VALIDATING = frozenset(f"{model}.{name}" for model in MODELS for name in ("model_validate", "parse_obj"))
_ANYTHING = ast.Constant(...)
_RESULT_OF = frozenset({"thread", "process", "inline", "greenlet"})
"""Where a function runs whose result comes back."""


class Arguments:
    """The arguments of a call with what they hold; `skip` leaves the first ones out, for a function that is handed
    over."""

    def __init__(
        self, node: ast.Call, positional: list[tuple[ast.expr, Value]], named: dict[str, tuple[ast.expr, Value]]
    ):
        self.node = node
        self.positional = positional
        self.named = named
        self.spread: list[Value] = []
        """What `**` brings."""
        self.made: Value = CLEAN
        """What the function itself holds: the variables that it was made with, the arguments of a partial."""

    def any(self) -> bool:
        return (
            any(value for _, value in self.positional)
            or any(value for _, value in self.named.values())
            or any(self.spread)
        )

    def all(self) -> Value:
        """Everything that the call is given."""
        positional = [v.without_safe(_SEGMENT) if isinstance(node, ast.Starred) else v for node, v in self.positional]
        return whole([*positional, *(v for _, v in self.named.values()), *self.spread])

    def joined(self, led: bool) -> Value:
        """The same as parts of a path, one after the other, and after something else if they are `led`."""
        found = []
        for place, (node, value) in enumerate(self.positional):
            followed = isinstance(node, ast.Starred) or any(later for _, later in self.positional[place + 1 :])
            part = value.upwards() if followed else value
            found.append(part.with_safe(_FOLLOWING) if led or place else part)
        return whole(found)

    def pick(self, which: Argument) -> tuple[ast.expr, Value] | None:
        """An argument by position or keyword."""
        if isinstance(which, int):
            if 0 <= which < len(self.positional) and not any(
                isinstance(node, ast.Starred) for node, _ in self.positional[: which + 1]
            ):
                return self.positional[which]
            return None
        return self.named.get(which)

    def after(self, count: int) -> Arguments:
        """The arguments without the first `count`."""
        rest = Arguments(self.node, self.positional[count:], self.named)
        rest.spread = self.spread
        return rest

    def of_partial(self, count: int | None) -> Arguments:
        """The arguments that the function of a partial gets: those that it was made with come first."""
        held = self.made.parts or {}
        first: list[tuple[ast.expr, Value]] = [
            (_ANYTHING, held.get(f"({place})", CLEAN)) for place in range(count or 0)
        ]
        named = {key[2:-1]: (_ANYTHING, value) for key, value in held.items() if key.startswith("(=")}
        later = [] if count is None else self.positional
        found = Arguments(self.node, [*first, *later], {**named, **self.named})
        found.spread = self.spread
        found.made = self.made
        return found


class Calls:
    """The calls of one walk."""

    def __init__(self, walk: Walk) -> None:
        self.walk = walk
        self.taint = walk.taint
        self.types = walk.types
        self.rows = walk.taint.rows
        self.inputs = walk.taint.inputs
        self._made: dict[ast.AST, Value] = {}
        """What generators yield, by the call."""

    # Attributes

    def attribute(self, node: ast.Attribute, state: State) -> Value:
        key = access(node)
        if key is not None and key in state:
            return state[key]
        held = self.walk.value(node.value, state)
        if node.attr in self.taint.sources:
            found = self._source(node, self.types.qualified(self.walk.type_of(node)))
            if found is not None:
                return found
        if isinstance(node.value, ast.Attribute) and node.value.attr == "state":
            owner = self.walk.type_of(node.value.value)
            if self.taint.is_request(owner):
                return self.taint.attached(node.attr)
        if not held:
            return CLEAN
        declared = self.walk.type_of(node)
        name = self.types.qualified(declared)
        row = self.rows.passing(name) if name is not None and declared is not None and declared[0] == "mem" else None
        if row is not None:
            part = held.member(f".{node.attr}") if node.attr in _PARTS and ".UploadFile." in str(name) else held
            return whole([part]).with_safe(row.safe).without_safe(row.unsafe)
        if declared is not None and declared[0] in ("mem", "const"):
            declared = self.types.call_type(declared)
        if self.inputs.is_narrow(declared):
            return CLEAN
        owner = self.walk.type_of(node.value)
        computed = self._property(owner, node, held)
        if computed is not None:
            return computed
        found_value = held.member(f".{node.attr}")
        if owner is not None and owner[0] == "inst" and ":" in owner[1]:
            safe = self.inputs.field_safety(owner[1], node.attr)
            if safe:
                return CLEAN if ALL in safe else found_value.with_safe(safe)
        return found_value

    def _property(self, owner: Type | None, node: ast.Attribute, held: Value) -> Value | None:
        """What a property of a project class makes of its object; None for other attributes."""
        if owner is None or owner[0] != "inst" or ":" not in owner[1]:
            return None
        found = self.types.members(owner[1], node.attr)
        if found is None or found[1] is None:
            return None
        summary, fact = found[1], found[1].table[found[2][-1]]
        if fact[0] != "def":
            return None
        symbol = f"{summary.path}:{fact[1]}"
        own = self.types.function(symbol)
        if own is None or not self.types.is_property(*own):
            return None
        effect = self.taint.effect(symbol)
        if effect is None:
            return CLEAN
        substitution = Substitution({0: held}, self.inputs, {})
        for flow in substitution.flows(effect.flows):
            self.walk.add(flow._replace(entry=(node.lineno, node.col_offset)))
        return substitution.value(effect.result)

    def _source(self, node: ast.expr, name: str | None) -> Value | None:
        kind = self.rows.source(name) if name is not None else None
        if kind is None or (kind == "database" and not self.taint.stored):
            return None
        walk = self.walk
        if walk.verified and kind in ("body", "form", "message"):
            return CLEAN
        declared = None
        if kind == "database" and isinstance(node, ast.Call) and node.args:
            declared = self.types.instance(walk.type_of(node.args[0]))
        source = Source(kind, "", walk.path, node.lineno, f"{walk.path}:{walk.function.qualname}", declared)
        step = Step(
            walk.path,
            node.lineno,
            f"`{ast.unparse(node)[:60]}` comes from the {'database' if kind == 'database' else 'client'}",
        )
        safe = self._of_url() if kind == "url" else ONE_LINE if kind == "header" else NONE
        if kind == "cookie":
            safe = _UNLINKED
        mark = Mark(safe, None)
        return Value({(source, ()): mark}).stepping(step)

    def of_scope(self, node: ast.Subscript) -> Value:
        """`request.scope["path"]`, which a client sends."""
        match node:
            case ast.Subscript(
                value=ast.Attribute(value=request, attr="scope"), slice=ast.Constant(value=str(key))
            ) if key in _OF_SCOPE and self.taint.is_request(self.walk.type_of(request)):
                return self._source(node, _OF_SCOPE[key]) or CLEAN
        return CLEAN

    def _of_url(self) -> frozenset[str]:
        """What a request's own URL is harmless for. A browser quotes what stands in a query; what a path holds
        arrives without its quotes, but a path without parameters is always the same."""
        paths = _PATHS.findall(decorator_text(self.walk.node))
        return _OF_FIXED_URL if paths and all("{" not in path for path in paths) else _OF_URL

    # Calls

    def call(self, node: ast.Call, state: State) -> Value:
        walk = self.walk
        function = node.func
        receiver = walk.value(function.value, state) if isinstance(function, ast.Attribute) else CLEAN
        if isinstance(function, ast.Attribute) and function.attr in self.taint.sources:
            found = self._source(node, self.types.qualified(walk.type_of(function)))
            if found is not None:
                return found
        arguments = self._arguments(node, state)
        arguments.made = self._made_with(function, state)
        given = receiver or arguments.any() or arguments.made or self._holds(function, state)
        if not given and not self.taint.stored:
            return CLEAN
        callee = walk.type_of(function)
        if arguments.any():
            self.taint.entities.judge(self, arguments, callee)
        elif isinstance(function, ast.Attribute) and function.attr == "pop" and node.args:
            self._taken_out(function.value, node.args[0], state)
        return self._apply(callee, receiver, arguments, state)

    def _taken_out(self, holder: ast.expr, name: ast.expr, state: State) -> None:
        """`data.pop("is_admin", None)`: who does that has thought of it."""
        key = access(holder)
        if key is not None and self.taint.constant(self.walk, name) in PRIVILEGED:
            self.walk.refine(state, key, frozenset({"attribute"}))

    def _holds(self, function: ast.expr, state: State) -> bool:
        """Whether a function of this function is called, which knows its variables."""
        if not isinstance(function, ast.Name) or not (state or self.walk.is_nested):
            return False
        return self._local(self.walk.type_of(function))

    def _made_with(self, function: ast.expr, state: State) -> Value:
        """What a function that is a variable, or was made on the spot, holds."""
        match function:
            case ast.Name(id=name):
                return state.get((name,), CLEAN)
            case ast.Call() | ast.Attribute():
                return (
                    self.walk.value(function, state)
                    if isinstance(function, ast.Call) or access(function) in state
                    else CLEAN
                )
        return CLEAN

    def _local(self, callee: Type | None) -> bool:
        inner = f"{self.walk.path}:{self.walk.function.qualname}.<locals>."
        return callee is not None and callee[0] == "func" and callee[1].startswith(inner)

    def _arguments(self, node: ast.Call, state: State) -> Arguments:
        walk = self.walk
        positional = [(arg, walk.value(arg, state)) for arg in node.args]
        arguments = Arguments(node, positional, {})
        for keyword in node.keywords:
            value = walk.value(keyword.value, state)
            if keyword.arg is None:
                arguments.spread.append(value)
            else:
                arguments.named[keyword.arg] = (keyword.value, value)
        return arguments

    def _apply(self, callee: Type | None, receiver: Value, arguments: Arguments, state: State) -> Value:
        if self.rows.own and callee is not None and callee[0] in ("func", "bound"):
            own_name = self.types.qualified(callee)
            if own_name is not None and self.rows.knows(own_name):
                given = self._source(arguments.node, own_name)
                return given if given is not None else self._library(own_name, callee, receiver, arguments, state)
        match callee:
            case ("ext", name) | ("mem", name, _) | ("const", _, name):
                return self._library(str(name), callee, receiver, arguments, state)
            case ("func", symbol):
                return self._project(symbol, None, arguments, state)
            case ("bound", symbol, held):
                return self._project(symbol, receiver if held[0] != "type" else CLEAN, arguments, state, held)
            case ("type", cls, _):
                return self._construct(cls, arguments, state)
            case ("partial", inner, count):
                return self._apply(inner, CLEAN, arguments.of_partial(count), state)
            case ("inst", cls, _) if ":" in cls:
                method = self.types.attribute(callee, "__call__")
                own = self.walk.value(arguments.node.func, state)
                return self._apply(method, own, arguments, state) if method and method[0] == "bound" else CLEAN
            case ("union", members):
                found = [self._apply(m, receiver, arguments, state) for m in members if m != ("none",)]
                return join(found)
        return self._unknown(receiver, arguments, state)

    def _unknown(self, receiver: Value, arguments: Arguments, state: State) -> Value:
        function = arguments.node.func
        if not isinstance(function, ast.Attribute):
            return CLEAN
        if function.attr in _MUTATORS:
            self._mutate(function, arguments, state)
        self._written("", arguments, state)
        return self._passed_by_method(function, receiver, arguments)

    def _passed_by_method(self, function: ast.Attribute, receiver: Value, arguments: Arguments) -> Value:
        if not receiver or function.attr not in _PASSING_METHODS:
            if function.attr == "format" and isinstance(function.value, ast.Constant):
                return self._filled(str(function.value.value), arguments)
            if function.attr in ("join", "format") and isinstance(function.value, (ast.Constant, ast.JoinedStr)):
                return arguments.all().without_safe(_SEGMENT)
            return CLEAN
        match function.attr, arguments.node.args:
            case "format", _:
                # The template says where it begins.
                return whole([receiver, arguments.all().with_safe(PREFIXED)])
            case "get" | "pop" | "setdefault", [ast.Constant(value=str() | int() as key), *_]:
                return receiver.member(f"[{key}]")
            case "getlist" | "getall", [ast.Constant(value=str(key)), *_]:
                found = receiver.member(f"[{key}]")
                return Value({}, {ANY: found}) if found else CLEAN
            case "keys", []:
                return receiver.keys()
            case "dict" | "model_dump", _:
                is_open = self.taint.entities.is_open(self.walk.type_of(function.value))
                return receiver if is_open else receiver.as_dict()
            case "get" | "pop" | "setdefault", [ast.Attribute(), *_]:
                return receiver.member(OPTION)
            case "get" | "pop" | "popleft" | "setdefault" | "values" | "getlist", _:
                return receiver.items()
            case "items" | "copy", _:
                return receiver
            case "split", [ast.Constant(value="/")]:
                return Value({}, {ANY: whole([receiver]).with_safe(_SEGMENT)})
            case (("split" | "rsplit" | "splitlines" | "partition" | "rpartition"), _):
                return Value({}, {ANY: whole([receiver])})
            case "replace", [old, ast.Constant(value=str(new)), *_] if "/" not in new and "/" in self.walk.texts(old):
                return whole([receiver, arguments.all()]).with_safe(_SEGMENT)
            case "replace", [ast.Constant(value="<"), ast.Constant(value=str(new)), *_] if "<" not in new:
                return whole([receiver, arguments.all()]).with_safe(_WITHOUT_TAGS)
            case (("read" | "readline" | "readlines" | "getvalue"), _):
                return whole([receiver, arguments.all()]).without_safe(_NAMED)
        return whole([receiver, arguments.all()])

    def _filled(self, template: str, arguments: Arguments) -> Value:
        """`"{}/{name}".format(base, name=name)` like the f-string."""
        try:
            fields = list(Formatter().parse(template))
        except ValueError:
            return arguments.all()
        if arguments.spread or any(isinstance(node, ast.Starred) for node, _ in arguments.positional):
            return arguments.all().without_safe(_SEGMENT)
        parts: list[tuple[ast.expr, Value]] = []
        place = 0
        for literal, field, _, _ in fields:
            if literal:
                parts.append((ast.Constant(value=literal), CLEAN))
            if field is None:
                continue
            name = re.split(r"[.\[]", field, maxsplit=1)[0]
            if not name:
                name, place = str(place), place + 1
            given = arguments.pick(int(name) if name.isdigit() else name)
            if given is not None:
                parts.append((given[0], self.walk.written(given[1], given[0])))
        return self.walk.put_together(parts)

    # Libraries

    def _library(self, name: str, callee: Type, receiver: Value, arguments: Arguments, state: State) -> Value:
        handed = self._hand_over(name, arguments, state)
        passed = self._known(name, callee, receiver, arguments, state)
        return join([handed, passed]) if handed else passed

    def _known(self, name: str, callee: Type, receiver: Value, arguments: Arguments, state: State) -> Value:
        """What the rows say of a call."""
        for sink in self.rows.sinks(name):
            self._sink(sink, name, receiver, arguments)
        check = self.rows.check(name)
        if check is not None and check.raises:
            self.apply_check(check, arguments.node, state)
        function = arguments.node.func
        if isinstance(function, ast.Attribute) and function.attr in _MUTATORS:
            self._mutate(function, arguments, state)
        self._written(name, arguments, state)
        if _OTHERS_CHECK.search(name.rpartition(".")[2]):
            for argument, _ in arguments.positional:
                self._is_checked(argument, state)
        if name.startswith("re."):
            self._matched(name, arguments)
        if name in _ARCHIVES:
            return self._archive(arguments)
        if name in _VALIDATING and (made := self._validated(arguments, state)):
            return made
        row = self.rows.passing(name)
        if row is not None:
            given = []
            for which in row.arguments:
                if which == "self":
                    given.append(receiver)
                elif which == ALL:
                    leaf = name.rpartition(".")[2]
                    given.append(arguments.joined(leaf == "joinpath") if leaf in _JOINING else arguments.all())
                elif (found := arguments.pick(which)) is not None:
                    given.append(found[1])
            if not any(given) or self.inputs.is_narrow(self.types.call_type(callee)):
                return CLEAN
            if KEYS in row.safe:
                if isinstance(function, ast.Attribute) and self.taint.entities.is_open(
                    self.walk.type_of(function.value)
                ):
                    return join(value for value in given if value)
                # The values of a model by the names of its fields.
                return join(value.as_dict() for value in given if value)
            if name.startswith(_MAPPINGS) and isinstance(function, ast.Attribute):
                return self._passed_by_method(function, receiver, arguments)
            if name == "os.path.splitext":
                before, extension = whole(given), whole(given).with_safe(_NAMES_OF_FILES)
                return Value({}, {"[0]": before, "[1]": extension, "[-1]": extension})
            if name == "os.path.split":
                named = self.rows.passing("os.path.basename")
                folder, last = whole(given), whole(given).with_safe(named.safe if named is not None else _SEGMENT)
                return Value({}, {"[0]": folder, "[1]": last, "[-1]": last})
            if name in _COPYING:
                return self._copied(receiver, arguments)
            if name == "builtins.dict":
                return self._dictionary(arguments)
            if name in _COLLECTING and len(given) == 1 and given[0].is_list:
                return Value({}, {ANY: given[0].items()})
            if name in _CHOOSING and len(arguments.positional) == 1 and arguments.positional[0][1].is_list:
                return arguments.positional[0][1].items()
            if name.startswith("builtins.") and isinstance(function, ast.Attribute):
                passed = self._passed_by_method(function, receiver, arguments)
                return passed.with_safe(row.safe) if passed else whole(given).with_safe(row.safe)
            if name in UNQUOTING:
                return whole(given).with_safe(row.safe).unquoted(row.unsafe)
            return whole(given).with_safe(row.safe).without_safe(row.unsafe)
        if name.startswith(_CONTAINERS) and isinstance(function, ast.Attribute):
            if self.inputs.is_narrow(self.types.call_type(callee)):
                return CLEAN
            return self._passed_by_method(function, receiver, arguments)
        return CLEAN

    def _validated(self, arguments: Arguments, state: State) -> Value:
        """`Model.model_validate(data)`: of a dictionary it takes the fields that it has."""
        function = arguments.node.func
        owner = self.walk.type_of(function.value) if isinstance(function, ast.Attribute) else None
        if owner is None or owner[0] != "type" or ":" not in owner[1] or len(arguments.positional) != 1:
            return CLEAN
        if self.taint.entities.is_open(self.types.instance(owner)):
            return CLEAN
        spread = Arguments(arguments.node, [], {})
        spread.spread = [arguments.positional[0][1]]
        return self._construct(owner[1], spread, state)

    @staticmethod
    def _copied(receiver: Value, arguments: Arguments) -> Value:
        changed = {f".{name}": value for name, (_, value) in arguments.named.items() if value and name != "update"}
        _, updated = arguments.named.get("update", (None, CLEAN))
        changed |= {f".{key[1:-1]}": part for key, part in (updated.parts or {}).items()}
        copied = [receiver] if receiver else [value for _, value in arguments.positional[:1]]
        return join([*copied, Value({}, changed) if changed else CLEAN])

    def _dictionary(self, arguments: Arguments) -> Value:
        """`dict(model)`, `dict(pairs, name=value)`"""
        named = {f"[{name}]": value for name, (_, value) in arguments.named.items() if value}
        found = [Value({}, named) if named else CLEAN, *arguments.spread]
        for node, value in arguments.positional[:1]:
            declared = self.walk.type_of(node)
            own = declared is not None and declared[0] == "inst" and ":" in declared[1]
            found.append(value.as_dict() if own else value)
            if value.is_list:  # pairs of names and values
                pair = value.items()
                held = pair.member("[1]")
                found += [whole([pair.member("[0]")]), Value({}, {ANY: held}) if held else CLEAN]
        return join(found)

    def _hand_over(self, name: str, arguments: Arguments, state: State) -> Value:
        """A function that is given to a thread, a task, a scheduler: it is called with the arguments that follow. What
        comes back of it."""
        knowledge = self.taint.knowledge
        runs = knowledge.offload(name) or knowledge.loop_callback(name)
        position = runs.position if runs is not None else 0 if name == "functools.partial" else None
        if position is None:
            return CLEAN
        given = arguments.pick(position) or (
            arguments.pick(runs.keyword) if runs is not None and runs.keyword else None
        )
        if given is None:
            return CLEAN
        node, made = given
        count = position + 1 if arguments.pick(position) is not None else 0
        rest = arguments.after(count)
        listed = arguments.named.get("args")
        if listed is not None and isinstance(listed[0], (ast.Tuple, ast.List)):
            rest = Arguments(arguments.node, [(each, self.walk.value(each, state)) for each in listed[0].elts], {})
        receiver = self.walk.value(node.value, state) if isinstance(node, ast.Attribute) else CLEAN
        rest.made = made
        callee = self.walk.type_of(node)
        found = CLEAN
        if rest.any() or receiver or made or self._local(callee):
            found = self._apply(callee, receiver, rest, state)
        if name == "functools.partial":
            held = {f"({place})": value for place, (_, value) in enumerate(rest.positional) if value}
            held |= {f"(={key})": value for key, (_, value) in rest.named.items() if value}
            return join([made, Value({}, held) if held else CLEAN])
        return found if runs is not None and runs.where in _RESULT_OF and not runs.wraps else CLEAN

    def _sink(self, sink: Sink, name: str, receiver: Value, arguments: Arguments) -> None:
        if not self._meets(sink.condition, arguments):
            return
        for which in sink.arguments:
            node: ast.expr = arguments.node
            if which == "self":
                value = receiver
            elif which == ALL:
                value = arguments.all()
            else:
                found = arguments.pick(which)
                if found is None:
                    continue
                node, value = found
            if value:
                self._reach(sink.kind, value, name, node, arguments)
            return

    def _reach(self, kind: str, value: Value, name: str, node: ast.expr, arguments: Arguments) -> None:
        if kind == "log":
            value = self._logged(arguments)
        if kind == "program":
            # Only the program counts in a list of arguments, and what a shell is given to run.
            listed = node.elts if isinstance(node, (ast.List, ast.Tuple)) else []
            if listed and isinstance(listed[0], ast.Constant) and listed[0].value in _SHELLS:
                rest = [value.member(f"[{i}]") for i, each in enumerate(listed) if i > 1]
                starred = any(isinstance(each, ast.Starred) for each in listed)
                self.walk.reaches("command", whole([value.items()] if starred else rest), name, node)
                return
            value = value.as_command()
        if kind == "url" and self._stays_inside(arguments.node.func):
            return
        self.walk.reaches(kind, value, name, node)

    def _stays_inside(self, function: ast.expr) -> bool:
        """`httpx.AsyncClient(transport=httpx.ASGITransport(app))`: its requests reach nobody but the application."""
        key = access(function.value) if isinstance(function, ast.Attribute) else None
        made = self.walk.looked_up.get(key) if key is not None else None
        given = next((each.value for each in made.keywords if each.arg == "transport"), None) if made else None
        declared = self.walk.type_of(given) if given is not None else None
        return declared is not None and declared[0] == "inst" and declared[1] in _INSIDE

    def _logged(self, arguments: Arguments) -> Value:
        """What a log call writes as it came: the text, and the values for its `%s`."""
        values = [self.walk.written(value, node) for node, value in arguments.positional]
        for place, (node, _) in enumerate(arguments.positional):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                wanted = [found[1] for found in _CONVERSION.finditer(node.value) if found[1] != "%"]
                rest = values[place + 1 :]
                return whole([v for v, conversion in zip(rest, wanted, strict=False) if conversion == "s"])
            if values[place]:
                return values[place]
        return CLEAN

    def _meets(self, condition: str, arguments: Arguments) -> bool:
        """Whether a call is made as the condition of a row says: see Sink.condition."""
        if not condition:
            return True
        if condition.startswith("!"):
            if condition.startswith("!filter") and self.taint.python >= _FILTERED:
                return False
            return not any(name in arguments.named for name in condition[1:].split("|"))
        keyword, sign, wanted = condition.partition("=")
        if not sign:
            keyword, _, wanted = condition.partition("~")
        given = arguments.named.get(keyword)
        if given is None:
            return False
        constant = self.taint.constant(self.walk, given[0])
        if constant is UNKNOWN:
            constant = self.types.qualified(self.walk.type_of(given[0]))
        return wanted.lower() in str(constant).lower() if not sign else str(constant) == wanted

    def apply_check(self, check: Check, node: ast.Call, state: State) -> None:
        """What a call makes sure of, from now on."""
        for checked in self.checked_nodes(check.argument, node):
            if check.condition == "resolved":
                key, resolved = underlying(self.walk, checked)
                if key is not None:
                    self.walk.refine(state, key, containment(state, key, resolved))
            elif (key := access(checked)) is not None:
                self.walk.refine(state, key, check.safe)

    @staticmethod
    def checked_nodes(which: Argument, node: ast.Call) -> list[ast.expr]:
        """The expressions that a check is about; those in a list that it is given, too."""
        found: ast.expr | None = None
        if which == "self":
            found = node.func.value if isinstance(node.func, ast.Attribute) else None
        elif isinstance(which, int):
            found = node.args[which] if which < len(node.args) else None
        else:
            found = next((keyword.value for keyword in node.keywords if keyword.arg == which), None)
        if isinstance(found, ast.Call) and found.args and isinstance(found.func, ast.Name) and found.func.id == "str":
            found = found.args[0]
        return [*found.elts] if isinstance(found, (ast.List, ast.Tuple)) else [found] if found is not None else []

    def _matched(self, name: str, arguments: Arguments) -> None:
        """A text that is matched by a pattern which backtracks: `re.match(pattern, text)`, `PATTERN.match(text)`."""
        method = name.rpartition(".")[2]
        if method not in _MATCHES or not arguments.positional:
            return
        texts = arguments.positional[int(method in ("sub", "subn")) :]
        if name.startswith("re.Pattern."):
            pattern = compiled(self.walk, arguments.node.func)
        else:
            pattern = self.taint.constant(self.walk, arguments.positional[0][0])
            texts = texts[1:]
        text = texts[0] if texts else arguments.named.get("string")
        if text is not None and text[1] and backtracks(pattern, anchored=method == "fullmatch"):
            self.walk.reaches("backtracking", text[1], name, text[0])

    def _written(self, name: str, arguments: Arguments, state: State) -> None:
        """`stream.write(data)`, `shutil.copyfileobj(data, stream)`: the file holds it, and its path leads to it."""
        function = arguments.node.func
        if name == "shutil.copyfileobj" and len(arguments.positional) > 1:
            target, value = arguments.positional[1][0], arguments.positional[0][1]
        elif isinstance(function, ast.Attribute) and function.attr in _WRITERS:
            target, value = function.value, arguments.all()
        else:
            return
        key = access(target)
        if key is None or not value:
            return
        held = whole([value]).with_safe(WRITTEN).without_safe(_READABLE)
        self.walk.mix(key, held, state)
        if key in self.walk.opened:
            self.walk.mix(self.walk.opened[key], held, state)

    def _is_checked(self, node: ast.expr, state: State) -> None:
        """`await library.validate_url(urlparse(url).hostname)`: whoever calls it wants it to raise."""
        key = access(node)
        if key is not None:
            self.walk.refine(state, key, _GUARDED)
            if key in self.walk.derived:
                self.walk.refine(state, self.walk.derived[key], _GUARDED)

    def _archive(self, arguments: Arguments) -> Value:
        """An archive that is opened, by its bytes or by the path that they were written to."""
        given = [found[1] for each in (0, "fileobj", "file", "name") if (found := arguments.pick(each)) is not None]
        marks = {
            label: mark
            for label, mark in whole(given).all_marks().items()
            if not is_harmless_at("archive", label, mark.safe)
        }
        return Value(marks).with_safe(_OPENED).without_safe(_READABLE | {"path", "directory"}) if marks else CLEAN

    def _mutate(self, function: ast.Attribute, arguments: Arguments, state: State) -> None:
        """`rows.append(x)`: the container holds it from now on."""
        key = access(function.value)
        if key is None or not arguments.any():
            return
        given = [value for _, value in arguments.positional]
        if function.attr == "update" and not self._is_set(function.value):
            self.walk.mix(key, self._dictionary(arguments), state)
            return
        if function.attr in ("extend", "update"):
            value = join(each.items() for each in given)
        else:
            value = join(given if function.attr in ("append", "add", "appendleft") else given[1:])
        if value:
            behind = key in self.walk.begun and function.attr in ("append", "extend")
            self.walk.mix(key, Value({}, {LATER if behind else ANY: value}), state)

    def _is_set(self, node: ast.expr) -> bool:
        declared = self.walk.type_of(node)
        return declared is not None and declared[0] == "inst" and declared[1] == "builtins.set"

    # Functions and classes of the project

    def _project(
        self, symbol: str, receiver: Value | None, arguments: Arguments, state: State, held: Type | None = None
    ) -> Value:
        effect = self._effect(symbol, held, arguments.node.func)
        own = self.types.function(symbol)
        if effect is None or own is None:
            return CLEAN
        given, nodes = self._bound(own[1].parameters, receiver, arguments)
        if self._local(("func", symbol)):
            given.update({key[0]: value for key, value in state.items() if len(key) == 1})
            for name in outer_names(effect):
                given.setdefault(name, self.walk.outer(name))
        for captured, value in (arguments.made.parts or {}).items():
            if captured[:1] == "(":
                given.setdefault(captured[1:-1], value)
        substitution = Substitution(given, self.inputs, self._handing_over(symbol, own[1].parameters, arguments))
        place = arguments.node
        for flow in substitution.flows(effect.flows):
            self.walk.add(flow._replace(entry=(place.lineno, place.col_offset)))
        self._learn(effect, nodes, state)
        guarded = bool(own[1].raised) and any(given.values()) and self.taint.guards_hosts(symbol)
        if guarded:
            for node in nodes.values():
                if (key := access(node)) is not None:
                    self.walk.refine(state, key, _GUARDED)
        if own[1].raised and _REDIRECTS_CHECKED.search(symbol.rpartition(":")[2].rpartition(".")[2]):
            for node in nodes.values():
                if (key := access(node)) is not None:
                    self.walk.refine(state, key, _LED)
        for (position, attribute), value in effect.stored.items():
            holder = nodes.get(position)
            key = access(holder) if holder is not None else None
            moved = substitution.value(value)
            if key is not None and moved:
                self.walk.mix((*key, attribute), moved, state)
        if not effect.yielded:
            result = substitution.value(effect.result)
            return result.with_safe(_GUARDED) if guarded else result
        made = self._made[arguments.node] = substitution.value(effect.yielded)
        return join([substitution.value(effect.result), Value({}, {ANY: made}) if made else CLEAN])

    def _effect(self, symbol: str, held: Type | None, function: ast.expr) -> Effect | None:
        """What a call does; `held`: the object that it is called on. A method that calls others of its own object means
        those of the same class: which is not known there."""
        if held is None or held[0] not in ("inst", "type") or ":" not in held[1]:
            return self.taint.effect(symbol)
        own = self.walk.function.parameters if self.walk.function.owner else ()
        match function:
            case ast.Attribute(value=ast.Name(id=name)) if own and name == own[0][0]:
                return self.taint.effect(symbol)
        return self.taint.dispatched(symbol, held[1])

    def _handing_over(self, symbol: str, parameters: tuple[Any, ...], arguments: Arguments) -> dict[Origin, Step]:
        name = symbol.rpartition(":")[2].replace(".<locals>", "")
        line = arguments.node.lineno
        return {
            position: Step(self.walk.path, line, f"is given to `{name}` as `{parameter[0]}`")
            for position, parameter in enumerate(parameters)
        }

    def _bound(
        self, parameters: tuple[Any, ...], receiver: Value | None, arguments: Arguments
    ) -> tuple[dict[Origin, Value], dict[int, ast.expr]]:
        """The values of the parameters, and the expressions they were given as."""
        given: dict[Origin, Value] = {}
        nodes: dict[int, ast.expr] = {}
        first = 0
        if receiver is not None:
            given[0] = receiver
            function = arguments.node.func
            if isinstance(function, ast.Attribute):
                nodes[0] = function.value
            first = 1
        positional = [place for place, parameter in enumerate(parameters) if parameter[1] < 2][first:]
        rest = next((place for place, parameter in enumerate(parameters) if parameter[1] == 2), None)
        extra: list[Value] = []
        for count, (node, value) in enumerate(arguments.positional):
            if isinstance(node, ast.Starred):
                for place in positional[count:]:
                    given[place] = value.items()
                extra.append(value.items())
                break
            if count < len(positional):
                given[positional[count]], nodes[positional[count]] = value, node
            else:
                extra.append(value)
        if rest is not None and any(extra):
            given[rest] = Value({}, {f"[{i}]": value for i, value in enumerate(extra) if value})
        self._bound_by_name(parameters, arguments, given, nodes)
        return given, nodes

    @staticmethod
    def _bound_by_name(
        parameters: tuple[Any, ...], arguments: Arguments, given: dict[Origin, Value], nodes: dict[int, ast.expr]
    ) -> None:
        names = {parameter[0]: place for place, parameter in enumerate(parameters) if parameter[1] in (1, 3)}
        others: dict[str, Value] = {}
        for name, (node, value) in arguments.named.items():
            place = names.get(name)
            if place is not None:
                given[place], nodes[place] = value, node
            elif value:
                others[f"[{name}]"] = value
        keywords = next((place for place, parameter in enumerate(parameters) if parameter[1] == 4), None)
        if keywords is not None:
            given[keywords] = join([Value({}, others) if others else CLEAN, *arguments.spread])
        for value in arguments.spread:
            for name, place in names.items():
                if value and place not in given:
                    given[place] = value.member(f"[{name}]")

    def _learn(self, effect: Effect, nodes: dict[int, ast.expr], state: State) -> None:
        """Arguments that the function would have refused are harmless now."""
        for (origin, path), kinds in effect.checked.items():
            key = self._key(nodes, origin, path)
            if key is not None:
                self.walk.refine(state, key, _learned(state, key, kinds))

    @staticmethod
    def _key(nodes: dict[int, ast.expr], origin: Origin, path: Path) -> Path | None:
        node = nodes.get(origin) if isinstance(origin, int) else None
        base = access(node) if node is not None else None
        return (*base, *path) if base is not None else None

    def confirmed(self, node: ast.Call, state: State) -> list[tuple[Path, frozenset[str]]] | None:
        """What a true answer of a project function makes sure of; None when it is not known what is called."""
        callee = self.walk.type_of(node.func)
        match callee:
            case None:
                return None
            case ("func", symbol):
                receiver, held = None, None
            case ("bound", symbol, held):
                receiver = CLEAN
            case _:
                return []
        effect = self._effect(symbol, held, node.func)
        own = self.types.function(symbol)
        if effect is None or own is None:
            return None
        _, nodes = self._bound(own[1].parameters, receiver, self._arguments(node, state))
        found = [(self._key(nodes, origin, path), kinds) for (origin, path), kinds in effect.confirmed.items()]
        return [(key, _learned(state, key, kinds)) for key, kinds in found if key is not None]

    def _construct(self, cls: str, arguments: Arguments, state: State) -> Value:
        """An object whose attributes hold what the constructor puts there."""
        own = self.types.members(cls, "__init__")
        if own is not None and own[1] is not None:
            fact = own[1].table[own[2][-1]]
            if fact[0] == "def":
                return self._initialised(f"{own[1].path}:{fact[1]}", arguments, state)
        fields = [field.name for field in self.taint.requests.fields(cls)]
        if not fields or not arguments.any():
            return CLEAN
        parts: dict[str, Value] = {}
        for place, (_, value) in enumerate(arguments.positional):
            if value and place < len(fields):
                parts[f".{fields[place]}"] = value
        for name, (_, value) in arguments.named.items():
            if value:
                parts[f".{name}"] = value
        for value in arguments.spread:
            for name in fields:
                part = value.member(f"[{name}]")
                if part and f".{name}" not in parts:
                    parts[f".{name}"] = part
        checked = {key: self.inputs.field_safety(cls, key[1:]) or frozenset() for key in parts}
        parts = {key: part.with_safe(checked[key]) for key, part in parts.items() if ALL not in checked[key]}
        return Value({}, parts) if parts else CLEAN

    def _initialised(self, symbol: str, arguments: Arguments, state: State) -> Value:
        effect = self.taint.effect(symbol)
        own = self.types.function(symbol)
        if effect is None or own is None:
            return CLEAN
        given, nodes = self._bound(own[1].parameters, CLEAN, arguments)
        nodes.pop(0, None)
        substitution = Substitution(given, self.inputs, self._handing_over(symbol, own[1].parameters, arguments))
        place = arguments.node
        for flow in substitution.flows(effect.flows):
            self.walk.add(flow._replace(entry=(place.lineno, place.col_offset)))
        self._learn(effect, nodes, state)
        parts = {
            attribute: moved
            for (position, attribute), value in effect.stored.items()
            if position == 0 and (moved := substitution.value(value))
        }
        return Value({}, parts) if parts else CLEAN

    def yielded(self, node: ast.expr) -> Value:
        """What a call that was made yields to the `for` or `with` around it."""
        while isinstance(node, (ast.Await, ast.Starred)):
            node = node.value
        return self._made.get(node, CLEAN)


def _learned(state: State, key: Path, kinds: frozenset[str]) -> frozenset[str]:
    """What a function has made sure of: where a path leads, only if it was resolved before."""
    return kinds | containment(state, key, False) if CONTAINED in kinds else kinds
