from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING

from ...handlers import broad
from ...rule import Rule, Severity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ...file import File
    from ...rule import Violation

_TENACITY = ("tenacity.retry", "tenacity.Retrying", "tenacity.AsyncRetrying")
_BACKOFF = ("backoff.on_exception", "backoff.on_predicate")
_REMOTE = frozenset("http redis rpc cloud search mongo email llm socket database".split())


_ANSWERS = re.compile(r"(?i)json|decod|pars|format|schema|valid|placeholder|output")
"""Words of exceptions that say that an answer came and was no good."""


class RetryWithoutBackoff(Rule):
    """A failed call is tried again at once, or without end.

    A service that is overloaded gets the same request again in the same millisecond, from everybody who waits for it,
    and cannot recover; without an end the request that began it never gets an answer. Wait longer after each try, with
    some chance in it, and give up after a few.

    Of tenacity and backoff the options are looked at, of hand-written loops whether they pause or count.

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
    markers = (("tenacity", "backoff", "while "),)

    def check(self, file: File) -> Iterator[Violation]:
        if "tenacity" in file.text or "backoff" in file.text:
            yield from self._decorators(file)
        for loop in file.nodes(ast.While):
            yield from self._loop(file, loop)

    def _decorators(self, file: File) -> Iterator[Violation]:
        for function in file.nodes(ast.FunctionDef, ast.AsyncFunctionDef):
            for decorator in function.decorator_list:
                if not isinstance(decorator, ast.Call) and file.is_named(decorator, _TENACITY[0]):
                    yield self._told(decorator, "retry", ["wait", "stop"])
        for call in file.calls_to(*_TENACITY):
            given = {each.arg for each in call.keywords}
            if None in given or call.args:
                continue
            missing = [name for name in ("wait", "stop") if name not in given]
            if _is_about_answers(call):
                # Nobody is overloaded who has answered something else than was asked for.
                missing = [name for name in missing if name != "wait"]
            if "stop" not in given and "retry" in given and "wait" in given and "retry_error_callback" in given:
                continue
            if missing:
                yield self._told(call, ast.unparse(call.func), missing)
        for call in file.calls_to(*_BACKOFF):
            given = {each.arg for each in call.keywords}
            if None not in given and not given & {"max_tries", "max_time", "giveup"}:
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

    def _loop(self, file: File, loop: ast.While) -> Iterator[Violation]:
        """`while True:` around a call to another service whose failure leads straight to the next turn."""
        if not (isinstance(loop.test, ast.Constant) and loop.test.value):
            return
        match loop.body:
            case [ast.Try(body=tried, handlers=handlers, orelse=_, finalbody=[])] if file.within(
                tried, ast.Return, ast.Break
            ):
                pass
            case _:
                return
        remote = [call for call in file.within(tried, ast.Call) if file.blocking_kind(call) in _REMOTE]
        pauses = file.group("pause")
        pausing = (*pauses, "builtins.input")  # a person pauses, too
        if not remote or any(file.is_named(call.func, *pausing) for call in file.within(loop.body, ast.Call)):
            return
        for handler in handlers:
            leaves = file.within(handler.body, ast.Raise, ast.Return, ast.Break)
            counts = file.within(handler.body, ast.AugAssign)
            named = handler.type is not None and bool(file.is_subclass(handler.type, *file.group("network-error")))
            if not leaves and not counts and (named or broad(file, handler) is not None):
                yield self.at(
                    loop.test,
                    retry=" ".join(ast.unparse(remote[0].func).split()),
                    harm="is tried again at once and without end when it fails",
                    remedy="pause between the tries, and give up after a few",
                )
                return


def _is_about_answers(call: ast.Call) -> bool:
    """`retry=retry_if_exception_type(JSONDecodeError)`"""
    given = next((each.value for each in call.keywords if each.arg == "retry"), None)
    if not isinstance(given, ast.Call) or not given.args:
        return False
    kinds = [each for argument in given.args for each in getattr(argument, "elts", [argument])]
    return all(_ANSWERS.search(ast.unparse(each)) is not None for each in kinds)
