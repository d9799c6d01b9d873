from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from ...rule import Related, Rule, Severity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ...file import File
    from ...project.migrations import Node
    from ...rule import Violation


class MultipleHeads(Rule):
    """The revisions do not make one line: two heads, a revision that is missing or there twice, or a circle.

    `alembic upgrade head` refuses all of these, most often on the main branch, after two pull requests that were fine
    by themselves. Let the later revision follow the other one, or run `alembic merge heads`.

    Branches with labels are meant to stay apart, and are left alone.

    Bad:

        revision = "0002"
        down_revision = "0002"

        def upgrade() -> None: ...

        def downgrade() -> None: ...

    Good:

        revision = "0001"
        down_revision = None

        def upgrade() -> None: ...

        def downgrade() -> None: ...
    """

    code = "FAR167"
    severity = Severity.BLOCKER
    message = "{what}, and `alembic upgrade head` fails: {remedy}"
    roles = ("migration",)
    markers = (("down_revision",),)

    def check(self, file: File) -> Iterator[Violation]:
        migration = file.migration
        if migration is None:
            return
        graph = migration.graph
        node = graph.by_path.get(file.path)
        if node is None or node.down is None:
            return
        where = _assignments(file)
        twins = [each for each in graph.named(node.revision, file.path) if each.path != file.path]
        if twins and _folder(twins[0]) == _folder(node):
            if file.path == max(file.path, *(each.path for each in twins)):
                yield self.at(
                    where["revision"],
                    what=f"the revision `{node.revision}` is there twice",
                    remedy="give one of them another",
                    related=[Related(twins[0].path, 1, "the other one")],
                )
            return
        missing = [each for each in node.down if not graph.named(each, file.path)]
        if missing and len(graph.nodes) > 1:
            yield self.at(
                where["down_revision"],
                what=f"there is no revision `{missing[0]}`",
                remedy="name the revision that this one follows",
            )
            return
        if graph.is_circular(node.path):
            yield self.at(
                where["down_revision"],
                what=f"`{node.revision}` follows itself",
                remedy="name the revision that this one follows",
            )
            return
        if graph.is_followed(node.path):
            return
        heads = graph.heads_with(file.path)
        if len(heads) < 2 or any(each.has_label for each in graph.nodes):
            return
        last = max(heads, key=lambda each: (each.date or "", each.path))
        if last.path == file.path:
            others = [each for each in heads if each is not last]
            yield self.at(
                where["down_revision"],
                what=f"`{node.revision}` and `{others[0].revision}` are both heads",
                remedy=f"let it follow `{others[0].revision}`, or run `alembic merge heads`",
                related=[Related(each.path, 1, "another head") for each in others],
            )


def _assignments(file: File) -> dict[str, ast.stmt]:
    found: dict[str, ast.stmt] = {}
    for statement in file.tree.body:
        match statement:
            case ast.Assign(targets=[ast.Name(id=name)]) | ast.AnnAssign(target=ast.Name(id=name)):
                found[name] = statement
    return found


def _folder(node: Node) -> str:
    return node.path.rpartition("/")[0]
