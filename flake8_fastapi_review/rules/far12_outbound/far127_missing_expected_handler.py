from __future__ import annotations

from typing import TYPE_CHECKING

from ...rule import Default, Rule, Severity, option

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from ...file import File
    from ...rule import Violation


class MissingExpectedHandler(Rule):
    """A failure that the project knows to happen is handled by nobody.

    That an archived block cannot be edited is no accident but an answer. Unhandled it ends the whole synchronisation,
    or is a 500 for what is a matter of course.

    `calls` names a call and its failure: an exception, or words that a handler has to look for when one exception
    stands for many failures. A handler counts around the call, around a call of the function that it is in, or in the
    application. One for every exception counts for an exception, not for words.

    Configuration:

        [tool.fastapi-review.rules.FAR127.calls]
        "update_block" = "BlockArchived"

    Bad:

        class BlockArchived(Exception): ...

        def update_block(block: str) -> None: ...

        def synchronise(blocks: list[str]) -> None:
            for block in blocks:
                update_block(block)

    Good:

        class BlockArchived(Exception): ...

        def update_block(block: str) -> None: ...

        def synchronise(blocks: list[str]) -> list[str]:
            archived = []
            for block in blocks:
                try:
                    update_block(block)
                except BlockArchived:
                    archived.append(block)
            return archived
    """

    code = "FAR127"
    severity = Severity.WARNING
    default = Default.CONFIGURED
    message = "`{call}` can fail with `{expected}`, which nobody handles: it ends `{function}`"

    calls: Mapping[str, str] = option({}, "Qualified name of a call → exception, or words of its message.")

    def check(self, file: File) -> Iterator[Violation]:
        for name, expected in self.calls.items():
            for call in file.protocol_calls(frozenset((name,))):
                steps = file.unhandled(call, expected)
                if steps is not None:
                    function = steps[-1].message.split("`")[1]
                    called = file.source(call.func)
                    yield self.at(call, call=called, expected=expected, function=function, related=steps[1:])
