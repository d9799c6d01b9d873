"""What every rule says about itself, and that its own examples keep the promise."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest
from cases import fixed, run
from test_change import repository, reviewed

from flake8_fastapi_review import registry
from flake8_fastapi_review.registry import Row
from flake8_fastapi_review.report import page
from flake8_fastapi_review.review import review
from flake8_fastapi_review.rule import Default

ROWS = [pytest.param(row, id=row.code) for row in registry.rows() if row.code != registry.INTERNAL]
SECURITY = range(20, 60)
"""Secrets, injection, authentication: the codes whose rules always carry a score."""


def described(row: Row) -> page.Page:
    return page.of(type(registry.load(row)))


def examples(row: Row, title: str) -> list[str]:
    return [block.text for block in described(row).section(title) if block.is_code]


def findings(code: str, snippet: str, folder: Path) -> list[str]:
    row = registry.find(code)
    if row is not None and (before := examples(row, "Before")):
        return changed(code, before[0], snippet, folder)
    if row is not None and (settings := examples(row, "Configuration")):
        (folder / "pyproject.toml").write_text(settings[0], "utf-8")
    (folder / "snippet.py").write_text(snippet, "utf-8")
    if (stated := re.match(r"# requirements\.txt: (.*)", snippet)) is not None:
        (folder / "requirements.txt").write_text(stated[1], "utf-8")
    if (parts := re.split(r"(?m)^# (\S+\.py)\n", snippet))[0] == "" and len(parts) > 2:
        paths = parts[1::2]
        for path, text in zip(paths, parts[2::2], strict=True):
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            (folder / path).write_text(text, "utf-8")
        return [found.violation.code for found in run(folder, paths, {code})]
    return [found.violation.code for found in run(folder, ["snippet.py"], {code})]


def changed(code: str, before: str, snippet: str, folder: Path) -> list[str]:
    """Of a rule that takes both sides of a change: Bad and Good are what `Before` is changed to."""
    settings = f'[tool.fastapi-review]\nselect = ["{code}"]\n'
    repo = repository(folder / "repo", {"pyproject.toml": settings, "snippet.py": before})
    (repo / "snippet.py").write_text(snippet, "utf-8")
    return [found["code"] for found in reviewed(repo)["findings"]]


@pytest.mark.parametrize("row", ROWS)
def test_the_page_has_all_parts(row: Row) -> None:
    found = described(row)
    titles = [section.title for section in found.sections if section.title]
    assert ("Configuration" in titles) >= (row.default == Default.CONFIGURED.value), "it says nothing without"
    titles = [title for title in titles if title != "Configuration"]
    assert found.summary
    assert found.summary[0].isupper() or found.summary[0] == "`"
    assert len(found.summary) <= 120
    assert found.section(""), "the page says why it hurts"
    assert titles[:2] == ["Bad", "Good"]
    assert set(titles) <= {"Bad", "Good", "Exploit", "Before"}
    assert ("Exploit" in titles) == (row.cvss is not None), "security rules, and only they, say how it is exploited"


@pytest.mark.parametrize("row", ROWS)
def test_bad_is_found(row: Row, tmp_path: Path) -> None:
    snippets = examples(row, "Bad")
    assert snippets
    for snippet in snippets:
        ast.parse(snippet)
        assert set(findings(row.code, snippet, tmp_path)) == {row.code}


@pytest.mark.parametrize("row", ROWS)
def test_good_is_silent(row: Row, tmp_path: Path) -> None:
    snippets = examples(row, "Good")
    assert snippets
    for snippet in snippets:
        ast.parse(snippet)
        assert findings(row.code, snippet, tmp_path) == []


def test_the_page_of_the_tool_s_own_voice(tmp_path: Path) -> None:
    row = registry.find(registry.INTERNAL)
    assert row is not None
    found = described(row)
    assert [section.title for section in found.sections if section.title] == ["Bad", "Good"]
    assert found.summary
    assert found.section("")
    told = {}
    for title in ("Bad", "Good"):
        (settings,) = examples(row, title)
        (tmp_path / title).mkdir()
        (tmp_path / title / "pyproject.toml").write_text(settings, "utf-8")
        (tmp_path / title / "app.py").write_text("NAME = 1\n", "utf-8")
        told[title] = [violation for _, violation in review([str(tmp_path / title)], cache_dir="").findings]
    assert [(violation.code, violation.range.line) for violation in told["Bad"]] == [(registry.INTERNAL, 2)]
    assert "`ignroe`, did you mean `ignore`?" in told["Bad"][0].message
    assert told["Good"] == []


@pytest.mark.parametrize("row", ROWS)
def test_metadata(row: Row) -> None:
    assert re.fullmatch(r"[a-z][a-z0-9]*(-[a-z0-9]+)*", row.name)
    assert all(word for group in row.markers for word in group)
    assert all(group for group in row.markers)
    if row.cvss is not None or int(row.code[3:]) in SECURITY:
        assert row.cwe is not None
        assert row.cvss is not None


@pytest.mark.parametrize("row", [each for each in ROWS if each.values[0].cvss])  # type: ignore[union-attr]
def test_score(row: Row) -> None:
    cvss = pytest.importorskip("cvss")
    assert row.cvss is not None
    known = cvss.CVSS3(row.cvss)
    assert known.clean_vector() == row.cvss
    assert described(row).score == known.scores()[0]


@pytest.mark.parametrize("row", ROWS)
def test_options_are_explained(row: Row) -> None:
    for name, annotation, text in row.options:
        registry.check_annotation(annotation)
        assert re.fullmatch(r"[a-z][a-z_]*", name)
        assert text.endswith(".")


def test_message_is_one_line_and_tells_what_to_do() -> None:
    for row in registry.rows():
        message = type(registry.load(row)).message
        assert "\n" not in message
        assert not message.endswith("."), row.code


@pytest.mark.parametrize("code", ["FAR033", "FAR034", "FAR035", "FAR042"])
def test_the_fix_that_is_shown_at_the_place_helps(code: str, tmp_path: Path) -> None:
    row = registry.find(code)
    assert row is not None
    bad = examples(row, "Bad")[0]
    (tmp_path / "snippet.py").write_text(bad, "utf-8")
    (found,) = run(tmp_path, ["snippet.py"], {code})
    after = fixed(bad, found.violation)
    ast.parse(after)
    imports = "import html\nfrom urllib.parse import urlparse\n"
    assert findings(code, imports + after, tmp_path) == []
