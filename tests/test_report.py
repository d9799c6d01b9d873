"""The formats, from findings made by hand: what they print, column by column."""

from __future__ import annotations

import json
import re
import runpy
from itertools import product
from pathlib import Path
from typing import Any

import pytest

from flake8_fastapi_review import config, registry
from flake8_fastapi_review.report import concise, finding, page, remedies, terminal, text
from flake8_fastapi_review.report import json as json_format
from flake8_fastapi_review.report.cvss import InvalidVector, base_score, required
from flake8_fastapi_review.report.finding import (
    Change,
    Facts,
    Finding,
    Place,
    Remedy,
    Report,
    Skipped,
    Step,
    findings_of,
    weighed,
)
from flake8_fastapi_review.report.risk import INPUTS
from flake8_fastapi_review.report.terminal import Style
from flake8_fastapi_review.report.veil import concealed, without_secrets
from flake8_fastapi_review.rule import Applicability, Default, Range, Rule, Severity, Violation, option

ROOT = Path(__file__).resolve().parent.parent
PLAIN = Style(False)
ROUTES = "import requests\n\n\nasync def rates():\n    return fetch('€')  # slow\n"
HELPER = "def fetch(sign):\n\treturn requests.get(URL + sign)\n"
SOURCES = {"app/routes.py": ROUTES.splitlines(), "app/helper.py": HELPER.splitlines()}


def a_finding(**changes: Any) -> Finding:
    made = Finding(
        code="FAR001",
        rule="blocking-io-in-async",
        severity=Severity.BLOCKER,
        message="`requests.get` blocks the event loop: use `await client.get`",
        file="app/routes.py",
        place=Place(5, 12, 5, 22),
    )
    return made._replace(**changes)


def a_report(*findings: Finding, skipped: tuple[Skipped, ...] = ()) -> Report:
    return Report(findings, ("app/helper.py", "app/routes.py"), skipped, lambda file: SOURCES.get(file, ()))


CHAIN = (Step("app/routes.py", 5, "rates calls fetch"), Step("app/helper.py", 2, "fetch calls requests.get"))


# Positions


@pytest.mark.parametrize(
    ("line", "place", "wanted"),
    [
        pytest.param('x = "a"; danger()', (9, 17), (10, 18), id="ascii"),
        pytest.param('x = "é"; danger()', (10, 18), (10, 18), id="two bytes"),
        pytest.param('x = "漢"; danger()', (11, 19), (10, 18), id="three bytes"),
        pytest.param('x = "😀"; danger()', (12, 20), (10, 18), id="outside the basic plane: one character"),
    ],
)
def test_columns_are_characters_from_one(line: str, place: tuple[int, int], wanted: tuple[int, int]) -> None:
    shown = finding.in_characters(Range(1, place[0], 1, place[1]), [line])
    assert (shown.column, shown.end_column) == wanted


# Text


def test_text_shows_source_message_chain_and_remedy() -> None:
    printed = text.render(a_report(a_finding(related=CHAIN)), PLAIN)
    assert printed == (
        "app/routes.py:5:12 FAR001 critical blocking-io-in-async\n"
        "  5 │     return fetch('€')  # slow\n"
        "    │            ~~~~~~~~~~\n"
        "  `requests.get` blocks the event loop: use `await client.get`\n"
        "  ↳ app/routes.py:5  rates calls fetch\n"
        "      return fetch('€')  # slow\n"
        "    ↳ app/helper.py:2  fetch calls requests.get\n"
        "        return requests.get(URL + sign)\n"
        "\n"
        "  FAR001  blocking-io-in-async     1  fastapi-review rule FAR001\n"
        "\n"
        "1 finding in 1 of 2 files: 1 critical.\n"
    )


def test_the_chain_is_told_once() -> None:
    message = "`requests.get` blocks the event loop (rates → requests.get app/helper.py:2): use `await client.get`"
    told = "  `requests.get` blocks the event loop: use `await client.get`\n"
    assert told in text.render(a_report(a_finding(message=message, related=CHAIN)), PLAIN)
    assert "(rates → requests.get app/helper.py:2)" in text.render(a_report(a_finding(message=message)), PLAIN)


def test_what_a_client_sends_is_shown_with_a_fix_as_code() -> None:
    made = a_finding(code="FAR033", rule="path-traversal", exploit="curl http://localhost:8000/files/..%2Fx")
    report = a_report(made, made._replace(place=Place(5, 1, 5, 4)), made._replace(code="FAR157"))
    printed = text.render(report._replace(pages=page.find), PLAIN)
    assert (
        "  exploit: curl http://localhost:8000/files/..%2Fx\n"
        "  fix, for example:\n"
        "    - return FileResponse(BASE / name)\n"
        "    + path = (BASE / name).resolve()\n"
        "    + if not path.is_relative_to(BASE):\n"
        '    +     raise HTTPException(404, "no such file")\n'
        "    + return FileResponse(path)\n"
    ) in printed
    assert (printed.count("fix, for example:"), printed.count("  fix: as at app/routes.py:5\n")) == (2, 1)
    assert "fix" not in concise.render(report, PLAIN)


def test_an_own_fix_is_shown_instead_of_the_example() -> None:
    remedy = Remedy("Check it", Applicability.DISPLAY, (Change(Place(5, 12, 5, 22), "fetch(safe)"),))
    report = a_report(a_finding(code="FAR033", fix=remedy))._replace(pages=page.find)
    assert (
        "  fix: Check it (display-only)\n    -     return fetch('€')  # slow\n    +     return fetch(safe)  # slow\n\n"
    ) in text.render(report, PLAIN)


@pytest.mark.parametrize(
    "made", [each for each in page.every() if each.code.startswith(INPUTS)], ids=lambda it: it.code
)
def test_examples_of_fixes_are_short(made: page.Page) -> None:
    code = remedies.cut(remedies.example(made))
    assert 1 <= len(code) <= remedies.MOST
    assert any(line.startswith("+ ") for line in code)


def test_nothing_found() -> None:
    assert text.render(a_report(), PLAIN) == "No findings in 2 files.\n"


def test_what_was_not_reviewed_is_never_passed_over() -> None:
    printed = text.render(a_report(skipped=(Skipped("app/old.py", "line 3: invalid syntax"),)), PLAIN)
    assert "Not reviewed\n  app/old.py: line 3: invalid syntax\n" in printed
    assert printed.endswith("No findings in 2 files, 1 not reviewed.\n")


def test_severities_are_counted_worst_first() -> None:
    minor = a_finding(severity=Severity.SUGGESTION, file="app/helper.py", place=Place(1, 1, 1, 4))
    assert text.summary(a_report(minor, a_finding(), a_finding()), PLAIN) == (
        "3 findings in 2 of 2 files: 2 critical, 1 minor."
    )


def test_a_range_of_many_lines_is_cut() -> None:
    SOURCES["long.py"] = [f"line_{number}" for number in range(1, 30)]
    printed = text.render(a_report(a_finding(file="long.py", place=Place(2, 1, 20, 4))), PLAIN).splitlines()
    assert printed[1:10] == [
        "   2 │ line_2",
        "     │ ~~~~~~",
        "   3 │ line_3",
        "     │ ~~~~~~",
        "   4 │ line_4",
        "     │ ~~~~~~",
        "   5 │ line_5",
        "     │ ~~~~~~",
        "     │ … 15 more lines",
    ]


def test_a_finding_without_source_or_past_the_end_is_printed_all_the_same() -> None:
    for place in (Place(1, 1, 1, 1), Place(99, 1, 99, 5), Place(5, 90, 5, 95)):
        assert "blocks the event loop" in text.render(a_report(a_finding(place=place)), PLAIN)
    assert "blocks the event loop" in text.render(a_report(a_finding(file="gone.py")), PLAIN)


@pytest.mark.parametrize(
    ("source", "place", "shown"),
    [
        pytest.param('KEY = "s3cret x"  # "why"', (1, 7, 1, 17), ['KEY = "****** *"  # "why"'], id="a literal"),
        pytest.param("KEY = \"s3cret\" + 's3cret'", (1, 7, 1, 26), ["KEY = \"******\" + '******'"], id="two literals"),
        pytest.param('key: str = Field("s3cret")', (1, 1, 1, 4), ['***: str = Field("******")'], id="the name"),
        pytest.param("# s3cret", (1, 3, 1, 9), ["# ******"], id="no quotes"),
        pytest.param(
            'KEY = """s3cret\n  s3cret\ns3cret""" + x',
            (1, 7, 3, 10),
            ['KEY = """******', "  ******", "********* + x"],
            id="many lines",
        ),
        pytest.param('K = f"{A}s3cret"', (1, 5, 1, 17), ['K = f"*********"'], id="an f-string"),
    ],
)
def test_a_secret_is_never_printed(source: str, place: tuple[int, int, int, int], shown: list[str]) -> None:
    SOURCES["secret.py"] = source.split("\n")
    secret = a_finding(code="FAR020", file="secret.py", place=Place(*place))
    beside = a_finding(file="secret.py", place=Place(1, 1, 1, 4), related=(Step("secret.py", 1, "calls"),))
    printed = text.render(a_report(secret, beside), PLAIN)
    assert "s3cret" not in printed
    assert [line.partition("│ ")[2] for line in printed.splitlines() if "│" in line and "~" not in line][
        : len(shown)
    ] == shown


TOKEN = "ghp_" + "16C7e42F292c6912E7710c838347Ae178B4a"


@pytest.mark.parametrize(
    "source",
    [
        f"headers = {{'Authorization': 'token {TOKEN}'}}",
        f"call({TOKEN!r})  # noqa: FAR020",
        f"# curl -H {TOKEN}",
        f"    {TOKEN}",
        "password: str = 'tr0ub4dor&3'",
        "def login(password: str = Query('tr0ub4dor&3')):",
        "settings = {'password': 'tr0ub4dor&3'}",
        "settings['password'] = 'tr0ub4dor&3'",
        "if password == 'tr0ub4dor&3':",
        "os.getenv('DB_PASSWORD', 'tr0ub4dor&3')",
        "connect(password='tr0ub4dor&3')",
    ],
)
def test_what_looks_like_a_secret_is_hidden_beside_other_findings(source: str) -> None:
    SOURCES["secret.py"] = [source]
    printed = text.render(a_report(a_finding(file="secret.py", place=Place(1, 1, 1, 4))), PLAIN)
    assert "****" in printed
    assert TOKEN not in printed
    assert "tr0ub4dor" not in printed


@pytest.mark.parametrize(
    "source",
    ["name = 'tr0ub4dor&3'", "password: str = 'password'", "token_url = '/oauth/token'", "call('a, b')  # why"],
)
def test_other_texts_are_shown(source: str) -> None:
    assert concealed(source) == source


def test_a_fix_that_holds_a_secret_is_not_told() -> None:
    SOURCES["secret.py"] = ["def login(token=Query('s3cret')): ..."]
    place = Place(1, 11, 1, 32)

    def fixed(content: str) -> Finding:
        return a_finding(file="secret.py", place=place, fix=Remedy("Do", Applicability.SAFE, (Change(place, content),)))

    secret = a_finding(code="FAR020", file="secret.py", place=Place(1, 23, 1, 31))
    harmless = fixed("token: Annotated[str, Query()]")
    found = [fixed("token='s3cret'"), fixed(f"token={TOKEN!r}"), harmless, secret]
    kept = without_secrets(found, lambda file: SOURCES[file])
    assert [each.fix for each in kept] == [None, None, harmless.fix, None]


def test_long_messages_wrap_but_code_in_them_does_not() -> None:
    message = "`one two three` " * 12
    printed = text.render(a_report(a_finding(message=message.strip())), PLAIN, width=60).splitlines()[3:-4]
    assert all(len(line) <= 60 and line.count("`") % 2 == 0 for line in printed)


@pytest.mark.parametrize("colour", [True, False])
def test_colour_changes_no_letter(colour: bool) -> None:
    printed = text.render(a_report(a_finding(related=CHAIN)), Style(colour))
    assert ("\x1b[" in printed) is colour
    assert re.sub(r"\x1b\[[\d;]*m", "", printed) == text.render(a_report(a_finding(related=CHAIN)), PLAIN)


# Terminal


@pytest.mark.parametrize(
    ("line", "start", "end", "shown", "marks"),
    [
        pytest.param("\t\tdanger()", 2, 10, "        danger()", "        ~~~~~~~~", id="tabs"),
        pytest.param("x = '漢字'; f()", 10, 13, "x = '漢字'; f()", "            ~~~", id="wide characters"),
        pytest.param("x = 'e\u0301'; f()", 10, 13, "x = 'e\u0301'; f()", "         ~~~", id="combining marks"),
        pytest.param("f(\x1b[2J)", 0, 2, "f(\\x1b[2J)", "~~", id="escape sequences are not sent to the terminal"),
        pytest.param(
            "a = '\u202e'; f()", 8, 11, "a = '\\u202e'; f()", " " * 13 + "~~~", id="nor text running backwards"
        ),
        pytest.param("f()", 3, 3, "f()", "   ~", id="an empty range has one mark"),
        pytest.param("f()   ", 0, 3, "f()", "~~~", id="trailing space is not shown"),
    ],
)
def test_the_underline_stands_below_the_code(line: str, start: int, end: int, shown: str, marks: str) -> None:
    excerpt = terminal.excerpt(line, start, end, 80)
    assert (excerpt.text, excerpt.underline()) == (shown, marks)


@pytest.mark.parametrize(("start", "end"), [(0, 21), (0, 50), (20, 21), (20, 50), (49, 50)])
@pytest.mark.parametrize("length", [50, 3000])
@pytest.mark.parametrize("letter", ["a", "漢"])
def test_a_long_line_is_cut_around_the_code(length: int, start: int, end: int, letter: str) -> None:
    shown = terminal.excerpt(letter * start + "X" * (end - start) + letter * (length - end), start, end, 40)
    assert terminal.cells(shown.text) <= 40
    assert "X" in shown.marked


@pytest.mark.parametrize(
    ("environment", "choice", "terminal_there", "wanted"),
    [
        ({}, None, True, True),
        ({}, None, False, False),
        ({"NO_COLOR": "1"}, None, True, False),
        ({"NO_COLOR": ""}, None, True, True),
        ({"FORCE_COLOR": "1"}, None, False, True),
        ({"FORCE_COLOR": "0"}, None, False, False),
        ({"NO_COLOR": "1", "FORCE_COLOR": "1"}, None, True, False),
        ({"TERM": "dumb"}, None, True, False),
        ({"NO_COLOR": "1"}, True, False, True),
        ({"FORCE_COLOR": "1"}, False, True, False),
    ],
)
def test_when_there_is_colour(
    environment: dict[str, str], choice: bool | None, terminal_there: bool, wanted: bool
) -> None:
    class Stream:
        def isatty(self) -> bool:
            return terminal_there

    assert terminal.wants_colour(Stream(), choice, environment) is wanted  # type: ignore[arg-type]


# Concise, JSON


def test_concise_is_what_readers_of_flake8_expect() -> None:
    printed = concise.render(a_report(a_finding(), a_finding(file="C:/a b.py")), PLAIN).splitlines()
    matcher = re.compile(r"^(.+?):(\d+):(\d+): (FAR\d{3}) (.+)$")
    found = [match.groups() for line in printed if (match := matcher.match(line))]
    message = "`requests.get` blocks the event loop: use `await client.get`"
    assert found == [("app/routes.py", "5", "12", "FAR001", message), ("C:/a b.py", "5", "12", "FAR001", message)]
    assert concise.render(a_report(), PLAIN) == ""


def test_json_has_exactly_the_documented_keys() -> None:
    fix = Remedy("Replace it", Applicability.SAFE, (Change(Place(5, 12, 5, 17), "get"),))
    made = a_finding(
        related=CHAIN,
        fix=fix,
        cwe="CWE-400",
        cvss_score=7.5,
        cvss_vector="CVSS:3.1/AV:N",
        url="https://example.com/FAR001",
    )
    printed = json.loads(json_format.render(a_report(made, skipped=(Skipped("b.py", "line 1: bad"),))))
    assert printed == {
        "version": printed["version"],
        "files": {
            "reviewed": ["app/helper.py", "app/routes.py"],
            "skipped": [{"file": "b.py", "reason": "line 1: bad"}],
        },
        "findings": [
            {
                "code": "FAR001",
                "rule": "blocking-io-in-async",
                "severity": "critical",
                "message": "`requests.get` blocks the event loop: use `await client.get`",
                "file": "app/routes.py",
                "line": 5,
                "column": 12,
                "end_line": 5,
                "end_column": 22,
                "related": [
                    {"file": "app/routes.py", "line": 5, "message": "rates calls fetch"},
                    {"file": "app/helper.py", "line": 2, "message": "fetch calls requests.get"},
                ],
                "cwe": "CWE-400",
                "cvss_score": 7.5,
                "cvss_vector": "CVSS:3.1/AV:N",
                "url": "https://example.com/FAR001",
                "exploit": None,
                "fix": {
                    "applicability": "safe",
                    "message": "Replace it",
                    "edits": [
                        {
                            "content": "get",
                            "location": {"row": 5, "column": 12},
                            "end_location": {"row": 5, "column": 17},
                        }
                    ],
                },
            }
        ],
    }


def test_json_without_what_is_not_known() -> None:
    printed = json.loads(json_format.render(a_report(a_finding())))["findings"][0]
    assert [printed[key] for key in ("cwe", "cvss_score", "cvss_vector", "url", "exploit", "fix")] == [None] * 6
    assert printed["related"] == []


def test_json_with_a_request_that_shows_the_harm() -> None:
    made = a_finding()._replace(exploit="curl http://localhost:8000/floor")
    assert json.loads(json_format.render(a_report(made)))["findings"][0]["exploit"] == made.exploit


def test_json_is_ascii_and_keeps_lone_surrogates() -> None:
    printed = json_format.render(a_report(a_finding(message="\udcff 漢")))
    assert printed.isascii()
    assert json.loads(printed)["findings"][0]["message"] == "\udcff 漢"


# CVSS


@pytest.mark.parametrize(
    ("privileges", "letter"), [("", "N"), ("N", "N"), ("L", "L"), ("H", "H")], ids=["unknown", "none", "low", "high"]
)
def test_a_vector_takes_the_privileges_that_a_place_needs(privileges: str, letter: str) -> None:
    vector = "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H"
    assert required(vector, privileges) == vector.replace("PR:N", f"PR:{letter}")


def test_a_victim_passes_what_guards_a_route() -> None:
    vector = "CVSS:3.1/AV:N/AC:L/PR:N/UI:R/S:C/C:L/I:L/A:N"
    assert required(vector, "H") == vector


def test_a_finding_is_scored_by_who_gets_to_its_place() -> None:
    facts = Facts("sql-injection", "CWE-89", 9.8, "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H")
    told = Violation("FAR030", Severity.BLOCKER, "x", Range(1, 0, 1, 1), privileges="H")
    (found,) = findings_of([("a.py", told)], lambda code: facts, lambda file: ("x",))
    assert (found.cvss_score, found.cvss_vector) == (7.2, "CVSS:3.1/AV:N/AC:L/PR:H/UI:N/S:U/C:H/I:H/A:H")
    assert weighed(found, page.find("FAR030")) == "CWE-89, CVSS 7.2 for administrators"
    assert weighed(found._replace(cvss_vector=facts.cvss_vector, cvss_score=9.8), page.find("FAR030")) == (
        "CWE-89, CVSS 9.8"
    )


def test_scores_of_every_vector_equal_those_of_the_cvss_package() -> None:
    cvss = pytest.importorskip("cvss")
    metrics = ("AV:NALP", "AC:LH", "PR:NLH", "UI:NR", "S:UC", "C:HLN", "I:HLN", "A:HLN")
    letters = [[f"{metric.split(':')[0]}:{letter}" for letter in metric.split(":")[1]] for metric in metrics]
    for combination in product(*letters):
        vector = "CVSS:3.1/" + "/".join(combination)
        assert base_score(vector) == float(cvss.CVSS3(vector).base_score), vector


@pytest.mark.parametrize(
    "vector",
    [
        "",
        "CVSS:3.0/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H",
        "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H",
        "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H/A:H",
        "CVSS:3.1/AV:X/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H",
        "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/E:H",
    ],
)
def test_a_vector_that_is_none_is_refused(vector: str) -> None:
    with pytest.raises(InvalidVector):
        base_score(vector)


# Pages


class ToyRule(Rule):
    """A toy is left on the `floor`. Somebody stumbles.

    It happens at night,
    mostly.

    - once
    - twice,
      and again

    Bad:

        def night():

            leave(toy)

    Good:

        put(toy)

    Exploit:

        Walk in the dark.
    """

    code = "FAR999"
    severity = Severity.WARNING
    message = "`{toy}` lies there"
    default = Default.OFF
    cwe = 400
    cvss = "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:N/A:H"
    allow_these: frozenset[str] = option(frozenset({"ball", 'a"b'}), "Toys that may lie.")


def test_a_docstring_becomes_a_page() -> None:
    made = page.of(ToyRule)
    assert made.summary == "A toy is left on the `floor`"
    assert [block.text for block in made.section("")] == [
        "Somebody stumbles.",
        "It happens at night, mostly.",
        "- once",
        "- twice, and again",
    ]
    assert [tuple(block) for block in made.section("Bad")] == [("def night():\n\n    leave(toy)", True)]
    assert [tuple(block) for block in made.section("Good")] == [("put(toy)", True)]
    assert made.score == 7.5
    assert made.weakness == "CWE-400"


def test_a_page_in_every_form() -> None:
    made = page.of(ToyRule)
    shown = page.as_text(made, PLAIN)
    for piece in (
        "toy-rule (FAR999)",
        "CWE-400",
        "7.5",
        "leave(toy)",
        'allow-these = ["a\\"b", "ball"]',
        "# noqa: FAR999",
    ):
        assert piece in shown
    markdown = page.as_markdown(made)
    assert markdown.startswith("# toy-rule (FAR999)\n\nA toy is left on the `floor`.\n")
    assert "```python\ndef night():\n\n    leave(toy)\n```" in markdown
    values = page.as_values(made)
    assert json.loads(json.dumps(values)) == values
    assert (values["bad"], values["exploit"]) == ("def night():\n\n    leave(toy)", "Walk in the dark.")
    assert values["options"] == [{"name": "allow-these", "default": ['a"b', "ball"], "help": "Toys that may lie."}]
    assert page.table([made]).splitlines()[2] == (
        "| [FAR999](docs/rules/FAR999.md) | `toy-rule` | important | off | 400 | 7.5 | A toy is left on the `floor` |"
    )


def test_every_rule_has_a_page_under_its_code_and_name() -> None:
    for made in page.every():
        assert page.find(made.code.lower()) == page.find(made.name) == made
        assert made.summary
        assert page.facts(made.code) == made.facts
    assert page.find("no-such-rule") is None


# Documents


@pytest.fixture
def generator() -> dict[str, Any]:
    return runpy.run_path(str(ROOT / "tools" / "generate_docs.py"), run_name="generate_docs")


def test_the_generated_documents_are_current(generator: dict[str, Any]) -> None:
    assert [path.name for path in generator["stale"]()] == [], "run python tools/generate_docs.py"


def test_the_readme_shows_settings_that_hold(tmp_path: Path) -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    for number, snippet in enumerate(re.findall(r"```toml\n(.*?)```", readme, re.DOTALL)):
        folder = tmp_path / str(number)
        (folder / "src").mkdir(parents=True)
        (folder / "pyproject.toml").write_text(snippet, encoding="utf-8")
        assert registry.select(config.load(str(folder))).problems == ()


def test_the_json_is_described() -> None:
    described = (ROOT / "docs" / "json.md").read_text(encoding="utf-8")
    fix = Remedy("Replace it", Applicability.SAFE, (Change(Place(5, 12, 5, 17), "get"),))
    printed = json_format.values(a_report(a_finding(related=CHAIN, fix=fix), skipped=(Skipped("a.py", "b"),)))
    assert not {key for key in keys(printed) if f"`{key}`" not in described and f"files.{key}`" not in described}
    example = json.loads(described.partition("```json\n")[2].partition("```")[0])
    assert example.keys() == printed.keys()
    assert all(finding.keys() == printed["findings"][0].keys() for finding in example["findings"])


def keys(value: object) -> set[str]:
    """The keys of all objects in a value."""
    if isinstance(value, dict):
        return set(value).union(*map(keys, value.values()))
    return set[str]().union(*map(keys, value)) if isinstance(value, list) else set()
