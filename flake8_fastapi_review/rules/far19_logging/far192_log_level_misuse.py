from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING

from ...handlers import broad, explained, handler_of, handlers
from ...rule import Rule, Severity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ...answers import Logging
    from ...file import File
    from ...rule import Violation

_INFO = 20
_WARNING = 30
_ERROR = 40
_HTTP_EXCEPTION = "starlette.exceptions.HTTPException"
_CLIENT_ERRORS = frozenset((404, 409, 410, 422))
"""What a client is told about its own request, and what happens every day."""
_MAY_FAIL = re.compile(
    r"(?i)close|dispos|disconnect|shut_?down|terminat|kill|stop|cancel|rollback|unlink|remove|rmtree|clean|delete"
    r"|release|unsubscribe|unregister|flush|quit|detach|tear_?down|finali[sz]e|abort|telemetr|metric|analytic|track"
    r"|trac(?:e|ing)|heartbeat|ping|health|probe|detect|guess|try|maybe|optional|fallback|safe|best_effort|__del__"
    r"|__repr__|__str__|is_|has_|can_|decode|decrypt|parse|loads|valid|verif|authenti|progress|report|notify|send|recv"
    r"|receive|pack|log|error|watchdog|monitor|version"
)
"""Words in the names of what is known to fail at times."""
_BESIDE = re.compile(r"(?i)heartbeat|health|watchdog|monitor|version|telemetry|metrics|probe")
"""Files with what serves beside the service."""
_TOLD = re.compile(
    r"(?i)ignor|best.effort|optional|fall(?:ing)?.?back|skip|not (?:critical|fatal|available|installed)|expected|retry"
    r"|may |unavailable|could not (?:detect|determine)|giving up|gave up"
)
"""Words in a line that say so."""
_OWN_FAULT = re.compile(r"(?i)invalid state|unreachable|should (?:not|never)|inconsisten|contact an? admin")
"""Words about what is no mistake of the client, whatever the status says."""
_FAILED = re.compile(r"(?i)fail|forcefully|shut(?:ting)? ?down|rollback")
"""Words in a line about more than that something ended."""


class LogLevelMisuse(Rule):
    """A failure is logged below warning and then dropped, or an ordinary event is logged as an error.

    Production runs at info or warning: a debug line about an exception that nothing else tells of is an exception
    nobody will hear of. A client that goes away, or asks for what is not there, logged as an error is the opposite: it
    fills the page that should be empty, until nobody looks at it.

    Handlers with a reason in a comment or in the text, clean-up, probes and optional imports are left alone.

    Bad:

        import logging

        from fastapi import WebSocket, WebSocketDisconnect

        logger = logging.getLogger(__name__)

        async def prices(socket: WebSocket) -> None:
            try:
                while True:
                    await socket.send_text(await socket.receive_text())
            except WebSocketDisconnect:
                logger.error("the client went away")

    Good:

        import logging

        from fastapi import WebSocket, WebSocketDisconnect

        logger = logging.getLogger(__name__)

        async def prices(socket: WebSocket) -> None:
            try:
                while True:
                    await socket.send_text(await socket.receive_text())
            except WebSocketDisconnect:
                logger.debug("the client went away")
    """

    code = "FAR192"
    severity = Severity.SUGGESTION
    message = "`{call}` {harm}: use `{instead}`"
    markers = ((".debug(", ".info(", ".trace(", ".error(", ".critical(", ".exception("),)

    def check(self, file: File) -> Iterator[Violation]:
        yield from self._hidden(file)
        yield from self._alarming(file)

    def _hidden(self, file: File) -> Iterator[Violation]:
        """Handlers of every exception whose only trace is a line below warning."""
        for statement, handler in handlers(file):
            if broad(file, handler) is None or not all(_is_dropping(each) for each in handler.body):
                continue
            logged = file.logs(handler.body)
            if not logged or any(not 0 < each.level < _WARNING for each in logged):
                continue
            if not _goes_on(file, handler) or explained(file, handler) or _may_fail(file, statement, handler):
                continue
            found = logged[0]
            yield self.at(
                found.call,
                call=_shown(found),
                harm=f"is all that tells of any failure of {_subject(file, statement)}, and production does not log it"
                if found.level < _INFO
                else f"reports any failure of {_subject(file, statement)} as ordinary news",
                instead=_renamed(found, "warning"),
            )

    def _alarming(self, file: File) -> Iterator[Violation]:
        for call in file.nodes(ast.Call):
            found = file.logging_call(call) if isinstance(call.func, ast.Attribute) else None
            if found is None or found.level < _ERROR:
                continue
            handler = handler_of(file, call)
            if handler is not None and handler.type is not None and handler in _owners(file, call):
                kinds = handler.type.elts if isinstance(handler.type, ast.Tuple) else [handler.type]
                if kinds and all(file.name_of(kind) in file.group("ordinary-exception") for kind in kinds):
                    if _FAILED.search(file.source(call)):
                        continue  # what was cancelled has left something undone
                    name = ast.unparse(handler.type)
                    yield self.at(
                        call,
                        call=_shown(found),
                        harm=f"raises an alarm about `{name}`, which is how it ends every day",
                        instead=_renamed(found, "debug"),
                    )
                continue
            answer = _client_error_after(file, call)
            if answer is not None and handler is None:
                yield self.at(
                    call,
                    call=_shown(found),
                    harm=f"raises an alarm about a request that is answered with {answer}",
                    instead=_renamed(found, "info"),
                )


def _owners(file: File, call: ast.Call) -> list[ast.AST]:
    """The handler whose own statement the call is, not one that is nested in a condition."""
    statement = file.statement(call)
    parent = file.parent(statement)
    return [parent] if isinstance(parent, ast.ExceptHandler) else []


def _goes_on(file: File, handler: ast.ExceptHandler) -> bool:
    """Whether the work goes on as if nothing had been: the next item of a loop that serves, or a route's answer.

    Elsewhere a caller sees that nothing came back, and often has another way.
    """
    function = file.function(handler)
    if function is not None and file.registered_as(function) == "route":
        return True
    loop = file.enclosing(handler, ast.While, ast.AsyncFor)
    if loop is None or file.function(loop) is not function:
        return False
    block = file.block(loop)
    after = block[block.index(loop) + 1 :] if loop in block else []
    # A loop that waits for something, and tells that it did not come.
    return not (after and isinstance(after[-1], ast.Raise))


def _is_dropping(statement: ast.stmt) -> bool:
    match statement:
        case ast.Expr(value=ast.Call() | ast.Constant() | ast.Await(value=ast.Call())) | ast.Pass() | ast.Continue():
            return True
        case ast.Break() | ast.Return(value=None | ast.Constant(value=None)):
            return True
    return False


def _may_fail(file: File, statement: ast.Try, handler: ast.ExceptHandler) -> bool:
    """Whether what is tried is known to fail at times, or the line says that it does not matter."""
    if file.within(statement.body, ast.Import, ast.ImportFrom) or statement.orelse:
        return True
    calls = file.within(handler.body, ast.Call)
    if any(file.logging_call(call) is None for call in _statements(handler)):
        return True  # something else is done about it
    texts = [each.value for each in file.within(calls, ast.Constant) if isinstance(each.value, str)]
    if any(_TOLD.search(text) for text in texts):
        return True
    function = file.function(statement)
    name = getattr(function, "name", "")
    if _BESIDE.search(file.path.rpartition("/")[2]):
        return True
    return any(_MAY_FAIL.search(each) for each in (name, *_called(file, statement)))


def _statements(handler: ast.ExceptHandler) -> Iterator[ast.Call]:
    for statement in handler.body:
        match statement:
            case ast.Expr(value=ast.Call() as call) | ast.Expr(value=ast.Await(value=ast.Call() as call)):
                yield call


def _called(file: File, statement: ast.Try) -> list[str]:
    found = []
    for call in file.within(statement.body, ast.Call):
        match call.func:
            case ast.Name(id=name) | ast.Attribute(attr=name):
                found.append(name)
    return found


def _client_error_after(file: File, call: ast.Call) -> int | None:
    """The status of the HTTPException that the next statement raises because of the client's request."""
    statement = file.statement(call)
    block = file.block(statement)
    place = block.index(statement) if statement in block else -1
    if place < 0 or place + 1 >= len(block):
        return None
    match block[place + 1]:
        case ast.Raise(exc=ast.Call() as raised) if file.is_subclass(raised.func, _HTTP_EXCEPTION):
            if _OWN_FAULT.search(file.source(raised)) or _OWN_FAULT.search(file.source(call)):
                return None
            given = file.argument(raised, 0, "status_code")
            status = file.value_of(given) if given is not None else None
            return status if isinstance(status, int) and status in _CLIENT_ERRORS else None
    return None


def _subject(file: File, statement: ast.Try) -> str:
    for call in file.within(statement.body, ast.Call):
        text = " ".join(ast.unparse(call.func).split())
        if len(text) <= 50 and not (file.name_of(call.func) or "").startswith("builtins."):
            return f"`{text}`"
    return "this block"


def _shown(found: Logging) -> str:
    return f"{ast.unparse(found.call.func)}(...)"


def _renamed(found: Logging, level: str) -> str:
    owner = ast.unparse(found.call.func).rpartition(".")[0]
    return f"{owner}.{level}(...)"
