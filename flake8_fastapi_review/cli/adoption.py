"""What a project has already, and what it lacks to use the tool: read from its files, nothing is run."""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING, Any

from flake8_fastapi_review import __version__
from flake8_fastapi_review.records import NamedTuple
from flake8_fastapi_review.regex import regex

if TYPE_CHECKING:
    from collections.abc import Iterator

    from flake8_fastapi_review.project.disk import Listing

_PACKAGE = f"flake8-fastapi-review=={__version__}"
_GENERATED = regex(r"(?i)(?:^|/)(?:[^/]*generated[^/]*|openapi_client|_?pb2?)/|_pb2(?:_grpc)?\.py$")
_APPLICATION = r"(?m)^(?: {4})?(?:\w+(?:\s*:[^=\n]+)?\s*=\s*|return )(?:fastapi\.)?FastAPI\("
_FLAKE8_FILES = (".flake8", "setup.cfg", "tox.ini")
_RUFF_FILES = ("ruff.toml", ".ruff.toml")
_MOST = 5
"""Names that a line tells."""

_WORKFLOW = f"""\
name: fastapi-review
on: [pull_request]
permissions:
  contents: read
jobs:
  fastapi-review:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@v4
        with:
          fetch-depth: 0
      - uses: actions/setup-python@v5
        with:
          python-version: "3.12"
      - run: python -m pip install {_PACKAGE}
      - run: |
          fastapi-review review --base "$BASE" --head HEAD --fail-on important \\
            --format github -o markdown="$GITHUB_STEP_SUMMARY"
        env:
          BASE: ${{{{ github.event.pull_request.base.sha }}}}
"""
_JOB = f"""\
fastapi-review:
  image: python:3.12
  variables:
    GIT_DEPTH: "0"
  rules:
    - if: $CI_PIPELINE_SOURCE == "merge_request_event"
  script:
    - python -m pip install --quiet {_PACKAGE}
    - fastapi-review check -o gitlab=gl-code-quality-report.json --fail-on never
    - fastapi-review review --base "$CI_MERGE_REQUEST_DIFF_BASE_SHA" --head HEAD --fail-on important
  artifacts:
    when: always
    reports:
      codequality: gl-code-quality-report.json
"""
_HOOK = f"""\
- repo: local
  hooks:
  - id: fastapi-review
    name: fastapi-review
    entry: fastapi-review check
    language: python
    additional_dependencies: [{_PACKAGE}]
    types: [python]
    require_serial: true
"""


class Piece(NamedTuple):
    """Something to add to a file."""

    file: str
    """Relative to the project's root."""
    text: str
    why: str
    line: int | None
    """Where it goes, from 1; None: not known, or a new file."""
    whole: str | None
    """The file with it; None: it has to be put in by hand."""
    is_new: bool = False


class _Project:
    """The files at the top of a project."""

    def __init__(self, root: str) -> None:
        from flake8_fastapi_review import config as configuration
        from flake8_fastapi_review.project.disk import scan

        self.root = root
        self.settings = configuration.load(root)
        self.listing: Listing = scan(root, self.settings, (".py",))
        self.pyproject = self.text("pyproject.toml") or ""
        self.has_section = re.search(r"(?m)^\[tool\.fastapi-review[\].]", self.pyproject) is not None

    def text(self, name: str) -> str | None:
        """The text of a file; None if there is none."""
        try:
            with open(os.path.join(self.root, name), encoding="utf-8", errors="surrogateescape", newline="") as file:
                return file.read()
        except OSError:
            return None

    def has(self, name: str) -> bool:
        return os.path.exists(os.path.join(self.root, name))


def pieces(root: str) -> tuple[list[str], list[Piece]]:
    """What was seen, a line each, and what fits the project in this folder."""
    project = _Project(root)
    found: list[Piece] = []
    for look in (_settings, _flake8, _ruff, _pre_commit, _github, _gitlab, _editor):
        found += look(project)
    return list(_seen(project)), found


def _seen(project: _Project) -> Iterator[str]:
    applications = [path for path in sorted(project.listing.files) if _makes_an_application(project, path)]
    yield f"{len(project.listing.files)} Python files below {os.path.basename(project.root) or project.root}"
    if applications:
        more = f" and {len(applications) - _MOST} more" if len(applications) > _MOST else ""
        yield f"FastAPI applications: {', '.join(applications[:_MOST])}{more}"
    else:
        yield "no `FastAPI(` in them: is this the folder of the service?"
    layout = sorted({path.partition("/")[0] for path in applications if "/" in path})
    if layout:
        is_src = "src" in layout and not project.has("src/__init__.py")
        yield f"{'src layout' if is_src else 'packages'}: {', '.join(layout)}"
    tools = [
        ("flake8", _flake8_file(project)),
        ("Ruff", _ruff_file(project)),
        ("pre-commit", ".pre-commit-config.yaml" if project.has(".pre-commit-config.yaml") else None),
        ("GitHub Actions", ".github/workflows" if project.has(".github/workflows") else None),
        ("GitLab CI", ".gitlab-ci.yml" if project.has(".gitlab-ci.yml") else None),
        ("Visual Studio Code", ".vscode" if project.has(".vscode") else None),
    ]
    used = [f"{name} ({file})" for name, file in tools if file]
    yield f"in use: {', '.join(used) or 'none of the tools that it goes with'}"


def _makes_an_application(project: _Project, path: str) -> bool:
    from flake8_fastapi_review.config import role

    text = project.text(path) or ""
    return (
        re.search(_APPLICATION, text) is not None and "fastapi" in text and role(project.settings, path, text) == "app"
    )


# Settings


def _settings(project: _Project) -> Iterator[Piece]:
    if project.has_section:
        return
    lines = ["[tool.fastapi-review]"]
    generated = sorted({match[0] for path in project.listing.files if (match := _GENERATED.search(path))})
    folders = sorted({each.strip("/") + "/" for each in generated if each.endswith("/")})
    names = ["*_pb2.py", "*_pb2_grpc.py"] if any(not each.endswith("/") for each in generated) else []
    if folders or names:
        lines.append(f"exclude = {_array([*folders, *names])}  # generated")
    if tests := _unusual_tests(project):
        lines.append(f"tests = {_array([*project.settings.tests, *tests])}")
    if migrations := _unusual_migrations(project):
        lines.append(f"migrations = {_array([*project.settings.migrations, *migrations])}")
    text = "\n".join(lines) + "\n"
    why = "Makes this folder the root of the project, for flake8 and for the command."
    yield _appended(project, "pyproject.toml", text, why)


def _unusual_tests(project: _Project) -> list[str]:
    """Folders that pytest is told to look in and that are not called like tests."""
    from flake8_fastapi_review.config import matches

    told = _table(project.pyproject).get("tool", {}).get("pytest", {}).get("ini_options", {}).get("testpaths", [])
    folders = told if isinstance(told, list) else str(told).split()
    named = [f"{str(folder).strip('/')}/" for folder in folders if project.has(str(folder))]
    return [each for each in named if not matches(project.settings.tests, f"{each}a.py")]


def _unusual_migrations(project: _Project) -> list[str]:
    from flake8_fastapi_review.config import matches

    ini = project.text("alembic.ini") or ""
    said = re.search(r"(?m)^script_location\s*=\s*(?:%\(here\)s/)?([\w./-]+)\s*$", ini)
    if said is None:
        return []
    versions = f"{said[1].removeprefix('./').strip('/')}/versions/"
    is_usual = matches(project.settings.migrations, f"{versions}a.py")
    return [] if is_usual or not project.has(versions) else [f"/{versions}"]


# Other linters


def _flake8_file(project: _Project) -> str | None:
    return next((name for name in _FLAKE8_FILES if _flake8_section(project.text(name) or "")), None)


def _flake8_section(text: str) -> re.Match[str] | None:
    return re.search(r"(?ms)^\[flake8\]\s*$(.*?)(?=^\[|\Z)", text)


def _flake8(project: _Project) -> Iterator[Piece]:
    """flake8 finds the plugins by itself, unless its own selection leaves them out."""
    name = _flake8_file(project)
    section = _flake8_section(project.text(name) or "") if name else None
    if name is None or section is None:
        return
    selected = re.search(r"(?m)^select\s*[:=]\s*((?:.*\n(?:[ \t]+.*\n?)*))", section[1])
    codes = re.split(r"[,\s]+", re.sub(r"#.*", "", selected[1]).strip()) if selected else []
    if selected is None or any(code and "FAR".startswith(code) for code in codes):
        return
    line = (project.text(name) or "").count("\n", 0, section.start(1) + selected.start()) + 1
    text = "extend-select = FAR\n"
    yield Piece(name, text, "Its `select` leaves our codes out; this adds them.", line, None)


def _ruff_file(project: _Project) -> str | None:
    if re.search(r"(?m)^\[tool\.ruff[\].]", project.pyproject):
        return "pyproject.toml"
    return next((name for name in _RUFF_FILES if project.has(name)), None)


def _ruff(project: _Project) -> Iterator[Piece]:
    name = _ruff_file(project)
    if name is None:
        return
    header = "tool.ruff.lint" if name == "pyproject.toml" else "lint"
    text = project.text(name) or ""
    if re.search(r"(?m)^\s*external\s*=.*\bFAR", text):
        return
    why = "Ruff does not know our codes and would remove comments that name them."
    table = re.search(rf"(?m)^\[{re.escape(header)}\][^\n]*\n", text)
    if table is None:
        if re.search(rf"(?m)^(?:\[)?{re.escape(header)}\b", text):
            yield Piece(name, 'external = ["FAR"]\n', f"{why} It belongs to `{header}`.", None, None)
            return
        yield _appended(project, name, f'[{header}]\nexternal = ["FAR"]\n', why)
        return
    line = text.count("\n", 0, table.end()) + 1
    if re.search(r"(?m)^\s*external\s*=", text):
        yield Piece(name, 'external = [..., "FAR"]\n', why, line, None)
        return
    yield _inserted(name, text, table.end(), 'external = ["FAR"]\n', why)


# Hooks and CI


def _pre_commit(project: _Project) -> Iterator[Piece]:
    name = ".pre-commit-config.yaml"
    text = project.text(name)
    if text is None or "fastapi-review" in text:
        return
    if re.search(r"(?m)^\s*-\s*repo:\s*\S*pycqa/flake8\s*$", text, re.IGNORECASE):
        line = text[: text.lower().index("pycqa/flake8")].count("\n") + 1
        yield Piece(
            name,
            f"    additional_dependencies: [{_PACKAGE}]\n",
            "The flake8 hook takes the plugins with it: this goes to its `id: flake8`.",
            line,
            None,
        )
        return
    why = "Reviews the files of a commit, each inside the whole project."
    entries = list(re.finditer(r"(?m)^( *)- +repo:", text))
    after = re.search(r"(?m)^(?=[A-Za-z_])", text[entries[-1].end() :]) if entries else None
    if not entries:
        yield Piece(name, _HOOK, why, None, None)
        return
    indent = entries[-1][1]
    hook = "".join(f"{indent}{line}\n" for line in _HOOK.splitlines())
    end = entries[-1].end() + after.start() if after is not None else len(text)
    yield _inserted(name, text, end, hook, why)


def _github(project: _Project) -> Iterator[Piece]:
    folder = ".github/workflows"
    if not project.has(folder):
        return
    names = sorted(os.listdir(os.path.join(project.root, folder)))
    if any("fastapi-review" in (project.text(f"{folder}/{name}") or "") for name in names):
        return
    why = "Reviews what a pull request brings in: annotations, and the report as the summary."
    yield Piece(f"{folder}/fastapi-review.yml", _WORKFLOW, why, None, _WORKFLOW, True)


def _gitlab(project: _Project) -> Iterator[Piece]:
    name = ".gitlab-ci.yml"
    text = project.text(name)
    if text is None or "fastapi-review" in text:
        return
    yield _appended(project, name, _JOB, "Reviews what a merge request brings in, and fills the code quality widget.")


def _editor(project: _Project) -> Iterator[Piece]:
    name = ".vscode/settings.json"
    if not project.has(".vscode") or '"FAR"' in (project.text(name) or ""):
        return
    severity = '{"E": "Error", "F": "Error", "W": "Warning", "FAR": "Warning"}'
    text = f'"flake8.importStrategy": "fromEnvironment",\n"flake8.severity": {severity}\n'
    why = "Without this the flake8 extension shows all our findings as errors, or none at all."
    yield Piece(name, text, why, None, None)


# Text


def _appended(project: _Project, name: str, text: str, why: str) -> Piece:
    before = project.text(name)
    if before is None:
        return Piece(name, text, why, None, text, True)
    return _inserted(name, before, len(before), text, why)


def _inserted(name: str, before: str, position: int, text: str, why: str) -> Piece:
    """The piece at a position of a file that is there; at its end with an empty line between, in its line ends."""
    newline = "\r\n" if "\r\n" in before else "\n"
    head, tail = before[:position], before[position:]
    if head and not head.endswith("\n"):
        head += newline
    if not tail.strip() and not text.startswith((" ", "-")):
        head = head.rstrip("\r\n") + newline * 2 if head.strip() else ""
    line = head.count("\n") + 1
    return Piece(name, text, why, line, head + text.replace("\n", newline) + tail)


def _array(values: list[str]) -> str:
    return f"[{', '.join(repr(value).replace(chr(39), chr(34)) for value in values)}]"


def _table(text: str) -> dict[str, Any]:
    import sys

    if sys.version_info >= (3, 11):
        import tomllib
    else:
        import tomli as tomllib
    try:
        return tomllib.loads(text)
    except ValueError:
        return {}
