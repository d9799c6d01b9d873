"""The whole report: its order, what is cut, what is counted, and its JSON by the published schema."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from test_change import FAST, commit, git, repository
from test_cli import BARE, CHAIN, lay, run
from test_formats import FIXED, RELATED, report
from test_report import a_finding

from flake8_fastapi_review.registry import rows
from flake8_fastapi_review.report import assessment, markdown, remedies
from flake8_fastapi_review.report.finding import ChangeFacts, Place, Report, Skipped, Step, Survey
from flake8_fastapi_review.report.page import find
from flake8_fastapi_review.report.statements import Statements
from flake8_fastapi_review.review import review
from flake8_fastapi_review.rule import Default, Severity
from flake8_fastapi_review.sites import COMPONENTS, KINDS, NEEDS, OF_CHANGES, PASSED
from flake8_fastapi_review.suppression import Comment
from flake8_fastapi_review.survey import Passed, Suppressed

SCHEMA = json.loads((Path(__file__).parent.parent / "docs" / "review.schema.json").read_text("utf-8"))
HEADINGS = [
    "# FastAPI review",
    "## Scope",
    "## 🔴 Critical issues",
    "## 🟡 Warnings",
    "## 🔵 Suggestions",
    "## Security notes",
    "## What passed",
    "## Suppressions",
    "## Not reviewed",
    "## Summary",
]


def headings(text: str) -> list[str]:
    return [line.partition(" (")[0] for line in text.splitlines() if line.startswith(("# ", "## "))]


def many(number: int, **changes: Any) -> list[Any]:
    return [a_finding(place=Place(line, 1, line, 2), **changes) for line in range(1, number + 1)]


# Verdict and score


@pytest.mark.parametrize(
    ("blockers", "warnings", "suggestions", "value"),
    [(0, 0, 0, 100), (1, 0, 0, 90), (0, 2, 3, 91), (6, 0, 0, 40), (9, 0, 0, 40), (9, 20, 20, 0), (0, 11, 0, 70)],
)
def test_score(blockers: int, warnings: int, suggestions: int, value: int) -> None:
    found = [
        *many(blockers),
        *many(warnings, severity=Severity.WARNING),
        *many(suggestions, severity=Severity.SUGGESTION),
        a_finding(code="FAR000"),
    ]
    score = assessment.score(found)
    assert score.value == value
    parts = score.explanation.split(" − ")
    assert int(parts[0]) - sum(int(part.split(" ")[0]) for part in parts[1:]) == value
    if blockers == 9:
        assert parts[1] == "60 (9 critical issues, 60 at most)"


def test_verdict_is_one_sentence_about_the_worst() -> None:
    assert assessment.verdict(report()) == "Nothing found."
    security = a_finding(code="FAR050", severity=Severity.WARNING, cvss_score=9.1)
    assert assessment.verdict(report(security)) == (
        "**Can go on with corrections:** the code has 1 warning, about security."
    )
    assert assessment.verdict(report(*many(2), security)).startswith(
        "**Must be fixed first:** the code has 2 critical issues and 1 warning, 1 of them about security."
    )
    assert assessment.verdict(report(a_finding(severity=Severity.SUGGESTION))).startswith("**Fine:** ")


# What is shown


def test_sections_come_in_order_whatever_is_in_them() -> None:
    assert headings(markdown.render(report())) == HEADINGS
    assert headings(markdown.render(report(*many(3), a_finding(code="FAR050", cvss_score=9.1)))) == HEADINGS


def test_security_is_never_cut_and_the_rest_is_counted() -> None:
    slow = many(9)
    secrets = many(12, code="FAR050", rule="unauthenticated-route", cvss_score=9.1)
    lossy = many(7, code="FAR064", rule="uncommitted-write", severity=Severity.SUGGESTION)
    unlabelled = many(2, code="FAR088", rule="non-restful-path", severity=Severity.SUGGESTION)
    kept, cut = assessment.shown([*slow, *unlabelled, *secrets, *lossy], everything=False)
    assert [sum(finding.code == code for finding in kept) for code in ("FAR001", "FAR050", "FAR064", "FAR088")] == [
        5,
        12,
        7,
        2,
    ]
    assert len(cut) == 4
    text = markdown.render(report(*slow))
    assert text.count("### `") == 5
    assert "And 4 more findings, shown by `--all`: 4 × blocking-io-in-async (FAR001)." in text
    assert markdown.render(report(*slow)._replace(everything=True)).count("### `") == 9


def test_a_finding_tells_all_of_itself() -> None:
    text = markdown.render(report(a_finding(related=RELATED, fix=FIXED)))
    for part in (
        "### `app/routes.py:5` blocking-io-in-async (FAR001)\n\n```python\n    return fetch('€')  # slow\n```\n",
        "**Problem.** `requests.get` blocks the event loop: use `await client.get`.\n",
        "**Risk.** Performance. ",
        "**Chain.**\n\n1. `app/routes.py:5` rates calls fetch\n2. `app/helper.py:2` fetch calls requests.get\n",
        "**Fix.** Await it (unsafe):\n\n```diff\n-    return fetch('€')  # slow\n+    return await fetch('€')",
        "Rule: `fastapi-review rule FAR001`\n",
    ):
        assert part in text


def test_security_findings_tell_weakness_and_exploit_and_a_rule_is_explained_once() -> None:
    found = many(2, code="FAR050", rule="unauthenticated-route", cwe="CWE-306", cvss_score=9.1)
    text = markdown.render(report(*found))
    assert "**Risk.** Security (CWE-306, CVSS 9.1). " in text
    assert text.count("**Risk.** Security (CWE-306, CVSS 9.1).\n") == 1
    assert text.count("**How it is exploited**, for example:") == 1
    assert text.count("**Fix.** For example:") == 1
    assert "**Fix.** As at `app/routes.py:1`." in text
    assert "- unauthenticated-route (CWE-306, CVSS 9.1), 2 ×: `app/routes.py:1`, 2\n" in text


def test_a_finding_without_a_fix_of_its_own_shows_the_example_once() -> None:
    found = [a_finding(fix=FIXED), *many(2)]
    text = markdown.render(report(*found)._replace(pages=find))
    assert (text.count("**Fix.** For example:"), text.count("**Fix.** As at `app/routes.py:1`.")) == (1, 1)


def test_nothing_in_the_code_can_play_tricks_on_the_page() -> None:
    evil = ("x = '```'; # ```` <script>", "y\u202e = 1", "z")
    found = a_finding(message="<b> `a` * [x](y) `` ` `` _", file="a`b|c.py", place=Place(1, 1, 2, 1))
    made = report(found)._replace(lines=lambda file: evil)
    text = markdown.render(made)
    assert "`````python\nx = '```'; # ```` <script>\ny\\u202e = 1\n`````\n" in text
    assert "**Problem.** &lt;b&gt; `a` \\* \\[x\\](y) `` ` `` \\_." in text
    assert "### ``a`b|c.py:1``" in text


def test_secrets_stay_veiled() -> None:
    line = 'KEY = "sk_live_4242"'
    made = report(a_finding(code="FAR020", rule="hardcoded-secret", place=Place(1, 7, 1, 21)))
    assert "4242" not in markdown.render(made._replace(lines=lambda file: (line,)))


def test_patches_of_several_lines() -> None:
    lines = ["f(a,", "  b)", "end"]
    fix = FIXED._replace(
        changes=(
            FIXED.changes[0]._replace(place=Place(1, 1, 1, 1), content="await "),
            FIXED.changes[0]._replace(place=Place(1, 4, 2, 4), content="b"),
        )
    )
    assert remedies.patched(lines, fix, 1, 2) == ["await f(ab)"]
    assert list(remedies.diff(lines, fix)) == [("-", "f(a,"), ("-", "  b)"), ("+", "await f(ab)")]


def test_patches_of_places_that_are_apart() -> None:
    lines = ["import os", "", *(f"x = {number}" for number in range(9)), "wait(1)"]
    fix = FIXED._replace(
        changes=(
            FIXED.changes[0]._replace(place=Place(1, 1, 1, 1), content="import asyncio\n"),
            FIXED.changes[0]._replace(place=Place(12, 1, 12, 1), content="await "),
        )
    )
    assert list(remedies.diff(lines, fix)) == [
        ("@", "1"), ("+", "import asyncio"), ("@", "12"), ("-", "wait(1)"), ("+", "await wait(1)")
    ]  # fmt: skip


def test_the_code_of_a_finding_is_its_statement() -> None:
    lines = (
        "@app.get(",
        '    "/x",',
        "    response_model=Book,",
        ")",
        "async def read(",
        "    number: int,",
        ") -> Book:",
        "    try:",
        "        fetch(",
        "            number,",
        "        )",
        "    except Exception:",
        "        pass",
    )
    statements = Statements(lambda file: lines)
    shown = {line: statements.around("a.py", Place(line, 1, line, 9), 8) for line in (3, 5, 7, 10, 12)}
    assert shown == {3: (1, 4), 5: (5, 7), 7: (5, 7), 10: (9, 11), 12: (12, 12)}
    assert statements.around("a.py", Place(12, 5, 13, 13), 8) == (12, 13)
    long = ("from a import (", *(f"    name{number}," for number in range(20)), ")")
    assert Statements(lambda file: long).around("a.py", Place(12, 5, 12, 10), 8) == (12, 12)
    assert Statements(lambda file: ("no python (", "x")).around("a.yml", Place(1, 1, 1, 2), 8) == (1, 1)


def test_the_way_is_told_once_and_sentences_begin_with_a_capital() -> None:
    message = "the text gets there (rates → fetch app/helper.py:2): stop it"
    assert "**Problem.** The text gets there: stop it.\n" in markdown.render(
        report(a_finding(message=message, related=RELATED))
    )
    through = a_finding(message="`run` gets `x` through a_b → c_d app/helper.py:2 as code: no", related=RELATED)
    assert "**Problem.** `run` gets `x` as code: no.\n" in markdown.render(report(through))
    assert "a_b → c_d" in markdown.render(report(through._replace(related=())))


def test_scope_passed_suppressions_and_what_was_left_out() -> None:
    survey = Survey(
        {"routes": 14, "schemas": 3},
        (Passed("FAR012", 18, "18 of 18 exception handlers name what they catch"),),
        (
            Suppressed("app/a.py", Comment(3, (), None), ("FAR001",), True),
            Suppressed("app/a.py", Comment(9, ("FAR050",), "public"), ("FAR050",), True),
        ),
        7,
    )
    change = ChangeFacts("main (1234567)", "the working tree", ("app/routes.py", "web/app.ts"), (), (), 4)
    made = report(
        a_finding(on_changed_line=False, cause=Step("app/helper.py", 2, "calls `requests.get`")),
        skipped=(Skipped("app/old.py", "syntax error: invalid syntax"),),
    )._replace(survey=survey, change=change)
    text = markdown.render(made)
    for part in (
        "# Review of main (1234567) → the working tree\n",
        "- 14 routes, 3 schemas\n",
        "- 1 new finding, 1 of them caused by the change in lines that it did not touch; 0 fixed, 4 as before\n",
        "**Not on a changed line:** the change caused it elsewhere at `app/helper.py:2`: calls `requests.get`.\n",
        "- ✅ Errors: 18 of 18 exception handlers name what they catch (FAR012)\n",
        "- `app/a.py:3` everything on the line: **no reason given**; hides FAR001 ⚠️ a critical issue\n",
        "- `app/a.py:9` FAR050: public; hides FAR050\n",
        "- `app/old.py`: syntax error: invalid syntax\n",
        "- Changed, and in another language or excluded: `web/app.ts`\n",
    ):
        assert part in text


# The command


def test_check_writes_it_over_everything(tmp_path: Path) -> None:
    lay(tmp_path, {**CHAIN, "pyproject.toml": '[tool.fastapi-review]\nselect = ["FAR001", "FAR012", "FAR013"]\n'})
    lay(
        tmp_path,
        {"app/more.py": "def f():\n    try:\n        g()\n    except ValueError:  # noqa: FAR012\n        h()\n"},
    )
    done = run("check", "--format", "markdown", cwd=tmp_path)
    assert done.returncode == 1
    assert headings(done.stdout) == HEADINGS
    assert "- 5 files reviewed\n- 1 route\n" in done.stdout
    assert "- ✅ Errors: 1 of 1 exception handlers name what they catch (FAR012)" in done.stdout
    assert "do no blocking I/O" not in done.stdout
    assert "- `app/more.py:4` FAR012: **no reason given**\n" in done.stdout
    left_out = done.stdout.partition("## Not reviewed\n\n")[2]
    assert left_out.startswith("Nothing was left out but files in other languages")
    settings = '[tool.fastapi-review]\nselect = ["FAR012"]\nexclude = ["app/more.py"]\n'
    lay(
        tmp_path,
        {"pyproject.toml": settings, "tests/test_a.py": "def test_a(): ...\n", "alembic/versions/1.py": "x = 1\n"},
    )
    left_out = run("check", "--format", "markdown", cwd=tmp_path).stdout.partition("## Not reviewed\n\n")[2]
    assert left_out.startswith(
        "- 1 test file: only the rules that are made for them\n- 1 migration: only the rules that are made for them\n"
        "- excluded by the configuration: `app/more.py`\n"
    )
    assert "**Score: 90 of 100** = 100 − 10 (1 critical issue)\n" in done.stdout


def test_a_check_passes_only_where_it_looked_and_nothing_was_silenced(tmp_path: Path) -> None:
    settings = '[tool.fastapi-review]\nselect = ["FAR001", "FAR012", "FAR013"]\n'
    silenced = BARE.replace("except:", "except:  # far: ignore[FAR012]")
    lay(tmp_path, {"pyproject.toml": settings, "app/silenced.py": silenced})
    done = run("check", "--format", "markdown", cwd=tmp_path)
    assert "FAR012)" not in done.stdout.partition("## What passed")[2].partition("## ")[0]
    assert "coroutines" not in done.stdout
    assert "- `app/silenced.py:4` FAR012: **no reason given**; hides FAR012\n" in done.stdout


def test_review_json_fits_its_schema(tmp_path: Path) -> None:
    jsonschema.Draft202012Validator.check_schema(SCHEMA)
    folder = repository(tmp_path / "repo", {**FAST, "app/bad.py": BARE})
    empty = json.loads(run("review", "--format", "json", cwd=folder).stdout)
    jsonschema.Draft202012Validator(SCHEMA).validate(empty)
    assert (empty["severity"], empty["score"]["value"], empty["findings"]) == ("info", 100, [])
    silenced = BARE.replace("except:", "except:  # noqa")
    lay(folder, {"app/client.py": CHAIN["app/client.py"], "app/bad.py": silenced, "app/new.py": BARE, "a.md": "x"})
    (folder / "app/broken.py").write_text("def (\n")
    found = json.loads(run("review", "--format", "json", cwd=folder).stdout)
    jsonschema.Draft202012Validator(SCHEMA).validate(found)
    assert set(found) == set(SCHEMA["properties"]) == set(SCHEMA["required"])
    assert (found["agent"], found["severity"]) == ("fastapi-review", "critical")
    told = {finding["code"]: finding for finding in found["findings"]}
    assert set(told) == {"FAR000", "FAR001", "FAR012"}
    assert told["FAR001"]["emoji"] == "🔴"
    assert told["FAR001"]["impact"] == "performance"
    assert told["FAR012"]["suggestion"] == "Catch `Exception`:\n\n-    except:\n+    except Exception:"
    assert [(each["line"], each["codes"], each["hides"]) for each in found["suppressions"]] == [(4, [], ["FAR012"])]
    assert found["skipped"] == found["files"]["skipped"] != []
    assert found["score"]["value"] == 100 - 10 - 3
    commit(folder)
    git(folder, "branch", "x")


def test_comments_for_other_tools_are_counted(tmp_path: Path) -> None:
    lay(tmp_path, {"app.py": "import os  # noqa: F401\nimport re  # noqa: F401, E501\nx = 1  # noqa: FAR001\n"})
    for form in ("markdown", "html"):
        text = run("check", "--format", form, cwd=tmp_path).stdout
        assert "2 comments for other tools alone: F401 2 ×, E501 1 ×" in text
        assert ("app.py:3" in text, "app.py:1" in text) == (True, False)


def test_passed_checks_of_a_change_are_those_of_its_files(tmp_path: Path) -> None:
    folder = repository(tmp_path / "repo", {**FAST, "app/bad.py": BARE})
    lay(folder, {"app/good.py": BARE.replace("except:", "except ValueError:")})
    found = json.loads(run("review", "--format", "json", cwd=folder).stdout)
    assert [each["text"] for each in found["passed"]] == ["1 of 1 exception handlers name what they catch"]


def test_what_a_change_caused_in_another_file_has_not_passed(tmp_path: Path) -> None:
    idle = "async def idle():\n    return 1\n\n\ndef fetch():\n    return {}\n"
    folder = repository(tmp_path / "repo", {**FAST, "app/client.py": idle})
    lay(folder, {"app/client.py": idle.replace("    return {}", "    return open('a').read()")})
    found = json.loads(run("review", "--format", "json", cwd=folder).stdout)
    assert [(each["file"], each["code"]) for each in found["findings"]] == [("app/main.py", "FAR001")]
    assert found["passed"] == []


def test_reports_without_a_survey_can_be_written() -> None:
    assert isinstance(report(), Report)
    assert "No rule that counts" in markdown.render(report())


# Passed checks


def test_every_rule_that_is_on_tells_what_passed() -> None:
    """The rows of sites.PASSED are of rules and kinds that there are, or will be; each family on board has one."""
    on = {row.code for row in rows() if row.default == Default.ON.value}
    assert on - {"FAR000"} <= set(PASSED)
    assert {kind for kinds in NEEDS.values() for kind in kinds} <= set(KINDS)
    assert {*NEEDS, *OF_CHANGES} <= set(PASSED)
    for code, (kind, text) in PASSED.items():
        assert kind in KINDS or kind == "migrations" or kind == f"sinks of {code}", code
        assert not text.endswith(".")
    assert set(COMPONENTS) <= {*KINDS, "migrations"}
    assert SCHEMA["properties"]["components"]["propertyNames"]["enum"] == list(COMPONENTS)


SITES = """\
import asyncio, celery, jwt, logging, redis, sqlite3, tempfile, tenacity
from fastapi import APIRouter, BackgroundTasks, Depends, FastAPI, HTTPException, UploadFile
from fastapi.middleware.cors import CORSMiddleware
from fastapi.responses import RedirectResponse
from pydantic import BaseModel
from sqlalchemy import text
from sqlalchemy.orm import DeclarativeBase, Session

app = FastAPI()
app.add_middleware(CORSMiddleware, allow_origins=["https://shop.example"])
app.include_router(APIRouter())


class Base(DeclarativeBase):
    pass


class Sign(BaseModel):
    password: str


def get_db():
    with Session() as db:
        yield db


@app.get("/a")
async def a(later: BackgroundTasks, limit: int = 1, db: Session = Depends(get_db)):
    db.execute(text("SELECT 1"))
    later.add_task(print, tempfile.mkdtemp())
    return RedirectResponse("/b")


@app.patch("/b")
def b(body: Sign, file: UploadFile):
    token = jwt.decode("x", "k", algorithms=["HS256"])
    if token == "secret":
        raise HTTPException(404, "no")
    sqlite3.connect("x").execute("SELECT 1")


@app.websocket("/w")
async def w(socket):
    logging.info("x")
    for each in socket.others:
        await each.send_text("x")


@celery.shared_task
def send():
    pass


@tenacity.retry
def more(db: Session, cache: redis.Redis, row):
    row.count += 1
    db.add(row)
    db.commit()
    cache.set("a", 1)
    cache.pubsub()
    send.delay()
    scheduler.add_job(more)
    asyncio.TaskGroup()
    db.query(Base).filter(row)
"""


def test_places_are_counted(tmp_path: Path) -> None:
    lay(tmp_path, {"app.py": SITES, "pyproject.toml": "[tool.fastapi-review]\n"})
    found = review([str(tmp_path / "app.py")], cache_dir="", counting=True).sites[str(tmp_path / "app.py")]
    wanted = {
        "routes": 2, "websockets": 1, "schemas": 1, "models": 1, "providers": 1, "dependencies": 1, "coroutines": 2,
        "applications": 1, "cors": 1, "middlewares": 1, "inclusions": 1, "limits": 1, "uploads": 1, "passwords": 1,
        "background_tasks": 1, "temporary_files": 1, "token_decodings": 1, "comparisons": 1, "http_errors": 1,
        "log_calls": 1, "sqlite_connections": 1, "sessions": 1, "reading_routes": 1, "patching_routes": 1,
        "redis_commands": 2, "redis_entries": 1, "subscriptions": 1, "celery_calls": 1,
        "scheduled": 1, "celery_tasks": 1, "jobs": 2, "retries": 1, "task_groups": 1,
        "awaits": 1, "plain_blocks": 1, "sending_loops": 1, "changed_numbers": 1, "conditions": 1, "commits": 1,
        "insertions": 1, "sqlite_statements": 1, "sqlite_loops": 1, "sinks of FAR030": 3, "sinks of FAR038": 1,
    }  # fmt: skip
    assert {kind: found.get(kind) for kind in wanted} == wanted


def test_what_passed_is_kept_between_runs(tmp_path: Path) -> None:
    """The second report is the first one, time apart, and looks at no file again."""
    lay(tmp_path, {"app.py": SITES, "silent.py": BARE.replace("except:", "except:  # noqa"), "pyproject.toml": ""})
    first, second = (run("check", "--format", "markdown", cwd=tmp_path).stdout for _ in range(2))
    assert first == second
    assert "tokens are verified" in first
    assert "- `silent.py:4` everything on the line" in first


def test_an_error_in_counting_loses_no_finding(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(file: object) -> int:
        raise ValueError("no")

    monkeypatch.setitem(KINDS, "handlers", (("except",), broken))
    lay(tmp_path, {"app.py": BARE, "pyproject.toml": ""})
    made = review([str(tmp_path / "app.py")], cache_dir="", counting=True)
    assert [violation.code for _, violation in made.findings] == ["FAR000", "FAR012"]


def test_codes_in_small_letters_are_ours_and_drop_nothing() -> None:
    survey = Survey({}, (), (Suppressed("app/a.py", Comment(3, ("far002",), None), (), False),), 0)
    said = markdown.render(report()._replace(survey=survey))
    assert "1 comment: without a reason." in said
    assert "- `app/a.py:3` far002: **no reason given**; ⚠️ drops nothing, codes are written in capitals" in said
