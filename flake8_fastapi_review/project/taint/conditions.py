"""What a condition tells: which variables are harmless where it holds, and where it does not."""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING, Any

from ...module.index import subtree
from ..constants import UNKNOWN, value_of
from .entities import PRIVILEGED
from .inputs import HARMLESS
from .lookups import KNOWN
from .patterns import is_strict
from .state import State, access, joined, lookup
from .values import ALL, BESIDE, CONTAINED, RESOLVED, Value, is_resolved

if TYPE_CHECKING:
    from collections.abc import Iterable

    from .state import Path
    from .walk import Walk

_TRAVERSAL = frozenset({"..", "/", "\\", "../", "..\\", "./", "/.."})
_LINE_ENDS = frozenset({"\n", "\r", "\r\n"})
_HOSTS = frozenset({"://", "//", ":"})
_PATH = frozenset({"path", "archive"})
_BESIDE = frozenset({BESIDE})
_SHOWN = frozenset({"html", "redirect", "header"})
_NUMBER = re.compile(r"(?:^|[._])(?:id|uuid|pk)$")
"""Names of what the program numbers its things by."""
_URL = frozenset({"url", "redirect"})
_NORMALISING = frozenset("lower upper strip lstrip rstrip casefold title".split())
HOST_PARTS = frozenset({"hostname", "netloc", "host", "authority"})
"""Attributes of a URL that was taken apart."""
_NEVER_RETURN = frozenset({"sys.exit", "os._exit", "os.abort", "builtins.exit", "builtins.quit"})
_PATH_METHODS = frozenset({"resolve", "absolute", "as_posix", "expanduser", "lower", "casefold", "__str__"})
CHECKING = re.compile(r"(?i)safe|valid|allow|permit|check|verif|trusted|sanit|forbid|denied|block|whitelist|internal")
_PREDICATES = frozenset({"isdigit", "isalnum", "isalpha", "isdecimal", "isnumeric", "isidentifier"})
_OF_RESULT = frozenset("scalar scalar_one_or_none scalars first one_or_none fetchone fetchall all count exists".split())
"""Methods of a result that tell whether there is anything in it."""
_SIGNATURE = re.compile(r"(?i)(?:verif|valid|check|compare|match)\w*(?:signature|hmac|webhook|digest|mac)(?:_|$)")
_SEPARATORS = frozenset({"os.sep", "os.path.sep"})
UNQUOTING = frozenset({"urllib.parse.unquote", "urllib.parse.unquote_plus"})
_LEADING = frozenset("./\\")
"""Characters that make a text lead to another folder."""


def after(walk: Walk, node: ast.expr, state: State) -> State | None:
    """The state after a call that stands by itself; None when it does not return."""
    if isinstance(node, ast.Await):
        node = node.value
    if not isinstance(node, ast.Call):
        return state
    callee = walk.type_of(node.func)
    if callee is not None and callee[0] in ("func", "bound"):
        _verifies(walk, node, state)
    if walk.types.qualified(callee) in _NEVER_RETURN:
        return None
    if callee is not None and callee[0] in ("func", "bound") and walk.taint.never_returns(callee[1]):
        return None
    return state


def refined(walk: Walk, test: ast.expr, truth: bool, state: State) -> State:
    """A copy of the state for the branch where `test` is `truth`."""
    found = dict(state)
    _refine(walk, test, truth, found)
    return found


def _refine(walk: Walk, test: ast.expr, truth: bool, state: State) -> None:
    match test:
        case ast.UnaryOp(op=ast.Not(), operand=inner):
            _refine(walk, inner, not truth, state)
        case ast.BoolOp(op=operator, values=values):
            if isinstance(operator, ast.And) is truth:
                for value in values:
                    _refine(walk, value, truth, state)
            else:
                _either(walk, values, truth, state)
        case ast.Compare(left=left, ops=[operator], comparators=[right]):
            _compare(walk, left, operator, right, truth, state)
        case ast.Compare():
            pass
        case ast.Await(value=inner):
            _refine(walk, inner, truth, state)
        case ast.NamedExpr(target=target, value=inner):
            _refine(walk, inner, truth, state)
            _refine(walk, target, truth, state)
        case ast.Call():
            _call(walk, test, truth, state)
        case ast.Name() | ast.Attribute() | ast.Subscript():
            key = access(test)
            made = walk.looked_up.get(key) if key is not None else None
            if made is not None and _called(made) in ("any", "all"):
                _refine(walk, made, truth, state)
            elif key is not None and not truth:
                walk.refine(state, key, HARMLESS)
            elif key is not None:
                _is_there(walk, key, state)
                if isinstance(test, ast.Name):
                    _is_set(walk, test.id, state)


def _is_set(walk: Walk, flag: str, state: State) -> None:
    """`inside = False; try: path.relative_to(base); inside = True`: what holds wherever the flag was set, holds."""
    assigned = [
        each
        for each in walk.scope.nodes.get(ast.Assign, ())
        if any(isinstance(target, ast.Name) and target.id == flag for target in each.targets)
    ]
    ways: State | None = None
    for each in assigned:
        if not isinstance(each.value, ast.Constant) or not isinstance(each.value.value, bool):
            return
        if each.value.value:
            way = dict(state)
            above = walk.module.index.parents.get(each)
            if isinstance(above, ast.Try) and each in above.body:
                for before in above.body[: above.body.index(each)]:
                    _raises_otherwise(walk, before, way)
            elif isinstance(above, ast.If) and each in above.body:
                _refine(walk, above.test, True, way)
            ways = joined(ways, way)
    if ways is not None:
        state.clear()
        state.update(ways)


def _raises_otherwise(walk: Walk, statement: ast.stmt, state: State) -> None:
    match statement:
        case ast.Expr(value=ast.Call() as call):
            check = walk.taint.rows.check(walk.types.qualified(walk.type_of(call.func)) or "")
            if check is not None and check.raises:
                walk.calls.apply_check(check, call, state)


def _is_there(walk: Walk, found: Path, state: State) -> None:
    """`plugin = find(name); if not plugin: raise`: a name under which something is found is one that is known."""
    judged = walk.judged.get(found)
    if judged is not None:
        for argument in (*judged.args, *(keyword.value for keyword in judged.keywords)):
            _refine_key(walk, argument, _PATH | _URL, state)
    pending = [found]
    for key in pending:
        call = walk.looked_up.get(key)
        if call is None:
            continue
        _is_known(walk, call, state)
        # statement = select(Plugin).where(Plugin.name == name); plugin = session.scalar(statement)
        names = {(name.id,) for name in subtree(call) if isinstance(name, ast.Name)}
        pending += [name for name in sorted(names) if name in walk.looked_up and name not in pending]


def _is_known(walk: Walk, call: ast.Call, state: State) -> None:
    """A look-up has found something: the values that it was given are known ones."""

    def is_input(node: ast.expr) -> bool:
        key = access(node)
        return key is not None and bool(lookup(state, key))

    for each in walk.taint.lookups.keys(walk.module, call, is_input):
        if (key := access(each)) is not None:
            # A number that the program gave is no text of anybody's.
            walk.refine(state, key, KNOWN | _SHOWN if _NUMBER.search(key[-1]) else KNOWN)


def _either(walk: Walk, values: list[ast.expr], truth: bool, state: State) -> None:
    """One of several conditions decided: what holds in each case."""
    ways: State | None = None
    passed = dict(state)
    for value in values:
        if not _is_switched(walk, value, truth):
            ways = joined(ways, refined(walk, value, truth, passed))
        _refine(walk, value, not truth, passed)
    if ways is not None:
        state.clear()
        state.update(ways)


def _is_switched(walk: Walk, test: ast.expr, truth: bool) -> bool:
    """`allow_outside` of `def resolve(path, allow_outside=False)` is true: who calls it so means to, and that is no
    client, whose parameters decorated functions have."""
    while isinstance(test, ast.UnaryOp) and isinstance(test.op, ast.Not):
        test, truth = test.operand, not truth
    if not isinstance(test, ast.Name) or isinstance(walk.node, ast.Lambda) or walk.node.decorator_list:
        return False
    given = walk.node.args
    positional = [*given.posonlyargs, *given.args]
    defaults = [
        *zip(reversed(positional), reversed(given.defaults), strict=False),
        *zip(given.kwonlyargs, given.kw_defaults, strict=True),
    ]
    return any(
        parameter.arg == test.id and isinstance(default, ast.Constant) and default.value is (not truth)
        for parameter, default in defaults
    )


def _compare(walk: Walk, left: ast.expr, operator: ast.cmpop, right: ast.expr, truth: bool, state: State) -> None:
    match left, right:
        case (
            ast.Call(func=ast.Name(id="len"), args=[counted]) | ast.Attribute(value=counted, attr="rowcount"),
            ast.Constant(value=0),
        ) if isinstance(operator, (ast.Eq, ast.NotEq, ast.Gt)):
            rows = access(counted)
            if rows is not None and isinstance(operator, ast.Eq) is not truth:
                _is_there(walk, rows, state)
    match operator:
        case ast.In() | ast.NotIn():
            if isinstance(operator, ast.In) is truth:
                _is_member(walk, left, right, state)
            else:
                _holds_not(walk, left, right, state)
                _is_other_name(walk, left, right, state)
        case ast.IsNot() | ast.Is() if isinstance(right, ast.Constant) and right.value is None:
            found = access(left)
            if found is not None and isinstance(operator, ast.IsNot) is truth:
                _is_there(walk, found, state)
            elif found is not None:
                walk.refine(state, found, HARMLESS)
            elif _is_match(walk, left):
                _refine(walk, left, isinstance(operator, ast.IsNot) is truth, state)
        case ast.Eq() | ast.NotEq() | ast.Is() | ast.IsNot():
            if isinstance(operator, (ast.Eq, ast.Is)) is truth:
                _is_equal(walk, left, right, state)
                _is_equal(walk, right, left, state)
            else:
                _is_other_name(walk, left, right, state)
        case ast.LtE() | ast.Lt():
            # set(names) <= ALLOWED
            match left:
                case ast.Call(func=ast.Name(id="set" | "frozenset"), args=[inner]) if truth:
                    _refine_key(walk, inner, HARMLESS, state)


def _is_match(walk: Walk, node: ast.expr) -> bool:
    """`re.fullmatch(…)`, which gives None or what is true."""
    return isinstance(node, ast.Call) and (walk.types.qualified(walk.type_of(node.func)) or "").startswith("re.")


def _is_member(walk: Walk, left: ast.expr, right: ast.expr, state: State) -> None:
    if _is_about_parents(right):
        # `base in path.parents`: the path lies below the base, if it has no `..`.
        key, resolved = underlying(walk, right.value)  # type: ignore[attr-defined]
        if key is not None:
            walk.refine(state, key, containment(state, key, resolved))
        return
    if not _is_own(walk, right, state):
        return
    _refine_key(walk, _plain(left), HARMLESS, state)
    _refine_url(walk, left, state)


def given(node: ast.expr) -> ast.expr:
    """What may be an input in `name or ""`."""
    match node:
        case ast.BoolOp(op=ast.Or(), values=[first, *others]) if all(isinstance(each, ast.Constant) for each in others):
            return first
    return node


def underlying(walk: Walk, node: ast.expr) -> tuple[Path | None, bool]:
    """The variable that a path is made of, and whether it is resolved on the spot: `Path(name).resolve()`."""
    resolved = False
    node = given(node)
    while isinstance(node, ast.Call):
        name = walk.types.qualified(walk.type_of(node.func)) or ""
        row = walk.taint.rows.passing(name)
        resolved = resolved or (row is not None and RESOLVED in row.safe)
        if isinstance(node.func, ast.Attribute) and not node.args and node.func.attr in _PATH_METHODS:
            resolved = resolved or node.func.attr == "resolve"
            node = node.func.value
        elif len(node.args) == 1 and (row is not None or _called(node) == "str"):
            node = node.args[0]
        else:
            break
    match node:
        case ast.BinOp(op=ast.Div(), right=right):
            # (BASE / name).resolve()
            return access(right), resolved
        case ast.Call(args=[_, right]) if resolved and walk.types.qualified(walk.type_of(node.func)) == "os.path.join":
            return access(right), resolved
    return access(node), resolved


def _is_about_parents(node: ast.expr) -> bool:
    return isinstance(node, ast.Attribute) and node.attr == "parents"


def _holds_not(walk: Walk, left: ast.expr, right: ast.expr, state: State) -> None:
    """`".." in name` is not true."""
    held = walk.taint.constant(walk, left)
    if walk.types.qualified(walk.type_of(left)) in _SEPARATORS:
        held = "/"
    if not isinstance(held, str):
        return
    for characters, kinds in ((_TRAVERSAL, _PATH), (_LINE_ENDS, frozenset({"header", "log"})), (_HOSTS, _URL)):
        if held in characters:
            _refine_key(walk, _plain(right), kinds, state)
            match right:
                case ast.Attribute(value=inner, attr="parts"):
                    _refine_key(walk, inner, kinds, state)
                    key, _ = underlying(walk, _made(walk, inner))
                    if key is not None:
                        # path = Path(member.name); if ".." in path.parts: raise
                        walk.refine(state, key, kinds)
                        if key[-1] == ".name" and "archive" in kinds:
                            walk.refine(state, key[:-1], frozenset({"archive"}))
                case ast.Call(func=ast.Attribute(value=inner, attr="split")):
                    _refine_key(walk, inner, kinds, state)
                case ast.Attribute(value=ast.Call(args=[inner]), attr="parts"):
                    _refine_key(walk, inner, kinds, state)


def _is_other_name(walk: Walk, left: ast.expr, right: ast.expr, state: State) -> None:
    """`name in {"is_admin", "role"}` is not true; what a set holds that is not known here, it may hold on purpose."""
    known = walk.taint.constant(walk, right)
    if known is UNKNOWN and isinstance(right, (ast.Set, ast.List, ast.Tuple)):
        known = [walk.taint.constant(walk, each) for each in right.elts]
    names = {known} if isinstance(known, str) else known if isinstance(known, (set, frozenset, list, tuple)) else None
    if names is None or any(name is UNKNOWN or (isinstance(name, str) and name in PRIVILEGED) for name in names):
        _refine_key(walk, left, frozenset({"attribute"}), state)


def _is_equal(walk: Walk, left: ast.expr, right: ast.expr, state: State) -> None:
    key = access(_plain(left))
    value = walk.value(right, state)
    if key is not None and not value:
        walk.refine(state, key, HARMLESS)
    elif key is not None:
        # os.path.basename(name) == name: what the other side is harmless for, this one is.
        own, other = lookup(state, key).all_marks(), value.all_marks()
        safe = [mark.safe for label, mark in other.items() if label in own]
        if safe and len(safe) == len(own):
            walk.refine(state, key, frozenset.intersection(*safe) - {RESOLVED})
        elif other.keys() < own.keys():
            # (base / name).resolve() == base: nothing of the name is left in it.
            state[key] = Value({label: mark for label, mark in own.items() if label in other})
    match left:
        case ast.Attribute(value=lying, attr="parent"):
            # path.parent == base: it lies there itself.
            below = access(lying)
            if below is not None and lookup(state, below).all_marks().keys().isdisjoint(value.all_marks()):
                walk.refine(state, below, _PATH)
    if not value:
        _refine_url(walk, left, state)
        match _made(walk, left):
            case ast.Call(func=function, args=[ast.List(elts=elements) | ast.Tuple(elts=elements)]):
                name = walk.types.qualified(walk.type_of(function)) or ""
                if name.rpartition(".")[2] == "commonpath":
                    for element in elements:
                        inner, resolved = underlying(walk, element)
                        if inner is not None:
                            walk.refine(state, inner, containment(state, inner, resolved))


def _made(walk: Walk, node: ast.expr) -> ast.expr:
    """The call that a variable holds the result of: `common = Path(os.path.commonpath([base, path]))`."""
    key = access(node)
    found = walk.looked_up.get(key, node) if key is not None else node
    while isinstance(found, ast.Call) and len(found.args) == 1 and isinstance(found.args[0], ast.Call):
        found = found.args[0]
    return found


def _refine_key(walk: Walk, node: ast.expr, kinds: frozenset[str], state: State) -> None:
    key = access(node)
    if key is not None:
        walk.refine(state, key, kinds)


def _refine_url(walk: Walk, node: ast.expr, state: State) -> None:
    """`urlparse(url).hostname in ALLOWED` makes the URL that was parsed harmless."""
    match node:
        case ast.Attribute(value=ast.Call(args=[parsed, *_]), attr=part) if part in HOST_PARTS:
            _refine_key(walk, parsed, _URL, state)


def _call(walk: Walk, node: ast.Call, truth: bool, state: State) -> None:
    if truth and _verifies(walk, node, state):
        return
    name = walk.types.qualified(walk.type_of(node.func)) or ""
    short = node.func.attr if isinstance(node.func, ast.Attribute) else ""
    if short == "startswith":
        _starts_with(walk, node, truth, state)
        return
    if short == "samefile" and truth:
        # path.parent.samefile(base): it lies there itself, whatever it is written like.
        for side in (node.func.value if isinstance(node.func, ast.Attribute) else node, *node.args):
            if isinstance(side, ast.Attribute) and side.attr == "parent":
                _refine_key(walk, side.value, _PATH, state)
        return
    if name in ("builtins.all", "builtins.any") or _called(node) in ("all", "any"):
        _quantified(walk, node, truth, state)
        return
    if name == "builtins.isinstance" or _called(node) == "isinstance":
        _instance(walk, node, truth, state)
        return
    if name.startswith("re."):
        _matches(walk, node, name, truth, state)
        return
    if not name and short in _PREDICATES:
        name = f"builtins.str.{short}"
    check = walk.taint.rows.check(name) if name else None
    if check is not None:
        if truth:
            walk.calls.apply_check(check, node, state)
            if short in _PREDICATES and isinstance(node.func, ast.Attribute):
                _refine_key(walk, plain_text(walk, node.func.value)[0], check.safe, state)
        return
    callee = walk.type_of(node.func)
    if walk.taint.examines_hosts(callee):
        for argument in node.args:
            _refine_key(walk, argument, _URL, state)
            _refine_url(walk, argument, state)
        return
    if truth:
        _is_known(walk, node, state)
        if (
            short in _OF_RESULT
            and isinstance(node.func, ast.Attribute)
            and (key := access(node.func.value)) is not None
        ):
            _is_there(walk, key, state)
    confirmed = walk.calls.confirmed(node, state)
    if confirmed is None or (not confirmed and says_that_it_checks(node) and walk.taint.asks_others(callee)):
        # Nobody knows what it asks: neither branch is judged.
        for argument in node.args:
            _refine_key(walk, argument, HARMLESS, state)
    elif truth:
        for key, kinds in confirmed:
            walk.refine(state, key, kinds)


def _verifies(walk: Walk, node: ast.Call, state: State) -> bool:
    """`verify_signature(body, header)`: the request comes from somebody who knows a secret."""
    leaf = node.func.attr if isinstance(node.func, ast.Attribute) else _called(node)
    if not _SIGNATURE.search(leaf) or len(node.args) + len(node.keywords) < 2:
        return False
    walk.verified = True
    for argument in (*node.args, *(keyword.value for keyword in node.keywords)):
        _refine_key(walk, argument, HARMLESS, state)
    return True


def says_that_it_checks(node: ast.Call) -> bool:
    """Whether a function of the project is named after the question whether a value may be used."""
    name = node.func.attr if isinstance(node.func, ast.Attribute) else _called(node)
    return CHECKING.search(name) is not None


def _called(node: ast.Call) -> str:
    return node.func.id if isinstance(node.func, ast.Name) else ""


def _starts_with(walk: Walk, node: ast.Call, truth: bool, state: State, known: tuple[str, ...] = ()) -> None:
    if not truth or not node.args or not isinstance(node.func, ast.Attribute):
        return
    key, resolved = underlying(walk, _plain(node.func.value))
    if key is None:
        return
    prefix = known or walk.taint.constant(walk, node.args[0])
    prefixes = prefix if isinstance(prefix, tuple) else (prefix,)
    if all(isinstance(each, str) and len(each) > 1 and each.endswith(".") for each in prefixes):
        walk.refine(state, key, frozenset({"module"}))  # one of the packages that are meant for it
    if all(isinstance(each, str) and "://" in each and "/" in each.partition("://")[2] for each in prefixes):
        walk.refine(state, key, _URL)
    elif all(isinstance(each, str) and each.startswith("/") for each in prefixes):
        walk.refine(state, key, frozenset({"redirect"}))
        if all(len(each) > 1 and each.endswith("/") for each in prefixes):
            walk.refine(state, key, containment(state, key, resolved))
        elif containment(state, key, resolved) == _PATH:
            walk.refine(state, key, _BESIDE)
    elif prefix is UNKNOWN and ends_with_separator(walk, node.args[0]):
        walk.refine(state, key, containment(state, key, resolved))
    elif containment(state, key, resolved) == _PATH:
        walk.refine(state, key, _BESIDE)


def ends_with_separator(walk: Walk, node: ast.expr) -> bool:
    """Whether a text ends in a separator of paths for sure."""
    match node:
        case ast.BinOp(op=ast.Add(), right=right):
            return ends_with_separator(walk, right)
        case ast.JoinedStr(values=[*_, last]):
            return ends_with_separator(walk, last)
        case ast.FormattedValue(value=inner):
            return ends_with_separator(walk, inner)
        case ast.Constant(value=str(text)):
            return text.endswith(("/", "\\"))
        case ast.Tuple(elts=elements):
            return all(ends_with_separator(walk, element) for element in elements)
        case ast.Call(func=ast.Attribute(attr="join"), args=[*_, ast.Constant(value="")]):
            return True
    if walk.types.qualified(walk.type_of(node)) in _SEPARATORS:
        return True
    key = access(node)
    return key is not None and key in walk.ending


def containment(state: State, key: Path, resolved: bool) -> frozenset[str]:
    """What it tells of a path that it begins with a folder: nothing while `..` may be in it. Whether a function was
    given a resolved path is for its callers to say."""
    resolved = resolved or is_resolved(lookup(state, key))
    return _PATH if resolved else frozenset({CONTAINED})


def _is_own(walk: Walk, node: ast.expr, state: State) -> bool:
    """Whether a value holds no input, besides what the object of a method may hold."""
    labels = walk.value(node, state).all_marks()
    return not labels or (bool(walk.function.owner) and all(origin == 0 for origin, _ in labels))


def _quantified(walk: Walk, node: ast.Call, truth: bool, state: State) -> None:
    """`all(c in ALLOWED for c in name)` is true, `any(c in FORBIDDEN for c in name)` is not."""
    if not node.args:
        return
    if _called(node) == "any" and truth:
        # any(url.host == known.host for known in KNOWN), any(path.startswith(folder + os.sep) for folder in FOLDERS)
        match node.args[0]:
            case (
                ast.GeneratorExp(elt=asked, generators=[ast.comprehension(iter=iterated)])
                | ast.ListComp(elt=asked, generators=[ast.comprehension(iter=iterated)])
            ) if _is_own(walk, iterated, state):
                if isinstance(asked, ast.Call) and (prefixes := _prefixes(walk, asked, iterated)):
                    _starts_with(walk, asked, True, state, prefixes)
                else:
                    _refine(walk, asked, True, state)
        return
    if (_called(node) == "all") is not truth:
        return
    match node.args[0]:
        case (
            ast.GeneratorExp(elt=element, generators=[ast.comprehension(target=target, iter=iterated)])
            | ast.ListComp(elt=element, generators=[ast.comprehension(target=target, iter=iterated)])
        ):
            parts_passed(walk, target, iterated, [(element, truth)], state)
            _refine_key(walk, _plain(iterated), HARMLESS, state)
            for part in subtree(element):
                if isinstance(part, (ast.Name, ast.Attribute)):
                    _refine_key(walk, part, HARMLESS, state)


def whole_of(walk: Walk, node: ast.expr) -> Path | None:
    """The text or path whose parts an expression is: `name.split("/")`, `path.parts`, a variable that holds them."""
    match node:
        case ast.Call(func=ast.Attribute(value=ast.Name(id="re"), attr="split"), args=[_, inner, *_]):
            return access(plain_text(walk, inner)[0])
        case ast.Call(func=ast.Attribute(value=inner, attr="split" | "rsplit")):
            return access(plain_text(walk, inner)[0])
        case ast.Attribute(value=inner, attr="parts"):
            return underlying(walk, inner)[0]
        case ast.ListComp(
            elt=ast.Name(id=name), generators=[ast.comprehension(target=ast.Name(id=part), iter=iterated)]
        ) if name == part:
            return whole_of(walk, iterated)
    key = access(node)
    return walk.wholes.get(key) if key is not None else None


def parts_passed(
    walk: Walk, target: ast.expr, iterated: ast.expr, tests: Iterable[tuple[ast.expr, bool]], state: State
) -> None:
    """Of all parts of a text, each of which is named `target`, one of the tests has told this."""
    key = whole_of(walk, iterated)
    if key is None or not isinstance(target, ast.Name):
        return
    items = walk.iterated(iterated, state)
    for test, truth in tests:
        passed = dict(state)
        passed[(target.id,)] = items
        _refine(walk, test, truth, passed)
        marks = lookup(passed, (target.id,)).all_marks().values()
        if items and all(ALL in mark.safe for mark in marks):
            walk.refine(state, key, _PATH | {"module"})
            if key in walk.dotted:
                walk.refine(state, walk.dotted[key], _PATH | {"module"})
        elif all("path" in mark.safe for mark in marks) or _tells_parents(walk, test, truth, target.id):
            walk.refine(state, key, _PATH)


def _tells_parents(walk: Walk, test: ast.expr, truth: bool, part: str) -> bool:
    """Whether a part for which `test` is `truth` is surely no `..`."""
    match test:
        case ast.UnaryOp(op=ast.Not(), operand=inner):
            return _tells_parents(walk, inner, not truth, part)
        case ast.BoolOp(op=operator, values=values):
            told = [_tells_parents(walk, value, truth, part) for value in values]
            return any(told) if isinstance(operator, ast.And) is truth else all(told)
        case ast.Compare(
            left=left, ops=[ast.In() | ast.Eq() | ast.NotIn() | ast.NotEq() as operator], comparators=[right]
        ):
            named = _plain(left)
            if isinstance(operator, (ast.In, ast.Eq)) is truth or not isinstance(named, ast.Name) or named.id != part:
                return False
            known = walk.taint.constant(walk, right)
            if isinstance(known, (str, tuple, list, set, frozenset)):
                return known == ".." if isinstance(known, str) else ".." in known
            return any(isinstance(each, ast.Constant) and each.value == ".." for each in subtree(right))
    return False


def _prefixes(walk: Walk, asked: ast.expr, iterated: ast.expr) -> tuple[str, ...]:
    """Of `name.startswith(prefix) for prefix in ("a.", "b.")` those texts."""
    match asked:
        case ast.Call(func=ast.Attribute(attr="startswith"), args=[ast.Name()]):
            known = walk.taint.constant(walk, iterated)
            if isinstance(known, (tuple, list, set, frozenset)) and all(isinstance(each, str) for each in known):
                return tuple(known)
    return ()


def _instance(walk: Walk, node: ast.Call, truth: bool, state: State) -> None:
    if len(node.args) != 2:
        return
    types = walk.types
    classes = node.args[1].elts if isinstance(node.args[1], ast.Tuple) else [node.args[1]]
    narrow = [walk.taint.inputs.is_narrow(types.instance(walk.type_of(each))) for each in classes]
    if truth and all(narrow):
        _refine_key(walk, node.args[0], HARMLESS, state)


def _matches(walk: Walk, node: ast.Call, name: str, truth: bool, state: State) -> None:
    """`re.fullmatch(pattern, text)`, `PATTERN.match(text)`"""
    if not truth:
        return
    method = name.rpartition(".")[2]
    if method not in ("match", "fullmatch", "search"):
        return
    if name.startswith("re.Pattern."):
        pattern, texts = compiled(walk, node.func), node.args[:1]
    else:
        pattern, texts = walk.taint.constant(walk, node.args[0]) if node.args else UNKNOWN, node.args[1:2]
    for text in texts:
        begins = method != "search" or (isinstance(pattern, str) and pattern.startswith(("^", r"\A")))
        if pattern is UNKNOWN or (begins and is_strict(pattern, anchored=method == "fullmatch")):
            _refine_key(walk, _plain(text), HARMLESS, state)


def compiled(walk: Walk, function: ast.expr) -> Any:
    """The pattern of `PATTERN.match`, where PATTERN is `re.compile("…")`."""
    if not isinstance(function, ast.Attribute):
        return UNKNOWN
    expr = walk.module.expression(function.value)
    indices = walk.summary.names.get(expr[1], ()) if expr[0] == "g" else expr[1] if expr[0] == "v" else ()
    for index in indices:
        match walk.summary.table[index]:
            case ("=", ("c", _, (pattern, *_), _), ()):
                return value_of(walk.types, walk.summary, pattern)
    return UNKNOWN


def _plain(node: ast.expr) -> ast.expr:
    """`name` of `name.strip().lower()`."""
    match node:
        case ast.Call(func=ast.Attribute(value=inner, attr=method)) if method in _NORMALISING:
            return _plain(inner)
        case ast.Call(func=ast.Name(id="str"), args=[inner]):
            return _plain(inner)
    return node


def plain_text(walk: Walk, node: ast.expr) -> tuple[ast.expr, bool]:
    """`name` of `unquote(name).strip().replace("-", "")`, in both of which stands what leads elsewhere, or in neither;
    and whether quotes are taken off."""
    unquoted = False
    while True:
        inner = _plain(node)
        match inner:
            case ast.Call(
                func=ast.Attribute(value=text, attr="replace"),
                args=[ast.Constant(value=str(old)), ast.Constant(value=str(new))],
            ) if (old == "\\" and new == "/") or _LEADING.isdisjoint(old + new):
                inner = text
            case ast.Call(args=[text]) if walk.types.qualified(walk.type_of(inner.func)) in UNQUOTING:
                inner, unquoted = text, True
        if inner is node:
            return node, unquoted
        node = inner
