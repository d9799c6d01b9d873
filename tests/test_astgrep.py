"""Structural rules: what a rule file may say, what is found with it, and that plain ast-grep finds the same."""

from __future__ import annotations

import ast
import json
import re
import subprocess
import sys
import textwrap
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from flake8_fastapi_review import astgrep, config, structural
from flake8_fastapi_review.project import Project
from flake8_fastapi_review.report.page import of
from flake8_fastapi_review.review import review
from flake8_fastapi_review.rule import Applicability, Default, MalformedRule, Range, Severity, Violation

if TYPE_CHECKING:
    from collections.abc import Iterable

    from flake8_fastapi_review.astgrep import AstGrepRule
    from flake8_fastapi_review.file import File

ROOT = Path(__file__).parent.parent
RULES = ROOT / "astgrep-rules"
FIXTURES = ROOT / "tests" / "fixtures"
AST_GREP = Path(sys.executable).parent / "ast-grep"

NO_PRINT = """\
id: no-print
language: python
message: Log `$TEXT`, do not print it
severity: info
rule:
  pattern: print($TEXT)
fix: log.info($TEXT)
metadata:
  code: FAR901
"""
GET_WITHOUT_TIMEOUT = """\
id: get-without-timeout
language: python
message: "`$GET` may hang for ever"
severity: error
rule:
  pattern: $GET($URL)
metadata:
  code: FAR902
  cwe: 400
  resolve:
    GET: [requests.get, requests.Session.get, "httpx.Client.*"]
"""


def loaded(tmp_path: Path, *rules: str) -> tuple[list[AstGrepRule], list[config.Problem]]:
    """What comes of rule files in a folder `rules` of a project."""
    folder = tmp_path / "rules"
    folder.mkdir(parents=True, exist_ok=True)
    for number, rule in enumerate(rules):
        (folder / f"r{number}.yml").write_text(rule, encoding="utf-8")
    return astgrep.load_folders(str(tmp_path), ["rules"])


def usable(tmp_path: Path, rule: str) -> AstGrepRule:
    rules, problems = loaded(tmp_path, rule)
    assert problems == []
    assert len(rules) == 1
    return rules[0]


def opened(tmp_path: Path, text: str, path: str = "app/main.py", **others: str) -> File:
    """A file of a project with other modules beside it."""
    for name, content in {path: text, **{f"app/{name}.py": content for name, content in others.items()}}.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(content, encoding="utf-8")
    return Project(str(tmp_path), config.load(str(tmp_path))).file(path)


def found_in(rule: AstGrepRule, text: str) -> list[Violation]:
    return list(rule.search(text))


def marked(file: File) -> list[int]:
    """The lines that say that something is found on them."""
    return [number for number, line in enumerate(file.lines, 1) if line.rstrip().endswith("# yes")]


def applied(text: str, violations: Iterable[Violation]) -> str:
    """The text after the fixes, from the end to the beginning."""
    lines = text.encode().split(b"\n")
    for violation in sorted(violations, key=lambda each: each.range, reverse=True):
        assert violation.fix is not None
        for (line, column, end_line, end_column), new in violation.fix.edits:
            ahead, behind = lines[line - 1][:column], lines[end_line - 1][end_column:]
            lines[line - 1 : end_line] = (ahead + new.encode() + behind).split(b"\n")
    return b"\n".join(lines).decode()


def without(rule: str, key: str) -> str:
    """A rule without one of its lines."""
    return "".join(line for line in rule.splitlines(keepends=True) if not line.strip().startswith(f"{key}:"))


# What a rule file may say


def test_a_rule_becomes_a_rule(tmp_path: Path) -> None:
    rule = usable(tmp_path, NO_PRINT + "  cvss: CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:N/A:N\n  default: off\n")
    assert (rule.code, rule.name, rule.severity) == ("FAR901", "no-print", Severity.SUGGESTION)
    assert rule.default is Default.OFF  # a word, not a boolean, as in YAML 1.2
    assert rule.roles == ("app",)
    assert rule.markers == (("print",),)
    assert rule.cvss == "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:N/A:N"
    assert rule.__doc__ == "Log `$TEXT`, do not print it"


@pytest.mark.parametrize(
    ("severity", "expected"),
    [
        ("error", Severity.BLOCKER),
        ("warning", Severity.WARNING),
        ("info", Severity.SUGGESTION),
        ("hint", Severity.SUGGESTION),
    ],
)
def test_severities_are_those_of_ast_grep(tmp_path: Path, severity: str, expected: Severity) -> None:
    assert usable(tmp_path, NO_PRINT.replace("info", severity)).severity is expected


CHANGES: dict[str, tuple[str, int, str]] = {
    "unknown key": (NO_PRINT + "severty: error\n", 10, "unknown key `severty`, did you mean `severity`?"),
    "unknown key of metadata": (NO_PRINT + "  resolv: {}\n", 10, "unknown key `resolv` in `metadata`, did you mean"),
    "unknown key of a rule": (
        NO_PRINT.replace("  pattern:", "  patern:").replace("$TEXT", "x"),
        6,
        "unknown key `patern` in `rule`, did you mean `pattern`?",
    ),
    "unknown key deep in a rule": (
        NO_PRINT.replace("fix:", "  inside: { kind: module, stopby: end }\nfix:"),
        7,
        "unknown key `stopby` in `inside`, did you mean `stopBy`?",
    ),
    "not YAML": (NO_PRINT + "note: [1, 2\n", 11, "not valid YAML: "),
    "tab": ("id: x\n\tlanguage: python\n", 2, "not valid YAML: "),
    "key twice": (NO_PRINT + "id: again\n", 10, "not valid YAML: the key `id` is there twice"),
    "no mapping": ("- id: x\n", 1, "a rule is a mapping of keys"),
    "rule that is no mapping": (
        NO_PRINT.replace("  pattern", "  inside: module\n  pattern"),
        6,
        "`inside` is a mapping of keys",
    ),
    "unknown key of a pattern": (
        NO_PRINT.replace("print($TEXT)\n", "{ context: print($TEXT), select: call }\n"),
        6,
        "unknown key `select` in `pattern`, did you mean `selector`?",
    ),
    "unknown variant": (
        NO_PRINT.replace("  pattern", "  inside: { kind: module, stopBy: last }\n  pattern"),
        5,
        "ast-grep refuses the rule: unknown variant `last`, expected `neighbor`, `end` or a rule object",
    ),
    "pattern that is no code": (NO_PRINT.replace("print($TEXT)", "print($TEXT"), 6, "`print($TEXT` is no python"),
    "pattern in a list": (
        NO_PRINT.replace("pattern: print($TEXT)", "any:\n    - pattern: print($TEXT)\n    - pattern: 'def ('"),
        8,
        "the pattern `def (` is no python",
    ),
    "unknown kind": (NO_PRINT.replace("  pattern", "  kind: calll\n  pattern"), 5, "Kind `calll` is invalid"),
    "bad regex": (
        NO_PRINT + "constraints:\n  TEXT:\n    regex: '('\n",
        10,
        "ast-grep refuses the rule: `constraints` is not configured correctly: ",
    ),
    "unknown util": (NO_PRINT.replace("  pattern", "  matches: nothing\n  pattern"), 5, "Rule `nothing` is not def"),
    "constraint of nothing": (NO_PRINT + "constraints:\n  TXT: { regex: x }\n", 10, "Undefined meta var `TXT`"),
    "no positive part": (
        NO_PRINT.replace("pattern: print($TEXT)", "{}").replace("$TEXT", "x"),
        5,
        "Rule must have one positive matcher",
    ),
    "no id": (without(NO_PRINT, "id"), 1, "`id` is missing"),
    "id in camel case": (NO_PRINT.replace("no-print", "noPrint"), 1, "id `noPrint` is not in kebab case"),
    "no message": (without(NO_PRINT, "message"), 1, "`message` is missing"),
    "empty message": (NO_PRINT.replace("Log `$TEXT`, do not print it", '""'), 3, "`message` is a text"),
    "message of what is not captured": (NO_PRINT.replace("`$TEXT`", "`$TXT`"), 3, "`$TXT` in `message` is not capt"),
    "no rule": (without(without(NO_PRINT, "pattern"), "rule"), 1, "`rule` is missing"),
    "no code": (without(NO_PRINT, "code").replace("metadata:\n", ""), 1, "`metadata.code` is missing"),
    "code of the package": (NO_PRINT.replace("FAR901", "FAR001"), 9, "code `FAR001` is not one of FAR900 to FAR999"),
    "code of another tool": (NO_PRINT.replace("FAR901", "S101"), 9, "code `S101` is not one of FAR900 to FAR999"),
    "unknown language": (NO_PRINT.replace("language: python", "language: pyton"), 2, "did you mean `python`?"),
    "unknown severity": (NO_PRINT.replace("info", "high"), 4, "`severity` is one of error, hint, info, warning, not"),
    "unknown role": (NO_PRINT + "  roles: [application]\n", 10, "unknown role `application`"),
    "unknown default": (NO_PRINT + "  default: maybe\n", 10, "`metadata.default` is one of cfg, off, on, not `maybe`"),
    "no weakness": (NO_PRINT + "  cwe: none\n", 10, "`metadata.cwe` is the number of a weakness"),
    "no vector": (NO_PRINT + "  cvss: '9.8'\n", 10, "`metadata.cvss` is a CVSS v3.1 base vector"),
    "no markers": (NO_PRINT + "  markers: print\n", 10, "`metadata.markers` is a list of words"),
    "files that are no list": (NO_PRINT + "files: '*.py'\n", 10, "`files` is a list of texts"),
    "fix with what is not captured": (NO_PRINT.replace("info($TEXT)", "info($TXT)"), 7, "`$TXT` in `fix` is not capt"),
    "fix of another kind": (
        NO_PRINT.replace("fix: log.info($TEXT)", "fix: { template: x, expandEnd: { regex: ',' } }"),
        7,
        "`fix` is a text, or a mapping of `template` and `title`",
    ),
    "resolve of nothing": (NO_PRINT + "  resolve: { TXT: [x.y] }\n", 10, "`TXT` in `metadata.resolve` is not captured"),
    "resolve of no list": (NO_PRINT + "  resolve: { TEXT: x.y }\n", 10, "`metadata.resolve.TEXT` is a list of texts"),
    "resolve in another language": (
        NO_PRINT.replace("language: python", "language: bash").replace("print($TEXT)", "print $TEXT")
        + "  resolve: { TEXT: [x.y] }\n",
        10,
        "`metadata.resolve` is for rules about Python",
    ),
    "rule within itself": (
        NO_PRINT.replace("  pattern: print($TEXT)", "  all: &again\n    - all: *again"),
        1,
        "the rule contains itself",
    ),
}


@pytest.mark.parametrize(("rule", "line", "reason"), CHANGES.values(), ids=CHANGES.keys())
def test_a_bad_rule_is_one_problem(tmp_path: Path, rule: str, line: int, reason: str) -> None:
    rules, problems = loaded(tmp_path, rule, GET_WITHOUT_TIMEOUT)
    assert [each.code for each in rules] == ["FAR902"], "the others are used all the same"
    (problem,) = problems
    assert (problem.path, problem.line) == (str(tmp_path / "rules" / "r0.yml"), line)
    assert reason in problem.message
    assert "\n" not in problem.message


def test_a_code_or_id_that_is_there_twice_is_a_problem_of_the_second(tmp_path: Path) -> None:
    same_code = GET_WITHOUT_TIMEOUT.replace("FAR902", "FAR901")
    same_id = GET_WITHOUT_TIMEOUT.replace("get-without-timeout", "no-print")
    rules, problems = loaded(tmp_path, NO_PRINT, same_code, same_id)
    assert [rule.name for rule in rules] == ["no-print"]
    assert [(Path(problem.path).name, problem.line, problem.message) for problem in problems] == [
        ("r1.yml", 8, "code FAR901 is already that of rules/r0.yml"),
        ("r2.yml", 1, "id `no-print` is already that of rules/r0.yml"),
    ]


def test_a_file_may_hold_several_rules(tmp_path: Path) -> None:
    rules, problems = loaded(tmp_path, f"---\n{NO_PRINT}---\n{without(NO_PRINT, 'id')}---\n{GET_WITHOUT_TIMEOUT}")
    assert [rule.code for rule in rules] == ["FAR901", "FAR902"]
    assert [(problem.line, problem.message) for problem in problems] == [(12, "`id` is missing")]


def test_documents_before_one_that_is_no_yaml_are_used(tmp_path: Path) -> None:
    rules, problems = loaded(tmp_path, f"{NO_PRINT}---\nid: [\n")
    assert [rule.code for rule in rules] == ["FAR901"]
    assert len(problems) == 1


def test_folders_that_are_not_there_and_files_that_are_no_text(tmp_path: Path) -> None:
    (tmp_path / "rules").mkdir()
    (tmp_path / "pyproject.toml").write_text('[tool.fastapi-review]\nstructural-rules = ["rules", "nowhere", "ruls"]\n')
    (tmp_path / "rules" / "latin.yml").write_bytes(b"id: caf\xe9\n")
    rules, problems = astgrep.load_folders(str(tmp_path), ["rules", "nowhere", "ruls"])
    assert rules == []
    assert [(Path(problem.path).name, problem.line, problem.message) for problem in problems] == [
        ("pyproject.toml", 2, "[tool.fastapi-review] `structural-rules`: there is no folder `nowhere`"),
        (
            "pyproject.toml",
            2,
            "[tool.fastapi-review] `structural-rules`: there is no folder `ruls`, did you mean `rules`?",
        ),
        ("latin.yml", 1, "the file is not UTF-8"),
    ]


def test_what_belongs_to_ast_grep_itself_is_no_rule(tmp_path: Path) -> None:
    folder = tmp_path / "rules"
    (folder / "below").mkdir(parents=True)
    (folder / "sgconfig.yml").write_text("ruleDirs: [.]\n")
    (folder / "no-print-test.yml").write_text("id: no-print\nvalid: [x]\n")
    (folder / "notes.txt").write_text("id: [")
    (folder / "below" / "no-print.yaml").write_text(NO_PRINT)
    rules, problems = astgrep.load_folders(str(tmp_path), ["rules", "rules/below"])
    assert [rule.code for rule in rules] == ["FAR901"], "once, though two folders hold it"
    assert problems == []


def test_a_rule_of_the_package_that_is_bad_stops_the_build(tmp_path: Path) -> None:
    (tmp_path / "bad.yml").write_text(NO_PRINT)
    with pytest.raises(MalformedRule, match=r"bad\.yml:9: code `FAR901` is not one of FAR001 to FAR899"):
        astgrep.built_in_rows(str(tmp_path))


def test_the_engine_tells_a_bad_rule_once_and_runs_the_rest(tmp_path: Path) -> None:
    loaded(tmp_path, NO_PRINT.replace("info", "high"), GET_WITHOUT_TIMEOUT)
    (tmp_path / "pyproject.toml").write_text('[tool.fastapi-review]\nstructural-rules = ["rules"]\n')
    text = "import requests\n\n\ndef rates():\n    print(1)\n    return requests.get('https://a.example')\n"
    opened(tmp_path, text)
    opened(tmp_path, text, "app/other.py")
    result = review([str(tmp_path / "app")], cache_dir="", select=["FAR000", "FAR9"])
    codes = [violation.code for _, violation in result.findings]
    assert sorted(codes) == ["FAR000", "FAR902", "FAR902"]
    ((path, problem),) = [located for located in result.findings if located[1].code == "FAR000"]
    assert path.endswith("rules/r0.yml")
    assert problem.range.line == 4


# Finding


def test_positions_are_those_of_ast(tmp_path: Path) -> None:
    rule = usable(tmp_path, NO_PRINT)
    text = 'x = "é😀"; print("naïve 😀")\nprint(\n    "über",\n)\n'
    calls = [node for node in ast.walk(ast.parse(text)) if isinstance(node, ast.Call)]
    assert [violation.range for violation in found_in(rule, text)] == [Range.of(call) for call in calls]


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_lines_are_counted_as_ast_counts_them(tmp_path: Path, end: str) -> None:
    rule = usable(tmp_path, NO_PRINT)
    assert [violation.range for violation in found_in(rule, f"a = 1{end}print(a){end}")] == [Range(2, 0, 2, 8)]


def test_a_definition_is_reported_at_its_keyword(tmp_path: Path) -> None:
    definition = NO_PRINT.replace("pattern: print($TEXT)", "any: [{ kind: decorated_definition }]")
    rule = usable(tmp_path, without(definition, "fix").replace("$TEXT", "x"))
    text = "@decorator\n@other(\n    1)\nasync def ünï():\n    pass\n"
    assert [violation.range for violation in found_in(rule, text)] == [Range(4, 0, 4, 15)]


def test_messages_show_what_is_captured_on_one_line(tmp_path: Path) -> None:
    rule = usable(
        tmp_path,
        NO_PRINT.replace("print($TEXT)", "print($TEXT, $$$REST)").replace("`$TEXT`", "`$TEXT` and ($$$REST)"),
    )
    long = "x" * 100
    messages = [found.message for found in found_in(rule, f"print(f(\n  1), 2,  3)\nprint(1, {long})\n")]
    assert messages == [
        "Log `f( 1)` and (2, 3), do not print it",
        f"Log `1` and ({'x' * 79}…), do not print it",
    ]


def test_constraints_utils_and_transform(tmp_path: Path) -> None:
    rule = usable(
        tmp_path,
        """\
id: loud-name
language: py
message: Say $QUIET instead of $NAME
rule:
  pattern: $NAME = $VALUE
  inside: { matches: body }
constraints:
  NAME: { regex: "^[A-Z]+$" }
utils:
  body: { kind: expression_statement, inside: { kind: block } }
transform:
  QUIET: { convert: { source: $NAME, toCase: lowerCase } }
metadata: { code: FAR910 }
""",
    )
    found = found_in(rule, "TOP = 1\ndef f():\n    LOUD = 1\n    quiet = 2\n")
    assert [(each.range.line, each.message) for each in found] == [(3, "Say loud instead of LOUD")]


def test_rules_of_one_folder_do_not_disturb_each_other(tmp_path: Path) -> None:
    """They share metavariables, names of utils, and the question that ast-grep is asked for all of them."""
    template = """\
id: call-of-{name}
language: python
message: calls $NAME
rule: {{ matches: wanted }}
constraints: {{ NAME: {{ regex: "^{name}$" }} }}
utils: {{ wanted: {{ pattern: "$NAME({args})" }} }}
metadata: {{ code: FAR9{number:02}, markers: [{name}] }}
"""
    names = ["alpha", "beta", "gamma", "delta", "epsilon"]
    rules, problems = loaded(
        tmp_path,
        *(
            template.format(name=name, number=number, args=", ".join(["$_"] * number))
            for number, name in enumerate(names)
        ),
    )
    assert problems == []
    text = "alpha()\nbeta(1)\nbeta(1, 2)\ngamma(1, 2)\nother(1, 2, 3)\n# delta epsilon\n"
    found = {rule.name: [violation.range.line for violation in found_in(rule, text)] for rule in rules}
    assert found == {
        "call-of-alpha": [1],
        "call-of-beta": [2],
        "call-of-gamma": [4],
        "call-of-delta": [],
        "call-of-epsilon": [],
    }


def test_a_failure_of_ast_grep_is_an_ordinary_exception(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    class PanicException(BaseException):
        """What a panic in Rust becomes."""

    def fail(text: str, language: str) -> Any:
        raise PanicException("no such thing")

    rule = usable(tmp_path, NO_PRINT)
    monkeypatch.setattr(astgrep, "_root", fail)
    with pytest.raises(RuntimeError, match="ast-grep failed: no such thing"):
        found_in(rule, "print(1)")


# Names


def test_captured_names_are_confirmed(tmp_path: Path) -> None:
    rule = usable(tmp_path, GET_WITHOUT_TIMEOUT)
    file = opened(
        tmp_path,
        """\
from requests import get as fetch
import httpx
import requests as r
import requests

from app.clients import client, session, Cache


def cases(url, cache: Cache, unknown):
    requests.get(url)  # yes
    r.get(url)  # yes
    fetch(url)  # yes
    (r.get)(url)  # yes
    r.get(  # yes
        url
    )
    "😀", r.get(url)  # yes
    session.get(url)  # yes
    client.get(url)  # yes
    httpx.Client().head(url)  # yes
    r.post(url)
    cache.get(url)
    unknown.get(url)


def get(url):
    return url


def shadowed(requests, url):
    requests.get(url)
    get(url)
""",
        clients="""\
import httpx
from requests import Session


class Api(Session):
    pass


class Cache:
    def get(self, key):
        return key


session = Api()
client = httpx.Client()
""",
    )
    assert [violation.range.line for violation in rule.check(file)] == marked(file)


def test_a_captured_class_may_derive_from_the_named_one(tmp_path: Path) -> None:
    rule = usable(
        tmp_path,
        """\
id: raised-directly
language: python
message: raise it in one place
rule: { pattern: raise $ERROR }
metadata: { code: FAR903, resolve: { ERROR: [fastapi.HTTPException] } }
""",
    )
    file = opened(
        tmp_path,
        """\
from fastapi import HTTPException

from app.errors import Gone, Other


def f(x, unknown):
    if x:
        raise Gone  # yes
    if unknown:
        raise unknown
    raise HTTPException  # yes


def g():
    raise Other
""",
        errors="""\
from fastapi import HTTPException


class Gone(HTTPException):
    pass


class Other(ValueError):
    pass
""",
    )
    assert [violation.range.line for violation in rule.check(file)] == marked(file)


def test_a_captured_value_may_be_an_instance(tmp_path: Path) -> None:
    rule = usable(
        tmp_path,
        """\
id: raw-execute
language: python
message: "$SESSION executes"
rule: { pattern: $SESSION.execute($$$) }
metadata: { code: FAR904, resolve: { SESSION: ["sqlalchemy.orm.Session()"] } }
""",
    )
    file = opened(
        tmp_path,
        "from sqlalchemy.orm import Session\n\n\ndef f(db: Session, pool):\n    db.execute(1)\n    pool.execute(1)\n",
    )
    assert [violation.message for violation in rule.check(file)] == ["db executes"]


def test_what_cannot_be_confirmed_is_not_reported(tmp_path: Path) -> None:
    rule = usable(tmp_path, GET_WITHOUT_TIMEOUT)
    assert found_in(rule, "import requests\nrequests.get(url)\n") == []


# Other texts than Python that parses


def test_python_that_does_not_parse(tmp_path: Path) -> None:
    loaded(tmp_path, NO_PRINT, GET_WITHOUT_TIMEOUT)
    (tmp_path / "pyproject.toml").write_text('[tool.fastapi-review]\nstructural-rules = ["rules"]\n')
    path = tmp_path / "broken.py"
    path.write_text("def f(:\n    pass\n\n\nprint(1)\n")
    result = review([str(path)], cache_dir="", select=["FAR9"])
    assert [(violation.code, violation.range.line) for _, violation in result.findings][-1] == ("FAR901", 5)


SHELL = """\
id: piped-to-shell
language: bash
message: "`$URL` is run unseen"
severity: error
rule: { pattern: curl $URL | sh }
metadata: { code: FAR920 }
---
id: latest-image
language: yaml
message: name a version
rule: { pattern: "image: $IMAGE" }
constraints: { IMAGE: { regex: ":latest$" } }
ignores: ["old/**"]
metadata: { code: FAR921 }
"""


def test_other_languages(tmp_path: Path) -> None:
    rules, problems = loaded(tmp_path, SHELL, NO_PRINT)
    assert problems == []
    assert astgrep.suffixes(rules) == (".bash", ".bats", ".ksh", ".sh", ".yaml", ".yml", ".zsh")
    of_path = {
        path: [rule.code for rule in astgrep.rules_for_path(rules, path)]
        for path in ("bin/run.sh", "compose.yml", "old/compose.yml", "app/main.py", "README.md")
    }
    assert of_path == {
        "bin/run.sh": ["FAR920"],
        "compose.yml": ["FAR921"],
        "old/compose.yml": [],
        "app/main.py": ["FAR901"],
        "README.md": [],
    }
    assert [found.message for found in found_in(rules[0], "set -e\ncurl https://a.example/x | sh\n")] == [
        "`https://a.example/x` is run unseen"
    ]
    assert [found.range.line for found in found_in(rules[1], "a:\n  image: x:1\nb:\n  image: y:latest\n")] == [4]


def test_the_command_reviews_files_of_other_languages(tmp_path: Path) -> None:
    loaded(tmp_path, SHELL)
    (tmp_path / "pyproject.toml").write_text('[tool.fastapi-review]\nstructural-rules = ["rules"]\n')
    (tmp_path / "install.sh").write_text("curl https://a.example/x | sh\n")
    (tmp_path / "compose.yml").write_text("image: y:latest\n")
    result = review([str(tmp_path)], cache_dir="", select=["FAR9"])
    assert [(Path(path).name, violation.code) for path, violation in result.findings] == [
        ("compose.yml", "FAR921"),
        ("install.sh", "FAR920"),
    ]


# Fixes


def test_a_fix_is_the_smallest_edit(tmp_path: Path) -> None:
    rule = usable(tmp_path, NO_PRINT)
    (violation,) = found_in(rule, 'x = "😀"; print("é")  # why\n')
    assert violation.fix is not None
    assert violation.fix.message == 'Replace by `log.info("é")`'
    assert violation.fix.applicability is Applicability.UNSAFE
    assert violation.fix.edits == ((Range(1, 12, 1, 17), "log.info"),)


def test_the_applicability_and_title_of_a_fix(tmp_path: Path) -> None:
    rule = usable(
        tmp_path,
        NO_PRINT.replace("fix: log.info($TEXT)", "fix: { template: log.info($TEXT), title: Log it }")
        + "  applicability: safe\n",
    )
    (violation,) = found_in(rule, "print(1)\n")
    assert violation.fix is not None
    assert (violation.fix.message, violation.fix.applicability) == ("Log it", Applicability.SAFE)


def test_no_fix_takes_a_comment_away(tmp_path: Path) -> None:
    rule = usable(tmp_path, NO_PRINT)
    kept, lost = found_in(rule, "print(f(\n    1,  # one\n))\nprint(\n    1,  # one\n)\n")
    assert kept.fix is not None
    assert lost.fix is None


def test_the_fixes_of_the_package_remove_what_they_fix() -> None:
    for row in astgrep.built_in_rows(str(RULES)):
        if row["fix"] is None:
            continue
        rule = astgrep.load_rule(astgrep.dump_rule(row))
        for path in fixtures_of(row["code"]):
            text = path.read_text(encoding="utf-8")
            found = found_in(rule, text)
            assert found
            fixed = applied(text, found)
            ast.parse(fixed)
            assert found_in(rule, fixed) == []


# Plain ast-grep


def scanned(files: Iterable[Path], *arguments: str, cwd: Path) -> list[dict[str, Any]]:
    """What `ast-grep scan` finds."""
    done = subprocess.run(
        [str(AST_GREP), "scan", *arguments, "--json=compact", *map(str, files)],
        cwd=cwd,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stdout, done.stderr
    return sorted(
        json.loads(done.stdout), key=lambda hit: (hit["file"], hit["ruleId"], hit["range"]["byteOffset"]["start"])
    )


def offsets(text: str, place: Range) -> tuple[int, int]:
    """A range in bytes from the beginning of the text."""
    starts = [0]
    for line in text.encode().split(b"\n"):
        starts.append(starts[-1] + len(line) + 1)
    return starts[place.line - 1] + place.column, starts[place.end_line - 1] + place.end_column


def fixtures_of(code: str) -> list[Path]:
    return sorted(FIXTURES.rglob(f"{code.lower()}_*.py"))


def test_plain_ast_grep_finds_the_same_with_the_rules_of_the_package() -> None:
    compared = 0
    for row in astgrep.built_in_rows(str(RULES)):
        if row["resolve"]:
            continue  # plain ast-grep cannot know the names
        rule = astgrep.load_rule(astgrep.dump_rule(row))
        files = fixtures_of(row["code"])
        assert files, row["code"]
        for path in files:
            hits = scanned([path], "-c", str(RULES / "sgconfig.yml"), cwd=ROOT)
            text = path.read_text(encoding="utf-8")
            assert [offsets(text, violation.range) for violation in found_in(rule, text)] == [
                (hit["range"]["byteOffset"]["start"], hit["range"]["byteOffset"]["end"])
                for hit in hits
                if hit["ruleId"] == row["name"]
            ]
            compared += len(hits)
    assert compared


SAME = """\
id: first
language: python
message: "$A and $$$REST"
rule: { pattern: "wrap($A, $$$REST)" }
fix: |-
  if $A:
      other(
          $A, $$$REST)
metadata: { code: FAR930 }
---
id: second
language: python
message: no handler
rule:
  kind: except_clause
  pattern: $ALL
  has: { kind: block, has: { pattern: pass } }
transform:
  NEW: { replace: { source: $ALL, replace: pass, by: raise } }
fix: $NEW
files: ["app/**/*.py", "./lib/?.py"]
ignores: ["**/skip_*.py"]
metadata: { code: FAR931 }
---
id: third
language: python
message: "a body: $$$BODY"
rule: { pattern: "class $NAME: $$$BODY" }
fix: |
  class $NAME(Base):
    kind = 1
    $$$BODY
metadata: { code: FAR932 }
"""
SAMPLE = '''\
wrap(1, 2,  3)
def f():
    é = "😀"; wrap(g(
        1,
            2), [
        3])
    try:
        wrap("""a
  b""", {
            "x": 1})
    except ValueError:

        pass

class A:
        def f(self):
            return 1

        x = 2
'''


def test_plain_ast_grep_finds_and_fixes_the_same_with_rules_of_a_project(tmp_path: Path) -> None:
    rules, problems = loaded(tmp_path, SAME)
    assert problems == []
    (tmp_path / "sgconfig.yml").write_text("ruleDirs: [rules]\n")
    paths = ["a.py", "app/a.py", "app/b/c.py", "app/skip_me.py", "lib/a.py", "lib/long.py"]
    for path in paths:
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(SAMPLE, encoding="utf-8")
    hits = scanned([], cwd=tmp_path)
    theirs = sorted((hit["file"], hit["ruleId"], hit["message"], hit["replacement"]) for hit in hits)
    ours = []
    for path in paths:
        for rule in astgrep.rules_for_path(rules, path):
            for match in astgrep._find_all(SAMPLE, rule.row):
                message = astgrep._filled(rule.row["message"], match, rule.row, SAMPLE)
                fix = astgrep._rendered(rule.row["fix"] or "", match, rule.row, SAMPLE)
                ours.append((path, rule.name, message, fix))
    assert [hit[:2] for hit in sorted(ours)] == [hit[:2] for hit in theirs]
    assert [hit[3] for hit in sorted(ours)] == [hit[3] for hit in theirs]
    assert [hit[2] for hit in sorted(ours)] == [" ".join(hit[2].split()) for hit in theirs]


def test_the_configuration_of_plain_ast_grep_names_every_folder() -> None:
    (document,), _ = structural.load_yaml(str(RULES / "sgconfig.yml"))
    assert sorted(document.value["ruleDirs"]) == sorted(path.name for path in RULES.iterdir() if path.is_dir())


# The documentation


def test_the_rules_in_the_documentation_work(tmp_path: Path) -> None:
    page = (ROOT / "docs" / "structural-rules.md").read_text(encoding="utf-8")
    blocks = re.findall(r"(?m)^    id: .*\n(?:(?:    .*)?\n)*", page)
    timeout, image = (usable(tmp_path / str(number), textwrap.dedent(block)) for number, block in enumerate(blocks))
    sections = {section.title: section for section in of(type(timeout)).sections}
    for title, count in {"Bad": 1, "Good": 0}.items():
        (code,) = (block.text for block in sections[title].blocks if block.is_code)
        assert len(list(timeout.check(opened(tmp_path / title, code)))) == count
    imports = "import requests as r\nfrom requests import get as fetch\n"
    file = opened(tmp_path, imports + "r.get(1, timeout=2)\nr.get(1)  # yes\nfetch(2)  # yes\nother.get(3)\n")
    assert [found.range.line for found in timeout.check(file)] == marked(file)
    assert image.applies_to("compose.yml")
    assert image.applies_to("deploy/compose.prod.yml")
    assert not image.applies_to("values.yml")
    assert [found.message for found in found_in(image, "services:\n  db:\n    image: postgres:latest\n")] == [
        "`postgres:latest` is another image tomorrow: name a version"
    ]


# Cost


def test_markers_follow_from_the_patterns() -> None:
    def markers(rule: Any, utils: Any = None) -> tuple[tuple[str, ...], ...]:
        document = structural.Document({"rule": rule}, {})
        return structural._markers(document, {"rule": rule, "utils": utils or {}})

    assert markers({"pattern": "os.system($X)"}) == (("system",),)
    assert markers({"pattern": "$F($X, verify=False)"}) == (("False",), ("verify",))
    assert markers({"kind": "call"}) == ()
    assert markers({"pattern": {"context": "subprocess.run($$$)", "selector": "call"}}) == ()
    assert markers({"pattern": {"context": "subprocess.run($$$)", "strictness": "signature"}}) == ()
    assert markers({"any": [{"pattern": "alpha()"}, {"pattern": "beta.gamma()"}]}) == (("alpha", "gamma"),)
    assert markers({"any": [{"pattern": "alpha()"}, {"kind": "call"}]}) == ()
    assert markers({"all": [{"pattern": "alpha($X)"}, {"not": {"pattern": "beta()"}}]}) == (("alpha",),)
    assert markers({"kind": "call", "inside": {"pattern": "with alpha: $$$", "stopBy": {"pattern": "beta()"}}}) == (
        ("alpha",),
        ("with",),
    )
    assert markers({"matches": "a"}, {"a": {"all": [{"pattern": "alpha"}, {"has": {"matches": "a"}}]}}) == (("alpha",),)


def test_ast_grep_and_yaml_are_imported_only_when_needed() -> None:
    program = """
import sys
from flake8_fastapi_review import astgrep, registry
row = registry.find("FAR012")
rule = registry.load(row)
assert not list(rule.search("x = 1"))
print(*sorted({"ast_grep_py", "yaml", "difflib"} & set(sys.modules)))
assert list(rule.search("try:\\n    x()\\nexcept:\\n    y()\\n"))
print(*sorted({"ast_grep_py", "yaml", "difflib"} & set(sys.modules)))
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, cwd=ROOT)
    assert done.stdout.splitlines() == ["", "ast_grep_py"]
