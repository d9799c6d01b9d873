"""What is told of SQL text."""

from __future__ import annotations

import logging
import subprocess
import sys

import pytest

from flake8_fastapi_review.project.sql import HOLE, Sql, read


@pytest.mark.parametrize(
    ("text", "kind", "table", "facts"),
    [
        ('CREATE TABLE IF NOT EXISTS "shop"."books" (id int)', "create_table", "books", {"if exists"}),
        ("CREATE TEMP TABLE books (id int)", "create_table", "books", {"temporary"}),
        ("CREATE TABLE books AS SELECT 1 AS a", "create_table", "books", {"unknown"}),
        ("create index concurrently on books (a)", "create_index", "books", {"concurrently"}),
        ("CREATE UNIQUE INDEX i ON ONLY books USING gin (a gin_trgm_ops)", "create_index", "books", {"unique"}),
        ("CREATE INDEX i ON books (a) WHERE b IS NULL", "create_index", "books", {"partial"}),
        ("DROP INDEX CONCURRENTLY IF EXISTS i", "drop_index", None, {"concurrently", "if exists"}),
        ("ALTER TABLE books ADD COLUMN a int NOT NULL", "add_column", "books", {"not null"}),
        ("ALTER TABLE books ADD COLUMN a int NOT NULL DEFAULT 0", "add_column", "books", {"not null", "default"}),
        ("ALTER TABLE books ADD a bigserial PRIMARY KEY", "add_column", "books", {"generated", "primary key"}),
        (f"ALTER TABLE books ADD COLUMN a {HOLE}", "add_column", "books", {"unknown"}),
        ("ALTER TABLE books RENAME TO tomes", "rename_table", "books", set()),
        ("ALTER TABLE books RENAME a TO b", "alter_column", "books", {"renamed"}),
        ("alter table only books alter column a type text", "alter_column", "books", {"retyped"}),
        ("ALTER TABLE books ALTER a SET NOT NULL", "alter_column", "books", {"not null"}),
        (
            "ALTER TABLE books ADD CONSTRAINT c CHECK (a > 1) NOT VALID",
            "create_check_constraint",
            "books",
            {"not valid"},
        ),
        ("ALTER TABLE books ADD FOREIGN KEY (a) REFERENCES b (c)", "create_foreign_key", "books", set()),
        ("ALTER TABLE books DROP CONSTRAINT c", "drop_constraint", "books", set()),
        ("ALTER TABLE books VALIDATE CONSTRAINT c", "alter", "books", {"unknown"}),
        ("DELETE FROM books", "delete", "books", {"all rows"}),
        ("DELETE FROM books WHERE a = 1", "delete", "books", set()),
        ("DELETE FROM books USING b WHERE books.a = b.a", "delete", "books", set()),
        (f"DELETE FROM books {HOLE}", "delete", "books", {"unknown"}),
        ("TRUNCATE TABLE books", "delete", "books", {"all rows"}),
        ("WITH a AS (SELECT 1) UPDATE books SET b = 2", "update", "books", set()),
        ("INSERT OR REPLACE INTO books VALUES (?, ?)", "insert", "books", set()),
        ("REPLACE INTO books VALUES (?)", "insert", None, {"unknown"}),
        ("INSERT INTO books (a) VALUES (%s) RETURNING id", "insert", "books", {"returning"}),
        ("SELECT * FROM books ORDER BY a LIMIT 3", "select", "books", {"star", "ordered", "limited"}),
        ("SELECT * FROM (SELECT 1) x", "select", None, {"star"}),
        ("SELECT count(*) FROM books", "select", "books", {"summed"}),
        ("SELECT a FROM books GROUP BY a", "select", "books", {"summed"}),
        ("ALTER TYPE status ADD VALUE 'LOST'", "ddl", None, set()),
        ("CREATE EXTENSION vector", "ddl", None, set()),
        (
            "CREATE FUNCTION f() RETURNS trigger AS $f$ BEGIN DELETE FROM a; END $f$ LANGUAGE plpgsql",
            "ddl",
            None,
            set(),
        ),
        ("DO $$ BEGIN DELETE FROM a; END $$", "unknown", None, {"unknown"}),
        ("LOCK TABLE books", "sql", None, set()),
        ("SET lock_timeout = '5s'", "sql", None, set()),
        ("Please enter a name", "unknown", None, {"unknown"}),
        ("SELECT 'open", "unknown", None, {"unknown"}),
    ],
)
def test_a_statement(text: str, kind: str, table: str | None, facts: set[str]) -> None:
    (found,) = read(text)
    assert (found.kind, found.table, found.facts) == (kind, table, facts)


@pytest.mark.parametrize(
    ("text", "dialect", "kinds"),
    [
        ("ALTER TABLE a MODIFY COLUMN b INT, DROP FOREIGN KEY c", "mysql", ["alter_column", "drop_constraint"]),
        ("ALTER TABLE `a` DROP COLUMN `b`", None, ["drop_column"]),
        ("UPDATE OR IGNORE a SET b = 1", "sqlite", ["update"]),
        ("a; -- b; c\n; DELETE FROM d WHERE e = 'f;g'; BEGIN; COMMIT", None, ["unknown", "delete", "begin", "commit"]),
        ("CREATE TRIGGER t AFTER INSERT ON a BEGIN UPDATE b SET c = 1; DELETE FROM d; END; DROP TABLE e", "sqlite",
         ["ddl", "drop_table"]),
        ("DROP TABLE a, b", "postgresql", ["drop_table", "drop_table"]),
    ],
)  # fmt: skip
def test_statements(text: str, dialect: str | None, kinds: list[str]) -> None:
    assert [each.kind for each in read(text, dialect)] == kinds


def test_a_table() -> None:
    (found,) = read(
        """CREATE TABLE IF NOT EXISTS "Books" (
            id INTEGER PRIMARY KEY AUTOINCREMENT, -- the number, not the isbn
            isbn TEXT UNIQUE, price NUMERIC(8, 2) DEFAULT (0), shelf TEXT,
            UNIQUE (price, shelf), CONSTRAINT c FOREIGN KEY (shelf) REFERENCES shelves (id)
        ) WITHOUT ROWID""",
        "sqlite",
    )
    assert found == Sql(
        "create_table", "Books", ("id", "isbn", "price", "shelf"), frozenset(("if exists", "foreign keys")),
        keys=frozenset(("id", "isbn", "price")),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("text", "columns"),
    [
        ("SELECT a FROM t WHERE b = ? AND (t.c IN (?, ?) AND d BETWEEN 1 AND 2) ORDER BY e", ("b", "c", "d")),
        ("SELECT a FROM t WHERE b = :b AND c = %s AND d = %(d)s AND e = ?1 AND f = $1", ("b", "c", "d", "e", "f")),
        ("UPDATE t SET a = 1 WHERE b = ?", ("b",)),
        ("SELECT a FROM t WHERE b = ? OR c = ?", ()),
        ("SELECT a FROM t JOIN u ON t.a = u.a WHERE b = ?", ()),
        ("SELECT a FROM t WHERE b IN (SELECT b FROM u)", ()),
        (f"SELECT a FROM t WHERE b = ? {HOLE}", ()),
    ],
)
def test_what_is_compared(text: str, columns: tuple[str, ...]) -> None:
    (found,) = read(text, "sqlite")
    assert found.compared == columns


@pytest.mark.parametrize(
    ("text", "columns"),
    [
        ("SELECT a FROM t WHERE b = ? AND c IN (?, ?) AND d = :d", ("b", "c", "d")),
        ("SELECT a FROM t WHERE b = 'open' AND c > ? AND d IS NULL AND e = f", ()),
    ],
)
def test_what_is_sought(text: str, columns: tuple[str, ...]) -> None:
    (found,) = read(text, "sqlite")
    assert found.sought == columns


@pytest.mark.parametrize(
    ("text", "name", "value"),
    [
        ("PRAGMA main.journal_mode = WAL", ("journal_mode",), "WAL"),
        ("pragma foreign_keys", ("foreign_keys",), None),
        ("PRAGMA busy_timeout(500)", ("busy_timeout",), "500"),
        (f"PRAGMA {HOLE} = 1", (), "1"),
    ],
)
def test_a_pragma(text: str, name: tuple[str, ...], value: str | None) -> None:
    (found,) = read(text, "sqlite")
    assert (found.kind, found.columns, found.after) == ("pragma", name, value)


def test_long_texts_are_not_read() -> None:
    assert [each.kind for each in read("INSERT INTO t VALUES (1);" * 10_000)] == ["unknown"]


def test_nothing_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    read("ALTER TABLE books ENABLE ROW LEVEL SECURITY")
    assert not caplog.records
    assert not logging.getLogger("sqlglot").disabled


def test_sqlglot_is_imported_for_sql_only() -> None:
    program = (
        "import sys; from flake8_fastapi_review.project.sql import read;"
        "read('hello'); print('sqlglot' in sys.modules);"
        "read('select 1'); print('sqlglot' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["False", "True"]
