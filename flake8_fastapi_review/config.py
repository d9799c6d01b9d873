"""`[tool.fastapi-review]` of the reviewed project as a typed Config, and what a path means under it.

Nothing here raises over what a project wrote: an unknown key, a wrong type or broken TOML becomes a Problem (one line
that names the file, the key and the nearest valid name) and the default stands.

Globs are those of .gitignore, made simple. A pattern matches a file by the file's path relative to the root, or by the
path of a folder above it, from any folder on: `tests` and `tests/` match `tests/a.py` and `api/tests/b/c.py`. `*` and
`?` stay within one name, `**` crosses names. A leading `/` ties the pattern to the root, a trailing one to folders.
"""

from __future__ import annotations

import os
import re
import sys
from functools import cache
from typing import TYPE_CHECKING, Any

from .files import DISK
from .records import NamedTuple
from .regex import regex
from .unchanged import upwards

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from .files import Files

Version = tuple[int, int]

BASELINE = ".fastapi-review-baseline.json"
"""Where a project's baseline is kept, unless its configuration names another place."""

SEVERITIES = {
    "critical": "critical",
    "important": "important",
    "minor": "minor",
    "blocker": "critical",
    "warning": "important",
    "suggestion": "minor",
}
"""The words that projects may write for a severity, and the word of the JSON output for each."""

EXCLUDE = (
    ".git/",
    ".hg/",
    ".svn/",
    ".venv/",
    "venv/",
    "node_modules/",
    "__pycache__/",
    "__pypackages__/",
    "build/",
    "dist/",
    ".tox/",
    ".nox/",
    ".eggs/",
    "*.egg/",
    "site-packages/",
    "thirdparty/",
    "third_party/",
    ".mypy_cache/",
    ".ruff_cache/",
    ".pytest_cache/",
    ".fastapi-review-cache/",
)
TESTS = ("tests/", "test/", "test_*.py", "*_test.py", "conftest.py")
MIGRATIONS = (
    "alembic/versions/",
    "alembic/env.py",
    "migrations/versions/",
    "_migrations/versions/",
    "migrations/env.py",
    "_migrations/env.py",
)
SCRIPTS = (
    "scripts/",
    "bin/",
    "/benchmarks/",
    ".github/",
    "setup.py",
    "noxfile.py",
    "fabfile.py",
    "manage.py",
    "hatch_build.py",
    "gunicorn.conf.py",
    "gunicorn_conf.py",
)
# Words that an app may use for its own things mean examples at the root only: `app/routers/samples/` is a laboratory's.
EXAMPLES = (
    "examples/",
    "example/",
    "docs_src/",
    "docs/conf.py",
    "/docs/",
    "/cookbook/",
    "/samples/",
    "/tutorials/",
    "/notebooks/",
)

DIALECTS = ("postgresql", "mysql", "sqlite", "mssql", "oracle")
"""The databases that a project may say its migrations run on."""

PACKAGES = ("fastapi", "starlette", "pydantic", "sqlalchemy", "httpx", "lxml")
"""Whose versions decide how some rules read the code."""


class Problem(NamedTuple):
    """Something wrong in the configuration."""

    path: str
    """The file, as it can be opened."""
    line: int | None
    """From 1, where it is known."""
    message: str
    """One line."""


class Config:
    """What a project says about its own review. Read-only; `load` makes one from a pyproject.toml."""

    __slots__ = (
        "_versions",
        "baseline",
        "dialect",
        "examples",
        "exclude",
        "extend_ignore",
        "extend_select",
        "files",
        "ignore",
        "knowledge",
        "migrations",
        "per_file_ignores",
        "problems",
        "protocols",
        "root",
        "rules",
        "scripts",
        "select",
        "severity",
        "since",
        "src",
        "stored_input",
        "structural_rules",
        "target_version",
        "tests",
    )

    def __init__(
        self,
        root: str,
        *,
        select: tuple[str, ...] = (),
        extend_select: tuple[str, ...] = (),
        ignore: tuple[str, ...] = (),
        extend_ignore: tuple[str, ...] = (),
        per_file_ignores: tuple[tuple[str, tuple[str, ...]], ...] = (),
        exclude: tuple[str, ...] = (),
        src: tuple[str, ...] = (),
        tests: tuple[str, ...] = TESTS,
        migrations: tuple[str, ...] = MIGRATIONS,
        since: str = "",
        dialect: str = "",
        scripts: tuple[str, ...] = SCRIPTS,
        examples: tuple[str, ...] = EXAMPLES,
        target_version: Version | None = None,
        severity: Mapping[str, str] | None = None,
        rules: Mapping[str, Mapping[str, Any]] | None = None,
        knowledge: Mapping[str, Any] | None = None,
        protocols: Mapping[str, Mapping[str, Any]] | None = None,
        structural_rules: tuple[str, ...] = (),
        baseline: str = "",
        stored_input: bool = False,
        problems: tuple[Problem, ...] = (),
        files: Files = DISK,
    ) -> None:
        self.root = root
        """The project's folder, absolute."""
        self.files = files
        """Where the project's files are read."""
        self.select = select
        """Codes, prefixes of codes or names of rules, as written. Empty: not said."""
        self.extend_select = extend_select
        self.ignore = ignore
        self.extend_ignore = extend_ignore
        self.per_file_ignores = per_file_ignores
        """(glob, selectors): every entry whose glob matches counts."""
        self.exclude = EXCLUDE + exclude
        """Globs of files that are never reviewed; the last that matches decides, `!` in front takes back."""
        self.src = src
        """Folders that modules are imported from, relative to the root. Empty: to be found out."""
        self.tests = tests
        self.migrations = migrations
        self.since = since
        """Only migrations after this revision, or of this date and later, are judged. Empty: all."""
        self.dialect = dialect
        """One of DIALECTS; empty: to be found out."""
        self.scripts = scripts
        self.examples = examples
        self.target_version = target_version
        """The oldest Python that the project runs on, (3, 12); None: not said."""
        self.severity = severity or {}
        """Selector → "critical", "important" or "minor"; of the selectors that match, the longest counts."""
        self.rules = rules or {}
        """Code or name of a rule → its options, unchecked: the registry knows their types."""
        self.knowledge = knowledge or {}
        """`[tool.fastapi-review.knowledge]` as written: rows to append to the tool's own."""
        self.protocols = protocols or {}
        """Name of a protocol → its keys, unchecked: see protocols.py."""
        self.structural_rules = structural_rules
        """Folders of the project's own ast-grep rules, relative to the root."""
        self.baseline = baseline
        """The file of the project's baseline, relative to the root. Empty: the usual one, if it is there."""
        self.stored_input = stored_input
        """Whether what the database returns is untrusted input, too."""
        self.problems = problems
        self._versions: dict[str, Version | None] | None = None


# Finding the project


_SECTION = r"""(?m)^[ \t]*\[+[ \t]*tool[ \t]*\.[ \t]*["']?fastapi-review["']?[ \t]*(?:[\].]|$)"""
_SETUP_FILES = ("pyproject.toml", "setup.py", "setup.cfg")
_roots: dict[tuple[str, Files], str] = {}
_texts: dict[tuple[str, Files], str | None] = {}


def find_root(path: str, files: Files = DISK) -> str:
    """The folder, absolute, of the project that a file or folder belongs to. The path need not exist (stdin).

    The nearest folder upwards whose pyproject.toml has our section; without one, the nearest with `.git`; then the
    nearest with pyproject.toml, setup.py or setup.cfg; then the working directory if it holds the path; then the
    folder above the outermost package.
    """
    path = os.path.abspath(path)
    folder = path if files.kind(path) == "folder" else os.path.dirname(path)
    root = _roots.get((folder, files))
    if root is None:
        root = _roots[folder, files] = _find_root(folder, files)
    return root


def forget() -> None:
    """Drop what is remembered of files on disk; for a process that lives longer than a run."""
    _roots.clear()
    _texts.clear()


def _find_root(folder: str, files: Files) -> str:
    above = list(upwards(folder))
    for candidate in above:
        if _has_section(_pyproject(candidate, files)):
            return candidate
    for candidate in above:
        if files.kind(os.path.join(candidate, ".git")):
            return candidate
    for candidate in above:
        if any(files.kind(os.path.join(candidate, name)) == "file" for name in _SETUP_FILES):
            return candidate
    if (here := os.getcwd()) in above:
        return here
    while files.kind(os.path.join(folder, "__init__.py")) == "file":
        folder = os.path.dirname(folder)
    return folder


def _pyproject(folder: str, files: Files) -> str | None:
    if (folder, files) not in _texts:
        _texts[folder, files] = _read(os.path.join(folder, "pyproject.toml"), files)
    return _texts[folder, files]


def _has_section(text: str | None) -> bool:
    return text is not None and "fastapi-review" in text and re.search(_SECTION, text) is not None


def _read(path: str, files: Files) -> str | None:
    try:
        text = files.read(path).decode("utf-8", "replace")
    except OSError:
        return None
    return text.replace("\r\n", "\n").replace("\r", "\n")


# Reading the section


def load(root: str, files: Files = DISK) -> Config:
    """The configuration of the project at `root` (a folder, absolute). Never raises; see `Config.problems`."""
    text = _read(os.path.join(root, "pyproject.toml"), files) or ""
    target = _declared_python(root, text, files)
    if not _has_section(text):
        return Config(root, target_version=target, files=files)
    path = os.path.join(root, "pyproject.toml")
    try:
        section = _parse(text)["tool"]["fastapi-review"]
    except ValueError as error:
        return Config(root, target_version=target, problems=(_broken(path, error),), files=files)
    except (KeyError, TypeError):
        return Config(root, target_version=target, files=files)
    reader = _Reader(path, text)
    if not isinstance(section, dict):
        reader.wrong("a table", section, "tool", "fastapi-review")
        section = {}
    values: dict[str, Any] = {}
    for key, value in section.items():
        if (read := _READERS.get(key)) is None:
            reader.unknown(key, _READERS)
            continue
        try:
            values[key.replace("-", "_")] = read(reader, key, value)
        except _Wrong as wrong:
            reader.wrong(str(wrong), value, key)
    values.setdefault("target_version", target)
    if isinstance(values.get("migrations"), dict):
        values |= values.pop("migrations")
    if "src" in values:
        values["src"] = tuple(_there(reader, root, values["src"], files))
    for key in ("tests", "migrations", "scripts", "examples"):
        _tied(reader, root, key, values.get(key, ()), files)
    config = Config(root, **values, files=files)
    if config.since and not _DATE.fullmatch(config.since) and _is_missing(config.since, config):
        reader.nowhere("migrations", "revision", config.since, "", "since")
        config.since = ""
    config.problems = tuple(reader.problems)
    return config


def seen_in(config: Config, files: Files) -> Config:
    """The same settings over another state of the project's files, which may require other versions."""
    found: Config = Config.__new__(Config)
    for name in Config.__slots__:
        setattr(found, name, getattr(config, name))
    found.files = files
    found._versions = None
    return found


def _parse(text: str) -> dict[str, Any]:
    if sys.version_info >= (3, 11):
        import tomllib
    else:
        import tomli as tomllib
    return tomllib.loads(text)


def _broken(path: str, error: ValueError) -> Problem:
    place = re.search(r"at line (\d+)", str(error))
    line = int(place[1]) if place else None
    return Problem(path, line, f"pyproject.toml is not valid TOML, the defaults are used: {error}")


class _Wrong(Exception):
    """A value of the wrong type; says what is expected."""


class _Reader:
    """Collects problems, each with the line where its key stands."""

    def __init__(self, path: str, text: str) -> None:
        self.path = path
        self.text = text
        self.problems: list[Problem] = []

    def wrong(self, expected: str, value: object, *keys: str) -> None:
        key = ".".join(key if re.fullmatch(r"[\w-]+", key) else f'"{key}"' for key in keys)
        self._add(keys, f"`{key}` must be {expected}, not {brief(value)}; the default is used")

    def unknown(self, key: str, known: Iterable[str], *above: str) -> None:
        inner = key if re.fullmatch(r"[\w-]+", key) or not above else brief(key)
        self._add((*above, key), f"unknown key `{'.'.join((*above, inner))}`{suggestion(key, known)}")

    def nowhere(self, key: str, what: str, path: str, hint: str, *inner: str) -> None:
        name = ".".join((key, *inner))
        self._add((key, *inner), f"`{name}`: there is no {what} `{brief(path)[1:-1]}`{hint}")

    def _add(self, keys: tuple[str, ...], message: str) -> None:
        self.problems.append(Problem(self.path, line_of(self.text, *keys), f"[tool.fastapi-review] {message}"))


def problem(root: str, message: str, *keys: str, files: Files = DISK) -> Problem:
    """A problem of our section in the pyproject.toml of `root`, at the line where the path of keys stands."""
    path = os.path.join(root, "pyproject.toml")
    return Problem(path, line_of(_read(path, files) or "", *keys), f"[tool.fastapi-review] {message}")


def brief(value: object) -> str:
    """A value in a message: one line of at most 40 characters."""
    text = " ".join(repr(value).split())
    return text if len(text) <= 40 else f"{text[:37]}..."


def suggestion(name: str, known: Iterable[str]) -> str:
    """A question naming the nearest of `known` (", did you mean `x`?"), or "" when none is near."""
    from difflib import get_close_matches

    near = get_close_matches(name, sorted(known), 1, 0.6)
    return f", did you mean `{near[0]}`?" if near else ""


def line_of(text: str, *keys: str) -> int | None:
    """The line (from 1) of our section in TOML text that holds all keys of a path, as far as they are found.

    `line_of(text, "rules", "FAR001", "allow")` is the line of `allow` below the header `[….rules.FAR001]`, or of
    `rules.FAR001.allow` or of an inline table.
    """
    header: list[str] = []
    best, depth = None, -1
    for number, line in enumerate(text.splitlines(), 1):
        if opened := re.match(r"\s*\[+([^\]#]+)\]", line):
            header = _names(opened[1])
            names = header
        elif named := re.match(r"""\s*((?:[\w.-]+|"[^"]*"|'[^']*')+)\s*=(.*)""", line):
            names = header + _names(named[1]) + re.findall(r"""["']?([\w-]+)["']?\s*=""", named[2])
        else:
            continue
        if names[:2] != ["tool", "fastapi-review"]:
            continue
        found = 0
        for name in names[2:]:
            found += found < len(keys) and name == keys[found]
        if found > depth:
            best, depth = number, found
    return best


def _names(dotted: str) -> list[str]:
    return [name.strip(" \t\"'") for name in re.findall(r"""\s*(?:"[^"]*"|'[^']*'|[^."']+)""", dotted) if name.strip()]


def _strings(reader: _Reader, key: str, value: object) -> tuple[str, ...]:
    if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
        raise _Wrong("a list of strings")
    return tuple(value)


def _file(reader: _Reader, key: str, value: object) -> str:
    if not isinstance(value, str) or not value:
        raise _Wrong("a path")
    return value


def _folders(reader: _Reader, key: str, value: object) -> tuple[str, ...]:
    return _strings(reader, key, [value] if isinstance(value, str) else value)


def _there(reader: _Reader, root: str, folders: tuple[str, ...], files: Files) -> Iterable[str]:
    """The folders that are there; a problem for each other."""
    for folder in folders:
        if "\0" not in folder and files.kind(os.path.normpath(os.path.join(root, folder))) == "folder":
            yield os.path.normpath(folder).replace(os.sep, "/") if folder else folder
        else:
            reader.nowhere("src", "folder", folder, near(root, folder, files))


def _tied(reader: _Reader, root: str, key: str, patterns: tuple[str, ...], files: Files) -> None:
    """A problem for each path from the root, without a wildcard, where nothing is. Other patterns may match nothing:
    whether they do cannot be told without reading the whole project."""
    for pattern in patterns:
        if pattern.startswith("/") and pattern.strip("/") and not re.search(r"[*?\0]", pattern):
            path = os.path.normpath(os.path.join(root, pattern.strip("/")))
            if files.kind(path) is None:
                hint = "" if "." in os.path.basename(path) else near(root, pattern, files)
                reader.nowhere(key, "file or folder", pattern, hint)


def near(root: str, path: str, files: Files = DISK) -> str:
    """A question naming the folder of the project whose path is most like `path`, which is not there; or ""."""
    if "\0" in path:
        return ""
    known = []
    for above in dict.fromkeys(("", os.path.dirname(path.strip("/")))):
        try:
            entries = files.entries(os.path.join(root, above))
        except OSError:
            continue
        known += [os.path.join(above, entry.name) for entry in entries if entry.is_folder]
    return suggestion(path.strip("/"), [name.replace(os.sep, "/") for name in known if not name.startswith(".")])


def _table(reader: _Reader, key: str, value: object) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise _Wrong("a table")
    return value


_DATE = regex(r"\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])")
_LIKE_A_DATE = regex(r"\d{1,4}[-./]\d{1,2}[-./]\d{1,4}.*", re.DOTALL)


def _migrations(reader: _Reader, key: str, value: object) -> tuple[str, ...] | dict[str, Any]:
    """The globs, or a table with `paths`, `since` and `dialect`."""
    if isinstance(value, list):
        return _strings(reader, key, value)
    if not isinstance(value, dict):
        raise _Wrong("a list of strings or a table")
    found: dict[str, Any] = {}
    for name, given in value.items():
        if name == "paths" and isinstance(given, list) and all(isinstance(item, str) for item in given):
            found["migrations"] = tuple(given)
        elif name == "since" and (since := _since(given)):
            found["since"] = since
        elif name == "dialect" and given in DIALECTS:
            found["dialect"] = given
        elif name in _EXPECTED:
            reader.wrong(_EXPECTED[name], given, key, name)
        else:
            reader.unknown(name, _EXPECTED, key)
    return found


_EXPECTED = {
    "paths": "a list of strings",
    "since": "a revision or a date such as 2025-01-31",
    "dialect": f"{', '.join(DIALECTS[:-1])} or {DIALECTS[-1]}",
}


def _since(value: object) -> str:
    """A revision, or a date as "2025-01-31"; "" if it is neither. TOML has dates of its own."""
    text = value if isinstance(value, str) else str(value) if type(value).__name__ == "date" else ""
    return text if _DATE.fullmatch(text) or not _LIKE_A_DATE.fullmatch(text) else ""


def _is_missing(revision: str, config: Config) -> bool:
    """Whether migrations lie where they usually do, and none of them is this revision."""
    assigned = re.compile(rf"""(?m)^revision\b[^=\n]*=\s*['"]{re.escape(revision)}['"]""")
    todo, is_found = [config.root], False
    while todo:
        folder = todo.pop()
        try:
            entries = config.files.entries(folder)
        except OSError:
            continue
        for entry in entries:
            path = os.path.join(folder, entry.name)
            name = os.path.relpath(path, config.root).replace(os.sep, "/")
            if entry.is_folder:
                todo += [path] if not excluded(config, f"{name}/") else []
            elif name.endswith(".py") and (matches(config.migrations, name) or "/versions/" in f"/{name}"):
                text = _read(path, config.files) or ""
                if assigned.search(text) is not None:
                    return False
                is_found = is_found or _is_revision(text)
    return is_found


def _flag(reader: _Reader, key: str, value: object) -> bool:
    if not isinstance(value, bool):
        raise _Wrong("true or false")
    return value


def _tables(reader: _Reader, key: str, value: object) -> dict[str, Any]:
    table = _table(reader, key, value)
    for name in [name for name, options in table.items() if not isinstance(options, dict)]:
        reader.wrong("a table", table[name], key, name)
    return {name: options for name, options in table.items() if isinstance(options, dict)}


def _per_file(reader: _Reader, key: str, value: object) -> tuple[tuple[str, tuple[str, ...]], ...]:
    entries = []
    for pattern, codes in _table(reader, key, value).items():
        if isinstance(codes, list) and all(isinstance(code, str) for code in codes):
            entries.append((pattern, tuple(codes)))
        else:
            reader.wrong("a list of strings", codes, key, pattern)
    return tuple(entries)


def _severities(reader: _Reader, key: str, value: object) -> dict[str, str]:
    severities = {}
    for selector, word in _table(reader, key, value).items():
        if isinstance(word, str) and word.lower() in SEVERITIES:
            severities[selector] = SEVERITIES[word.lower()]
        else:
            reader.wrong("critical, important or minor", word, key, selector)
    return severities


def _target(reader: _Reader, key: str, value: object) -> Version:
    if isinstance(value, str) and (parts := re.fullmatch(r"(?:py)?(3)\.?(\d{1,2})", value)):
        return int(parts[1]), int(parts[2])
    raise _Wrong('a version of Python such as "3.12" or "py312"')


_READERS: dict[str, Callable[[_Reader, str, object], Any]] = {
    "select": _strings,
    "extend-select": _strings,
    "ignore": _strings,
    "extend-ignore": _strings,
    "per-file-ignores": _per_file,
    "exclude": _strings,
    "src": _folders,
    "tests": _strings,
    "migrations": _migrations,
    "scripts": _strings,
    "examples": _strings,
    "target-version": _target,
    "severity": _severities,
    "rules": _tables,
    "knowledge": _table,
    "protocols": _tables,
    "structural-rules": _folders,
    "baseline": _file,
    "stored-input": _flag,
}
KEYS = tuple(_READERS)
"""The keys of `[tool.fastapi-review]`."""


# What a path means


def matches(patterns: tuple[str, ...], path: str) -> bool:
    """A glob of `patterns` (see the module docstring) matches `path`, relative to the root, with forward slashes."""
    return bool(patterns) and _compiled(patterns).search(path) is not None


@cache
def _compiled(patterns: tuple[str, ...]) -> re.Pattern[str]:
    return re.compile("|".join(map(_regex, patterns)))


def _regex(pattern: str) -> str:
    pattern = pattern.replace("\\", "/").removeprefix("./")
    start = "^" if pattern.startswith("/") else "(?:^|/)"
    end = "/" if pattern.rstrip("*").endswith("/") and not pattern.endswith("/*") else "(?:/|$)"
    body = []
    for piece in re.findall(r"\*\*/|\*\*|\*|\?|[^*?]+", pattern.strip("/").removesuffix("/**")):
        match piece:
            case "**/":
                body.append("(?:.*/)?")
            case "**":
                body.append(".*")
            case "*":
                body.append("[^/]*")
            case "?":
                body.append("[^/]")
            case _:
                body.append(re.escape(piece))
    return start + "".join(body) + end


def excluded(config: Config, path: str) -> bool:
    """A file is not to be reviewed; `path` relative to the root."""
    if not takes_back(config):
        return matches(config.exclude, path)
    out = False
    for pattern in config.exclude:
        if matches((pattern.removeprefix("!"),), path):
            out = not pattern.startswith("!")
    return out


def excluder(config: Config) -> Callable[[str], object]:
    """`excluded` for many paths of one project: the answer is true or false in a condition."""
    if takes_back(config) or not config.exclude:
        return lambda path: excluded(config, path)
    return _compiled(config.exclude).search


def takes_back(config: Config) -> bool:
    """A pattern of `exclude` may put a file of an excluded folder back."""
    return any(pattern.startswith("!") for pattern in config.exclude)


# Patterns are strings: compiling them all would cost every start of flake8 more than it costs to look them up.
_REVISION = r"(?m)^revision\b\s*(?::[^=\n]+)?="
_DOWN_REVISION = r"(?m)^down_revision\b\s*(?::[^=\n]+)?="
_TEST_IMPORT = r"(?m)^(?:import|from) (?:pytest|unittest)\b"
_TEST_CODE = r"(?m)^\s*(?:(?:async )?def test|class \w+\(.*TestCase|@pytest(?:_asyncio)?\.)"


def role(config: Config, path: str, text: str) -> str:
    """What a file is for: "app", "test", "migration", "script" or "example". `path` is relative to the root.

    By path, and by content where that is certain: an Alembic revision wherever it lies, a module of pytest tests or
    fixtures. A module of the app named `test_results.py` that holds no test stays app code, so does one with an
    `if __name__ == "__main__"`.
    """
    if matches(config.tests, path):
        if config.tests is not TESTS or not _only_named_like_a_test(path) or _could_be_tests(text):
            return "test"
    elif _holds_tests(text) and config.tests is TESTS:
        return "test"
    if matches(config.migrations, path) or _is_revision(text):
        return "migration"
    if matches(config.examples, path):
        return "example"
    if matches(config.scripts, path):
        return "script"
    return "app"


def _only_named_like_a_test(path: str) -> bool:
    return not matches(("tests/", "test/", "conftest.py"), path)


def _holds_tests(text: str) -> bool:
    """A module of tests or fixtures. `def test_connection` alone says nothing: it is a common route."""
    return "test" in text and re.search(_TEST_IMPORT, text) is not None and re.search(_TEST_CODE, text) is not None


def _could_be_tests(text: str) -> bool:
    return (
        not text.strip() or re.search(_TEST_IMPORT, text) is not None or ("def test" in text and "Router" not in text)
    )


def _is_revision(text: str) -> bool:
    return (
        "down_revision" in text
        and re.search(_DOWN_REVISION, text) is not None
        and re.search(_REVISION, text) is not None
    )


# Versions that the project declares


_LOCKS = ("uv.lock", "poetry.lock", "pdm.lock", "pylock.toml", "Pipfile.lock")
_REQUIREMENTS = r"requirements.*\.(?:txt|in)$|setup\.(?:py|cfg)$|Pipfile$"


def versions(config: Config) -> Mapping[str, Version | None]:
    """The versions of PACKAGES that the project runs with, as (major, minor); None: it does not say.

    The version in a lock file; without one, the lowest that pyproject.toml (PEP 621, dependency groups, Poetry),
    setup.py, setup.cfg, Pipfile or requirements files allow. They are looked for at the root and, if they say nothing
    there, in the folders right below it. Read once, on demand.
    """
    if config._versions is None:
        config._versions = _versions(config)
    return config._versions


def _versions(config: Config) -> dict[str, Version | None]:
    found: dict[str, Version | None] = dict.fromkeys(PACKAGES)
    for folders in ([config.root], _subfolders(config)):
        declared, locked = _declared(folders, config.files)
        for name in PACKAGES:
            known = locked.get(name) or declared.get(name)
            if found[name] is None and known:
                found[name] = min(known)
    return found


def dependency_files(config: Config) -> list[str]:
    """All files, absolute, that `versions` and the project's Python are read from."""
    return [path for folder in (config.root, *_subfolders(config)) for path in _dependency_files(folder, config.files)]


def dependency_folders(config: Config) -> Iterable[str]:
    """The folders, absolute, that `dependency_files` looks into, if they are there."""
    for folder in (config.root, *_subfolders(config)):
        yield folder
        yield os.path.join(folder, "requirements")


def _subfolders(config: Config) -> list[str]:
    try:
        entries = config.files.entries(config.root)
    except OSError:
        return []
    names = [entry.name for entry in entries if entry.is_folder and not entry.name.startswith(".")]
    return [os.path.join(config.root, name) for name in names if not excluded(config, f"{name}/")]


def _declared(folders: Iterable[str], files: Files) -> tuple[dict[str, list[Version]], dict[str, list[Version]]]:
    declared: dict[str, list[Version]] = {}
    locked: dict[str, list[Version]] = {}
    for folder in folders:
        for path in _dependency_files(folder, files):
            text = _read(path, files) or ""
            into = locked if os.path.basename(path) in _LOCKS else declared
            for name, version in re.findall(_LOCKED, text) if into is locked else _constraints(path, text):
                if name in PACKAGES:
                    into.setdefault(name, []).append(_version(version))
    return declared, locked


def _dependency_files(folder: str, files: Files) -> list[str]:
    names = []
    for below in ("", "requirements"):
        try:
            entries = files.entries(os.path.join(folder, below))
        except OSError:
            continue
        for name, *_ in entries:
            if below:
                wanted = name.endswith((".txt", ".in"))
            else:
                wanted = name in _LOCKS or name == "pyproject.toml" or re.match(_REQUIREMENTS, name) is not None
            if wanted:
                names.append(os.path.join(folder, below, name))
    return names


# `name = "x"` followed by `version = "1.2"` (uv, Poetry, PDM, pylock), and `"x": {… "version": "==1.2"` (Pipenv).
_LOCKED = (
    r"""(?m)^(?:name\s*=\s*"|\s*")([\w.-]+)"(?:\s*\nversion\s*=\s*"|:\s*\{[^{}]*?"version":\s*"==)(\d+(?:\.\d+)?)"""
)
# A PEP 508 requirement, alone on its line or quoted.
_REQUIREMENT = (
    r"""(?m)(?:^|["'])[ \t]*([A-Za-z][\w.-]*)[ \t]*(?:\[[^\]]*\])?[ \t]*\(?"""
    r"""((?:[<>=!~]=?=?[ \t]*[\w.*+!-]+[ \t]*,?[ \t]*)+)"""
)
# A key of Poetry or Pipenv.
_KEYED = (
    r"""(?m)^[ \t]*["']?([A-Za-z][\w.-]*)["']?[ \t]*=[ \t]*(?:\{.*?\bversion[ \t]*=[ \t]*)?"""
    r"""["']([\^~<>=!\d][^"']*)["']"""
)
_LOWER = r"(?:>=|>|~=|===?|\^|~|^)\s*(\d+(?:\.\d+)*)"


def _constraints(path: str, text: str) -> Iterable[tuple[str, str]]:
    pairs = re.findall(_REQUIREMENT, text)
    if path.endswith((".toml", "Pipfile")):
        pairs += re.findall(_KEYED, text)
    for name, constraint in pairs:
        if lower := re.search(_LOWER, constraint.strip()):
            yield name.lower(), lower[1]


def _version(text: str) -> Version:
    major, _, minor = text.partition(".")
    return int(major), int(minor.partition(".")[0] or 0)


_PYTHON_KEYS = (
    ("pyproject.toml", r"""(?m)^[ \t]*requires-python[ \t]*=[ \t]*["']([^"'\n]+)"""),
    ("pyproject.toml", r"""(?m)^[ \t]*python[ \t]*=[ \t]*["']([^"'\n]+)"""),
    ("setup.cfg", r"(?m)^[ \t]*python_requires[ \t]*=[ \t]*([^\n]+)"),
    ("setup.py", r"""\bpython_requires[ \t]*=[ \t]*["']([^"'\n]+)"""),
)


def _declared_python(root: str, pyproject: str, files: Files) -> Version | None:
    """The oldest Python that the packaging metadata allow, from text alone: no TOML parser for one line."""
    for name, pattern in _PYTHON_KEYS:
        text = pyproject if name == "pyproject.toml" else _read(os.path.join(root, name), files)
        if text and (said := re.search(pattern, text)) and (lower := re.search(_LOWER, said[1].strip())):
            version = _version(lower[1])
            return version if version[0] == 3 and "." in lower[1] else None
    return None
