"""What is read of SQL texts: tables, their keys, pragmas."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flake8_fastapi_review.config import load
from flake8_fastapi_review.project import Project

if TYPE_CHECKING:
    from pathlib import Path

    from flake8_fastapi_review.project.sqlite import Sqlite

SCHEMA = '''
BOOKS = """
CREATE TABLE IF NOT EXISTS "Books" (
    id INTEGER PRIMARY KEY,
    isbn TEXT UNIQUE, -- thirteen digits, no hyphens
    price NUMERIC(8, 2) DEFAULT (0),
    shelf TEXT,
    author_id INTEGER REFERENCES authors (id),
    UNIQUE (price, shelf)
);
"""
INDEX = "CREATE INDEX IF NOT EXISTS by_shelf ON books (shelf DESC)"
DYNAMIC = f"CREATE TABLE carts (id INTEGER, {BOOKS})"
'''


def read(folder: Path, files: dict[str, str]) -> Sqlite:
    for path, text in files.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text, "utf-8")
    return Project(str(folder), load(str(folder))).sqlite


def test_tables(tmp_path: Path) -> None:
    found = read(tmp_path, {"shop/schema.py": SCHEMA}).tables
    assert list(found) == ["books"]
    assert found["books"].columns == {"id", "isbn", "price", "shelf", "author_id"}
    assert found["books"].keys == {"id", "isbn", "price", "shelf"}
    assert found["books"].has_foreign_keys


def test_tables_that_texts_disagree_about_are_not_known(tmp_path: Path) -> None:
    files = {"a.py": 'A = "CREATE TABLE t (a INTEGER)"', "b.py": 'B = "CREATE TABLE t (a INTEGER, b INTEGER)"'}
    assert read(tmp_path, files).tables == {}


def test_tests_do_not_count(tmp_path: Path) -> None:
    assert read(tmp_path, {"tests/test_a.py": 'A = "CREATE TABLE t (a INTEGER)"\nB = "PRAGMA x=1"'}).tables == {}


def test_pragmas(tmp_path: Path) -> None:
    text = (
        'A = "PRAGMA main.journal_mode = WAL; pragma foreign_keys(on)"\nB = "PRAGMA synchronous"\nC = "PRAGMA fts=OFF"'
    )
    assert read(tmp_path, {"a.py": text}).pragmas == {"journal_mode", "foreign_keys"}


def test_a_pragma_whose_name_is_not_known(tmp_path: Path) -> None:
    assert "*" in read(tmp_path, {"a.py": 'A = f"PRAGMA {name}=1"'}).pragmas


def test_a_pragma_that_is_put_together(tmp_path: Path) -> None:
    assert read(tmp_path, {"a.py": 'A = "PRAGMA " + name()'}).pragmas == {"*"}
    assert read(tmp_path, {"a.py": 'A = f"PRAGMA foreign_keys={value()}"'}).pragmas == {"foreign_keys"}
