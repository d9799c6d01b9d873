"""The comments that drop findings, in both hosts."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from test_change import repository
from test_cli import lay, run
from test_formats import flake8

from flake8_fastapi_review import survey
from flake8_fastapi_review.review import Review
from flake8_fastapi_review.rule import Range, Severity, Violation
from flake8_fastapi_review.suppression import Comment, comments, split


def at(line: int, code: str = "FAR012") -> Violation:
    return Violation(code, Severity.WARNING, "x", Range(line, 0, line, 1))


def standing(text: str, *violations: Violation) -> list[tuple[int, str]]:
    kept, dropped = split(violations, text)
    assert len(kept) + len(dropped) == len(violations)
    return [(violation.range.line, violation.code) for violation in kept]


@pytest.mark.parametrize(
    ("comment", "drops"),
    [
        ("# far: ignore[FAR012]", True),
        ('# far: ignore[FAR012] reason="the library raises anything"', True),
        ("# far: ignore[FAR012]  reason = 'because'", True),
        ("# far: ignore[FAR050, FAR012]", True),
        ("# far:ignore[FAR01]", True),
        ("#: x  # far: ignore[FAR012]", True),
        ("# far: ignore", False),
        ("# far: ignore[]", False),
        ("# far: ignore[FAR]", False),
        ("# far: ignore[FAR013]", False),
        ("# far: ignore[far012]", False),
        ("# far: ignore FAR012", False),
    ],
)
def test_our_own_comment_names_codes_or_drops_nothing(comment: str, drops: bool) -> None:
    text = f"try:\n    pass\nexcept:  {comment}\n    pass\n"
    assert standing(text, at(3)) == ([] if drops else [(3, "FAR012")])


def test_it_holds_for_its_line_or_the_next_line_of_code() -> None:
    text = "# far: ignore[FAR012]\n# and why\n\nfirst()\nsecond()\n"
    assert standing(text, at(4), at(5)) == [(5, "FAR012")]


def test_it_holds_for_all_lines_of_a_string() -> None:
    text = 'x = """\na\n"""  # far: ignore[FAR020]\n'
    assert standing(text, at(1, "FAR020"), at(2, "FAR020"), at(4, "FAR020")) == [(4, "FAR020")]


def test_the_voice_of_the_tool_is_not_dropped() -> None:
    assert standing("x  # far: ignore[FAR0]\n", at(1, "FAR000"), at(1, "FAR001")) == [(1, "FAR000")]


def test_both_kinds_in_one_file() -> None:
    text = "a  # noqa: FAR012\nb  # far: ignore[FAR012]\nc\n"
    assert standing(text, at(1), at(2), at(3)) == [(3, "FAR012")]


def test_comments_tell_their_codes_and_reasons() -> None:
    text = (
        'a  # far: ignore[FAR050, FAR012] reason="public on purpose"\n'
        "b  # noqa: FAR024  the payment provider leaves no choice\n"
        "c  # noqa: FAR024, E501\n"
        "d  # noqa\n"
        "e = '# noqa'\n"
        "# flake8: noqa\n"
        "f  # far: ignore[FAR1] - legacy\n"
        "g  # noqa : FAR001\n"
    )
    assert comments(text) == [
        Comment(1, ("FAR050", "FAR012"), "public on purpose", lines=(1, 1)),
        Comment(2, ("FAR024",), "the payment provider leaves no choice", lines=(2, 2)),
        Comment(3, ("FAR024", "E501"), None, lines=(3, 3)),
        Comment(4, (), None, lines=(4, 4)),
        Comment(6, (), None, True),
        Comment(7, ("FAR1",), "legacy", lines=(7, 7)),
        Comment(8, (), None, lines=(8, 8)),
    ]
    assert comments("x = (  # noqa\n") == [Comment(1, (), None, lines=(1, 1))]


def test_comments_know_the_lines_that_they_hold_for() -> None:
    """What a comment is said to hide is what it drops."""
    text = (
        'x = """\na\n"""  # noqa: FAR020\n'  # 1 to 3
        "# far: ignore[FAR012]\n\n# more\ny\n"  # 4, for 7
        "z = 1 + \\\n    2  # noqa\n"  # 8 and 9
        "last  # far: ignore[FAR001]\n"
    )
    assert [comment.lines for comment in comments(text)] == [(1, 3), (7, 7), (8, 9), (10, 10)]
    for line in range(1, 12):
        for name in ("FAR020", "FAR012", "FAR001"):
            _, dropped = split([at(line, name)], text)
            assert bool(dropped) == any(comment.drops(name, line) for comment in comments(text)), (line, name)


def test_blanket_comments_that_hide_something_critical_come_first() -> None:
    def dropped(line: int, code: str, severity: Severity) -> tuple[str, Violation]:
        return "a.py", at(line, code)._replace(severity=severity)

    held = comments("a  # noqa: FAR001\nb  # noqa\nc  # far: ignore[FAR001] reason='x'\nd  # noqa\n")
    review = Review(
        ("a.py",),
        (),
        (),
        (
            dropped(1, "FAR001", Severity.BLOCKER),
            dropped(2, "FAR012", Severity.WARNING),
            dropped(3, "FAR001", Severity.BLOCKER),
            dropped(4, "FAR001", Severity.BLOCKER),
        ),
        (),
        comments={"a.py": held},
    )
    found = survey.suppressed(review)
    assert [(each.comment.line, each.is_alarming, each.hides) for each in found] == [
        (4, True, ("FAR001",)),
        (1, False, ("FAR001",)),
        (2, False, ("FAR012",)),
        (3, False, ("FAR001",)),
    ]
    assert [each.comment.line for each in survey.suppressed(review, {"a.py": frozenset({2})})] == [2]


def test_flake8_and_the_command_agree(tmp_path: Path) -> None:
    text = (
        "def size(text):\n    try:\n        pass\n    except:  # far: ignore[FAR012] reason='x'\n        text = 0\n"
        "    try:\n        pass\n    except:\n        return 0\n"
    )
    lay(tmp_path, {"pyproject.toml": '[tool.fastapi-review]\nselect = ["FAR012"]\n', "a.py": text})
    for _ in range(2):
        told = json.loads(run("check", "--format", "json", cwd=tmp_path).stdout)["findings"]
        assert [finding["line"] for finding in told] == [8]
        shown = json.loads(flake8(tmp_path, "--select=FAR", "--format=far-json", "a.py").stdout)["findings"]
        assert [finding["line"] for finding in shown] == [8]


def test_a_blanket_comment_over_something_critical_is_reported(tmp_path: Path) -> None:
    """Also where nobody asked for a whole report; of a change only what it adds."""
    slow = "import time\n\n\nasync def f():\n    time.sleep(1)  # noqa\n    time.sleep(2)  # noqa: FAR002\n"
    settings = '[tool.fastapi-review]\nselect = ["FAR002", "FAR012"]\n'
    folder = repository(tmp_path / "repo", {"pyproject.toml": settings, "a.py": slow, "b.py": "x = 1\n"})
    said = "Critical, and hidden by a comment that names no code\n"
    assert run("check", cwd=folder).stdout == f"{said}  a.py:5  FAR002\n\nNo findings in 2 files.\n"
    assert said not in run("review", cwd=folder).stdout
    lay(folder, {"b.py": slow.replace("# noqa\n", "# noqa : FAR002\n")})
    assert f"{said}  b.py:5  FAR002\n\n" in run("review", cwd=folder).stdout
