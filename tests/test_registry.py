"""Which rules exist, which a project selects, and which a file needs."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from flake8_fastapi_review import _registry, registry
from flake8_fastapi_review.config import Config, load
from flake8_fastapi_review.registry import INTERNAL, Row, select
from flake8_fastapi_review.rule import Severity

PACKAGE = Path(registry.__file__).parent


def row(code: str, default: str = "on", **others: Any) -> Row:
    values: dict[str, Any] = {
        "code": code,
        "name": f"name-{code[3:]}",
        "severity": "important",
        "default": default,
        "roles": ("app",),
        "markers": (),
        "cwe": None,
        "cvss": None,
        "options": (),
        "summary": "",
        "module": "nowhere",
        "cls": "Nothing",
        "language": "python",
        "payload": "",
        **others,
    }
    return Row(**values)


OPTIONS = (
    ("flag", "bool", ""),
    ("limit", "int", ""),
    ("ratio", "float", ""),
    ("word", "str", ""),
    ("maybe_word", "str | None", ""),
    ("names", "frozenset[str]", ""),
    ("sizes", "tuple[int, ...]", ""),
    ("mode", 'Literal["strict", "lax"]', ""),
    ("table", "Mapping[str, str]", ""),
    ("tables", "tuple[Mapping[str, Any], ...]", ""),
)


@pytest.fixture
def toys(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A catalogue of five rules in place of the real one."""
    rules = (
        row("FAR000", roles=()),
        row("FAR001", markers=(("async def",), ("requests", "httpx"))),
        row("FAR009", "off"),
        row("FAR010"),
        row("FAR029", "cfg", options=OPTIONS, roles=("app", "test")),
    )
    monkeypatch.setattr(registry, "rows", lambda: rules)
    return iter(())


def chosen(config: Config | None = None, *given: Any, **others: Any) -> set[str]:
    return set(select(config or Config("/nowhere"), *given, **others).codes)


def written(folder: Path, text: str) -> Config:
    (folder / "pyproject.toml").write_text(f"[tool.fastapi-review]\n{text}", "utf-8")
    return load(str(folder))


# The generated module


def test_registry_is_up_to_date() -> None:
    text, problems = registry.render()
    assert problems == []
    assert (PACKAGE / "_registry.py").read_text("utf-8") == text, "run `make generate`"


def test_codes_are_sorted_and_unique() -> None:
    codes = [fields[0] for fields in _registry.ROWS]
    assert codes == sorted(set(codes))
    names = [fields[1] for fields in _registry.ROWS]
    assert len(names) == len(set(names))


def test_importing_the_registry_imports_no_rule() -> None:
    program = (
        "import sys; from flake8_fastapi_review import registry, config; registry.rows();"
        "registry.select(config.Config('/x'), ['FAR']);"
        "print([name for name in sys.modules if '.far' in name or name.endswith(('astgrep', 'yaml', 'tomllib'))])"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_every_row_loads() -> None:
    for each in registry.rows():
        rule = registry.load(each)
        assert (rule.code, rule.name, rule.severity.value) == (each.code, each.name, each.severity)
        assert rule.roles == each.roles
        assert rule.markers == each.markers


@pytest.mark.parametrize(
    ("page", "sentence"),
    [
        ("A call blocks. It hurts.\n\nMore.", "A call blocks"),
        ("A call of `a.b` blocks\n    the loop.\n\n    More.", "A call of `a.b` blocks the loop"),
        ("", ""),
    ],
)
def test_summary(page: str, sentence: str) -> None:
    assert registry.summary(page) == sentence


def test_malformed_rules_are_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    problems: list[str] = []
    (tmp_path / "far001_missing.py").write_text("")
    assert list(registry._python_rows(str(tmp_path), problems)) == []
    assert problems[0].startswith("far001_missing: ModuleNotFoundError")


# Selecting


@pytest.mark.usefixtures("toys")
class TestSelect:
    def test_defaults(self) -> None:
        assert chosen() == {INTERNAL, "FAR001", "FAR010"}

    @pytest.mark.parametrize("selector", ["FAR009", "FAR00", "FAR", "ALL", "name-009"])
    def test_a_rule_that_is_off_comes_with_any_selector(self, selector: str) -> None:
        assert "FAR009" in chosen(None, [selector])
        assert "FAR009" in chosen(None, (), [selector])
        assert "FAR009" in chosen(Config("/x", select=(selector,)))
        assert "FAR009" in chosen(Config("/x", extend_select=(selector,)))

    def test_select_replaces_and_extend_select_adds(self) -> None:
        assert chosen(None, ["FAR01"]) == {INTERNAL, "FAR010"}
        assert chosen(None, (), ["FAR009"]) == {INTERNAL, "FAR001", "FAR009", "FAR010"}

    def test_the_longest_prefix_wins_and_ignoring_wins_a_draw(self) -> None:
        assert chosen(None, ["FAR001"], (), ["FAR00"]) == {INTERNAL, "FAR001"}
        assert chosen(None, ["FAR00"], (), ["FAR001"]) == {INTERNAL, "FAR009"}
        assert chosen(None, ["FAR001"], (), ["FAR001"]) == {INTERNAL}
        assert chosen(None, ["FAR"], (), (), ["FAR00"]) == {INTERNAL, "FAR010"}

    def test_a_command_line_overrules_the_configuration(self) -> None:
        config = Config("/x", select=("FAR01",), ignore=("FAR001",))
        assert chosen(config) == {INTERNAL, "FAR010"}
        assert chosen(config, ["FAR001"]) == {INTERNAL, "FAR001"}
        assert chosen(config, (), ["FAR001"]) == {INTERNAL, "FAR001", "FAR010"}
        assert chosen(config, (), (), ["FAR010"]) == {INTERNAL}

    def test_the_tools_own_voice_is_ignored_by_its_full_code_only(self) -> None:
        assert INTERNAL in chosen(None, ["FAR001"], (), ["FAR", "FAR00"])
        assert INTERNAL not in chosen(None, (), (), ["FAR000"])
        assert INTERNAL not in chosen(Config("/x", extend_ignore=("FAR000",)))

    def test_a_rule_to_configure_is_silent_until_it_is(self) -> None:
        assert "FAR029" not in chosen(None, ["FAR029"])
        assert "FAR029" in chosen(Config("/x", rules={"FAR029": {"flag": True}}))
        assert "FAR029" not in chosen(Config("/x", rules={"FAR029": {"flag": "no"}}))


@pytest.mark.usefixtures("toys")
class TestFlake8:
    """Only what flake8 would show is run; what is off by default needs a selector that was meant for us."""

    @pytest.mark.parametrize(
        ("given", "codes"),
        [
            ({}, {"FAR001", "FAR010"}),
            ({"select": ["E", "F", "W"]}, {"FAR001", "FAR010"}),
            ({"select": ["E", "W", "B"]}, set()),
            ({"select": ["E", "FAR01"]}, {"FAR010"}),
            ({"select": ["E"], "extend_select": ["FAR"]}, {"FAR001", "FAR010"}),
            ({"select": ["FAR"]}, {"FAR001", "FAR010"}),
            ({"select": ["FAR00"]}, {"FAR001", "FAR009"}),
            ({"extend_select": ["FAR009"]}, {"FAR001", "FAR009", "FAR010"}),
            ({"extend_ignore": ["F"]}, set()),
            ({"ignore": ["E501", "FAR01"]}, {"FAR001"}),
            ({"ignore": ["F"], "extend_select": ["FAR001"]}, {"FAR001"}),
            ({"select": ["FAR001"], "ignore": ["FAR001"]}, set()),
        ],
    )
    def test_options(self, given: dict[str, Any], codes: set[str]) -> None:
        assert chosen(flake8=True, **given) - {INTERNAL} == codes

    def test_agrees_with_flake8s_own_decision(self) -> None:
        style_guide = pytest.importorskip("flake8.style_guide")
        import argparse
        import itertools

        values: list[list[str] | None] = [None, ["E"], ["F"], ["FAR"], ["FAR00"], ["FAR001"], ["E", "FAR01"]]
        for select_, extend, ignore, more in itertools.product(values, repeat=4):
            options = argparse.Namespace(
                select=select_,
                extend_select=extend,
                ignore=ignore,
                extend_ignore=more,
                extended_default_select=["FAR00", "FAR01", "E", "F"],
                extended_default_ignore=[],
            )
            engine = style_guide.DecisionEngine(options)
            ours = chosen(None, select_ or (), extend or (), ignore or (), more or (), flake8=True)
            for code in ("FAR001", "FAR010"):
                shown = engine.decision_for(code) is style_guide.Decision.Selected
                assert (code in ours) == shown, (code, options)

    def test_the_project_says_what_is_on(self) -> None:
        assert chosen(Config("/x", ignore=("FAR001",)), ["F"], flake8=True) == {INTERNAL, "FAR010"}
        assert chosen(Config("/x", ignore=("FAR001",)), (), ["FAR001"], flake8=True) == {INTERNAL, "FAR001", "FAR010"}
        assert chosen(Config("/x", select=("FAR",)), flake8=True) == {INTERNAL, "FAR001", "FAR009", "FAR010"}


@pytest.mark.usefixtures("toys")
class TestSelection:
    def test_per_file_ignores_accumulate(self) -> None:
        ignores = (("tests/*", ("FAR001",)), ("tests/api/", ("FAR01", "name-009")))
        selection = select(Config("/x", per_file_ignores=ignores), ["FAR"])
        assert selection.enabled("FAR001", "app/a.py")
        assert not selection.enabled("FAR001", "tests/a.py")
        assert selection.enabled("FAR010", "tests/a.py")
        assert not selection.enabled("FAR001", "tests/api/a.py")
        assert not selection.enabled("FAR010", "tests/api/a.py")
        assert not selection.enabled("FAR009", "tests/api/a.py")
        assert not selection.enabled("FAR029", "app/a.py"), "never selected"

    def test_severity_of_the_longest_selector(self) -> None:
        severities = {"FAR": "minor", "FAR001": "critical", "name-010": "critical"}
        selection = select(Config("/x", severity=severities))
        assert selection.severity("FAR001", Severity.WARNING) is Severity.BLOCKER
        assert selection.severity("FAR009", Severity.WARNING) is Severity.SUGGESTION
        assert selection.severity("FAR010", Severity.WARNING) is Severity.BLOCKER
        assert select(Config("/x")).severity("FAR010", Severity.WARNING) is Severity.WARNING

    @pytest.mark.parametrize(
        ("role", "text", "path", "codes"),
        [
            ("app", "async def f(): httpx", "a.py", ["FAR001", "FAR010"]),
            ("app", "async def f(): ...", "a.py", ["FAR010"]),
            ("app", "requests", "a.py", ["FAR010"]),
            ("app", "", "a.py", ["FAR010"]),
            ("test", "async def f(): httpx", "a.py", []),
            ("app", "async def f(): httpx", "old/a.py", ["FAR001"]),
        ],
    )
    def test_rules_for(self, role: str, text: str, path: str, codes: list[str]) -> None:
        selection = select(Config("/x", per_file_ignores=(("old/", ("FAR01",)),)))
        assert [rule.code for rule in selection.rules_for(role, text, path)] == codes

    def test_a_rule_that_cannot_be_imported_raises_when_it_is_run(self) -> None:
        (rule,) = select(Config("/x"), ["FAR010"]).rules_for("app", "", "a.py")
        with pytest.raises(ModuleNotFoundError, match="nowhere"):
            list(rule.check(None))  # type: ignore[arg-type]

    def test_instances_are_kept(self) -> None:
        selection = select(Config("/x"), ["FAR010"])
        assert selection.rules_for("app", "", "a.py") == selection.rules_for("app", "", "b.py")


# Problems


@pytest.mark.usefixtures("toys")
class TestProblems:
    def test_options_have_the_types_that_rules_declare(self, tmp_path: Path) -> None:
        config = written(
            tmp_path,
            """
            [tool.fastapi-review.rules.FAR029]
            flag = true
            limit = 3
            ratio = 1
            word = "w"
            maybe-word = "m"
            names = ["a", "b"]
            sizes = [1, 2]
            mode = "lax"
            table = { a = "b" }
            tables = [{ name = "x", size = 3 }]
            """,
        )
        selection = select(config)
        assert selection.problems == ()
        assert selection._options["FAR029"] == {
            "flag": True,
            "limit": 3,
            "ratio": 1.0,
            "word": "w",
            "maybe_word": "m",
            "names": frozenset({"a", "b"}),
            "sizes": (1, 2),
            "mode": "lax",
            "table": {"a": "b"},
            "tables": ({"name": "x", "size": 3},),
        }

    @pytest.mark.parametrize(
        ("line", "message"),
        [
            ("flag = 1", "`rules.FAR029.flag` must be true or false, not 1"),
            ("limit = true", "`rules.FAR029.limit` must be a whole number, not True"),
            ("ratio = 'x'", "`rules.FAR029.ratio` must be a number, not 'x'"),
            ("word = []", "`rules.FAR029.word` must be a string, not []"),
            ("names = 'a'", "`rules.FAR029.names` must be a list of strings, not 'a'"),
            ("names = [1]", "`rules.FAR029.names` must be a list of strings, not [1]"),
            ("sizes = ['1']", "`rules.FAR029.sizes` must be a list of whole numbers, not ['1']"),
            ("mode = 'odd'", "`rules.FAR029.mode` must be one of strict, lax, not 'odd'"),
            ("table = { a = 1 }", "`rules.FAR029.table` must be a table of strings, not {'a': 1}"),
            ("tables = {}", "`rules.FAR029.tables` must be a list of tables, not {}"),
            ("limits = 3", "FAR029 has no option `limits`, did you mean `limit`?"),
        ],
    )
    def test_wrong_options_are_told(self, tmp_path: Path, line: str, message: str) -> None:
        config = written(tmp_path, f"select = ['FAR']\n[tool.fastapi-review.rules.FAR029]\n{line}\n")
        (problem,) = select(config).problems
        assert problem.message.startswith(f"[tool.fastapi-review] {message}")
        assert (problem.path, problem.line) == (str(tmp_path / "pyproject.toml"), 4)

    @pytest.mark.parametrize(
        ("text", "message", "line"),
        [
            ("select = ['FAR0001']", "`FAR0001` names no rule, did you mean `FAR001`?", 2),
            ("\nignore = ['E501']", "`E501` names no rule", 3),
            ("extend-select = ['FAR77']", "`FAR77` names no rule", 2),
            ("per-file-ignores.'a.py' = ['name-01']", "`name-01` names no rule, did you mean `name-010`?", 2),
            ("severity.FAR077 = 'minor'", "`FAR077` names no rule", 2),
            ("[tool.fastapi-review.rules.FAR011]\nx = 1", "`FAR011` is no rule", 2),
        ],
    )
    def test_unknown_selectors_are_told(self, tmp_path: Path, text: str, message: str, line: int) -> None:
        (problem,) = select(written(tmp_path, text)).problems
        assert message in problem.message
        assert problem.line == line

    def test_the_projects_own_codes_are_known(self) -> None:
        assert registry.unknown(["FAR9", "FAR901", "ALL", "FAR", "FAR001", "name-010"]) == []
        assert registry.unknown(["far001", "X"]) == [
            "`far001` names no rule, did you mean `FAR001`?",
            "`X` names no rule",
        ]


def test_find() -> None:
    known = registry.rows()[0]
    assert registry.find(known.code.lower()) == known
    assert registry.find(known.name) == known
    assert registry.find("FAR99") is None


# The project's own structural rules


RULE = """\
id: no-print
language: python
severity: warning
message: "`print` is not for services"
metadata:
  code: FAR901
rule:
  pattern: print($$$ARGS)
"""


def test_structural_rules_of_the_project(tmp_path: Path) -> None:
    (tmp_path / "review").mkdir()
    (tmp_path / "review" / "no-print.yml").write_text(RULE)
    config = written(tmp_path, "structural-rules = 'review'\nper-file-ignores.'old.py' = ['FAR9']")
    selection = select(config)
    assert selection.problems == ()
    assert "FAR901" in selection.codes
    rules = selection.rules_for("app", "print(1)", "new.py")
    assert "FAR901" in [rule.code for rule in rules]
    assert "FAR901" not in [rule.code for rule in selection.rules_for("app", "print(1)", "old.py")]
    assert "FAR901" not in [rule.code for rule in selection.rules_for("app", "prynt(1)", "new.py")]
    assert "FAR901" not in select(config, (), (), ["FAR9"]).codes
    assert "FAR901" not in select(config, ["E"], flake8=True).codes


def test_a_bad_structural_rule_is_told(tmp_path: Path) -> None:
    (tmp_path / "review").mkdir()
    (tmp_path / "review" / "good.yml").write_text(RULE)
    (tmp_path / "review" / "bad.yml").write_text(RULE.replace("pattern:", "pattren:").replace("901", "902"))
    selection = select(written(tmp_path, "structural-rules = ['review', 'missing']"))
    told = {Path(problem.path).name: problem.message for problem in selection.problems}
    assert set(told) == {"bad.yml", "pyproject.toml"}
    assert "missing" in told["pyproject.toml"]
    assert "FAR901" in selection.codes
