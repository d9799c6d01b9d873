from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING

from ...handlers import broad, caught
from ...regex import regex
from ...rule import Rule, Severity
from ...shapes import is_none, last_name
from .clients import CALLS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ...file import File
    from ...rule import Violation

_TENACITY = ("tenacity.retry", "tenacity.Retrying", "tenacity.AsyncRetrying")
_BACKOFF = ("backoff.on_exception", "backoff.on_predicate")
_STAMINA = ("stamina.retry", "stamina.retry_context", "stamina.RetryingCaller", "stamina.AsyncRetryingCaller")
_URLLIB3 = tuple(
    f"{module}.Retry"
    for module in (
        "urllib3",
        "urllib3.util",
        "urllib3.util.retry",
        "requests.adapters",
        "requests.packages.urllib3.util.retry",
    )
)
_NEVER = {
    "wait": ("tenacity.wait_none", "tenacity.wait.wait_none"),
    "stop": ("tenacity.stop_never", "tenacity.stop.stop_never"),
}
"""What says in words what tenacity does without the argument."""
_REMOTE = frozenset("http redis rpc cloud search mongo email llm socket database".split())
_PAUSES = regex(r"(?i)sleep|wait|delay|back_?off|pause|jitter|input$|throttle")
_BEFORE_BACKOFF = 8
"""So many parameters of `Retry` stand before `backoff_factor`."""
_COUNTS = ("builtins.range", "itertools.count", "itertools.repeat")
_ANSWERS = re.compile(r"(?i)json|decod|pars|format|schema|valid|placeholder|output")
"""Words of exceptions that say that an answer came and was no good."""


class RetryWithoutBackoff(Rule):
    """A failed call is tried again at once, or without end.

    A service that is overloaded gets the same request again in the same millisecond, from everybody who waits for it,
    and cannot recover; without an end the request that began it never gets an answer. Wait longer after each try, with
    some chance in it, and give up after a few.

    Of tenacity, backoff, stamina and the `Retry` of urllib3 the options are looked at, of hand-written loops whether
    they pause or count.

    Bad:

        from tenacity import retry

        @retry
        def rates() -> dict[str, float]: ...

    Good:

        from tenacity import retry, stop_after_attempt, wait_random_exponential

        @retry(stop=stop_after_attempt(5), wait=wait_random_exponential(max=30))
        def rates() -> dict[str, float]: ...
    """

    code = "FAR123"
    severity = Severity.WARNING
    cwe = 770
    message = "`{retry}` {harm}: {remedy}"
    markers = (("tenacity", "backoff", "stamina", "Retry", "while ", "range(", "count("), ("retry", "Retry", "except"))

    def check(self, file: File) -> Iterator[Violation]:
        if "tenacity" in file.text or "backoff" in file.text:
            yield from self._decorators(file)
        if "stamina" in file.text:
            yield from self._stamina(file)
        if "Retry" in file.text:
            yield from self._urllib3(file)
        for loop in file.nodes(ast.While, ast.For, ast.AsyncFor):
            if isinstance(loop, ast.While) and (found := self._loop(file, loop)) is not None:
                yield found
            else:
                yield from self._at_once(file, loop)

    def _decorators(self, file: File) -> Iterator[Violation]:
        for function in file.nodes(ast.FunctionDef, ast.AsyncFunctionDef):
            for decorator in function.decorator_list:
                if not isinstance(decorator, ast.Call) and file.is_named(decorator, _TENACITY[0]):
                    yield self._told(decorator, "retry", ["wait", "stop"])
        for call in file.calls_to(*_TENACITY):
            pairs = None if call.args else file.keywords(call)
            if pairs is None:
                continue
            given = dict(pairs)
            missing = [
                name
                for name, words in _NEVER.items()
                if name not in given or file.is_named(_called(given[name]), *words)
            ]
            if _is_about_answers(call):
                # Nobody is overloaded who has answered something else than was asked for.
                missing = [name for name in missing if name != "wait"]
            if "stop" not in given and "retry" in given and "wait" in given and "retry_error_callback" in given:
                continue
            if missing:
                yield self._told(call, ast.unparse(call.func), missing)
        for call in file.calls_to(*_BACKOFF):
            told = {each.arg for each in call.keywords}
            if None not in told and not told & {"max_tries", "max_time", "giveup"}:
                yield self.at(
                    call, retry=ast.unparse(call.func), harm="tries again without end", remedy="pass `max_tries=5`"
                )

    def _told(self, where: ast.AST, name: str, missing: list[str]) -> Violation:
        harm = {
            ("wait", "stop"): "tries again at once, and without end",
            ("wait",): "tries again at once",
            ("stop",): "tries again without end",
        }[tuple(missing)]
        remedies = {"wait": "`wait=wait_random_exponential(max=30)`", "stop": "`stop=stop_after_attempt(5)`"}
        return self.at(where, retry=name, harm=harm, remedy="pass " + " and ".join(remedies[each] for each in missing))

    def _stamina(self, file: File) -> Iterator[Violation]:
        """`stamina.retry(on=…, attempts=None, timeout=None)`."""
        for call in file.calls_to(*_STAMINA):
            given = {each.arg: each.value for each in call.keywords}
            if all(name in given and is_none(given[name]) for name in ("attempts", "timeout")):
                remedy = "leave `attempts` and `timeout` as they are"
                yield self.at(call, retry=ast.unparse(call.func), harm="tries again without end", remedy=remedy)

    def _urllib3(self, file: File) -> Iterator[Violation]:
        """`Retry(total=5)`: its `backoff_factor` is 0."""
        for call in file.calls_to(*_URLLIB3):
            given = {each.arg: each.value for each in call.keywords}
            if None in given or "backoff_factor" in given or len(call.args) > _BEFORE_BACKOFF:
                continue
            total = file.argument(call, 0, "total")
            if total is None or file.value_of(total) not in (0, False):
                remedy = "pass `backoff_factor=0.5`"
                yield self.at(call, retry=ast.unparse(call.func), harm="tries again at once", remedy=remedy)

    def _at_once(self, file: File, loop: ast.While | ast.For | ast.AsyncFor) -> Iterator[Violation]:
        """A loop that counts its tries, and does not pause between them."""
        if isinstance(loop, ast.While):
            if isinstance(loop.test, ast.Constant) and not file.within(loop.body, ast.AugAssign):
                return
        elif not (isinstance(loop.iter, ast.Call) and file.is_named(loop.iter.func, *_COUNTS)):
            return
        attempts = [each for each in loop.body if isinstance(each, ast.Try)]
        function = file.function(loop)
        if len(attempts) != 1 or not isinstance(function, (ast.FunctionDef, ast.AsyncFunctionDef)):
            return
        attempt = attempts[0]
        called = file.within(loop.body, ast.Call)
        if any(_PAUSES.search(last_name(call.func) or "") for call in called):
            return
        remote = [call for call in file.within(attempt.body, ast.Call) if _is_request(file, call)]
        ends = file.within([*attempt.body, *attempt.orelse], ast.Return, ast.Break)
        if not remote or not ends or _is_another(file, loop, attempt, remote[0]):
            return
        for handler in attempt.handlers:
            named = handler.type is not None and bool(file.is_subclass(handler.type, *file.group("network-error")))
            if all("Timeout" in ast.unparse(kind) for kind in caught(handler)) and handler.type is not None:
                continue  # it has waited
            if (named or broad(file, handler) is not None) and (
                isinstance(handler.body[-1], ast.Continue) or file.flow(function).falls_through(handler.body)
            ):
                yield self.at(
                    loop.test if isinstance(loop, ast.While) else loop.iter,
                    retry=" ".join(ast.unparse(remote[0].func).split()),
                    harm="is tried again at once when it fails",
                    remedy="pause between the tries, longer each time",
                )
                return

    def _loop(self, file: File, loop: ast.While) -> Violation | None:
        """`while True:` around a call to another service whose failure leads straight to the next turn."""
        if not (isinstance(loop.test, ast.Constant) and loop.test.value):
            return None
        match loop.body:
            case [ast.Try(body=tried, handlers=handlers, orelse=_, finalbody=[])] if file.within(
                tried, ast.Return, ast.Break
            ):
                pass
            case _:
                return None
        remote = [call for call in file.within(tried, ast.Call) if file.blocking_kind(call) in _REMOTE]
        pauses = file.group("pause")
        pausing = (*pauses, "builtins.input")  # a person pauses, too
        if not remote or any(file.is_named(call.func, *pausing) for call in file.within(loop.body, ast.Call)):
            return None
        for handler in handlers:
            leaves = file.within(handler.body, ast.Raise, ast.Return, ast.Break)
            counts = file.within(handler.body, ast.AugAssign)
            named = handler.type is not None and bool(file.is_subclass(handler.type, *file.group("network-error")))
            if not leaves and not counts and (named or broad(file, handler) is not None):
                return self.at(
                    loop.test,
                    retry=" ".join(ast.unparse(remote[0].func).split()),
                    harm="is tried again at once and without end when it fails",
                    remedy="pause between the tries, and give up after a few",
                )
        return None


def _called(value: ast.expr) -> ast.expr:
    return value.func if isinstance(value, ast.Call) else value


def _is_request(file: File, call: ast.Call) -> bool:
    return file.resolved(call) in CALLS or file.blocking_kind(call) == "http"


def _is_another(file: File, loop: ast.While | ast.For | ast.AsyncFor, attempt: ast.Try, call: ast.Call) -> bool:
    """Whether what is asked for depends on what changes from turn to turn: the number of a page, the next host."""
    changed = {each.id for each in file.within(loop.body, ast.Name) if isinstance(each.ctx, ast.Store)}
    if not isinstance(loop, ast.While):
        changed |= {
            each.id for each in (loop.target, *file.within(loop.target, ast.Name)) if isinstance(each, ast.Name)
        }
    opened = {
        item.optional_vars.id
        for block in file.within(attempt.body, ast.With, ast.AsyncWith)
        for item in block.items
        if isinstance(item.optional_vars, ast.Name)
    }
    return any(each.id in changed - opened for each in file.within(call, ast.Name))


def _is_about_answers(call: ast.Call) -> bool:
    """`retry=retry_if_exception_type(JSONDecodeError)`"""
    given = next((each.value for each in call.keywords if each.arg == "retry"), None)
    if not isinstance(given, ast.Call) or not given.args:
        return False
    kinds = [each for argument in given.args for each in getattr(argument, "elts", [argument])]
    return all(_ANSWERS.search(ast.unparse(each)) is not None for each in kinds)
