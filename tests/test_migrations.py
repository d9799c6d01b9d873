"""What is read of Alembic revisions: operations in order, raw SQL, the graph."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from flake8_fastapi_review.config import load
from flake8_fastapi_review.project import Project

if TYPE_CHECKING:
    from pathlib import Path

    from flake8_fastapi_review.project.migrations import Migration, Operation

HEAD = 'import sqlalchemy as sa\nfrom alembic import op\nrevision = "{}"\ndown_revision = {}\n'


def written(folder: Path, revisions: dict[str, str], body: str = "def upgrade(): pass\n") -> Project:
    """A project with these revisions, "a" → what its `down_revision` is."""
    versions = folder / "alembic" / "versions"
    versions.mkdir(parents=True)
    for name, down in revisions.items():
        (versions / f"{name}.py").write_text(HEAD.format(name, down) + body, "utf-8")
    return Project(str(folder), load(str(folder)))


def migration(project: Project, name: str) -> Migration:
    found = project.file(f"alembic/versions/{name}.py").migration
    assert found is not None
    return found


def operations(folder: Path, body: str) -> tuple[Operation, ...]:
    upgrade = migration(written(folder, {"a": "None"}, body), "a").upgrade
    assert upgrade is not None
    return upgrade.operations


@pytest.mark.parametrize(
    ("body", "kind", "table", "columns", "facts"),
    [
        ('op.add_column("t", sa.Column("c", sa.Text, nullable=False))', "add_column", "t", ("c",), {"not null"}),
        ('op.add_column("t", sa.Column("c", sa.Text, server_default=""))', "add_column", "t", ("c",), {"default"}),
        ('op.create_index("i", "t", ["a", "b"], unique=True)', "create_index", "t", ("a", "b"), {"unique"}),
        ('op.create_index(columns=["a"], table_name="t", index_name="i")', "create_index", "t", ("a",), set()),
        ('op.alter_column("t", "c", new_column_name="d")', "alter_column", "t", ("c",), {"renamed"}),
        ('op.alter_column("t", "c", type_=sa.Text())', "alter_column", "t", ("c",), {"retyped"}),
        ('op.execute("delete from t")', "delete", "t", (), {"raw", "all rows"}),
        ('op.execute(sa.text("DELETE FROM t WHERE a = 1"))', "delete", "t", (), {"raw"}),
        ('op.get_bind().execute(f"DROP TABLE {name}")', "drop_table", None, (), {"raw", "unknown"}),
        ('with op.batch_alter_table("t") as b: b.drop_column("c")', "drop_column", "t", ("c",), set()),
    ],
)
def test_an_operation(
    body: str, kind: str, table: str | None, columns: tuple[str, ...], facts: set[str], tmp_path: Path
) -> None:
    (found,) = operations(tmp_path, f"def upgrade():\n    {body}\n")
    assert (found.kind, found.table, found.columns, set(found.facts)) == (kind, table, columns, facts)


def test_helpers_and_loops_are_followed(tmp_path: Path) -> None:
    body = """
TABLES = ("a", "b")
def add(table, column="x"):
    op.add_column(table, sa.Column(column, sa.Text))
def upgrade():
    for table in TABLES:
        add(table)
    add("c", column="y")
"""
    found = [(each.table, each.columns, each.node.lineno) for each in operations(tmp_path, body)]
    assert found == [("a", ("x",), 11), ("b", ("x",), 11), ("c", ("y",), 12)]


def test_the_module_of_operations_under_another_name(tmp_path: Path) -> None:
    found = operations(tmp_path, "import alembic.op as o\ndef upgrade():\n    o.drop_table('t')\n")
    assert [(each.kind, each.table) for each in found] == [("drop_table", "t")]


def test_tables_of_the_same_revision_are_new(tmp_path: Path) -> None:
    body = """
def upgrade():
    op.drop_column("a", "c")
    op.create_table("a")
    op.drop_column("a", "c")
    op.rename_table("a", "b")
    op.drop_column("b", "c")
    op.create_table(unknown())
    op.drop_column("d", "c")
"""
    assert [each.is_new for each in operations(tmp_path, body) if each.kind == "drop_column"] == [
        False, True, True, None,
    ]  # fmt: skip


def test_conditions_and_autocommit(tmp_path: Path) -> None:
    body = """
def upgrade():
    if op.get_context().dialect.name == "postgresql":
        with op.get_context().autocommit_block():
            op.drop_column("a", "c")
    op.drop_column("a", "d")
"""
    found = [(each.is_conditional, each.in_autocommit) for each in operations(tmp_path, body)]
    assert found == [(True, True), (False, False)]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("ALTER TABLE t DROP COLUMN a, ADD COLUMN b int", [("drop_column", "t", ("a",)), ("add_column", "t", ("b",))]),
        ("ALTER TABLE {name} DROP COLUMN a", [("drop_column", None, ("a",))]),
        ("DO $$ BEGIN DELETE FROM t; END $$", [("execute", None, ())]),
        ("INSERT INTO t (a) SELECT a FROM u; SELECT 1", [("insert", "t", ()), ("sql", None, ())]),
        ("this is no SQL", [("execute", None, ())]),
    ],
)
def test_raw_sql(text: str, found: list[tuple[str, str | None, tuple[str, ...]]], tmp_path: Path) -> None:
    body = f"name = input()\ndef upgrade():\n    op.execute(f{text!r})\n"
    assert [(each.kind, each.table, each.columns) for each in operations(tmp_path, body)] == found


def test_a_text_that_is_filled_in(tmp_path: Path) -> None:
    body = (
        "def upgrade():\n    op.execute('DROP TABLE %s' % name())\n    op.execute('DELETE FROM t {}'.format(name()))\n"
    )
    found = [(each.kind, each.table, set(each.facts)) for each in operations(tmp_path, body)]
    assert found == [("drop_table", None, {"raw", "unknown"}), ("delete", "t", {"raw", "unknown"})]


def test_the_graph(tmp_path: Path) -> None:
    project = written(tmp_path, {"a": "None", "b": '"a"', "c": '"b"', "d": '"b"', "e": '("c", "d")', "f": '"d"'})
    graph = migration(project, "a").graph
    assert [node.revision for node in graph.before("alembic/versions/e.py")] == ["e", "c", "d", "b", "a"]
    assert [node.revision for node in graph.heads_with("alembic/versions/a.py")] == ["e", "f"]


def test_history(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text("[tool.fastapi-review.migrations]\nsince = 'b'\ndialect = 'mysql'\n")
    project = written(tmp_path, {"a": "None", "b": '"a"', "c": '"b"', "d": '"c"'})
    assert [migration(project, name).is_judged for name in "abcd"] == [False, False, True, True]
    assert migration(project, "a").dialect == "mysql"


def test_history_by_date(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text("[tool.fastapi-review.migrations]\nsince = 2025-02-01\n")
    project = written(tmp_path, {"2025_01_31_a": "None", "2025_02_01_b": '"2025_01_31_a"', "c": '"2025_02_01_b"'})
    assert [migration(project, name).is_judged for name in ("2025_01_31_a", "2025_02_01_b", "c")] == [False, True, True]


def test_the_schema_that_revisions_create(tmp_path: Path) -> None:
    body = """
def upgrade():
    op.create_table("a", sa.Column("id", sa.Integer), sa.Column("x", sa.Integer), sa.UniqueConstraint("x"))
    op.create_table("b", *columns())
    op.add_column("c", sa.Column("x", sa.Integer))
    for old, new in {"a": "d"}.items():
        op.rename_table(old, new)
"""
    project = written(tmp_path, {"a": "None"}, body)
    schema = project.migrations.schema
    assert schema.columns["d"] == {"id", "x"}
    lacking = [(table, column) for table in "abcde" for column in ("x", "y") if schema.lacks(table, column)]
    assert lacking == [("a", "y"), ("d", "y")]


def test_circles(tmp_path: Path) -> None:
    project = written(tmp_path, {"a": '"d"', "b": '"a"', "c": '"b"', "d": '"b"', "e": "None"})
    graph = migration(project, "a").graph
    assert [node.revision for node in graph.nodes if graph.is_circular(node.path)] == ["a", "b", "d"]
