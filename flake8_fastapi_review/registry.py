"""All rules, without importing them: what exists, what a project selected, and which rules a file needs.

`_registry.py` holds a row for each rule, of Python and of YAML, written by `python -m flake8_fastapi_review.registry`
and compared by a test. A rule's own module is imported when a file has its role and holds its markers.

Selectors are codes (`FAR001`), prefixes of codes (`FAR00`), names (`blocking-io-in-async`) or `ALL`. As with Ruff, of
the selectors that match a code the longest decides, ignoring wins a draw, and a `select` on the command line starts
afresh whatever the project's configuration says.
"""

from __future__ import annotations

import os
import re
import sys
from functools import cache
from typing import TYPE_CHECKING, Any

from . import config as configuration
from .config import Problem
from .records import NamedTuple
from .regex import regex
from .rule import Default, Rule, Severity

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from .astgrep import AstGrepRule
    from .config import Config
    from .file import File
    from .rule import Violation

INTERNAL = "FAR000"
"""The tool's own voice: an error in a rule, in the configuration, or a file that cannot be read."""

_OWN = regex(r"FAR9\d{0,2}")
"""Codes of the structural rules that projects write."""

_NARROW = len("FAR00")
"""A selector of flake8 that is at least this long was meant for us: `F` and `FAR` stand in broad configurations."""


class Row(NamedTuple):
    """What is known of a rule before its module is imported."""

    code: str
    name: str
    severity: str
    """The word of the JSON output."""
    default: str
    """"on", "off" or "cfg"."""
    roles: tuple[str, ...]
    markers: tuple[tuple[str, ...], ...]
    cwe: int | None
    cvss: str | None
    options: tuple[tuple[str, str, str], ...]
    """(name, annotation, help)."""
    summary: str
    """The first sentence of the page."""
    module: str
    """Below `flake8_fastapi_review.rules`; empty for a structural rule."""
    cls: str
    language: str
    """Of the files that the rule is about."""
    payload: str
    """Of a structural rule, what `astgrep` makes it from."""


@cache
def rows() -> tuple[Row, ...]:
    """All rules of this package, by code."""
    from ._registry import ROWS

    return tuple(map(Row._make, ROWS))


def find(selector: str) -> Row | None:
    """The rule with this code or name, in any case."""
    wanted = selector.strip().lower()
    return next((row for row in rows() if wanted in (row.code.lower(), row.name)), None)


def load(row: Row, options: Mapping[str, Any] | None = None) -> Rule:
    """An instance of a rule with a project's options. Raises what the import of its module raises."""
    if not row.module:
        from .astgrep import load_rule

        return load_rule(row.payload)
    from importlib import import_module

    cls: type[Rule] = getattr(import_module(f"{__package__}.rules.{row.module}"), row.cls)
    return cls(options)


# Selecting


class Layer(NamedTuple):
    """One source of selectors: a configuration file, a command line."""

    select: tuple[str, ...]
    extend_select: tuple[str, ...]
    ignore: tuple[str, ...]
    extend_ignore: tuple[str, ...]

    def decide(self, code: str, before: bool) -> bool:
        """The code is selected, given what the layers below this one decided."""
        selected = _longest(code, self.select + self.extend_select)
        ignored = _longest(code, self.ignore + self.extend_ignore)
        if selected > ignored:
            return True
        return before and not self.select and not ignored


def _longest(code: str, prefixes: Sequence[str]) -> int:
    return max((len(prefix) for prefix in prefixes if code.startswith(prefix)), default=0)


def unknown(selectors: Iterable[str]) -> list[str]:
    """One line for each selector that names no rule, with the nearest that does."""
    names = {row.name for row in rows()}
    codes = [row.code for row in rows()] + [INTERNAL]
    found = []
    for selector in selectors:
        prefix = _prefix(selector, names)
        if prefix is not None and (_OWN.fullmatch(prefix) or any(code.startswith(prefix) for code in codes)):
            continue
        near = configuration.suggestion(selector if "-" in selector else selector.upper(), [*names, *codes])
        found.append(f"`{selector}` names no rule{near}")
    return found


def _prefix(selector: str, names: Iterable[str] = ()) -> str | None:
    """The prefix of codes that a selector stands for."""
    selector = selector.strip()
    if selector == "ALL":
        return "FAR"
    if re.fullmatch(r"F|FA|FAR\d{0,3}", selector):
        return selector
    if selector in names or "-" in selector:
        row = find(selector)
        return row.code if row else None
    return None


def _prefixes(selectors: Iterable[str]) -> tuple[str, ...]:
    return tuple(prefix for selector in selectors if (prefix := _prefix(selector)))


def select(
    config: Config,
    select: Sequence[str] = (),
    extend_select: Sequence[str] = (),
    ignore: Sequence[str] = (),
    extend_ignore: Sequence[str] = (),
    *,
    flake8: bool = False,
) -> Selection:
    """The rules that a project (`config`) and a command line (the other arguments) choose.

    With `flake8`, these arguments are flake8's own options: codes that flake8 will drop are left out, and a rule that
    is off by default only comes with a selector of at least five characters (`FAR00`). FAR000 is always in unless it is
    ignored by its full code.
    """
    own = Layer(*map(_prefixes, (config.select, config.extend_select, config.ignore, config.extend_ignore)))
    given = Layer(*map(_prefixes, (select, extend_select, ignore, extend_ignore)))
    # `select = E,W` leaves nothing for us, though none of it is a prefix of ours.
    only_selected = bool(select)

    def decide(code: str, by_default: bool) -> bool:
        chosen = own.decide(code, by_default)
        if flake8:
            return _for_flake8(given, code, chosen, only_selected)
        return given.decide(code, chosen)

    problems = list(config.problems)
    options = dict(_options(config, problems))
    for code, demanded in _protocols(config, problems).items():
        options[code] = {"protocols": demanded, **options.get(code, {})}
    problems += _unknown_selectors(config)
    codes = set()
    for row in rows():
        if row.code == INTERNAL or (row.default == Default.CONFIGURED.value and not options.get(row.code)):
            continue
        if decide(row.code, row.default != Default.OFF.value):
            codes.add(row.code)
    if INTERNAL not in own.ignore + own.extend_ignore + given.ignore + given.extend_ignore:
        codes.add(INTERNAL)

    structural = _structural(config, problems, lambda rule: decide(rule.code, rule.default is not Default.OFF))
    codes.update(rule.code for rule in structural)
    return Selection(config, frozenset(codes), options, structural, tuple(problems))


def _for_flake8(given: Layer, code: str, before: bool, only_selected: bool) -> bool:
    """flake8 will show the code, and we were asked for it: by default, or by a narrow selector of flake8."""
    selected = _longest(code, given.select + given.extend_select)
    ignored = _longest(code, given.ignore + given.extend_ignore)
    if only_selected and not selected:
        return False
    # Where an `extend-select` meets an ignore, flake8 also weighs the name of our entry point, `FAR00`.
    weight = max(selected, _NARROW) if selected and not only_selected else selected
    if ignored and ignored >= weight:
        return False
    return before or selected >= _NARROW


def _unknown_selectors(config: Config) -> Iterator[Problem]:
    places: list[tuple[tuple[str, ...], Iterable[str]]] = [
        (("select",), config.select),
        (("extend-select",), config.extend_select),
        (("ignore",), config.ignore),
        (("extend-ignore",), config.extend_ignore),
    ]
    places += [(("per-file-ignores", pattern), codes) for pattern, codes in config.per_file_ignores]
    places += [(("severity", selector), (selector,)) for selector in config.severity]
    for keys, selectors in places:
        if selectors:
            for message in unknown(selectors):
                yield configuration.problem(config.root, message, *keys, files=config.files)


class Selection:
    """The rules chosen for a project, and what its configuration says of their findings."""

    def __init__(
        self,
        config: Config,
        codes: frozenset[str],
        options: Mapping[str, Mapping[str, Any]],
        structural: tuple[AstGrepRule, ...] = (),
        problems: tuple[Problem, ...] = (),
    ) -> None:
        self.config = config
        self.codes = codes
        """Of the rules that run somewhere; FAR000 is one unless it was ignored."""
        self.problems = problems
        """What is wrong in the configuration, in the options of rules and in the project's own rules."""
        self.structural = structural
        """The project's own rules."""
        self._options = options
        self._per_file = tuple((pattern, _prefixes(codes)) for pattern, codes in config.per_file_ignores)
        self._severities = tuple(
            sorted(
                ((prefix, Severity(word)) for key, word in config.severity.items() if (prefix := _prefix(key))),
                key=lambda pair: -len(pair[0]),
            )
        )
        self._rows: dict[str, tuple[list[Row], list[AstGrepRule]]] = {}
        self._rules: dict[str, Rule] = {}
        self._asked: tuple[str, str, str, list[Rule]] | None = None
        """The last question of `rules_for`, which is asked before a file is parsed and again when it is looked at."""

    def enabled(self, code: str, path: str) -> bool:
        """Findings with this code are wanted in the file at `path`, relative to the root."""
        return code in self.codes and not code.startswith(self.ignored(path))

    def ignored(self, path: str) -> tuple[str, ...]:
        """The prefixes of codes that per-file-ignores drops in a file."""
        if not self._per_file:
            return ()
        matching = [codes for pattern, codes in self._per_file if configuration.matches((pattern,), path)]
        return tuple(code for codes in matching for code in codes)

    def severity(self, code: str, otherwise: Severity) -> Severity:
        """The severity that the project gives to a code, or else the rule's own."""
        for prefix, severity in self._severities:
            if code.startswith(prefix):
                return severity
        return otherwise

    def rules_for(self, role: str, text: str, path: str) -> list[Rule]:
        """The rules to run on a file, by code: chosen, meant for its role, and with their markers in its text.

        A rule that cannot be imported is there too: its check raises what the import raised.
        """
        asked = self._asked
        if asked is not None and asked[2] == path and asked[1] == text and asked[0] == role:
            return asked[3]
        rules = self._rules_for(role, text, path)
        self._asked = (role, text, path, rules)
        return rules

    def _rules_for(self, role: str, text: str, path: str) -> list[Rule]:
        known = self._rows.get(role)
        if known is None:
            known = self._rows[role] = (
                [row for row in _every_row(self.codes) if role in row.roles],
                [rule for rule in self.structural if role in rule.roles],
            )
        rows, structural = known
        ignored = self.ignored(path)
        words = _Words(text)
        rules = [self._rule(row) for row in rows if not row.code.startswith(ignored) and words.holds(row.markers)]
        return rules + [rule for rule in structural if not rule.code.startswith(ignored) and words.holds(rule.markers)]

    def wanted(self, role: str, text: str, path: str) -> bool:
        """Whether any rule is to be run on a file."""
        return bool(text and self.rules_for(role, text, path)) and not configuration.excluded(self.config, path)

    def structural_rules(self, path: str, text: str) -> list[AstGrepRule]:
        """The structural rules to run on a file that is no Python, or no Python that can be read.

        Roles are for Python: a shell script is a script wherever it lies.
        """
        from .astgrep import rules_for_path

        ignored = self.ignored(path)
        role = configuration.role(self.config, path, text) if path.endswith(".py") else None
        chosen = [self._rule(row) for row in _every_row(self.codes) if not row.module]
        return [
            rule
            for rule in rules_for_path((*chosen, *self.structural), path)
            if not rule.code.startswith(ignored) and (role is None or role in rule.roles)
        ]

    def text_rules(self, path: str) -> list[Any]:
        """The rules of Python that also read the text of a file that is none: they have `files` and `search_text`."""
        codes = [code for code in _READS_TEXT if code in self.codes and not code.startswith(self.ignored(path))]
        rules: list[Any] = [self.rule(code) for code in codes]
        return [rule for rule in rules if path.endswith(rule.files)]

    def suffixes(self) -> tuple[str, ...]:
        """The ends of the names of the files besides Python's that the chosen rules are about."""
        readers: list[Any] = [self.rule(code) for code in _READS_TEXT if code in self.codes]
        texts = [end for rule in readers for end in rule.files]
        structural = self._structural_suffixes()
        return (*structural, *(end for end in texts if end not in structural))

    def _structural_suffixes(self) -> tuple[str, ...]:
        foreign = [self._rule(row) for row in _every_row(self.codes) if row.language != "python"]
        if not foreign and not self.structural:
            return ()
        from .astgrep import suffixes

        return suffixes((*foreign, *self.structural))

    def rule(self, code: str) -> Rule:
        """A rule of this package with the project's options."""
        return next(self._rule(row) for row in rows() if row.code == code)

    def _rule(self, row: Row) -> Rule:
        rule = self._rules.get(row.code)
        if rule is None:
            try:
                rule = load(row, self._options.get(row.code))
            except Exception as error:
                rule = _broken(row.code, error)
            self._rules[row.code] = rule
        return rule


_READS_TEXT = ("FAR206",)


def _code(rule: Rule) -> str:
    return rule.code


def _every_row(codes: frozenset[str]) -> Iterator[Row]:
    return (row for row in rows() if row.code in codes and row.code != INTERNAL)


class _Words:
    """What a text holds of the words that rules look for."""

    def __init__(self, text: str) -> None:
        self._text = text
        # What is between blanks is there many times; a word without blanks is inside of one.
        self._once = "\n".join(set(text.split()))
        self._known: dict[str, bool] = {}

    def holds(self, markers: tuple[tuple[str, ...], ...]) -> bool:
        """Whether at least one word of each group is there."""
        known = self._known
        for group in markers:
            for word in group:
                found = known.get(word)
                if found is None:
                    found = known[word] = word in (self._text if _has_blank(word) else self._once)
                if found:
                    break
            else:
                return False
        return True


@cache
def _has_blank(word: str) -> bool:
    return word.split() != [word]


def _broken(rule_code: str, error: Exception) -> Rule:
    class Broken(Rule):
        code = rule_code
        severity = Severity.WARNING
        message = ""

        def check(self, file: File) -> Iterator[Violation]:
            raise error

    return Broken()


# Options


class _Wrong(Exception):
    """A value of the wrong type; says what is expected."""


def _options(config: Config, problems: list[Problem]) -> Iterator[tuple[str, dict[str, Any]]]:
    for key, table in config.rules.items():
        row = find(key)
        if row is None:
            if not _OWN.fullmatch(key):
                known = [name for row in rows() for name in (row.code, row.name)]
                near = configuration.suggestion(key, known)
                problems.append(
                    configuration.problem(config.root, f"`{key}` is no rule{near}", "rules", key, files=config.files)
                )
            continue
        declared = {name.replace("_", "-"): (name, annotation) for name, annotation, _ in row.options}
        values = {}
        for name, value in table.items():
            if (option := declared.get(name.replace("_", "-"))) is None:
                near = configuration.suggestion(name, declared) or _all_of(declared)
                message = f"{row.code} has no option `{name}`{near}"
                problems.append(configuration.problem(config.root, message, "rules", key, name, files=config.files))
                continue
            try:
                values[option[0]] = converted(option[1], value)
                if option[0] == "pattern":
                    _expression(value)
                problems += _unknown_names(config, value, "rules", key, name)
            except _Wrong as wrong:
                values.pop(option[0], None)
                message = f"`rules.{key}.{name}` must be {wrong}, not {configuration.brief(value)}; the default is used"
                problems.append(configuration.problem(config.root, message, "rules", key, name, files=config.files))
        yield row.code, values


def _protocols(config: Config, problems: list[Problem]) -> dict[str, tuple[Mapping[str, Any], ...]]:
    """The protocols of a project, by the codes of the rules that they fill in."""
    if not config.protocols:
        return {}
    from .protocols import KEYS, NEEDS, lacking, named

    found: dict[str, tuple[Mapping[str, Any], ...]] = {}
    for name, table in config.protocols.items():
        values: dict[str, Any] = {"name": name}
        before = len(problems)
        for key, value in table.items():
            if (annotation := KEYS.get(key)) is None:
                message = f"a protocol has no key `{key}`{configuration.suggestion(key, KEYS) or _all_of(KEYS)}"
                problems.append(configuration.problem(config.root, message, "protocols", name, key, files=config.files))
                continue
            try:
                values[key] = converted(annotation, value)
            except _Wrong as wrong:
                message = f"`protocols.{name}.{key}` must be {wrong}, not {configuration.brief(value)}; it is left out"
                problems.append(configuration.problem(config.root, message, "protocols", name, key, files=config.files))
        for key, each in named(values):
            problems += _unknown_names(config, each, "protocols", name, key)
        needs = lacking(values)
        if needs is not None and len(problems) == before:
            message = f"the protocol `{name}` says nothing to any rule: {needs}"
            problems.append(configuration.problem(config.root, message, "protocols", name, files=config.files))
        for code, needed in NEEDS.items():
            if all(values.get(key) for key in needed):
                found[code] = (*found.get(code, ()), values)
    return found


def _expression(value: object) -> None:
    """A regular expression of a project, of which `{revision}` is filled in later."""
    try:
        re.compile(str(value).replace("{revision}", "x"))
    except re.error as error:
        raise _Wrong(f"a regular expression ({error})") from error


def _unknown_names(config: Config, value: object, *keys: str) -> Iterator[Problem]:
    """The qualified names in a value that mean a module of the project, which has no such thing."""
    from .protocols import not_there

    if isinstance(value, str):
        found = not_there(value, config.root, config.src, config.files)
        if found is not None:
            where, part, there = found
            near = configuration.suggestion(part, there)
            message = f"`{value}` in `{'.'.join(keys)}` is not there: `{where}` has no `{part}`{near}"
            yield configuration.problem(config.root, message, *keys, files=config.files)
    elif isinstance(value, dict):
        for key, each in value.items():
            if key != "match":
                yield from _unknown_names(config, key, *keys)
                yield from _unknown_names(config, each, *keys)
    elif isinstance(value, (list, tuple, frozenset)):
        for each in value:
            yield from _unknown_names(config, each, *keys)


def _all_of(names: Iterable[str]) -> str:
    known = ", ".join(f"`{name}`" for name in sorted(names))
    return f"; it has {known}" if known else ": it has none"


_SCALARS: dict[str, tuple[type | tuple[type, ...], str, str]] = {
    "bool": (bool, "true or false", "booleans"),
    "int": (int, "a whole number", "whole numbers"),
    "float": ((int, float), "a number", "numbers"),
    "str": (str, "a string", "strings"),
}
_COLLECTIONS: dict[str, type] = {"frozenset": frozenset, "tuple": tuple, "list": tuple, "Sequence": tuple}
_TABLES = ("Mapping", "dict")


def converted(annotation: str, value: object) -> Any:
    """A value of TOML as the type that an option is annotated with. Raises `_Wrong` if it is of another.

    Types of options: bool, int, float, str, Literal of strings, frozenset[X], tuple[X, ...], Mapping[str, X], and
    any of these `| None`; Mapping[str, Any] is a table with anything in it, Mapping[Literal[…], X] one with these keys.
    """
    annotation = annotation.removesuffix("| None").strip()
    if annotation in ("Any", "object"):
        return value
    if annotation in _SCALARS:
        accepted, singular, _ = _SCALARS[annotation]
        if not isinstance(value, accepted) or (isinstance(value, bool) and annotation != "bool"):
            raise _Wrong(singular)
        return float(value) if annotation == "float" and isinstance(value, int) else value
    outer, _, inner = annotation.removesuffix("]").partition("[")
    inner = inner.removesuffix(", ...")
    if outer in _TABLES:
        keys, item = _key_and_item(inner)
        if not isinstance(value, dict):
            raise _Wrong(_described(annotation))
        if unknown_key := next((key for key in value if keys and key not in keys), None):
            near = configuration.suggestion(unknown_key, keys) or _all_of(keys)
            raise _Wrong(f"without `{unknown_key}`{near}")
        return {key: _converted_item(annotation, item, entry) for key, entry in value.items()}
    if outer == "Literal":
        words = re.findall(r"""["']([^"']*)["']""", inner)
        if value not in words:
            raise _Wrong("one of " + ", ".join(words))
        return value
    if outer in _COLLECTIONS:
        if not isinstance(value, list):
            raise _Wrong(_described(annotation))
        return _COLLECTIONS[outer](_converted_item(annotation, inner or "Any", entry) for entry in value)
    raise TypeError(f"`{annotation}` is no type of an option")


def _converted_item(annotation: str, item: str, value: object) -> Any:
    try:
        return converted(item, value)
    except _Wrong as wrong:
        if str(wrong).startswith("without "):
            raise
        raise _Wrong(_described(annotation)) from None


def _key_and_item(inner: str) -> tuple[list[str], str]:
    """Of `Mapping[…]` the keys that are allowed (empty: any), and the type of the values."""
    if inner.startswith("Literal["):
        keys, _, item = inner.removeprefix("Literal[").partition("]")
        return re.findall(r"""["']([^"']*)["']""", keys), item.lstrip(", ") or "Any"
    return [], inner.partition(",")[2].strip() or "Any"


def _described(annotation: str) -> str:
    outer, _, inner = annotation.removesuffix("]").partition("[")
    inner = inner.removesuffix(", ...")
    if outer in _TABLES:
        item = _key_and_item(inner)[1]
        return f"a table of {_plural(item)}" if item and item != "Any" else "a table"
    return f"a list of {_plural(inner)}"


def _plural(annotation: str) -> str:
    if annotation in _SCALARS:
        return _SCALARS[annotation][2]
    outer = annotation.partition("[")[0]
    return "tables" if outer in _TABLES else "lists" if outer in _COLLECTIONS else "values"


# The project's own structural rules


def _structural(config: Config, problems: list[Problem], chosen: Callable[[Rule], bool]) -> tuple[AstGrepRule, ...]:
    if not config.structural_rules:
        return ()
    try:
        from .astgrep import load_folders

        found, wrong = load_folders(config.root, config.structural_rules)
    except ImportError as error:
        message = f"the rules in {', '.join(config.structural_rules)} are not run: {error}"
        problems.append(configuration.problem(config.root, message, "structural-rules", files=config.files))
        return ()
    problems += [Problem(os.path.join(config.root, path), line, message) for path, line, message in wrong]
    return tuple(sorted(filter(chosen, found), key=_code))


# Writing _registry.py


def render() -> tuple[str, list[str]]:
    """The text of `_registry.py` for the rules that lie in the source tree, and a line for each that is malformed."""
    from itertools import pairwise

    here = os.path.dirname(os.path.abspath(__file__))
    problems: list[str] = []
    found = list(_python_rows(os.path.join(here, "rules"), problems))
    found += _structural_rows(os.path.join(os.path.dirname(here), "astgrep-rules"), problems)
    found.sort()
    for first, second in pairwise(found):
        if first.code == second.code or first.name == second.name:
            problems.append(f"{second.module or second.name}: {first.code} {first.name} is there twice")
    return (
        '"""All rules. Written by `python -m flake8_fastapi_review.registry`; do not edit."""\n\n'
        "# fmt: off\n# ruff: noqa: E501\n"
        "from __future__ import annotations\n\n"
        "from typing import Any\n\n"
        f"ROWS: tuple[tuple[Any, ...], ...] = (\n{''.join(map(_literal, found))})\n"
    ), problems


def _literal(row: Row) -> str:
    fields = "".join(f"        {field!r},  # {name}\n" for name, field in zip(row._fields, row, strict=True))
    return f"    (\n{fields}    ),\n"


def _python_rows(folder: str, problems: list[str]) -> Iterator[Row]:
    from importlib import import_module

    for at, folders, names in sorted(os.walk(folder)):
        folders.sort()
        for name in sorted(names):
            if not re.fullmatch(r"far\d{3}_\w+\.py", name):
                continue
            module = os.path.relpath(os.path.join(at, name), folder).removesuffix(".py").replace(os.sep, ".")
            try:
                defined = vars(import_module(f"{__package__}.rules.{module}"))
                yield _python_row(module, defined)
            except Exception as error:
                problems.append(f"{module}: {type(error).__name__}: {error}")


def _python_row(module: str, defined: dict[str, Any]) -> Row:
    own = [each for each in defined.values() if isinstance(each, type) and issubclass(each, Rule)]
    own = [cls for cls in own if cls.__module__ == defined["__name__"]]
    if len(own) != 1:
        raise TypeError(f"{len(own)} rules in one file")
    cls = own[0]
    if (wanted := f"{cls.code}_{cls.name}".lower().replace("-", "_")) != module.rpartition(".")[2]:
        raise TypeError(f"the file of {cls.__name__} must be named {wanted}.py")
    from inspect import get_annotations

    annotations = {name: said for base in reversed(cls.__mro__) for name, said in get_annotations(base).items()}
    options = []
    for name, declared in cls.options.items():
        annotation = annotations.get(name, "")
        annotation = annotation if isinstance(annotation, str) else getattr(annotation, "__name__", str(annotation))
        check_annotation(annotation)
        options.append((name, annotation, declared.help))
    return Row(
        cls.code,
        cls.name,
        cls.severity.value,
        cls.default.value,
        cls.roles,
        cls.markers,
        cls.cwe,
        cls.cvss,
        tuple(options),
        summary(cls.__doc__ or ""),
        module,
        cls.__name__,
        "python",
        "",
    )


def summary(page: str) -> str:
    """The first sentence of a rule's page, on one line and without its full stop."""
    first = " ".join(page.strip().partition("\n\n")[0].split())
    return re.split(r"(?<=[.])\s+(?=[A-Z`])", first)[0].removesuffix(".")


def check_annotation(annotation: str) -> None:
    """Raises TypeError for an annotation that no value of TOML can be converted to."""
    bare = annotation.removesuffix("| None").strip()
    outer, _, inner = bare.removesuffix("]").partition("[")
    if bare in _SCALARS or bare in ("Any", "object") or outer == "Literal":
        return
    if outer in _TABLES:
        check_annotation(_key_and_item(inner)[1])
    elif outer in _COLLECTIONS:
        check_annotation(inner.removesuffix(", ...") or "Any")
    else:
        raise TypeError(f"`{annotation}` is no type of an option")


def _structural_rows(folder: str, problems: list[str]) -> list[Row]:
    from .astgrep import built_in_rows, dump_rule

    try:
        found = built_in_rows(folder)
    except Exception as error:
        problems.append(f"{type(error).__name__}: {error}")
        return []
    return [
        Row(
            row["code"],
            row["name"],
            row["severity"],
            row["default"],
            tuple(row["roles"]),
            tuple(map(tuple, row["markers"])),
            row["cwe"],
            row["cvss"],
            (),
            summary(row["page"]),
            "",
            "",
            row["language"],
            dump_rule(row),
        )
        for row in found
    ]


def main() -> int:
    """Write `_registry.py`; exit status 1 if a rule was left out."""
    text, problems = render()
    with open(
        os.path.join(os.path.dirname(os.path.abspath(__file__)), "_registry.py"), "w", encoding="utf-8"
    ) as stream:
        stream.write(text)
    for problem in problems:
        print(problem, file=sys.stderr)
    return bool(problems)


if __name__ == "__main__":
    sys.exit(main())
