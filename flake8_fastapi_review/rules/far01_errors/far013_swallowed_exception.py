from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING

from ...handlers import broad, cancels, explained, handlers
from ...rule import Default, Rule, Severity, option
from ...shapes import last_name
from .wording import logged

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ...file import File
    from ...rule import Violation

_ENDING = re.compile(
    r"(?i)close|dispos|disconnect|shut_?down|terminat|kill|stop|cancel|rollback|unlink|remove|rmtree|clean|delete_temp"
    r"|release|unsubscribe|deregister|unregister|flush|quit|logout|detach|tear_?down|finali[sz]e|abort|revoke|unlock"
)
"""Words in the names of what ends something: when it fails there is nothing left to do."""
_TELLING = re.compile(
    r"(?i)(^|_)logs?(_|$)|logger|logging|warn|telemetr|metric|analytic|track|trace|tracing|span|report|capture|notif"
    r"|posthog|sentry|emit|audit|usage|record|print|echo|progress|typing|heartbeat|keep_?alive|chat_?action|set_?(status|title)"
)
"""Words in the names of what tells somebody about the work: it must not fail because of that."""
_ON_ERRORS = re.compile(
    r"(?i)(^|_)(errors?|exceptions?|fail(ed|ures?)?|reason|repr|fallback|best_effort|safe(ly)?|try|maybe)(_|$)"
)
"""Words in the names of functions that deal with a failure already, or say that they may fail."""
_REASON = re.compile(
    r"(?i)best.effort|ignor|optional|fall.?back|non-?critical|not (critical|fatal)|never (break|fail|raise|block)"
    r"|swallow|suppress|silent|fail|may not|might not|don't care|in case|tolerat|skip|guard|attempt|try to|unavailable"
    r"|errors?\b|exceptions?\b|have to (?:try|catch)"
)
"""Words of a comment above a `try` that say why a failure does not matter."""
_PROMISE = re.compile(r"(?i)best.effort|ignor|never (fail|raise|break|block)|swallow|suppress|silent|tolerat|not fatal")
"""The same of a docstring, which speaks of more than one thing."""
_LOOKING = re.compile(r"^(?:int|float|str|get|getattr|append|add)$")
"""Names of what looks at one value: that it is not there, or no number, is an answer."""
_READING = re.compile(
    r"^(?:loads|_?parse\w*|\w+_parse|convert|decode|to_\w+|from_\w+|as_\w+|fromisoformat|strptime|model_validate\w*|[A-Z]\w*)$"
)
"""Names of what makes one value of another: who goes on with the next one, or leaves, has no use for one that cannot be
made."""
_TEXTUAL = re.compile(f"{_LOOKING.pattern}|{_READING.pattern}|^(?:isinstance|hasattr|len|strip|replace|split|lower)$")
_MEASURING = ("opentelemetry.", "prometheus_client.", "posthog.", "sentry_sdk.", "statsd.", "datadog.", "ddtrace.")
"""Packages that tell somebody about the work."""
_SCREENS = ("textual.", "curses.")
"""Packages of what is shown in a terminal."""
_ON_SCREEN = frozenset(("query_one", "query_exactly_one", "query_ancestor"))
"""Look-ups of what a screen shows, which raise where it is not shown (yet, or any more)."""
_TRYING = ("builtins.exec", "importlib.import_module", "builtins.__import__", "atexit.register")
_LAST_METHODS = ("__del__", "__exit__", "__aexit__", "__repr__", "__str__")
_WAITS = ("time.sleep", "asyncio.sleep", "anyio.sleep", "trio.sleep")


class SwallowedException(Rule):
    """A handler for every exception does nothing about it.

    It neither logs, re-raises, returns an error nor records the failure. Whatever goes wrong inside, a lost connection
    as much as a misspelt name, leaves no trace: the data is incomplete, and nobody finds out.

    Handlers with a comment that gives a reason are left alone, and so are clean-up, telemetry, optional imports and
    waiting until something answers, where a failure is expected and nothing hangs on it. What only reads something into
    variables of its own is reported with the option `reads`.

    Bad:

        def refresh(prices, publisher):
            for isbn in prices:
                try:
                    prices[isbn] = publisher.price(isbn)
                except Exception:
                    pass

    Good:

        import logging

        logger = logging.getLogger(__name__)

        def refresh(prices, publisher):
            for isbn in prices:
                try:
                    prices[isbn] = publisher.price(isbn)
                except ConnectionError:
                    logger.warning("No new price of %s", isbn, exc_info=True)
    """

    code = "FAR013"
    severity = Severity.WARNING
    default = Default.OFF
    cwe = 390
    message = "`{handler}` hides every failure of {body}: log it, or name the exceptions that may be ignored"
    markers = (("except",), ("Exception", "BaseException"))

    reads: bool = option(
        False,
        "Report what only reads something into variables of its own, too; that it is not there is often an answer.",
    )

    def check(self, file: File) -> Iterator[Violation]:
        for statement, handler in handlers(file):
            if not all(map(_is_nothing, handler.body)):
                continue
            written = broad(file, handler) if handler.type else None  # `except:` is reported as such: FAR012
            if statement.orelse or _gives_way(file, statement, handler):
                continue
            if written is None or explained(file, handler) or _expected(file, statement):
                continue
            if _has_default(file, statement) or _reads_over_default(file, statement):
                continue
            if not self.reads and _only_reads(file, statement):
                continue
            if cancels(file, handler) and _awaits(file, statement):
                continue  # the cancellation is what matters: FAR019
            subject = _subject(file, statement)
            yield self.at(handler, fix=logged(file, handler, subject.strip("`")), handler=written, body=subject)


def _is_nothing(statement: ast.stmt) -> bool:
    match statement:
        case ast.Pass() | ast.Continue() | ast.Break() | ast.Expr(value=ast.Constant()):
            return True
        case ast.Return(value=None | ast.Constant(value=None)):
            return True
    return False


def _has_default(file: File, statement: ast.Try) -> bool:
    """`text = answer.text; try: text = answer.json()["error"]`: what stands for a failure is there."""
    match statement.body:
        case [ast.Assign(targets=[ast.Name(id=name)])]:
            pass
        case _:
            return False
    above = file.parent(statement)
    for block in (getattr(above, "body", ()), getattr(above, "orelse", ()), getattr(above, "finalbody", ())):
        if isinstance(block, list) and statement in block and (place := block.index(statement)):
            before = block[place - 1]
            targets = before.targets if isinstance(before, ast.Assign) else [getattr(before, "target", None)]
            return any(isinstance(target, ast.Name) and target.id == name for target in targets)
    return False


def _reads_over_default(file: File, statement: ast.Try) -> bool:
    """`stamp = None … try: if text: stamp = parse(text)`: all that is tried is to read something better than what
    stands for nothing above."""
    if not all(isinstance(each, (ast.Assign, ast.AnnAssign, ast.If)) for each in statement.body):
        return False
    function = file.function(statement)
    if function is None or file.within(statement.body, ast.Expr, ast.Await):
        return False
    if not all(_TEXTUAL.match(last_name(call.func) or "") for call in file.within(statement.body, ast.Call)):
        return False
    found: set[str] = set()
    for each in file.within(statement.body, ast.Assign):
        if not all(isinstance(target, ast.Name) for target in each.targets):
            return False
        names = {target.id for target in each.targets if isinstance(target, ast.Name)}
        if any(name.id in names for name in file.within(each.value, ast.Name)):
            return False
        found |= names
    defaults = {
        target.id
        for each in file.within(function, ast.Assign)
        if each.lineno < statement.lineno and _is_empty(each.value)
        for target in each.targets
        if isinstance(target, ast.Name)
    }
    return bool(found & defaults)


def _only_reads(file: File, statement: ast.Try) -> bool:
    """Whether nothing is tried but to find values for variables of the function. `data = json.loads(data)` leaves the
    text where an object is expected, and does not count."""
    if file.within(statement.body, ast.AugAssign, ast.Delete, ast.Raise, ast.Yield, ast.NamedExpr):
        return False
    if any(not isinstance(each.value, ast.Constant) for each in file.within(statement.body, ast.Expr)):
        return False
    targets = [target for each in file.within(statement.body, ast.Assign) for target in each.targets]
    if not targets or not all(isinstance(target, (ast.Name, ast.Tuple)) for target in targets):
        return False
    match statement.body, statement.handlers[0].body[-1]:
        case [ast.Assign(targets=[ast.Name(id=name)], value=value)], ast.Pass() | ast.Expr():
            return all(each.id != name for each in file.within(value, ast.Name))
    return True


def _is_empty(value: ast.expr) -> bool:
    match value:
        case ast.Constant() | ast.List(elts=[]) | ast.Tuple(elts=[]) | ast.Dict(keys=[]):
            return True
    return False


def _gives_way(file: File, statement: ast.Try, handler: ast.ExceptHandler) -> bool:
    """Whether a failure has its place: success leaves the function and failure goes on, or None tells of it."""
    if not isinstance(handler.body[-1], ast.Return):
        return bool(file.within(statement.body, ast.Return))
    function = file.function(handler)
    results = file.within(function, ast.Return) if function is not None else []
    return any(not _is_nothing(result) for result in results)


def _expected(file: File, statement: ast.Try) -> bool:
    """Whether what is tried is known to be allowed to fail."""
    if file.within(statement.body, ast.Import, ast.ImportFrom):
        return True
    calls = file.within(statement.body, ast.Call)
    if any(file.is_named(call.func, *_TRYING) or _is_from(file, call.func, _MEASURING + _SCREENS) for call in calls):
        return True
    if all(isinstance(call.func, ast.Name) and file.name_of(call.func) == f"builtins.{call.func.id}" for call in calls):
        return True  # looks at a value of any kind
    names = [last_name(call.func) for call in calls]
    if names and len(statement.body) == 1 and not _awaits(file, statement):
        moves_on = all(isinstance(each.body[-1], (ast.Continue, ast.Return)) for each in statement.handlers)
        if all(_LOOKING.match(name) or (moves_on and _READING.match(name)) for name in names if name) and all(names):
            return True
    if any(_ENDING.search(name) or _TELLING.search(name) or name in _ON_SCREEN for name in names if name):
        return True
    function = file.function(statement)
    if function is None:
        return True  # what this machine or this installation has, at import time
    owner = file.enclosing(function, ast.ClassDef)
    if isinstance(owner, ast.ClassDef) and (_TELLING.search(owner.name) or _moves_a_screen(file, owner, calls)):
        return True
    name = getattr(function, "name", "")
    if name in _LAST_METHODS or any(words.search(name) for words in (_ENDING, _TELLING, _ON_ERRORS)):
        return True
    return _in_aftermath(file, statement) or _polls(file, statement) or _announced(file, statement)


def _moves_a_screen(file: File, owner: ast.ClassDef, calls: list[ast.Call]) -> bool:
    """Whether a widget does something that it has from its library: it may not be shown (yet, or any more)."""
    own = {each.name for each in owner.body if isinstance(each, (ast.FunctionDef, ast.AsyncFunctionDef))}
    inherited = any(
        isinstance(call.func, ast.Attribute)
        and isinstance(call.func.value, ast.Name)
        and call.func.value.id == "self"
        and call.func.attr not in own
        for call in calls
    )
    return inherited and any(
        _is_from(file, base.value if isinstance(base, ast.Subscript) else base, _SCREENS) for base in owner.bases
    )


def _is_from(file: File, expr: ast.expr, packages: tuple[str, ...]) -> bool:
    return (file.name_of(expr) or "").startswith(packages)


def _in_aftermath(file: File, statement: ast.Try) -> bool:
    """Whether it runs in a handler or a `finally`, where another error is on its way."""
    inner: ast.AST = statement
    for ancestor in file.ancestors(statement):
        match ancestor:
            case ast.ExceptHandler():
                return True
            case ast.Try(finalbody=final) if inner in final:
                return True
            case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.ClassDef():
                return False
        inner = ancestor
    return False


def _polls(file: File, statement: ast.Try) -> bool:
    """Whether it is tried again after a pause."""
    loop = file.enclosing(statement, ast.While, ast.For, ast.AsyncFor)
    if loop is None or file.function(loop) is not file.function(statement):
        return False
    return any(file.is_named(call.func, *_WAITS) for call in file.within(loop, ast.Call))


def _announced(file: File, statement: ast.Try) -> bool:
    """Whether the comment right above the `try`, or the function's docstring, says that it may fail."""
    if _REASON.search(_comment_above(file, statement.lineno)):
        return True
    if any(_REASON.search(_comment_above(file, handler.lineno)) for handler in statement.handlers):
        return True
    match file.function(statement):
        case ast.FunctionDef() | ast.AsyncFunctionDef() as function:
            return bool(_PROMISE.search(ast.get_docstring(function) or ""))
    return False


def _comment_above(file: File, line: int) -> str:
    """The comment right above a line."""
    first = line - 1
    while first and file.lines[first - 1].lstrip().startswith("#"):
        first -= 1
    return " ".join(text.strip() for text in file.lines[first : line - 1])


def _awaits(file: File, statement: ast.Try) -> bool:
    return bool(file.within(statement.body, ast.Await, ast.AsyncFor, ast.AsyncWith))


def _subject(file: File, statement: ast.Try) -> str:
    """What is tried, for the message: its first call, of those to more than the builtins if there are any."""
    calls = file.within(statement.body, ast.Call)
    telling = [call for call in calls if not (file.name_of(call.func) or "").startswith("builtins.")]
    for call in telling or calls:
        text = " ".join(ast.unparse(call.func).split())
        if len(text) <= 50:
            return f"`{text}`"
    return "this block"
