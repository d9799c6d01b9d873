"""The database model: what is read of tables, and what statements and functions are understood to do.

tests/database holds small projects. `models.txt` is what `fastapi-review models` must print for one; they were
compared with SQLAlchemy by `tools/oracle_models.py`. Comments tell the answers about the bare expression
on their line:

    found[0]        # entity: Author          View.entity_of
    found           # rows: Author            View.rows_of
    Author          # class: Author           View.class_of
    Author.name     # refers: Author.name     View.reference
    select(Author)  # statement: select Author where … load …    View.statement, as `told` puts it

and about the function that begins there:

    def f(session):  # does: execute, commit  # sends: 1 + 2·N   View.executions, View.round_trips
"""

from __future__ import annotations

import ast
import json
import re
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner

from flake8_fastapi_review.cli.models import models
from flake8_fastapi_review.cli.routes import routes
from flake8_fastapi_review.config import load
from flake8_fastapi_review.project import Project
from flake8_fastapi_review.project.database import Entity, Filter, Load, Ref, Statement

if TYPE_CHECKING:
    from flake8_fastapi_review.file import File

CASES = Path(__file__).parent / "database"
_COMMENT = re.compile(r"#\s*(entity|rows|class|refers|statement|does|sends|fetches):\s*(.*?)\s*(?=#\s*\w+:|$)")


def opened(case: str) -> Project:
    root = CASES / case
    return Project(str(root), load(str(root)))


def named(entity: Entity | None) -> str:
    return str(entity and entity.name)


def told(statement: Statement | None, entities: dict[str, str]) -> str:
    """A statement as one line; lists in alphabetical order."""
    if statement is None:
        return "None"
    words = [statement.kind, *(entities[each] for each in statement.entities)]
    words += [repr(statement.text)] if statement.text else []
    for word, items in (
        ("where", sorted({_filter(each) for each in statement.filters})),
        ("join", [entities[each] for each in statement.joins]),
        ("along", [_ref(each) for each in statement.join_attributes]),
        ("order", [_ref(each) for each in statement.order_by]),
        ("load", [_load(each) for each in statement.loads]),
    ):
        words += [word, ", ".join(items)] if items else []
    words += [name for name in ("limit", "offset", "for_update") if getattr(statement, name)]
    return " ".join([*words, *([] if statement.complete else ["unclear"])])


def _ref(ref: Ref) -> str:
    return f"{ref.entity.name}.{ref.attribute}"


def _filter(each: Filter) -> str:
    column = _ref(each.ref)
    return f"{each.function}({column}) {each.operator}" if each.function else f"{column} {each.operator}"


def _load(load: Load) -> str:
    return " ".join([*([".".join(load.path)] if load.path else []), load.strategy, *load.columns])


def answer(file: File, ask: str, node: ast.AST) -> str:
    view = file.database
    match ask:
        case "entity":
            return named(view.entity_of(node))
        case "rows":
            return named(view.rows_of(node))
        case "class":
            return named(view.class_of(node))
        case "refers":
            found = view.reference(node)
            return _ref(found) if found is not None else "None"
        case "statement":
            return told(view.statement(node), {entity.symbol: entity.name for entity in view.entities})
        case "does":
            return ", ".join(sorted({each.kind for each in view.executions(node)}))
        case "fetches":
            return ", ".join(each.fetches or "?" for each in view.direct_executions(node) if each.kind == "execute")
    return str(view.round_trips(node))


@pytest.mark.parametrize("path", ["queries.py", "db.py"])
def test_answers(path: str) -> None:
    file = opened("sessions").file(path)
    expressions: dict[int, ast.AST] = {node.lineno: node.value for node in file.nodes(ast.Expr)}
    functions: dict[int, ast.AST] = {node.lineno: node for node in file.nodes(ast.FunctionDef, ast.AsyncFunctionDef)}
    wrong = []
    asked = 0
    for number, line in enumerate(file.lines, 1):
        for ask, expected in _COMMENT.findall(line):
            asked += 1
            node = (functions if ask in ("does", "sends", "fetches") else expressions)[number]
            found = answer(file, ask, node)
            if found != expected:
                wrong.append(f"{path}:{number}: {ask}: {found}, not {expected}")
    assert wrong == []
    assert asked


@pytest.mark.parametrize("case", ["declarative", "classic", "modern_sqlmodel", "inheritance"])
def test_models(case: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(CASES / case)
    result = CliRunner().invoke(models, ["--no-cache"], standalone_mode=False)
    assert result.output == (CASES / case / "models.txt").read_text("utf-8")


def test_json(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(CASES / "classic")
    found = json.loads(
        CliRunner().invoke(models, ["--no-cache", "--format", "json"], standalone_mode=False).output,
    )
    orders = next(each for each in found["tables"] if each["name"] == "shop.orders")
    assert (orders["file"], orders["line"], orders["complete"]) == ("models.py", 27, True)
    assert orders["columns"][1] | {"foreign_keys": []} == {
        "name": "customer_id",
        "attribute": "customer_id",
        "type": "Integer",
        "family": "integer",
        "nullable": False,
        "primary_key": False,
        "default": None,
        "server_default": False,
        "foreign_keys": [],
    }
    customer = next(each for each in found["entities"] if each["name"] == "Customer")
    assert [(each["name"], each["lazy"], each["back_populates"]) for each in customer["relationships"]] == [
        ("orders", "dynamic", "customer")
    ]


def test_mermaid(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(CASES / "modern_sqlmodel")
    lines = CliRunner().invoke(models, ["--no-cache", "--format", "mermaid"], standalone_mode=False).output.split("\n")
    assert lines[0] == "erDiagram"
    assert "        Uuid hero_id PK, FK" in lines
    assert '    heroes ||--o{ teamhero : "hero_id"' in lines
    assert '    heroes |o--o{ mission : "lead_id"' in lines


def test_engines() -> None:
    view = opened("sessions").file("db.py").database
    assert [(each.dialect, each.driver, each.is_async, each.function) for each in view.engines] == [
        ("sqlite", None, False, None),
        ("postgresql", "asyncpg", True, None),
    ]
    assert view.engines[0].options == {"pool_size": 5}
    assert [(each.name, each.is_async, each.expire_on_commit, each.autoflush) for each in view.session_makers] == [
        ("SessionLocal", False, True, False),
        ("AsyncLocal", True, False, True),
    ]


def test_what_happens_to_the_session_of_a_caller() -> None:
    file = opened("sessions").file("queries.py")
    functions = {node.name: node for node in file.nodes(ast.FunctionDef, ast.AsyncFunctionDef)}
    through = [each for each in file.database.executions(functions["counted"]) if each.chain]
    assert {(ast.unparse(each.session) if each.session else "", len(each.loops)) for each in through} == {
        ("session", 1),
        ("session", 0),
    }
    facts = file.database.facts(functions["newest"])
    assert facts is not None
    assert facts.by_parameter == {"session": frozenset({"execute"})}
    assert facts.rows_of is not None
    assert facts.rows_of.endswith(":Book")
    owned = file.database.facts(functions["left_open"])
    assert owned is not None
    assert "close" not in owned.kinds


def test_sessions_that_are_not_closed() -> None:
    file = opened("sessions").file("leaks.py")
    announced = {
        number: line.partition("# leaks: ")[2] for number, line in enumerate(file.lines, 1) if "# leaks: " in line
    }
    found = {
        leak.call.lineno: f"{leak.name} by {', '.join(sorted({way.kind for way in leak.exits}))}"
        for leak in file.database.leaked_sessions()
    }
    assert found == announced


def test_a_url_that_is_changed_in_a_loop(tmp_path: Path) -> None:
    text = (
        "from sqlalchemy import create_engine\n"
        "def connect(url):\n"
        "    for driver in ('+asyncpg', '+aiosqlite'):\n"
        "        url = url.replace(driver, '')\n"
        "    return create_engine(url)\n"
    )
    (tmp_path / "a.py").write_text(text, "utf-8")
    view = Project(str(tmp_path), load(str(tmp_path))).file("a.py").database
    assert [each.dialect for each in view.engines] == [None]


def test_nothing_is_read_without_the_libraries(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text("class User:\n    __tablename__ = 'users'\n", "utf-8")
    view = Project(str(tmp_path), load(str(tmp_path))).file("a.py").database
    assert not view.is_used
    assert view.entities == ()
    assert view.engines == ()


@pytest.mark.parametrize("form", ["table", "json"])
def test_statements_of_routes(form: str) -> None:
    folder = Path(__file__).parent / "fixtures" / "queries" / "far076_too_many_round_trips"
    done = CliRunner().invoke(routes, [str(folder), "--queries", "--no-cache", "--format", form], standalone_mode=False)
    assert done.exit_code == 0
    if form == "json":
        found = [row["statements"] for row in json.loads(done.output)]
    else:
        found = re.findall(r"  ((?:≤ )?[^ ]+(?: \+ [^ ]+)?) statements$", done.output, re.MULTILINE)
    assert found == ["4", "1 + 1·N", "≤ 3"]
