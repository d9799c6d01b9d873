"""A rule author's whole vocabulary: Rule, option, Violation, Related, Fix, Edit, Severity, Range.

Positions in this module are those of `ast`: lines count from 1, columns are offsets in UTF-8 bytes
from 0. They are converted once, where they leave the program (characters for flake8, text and JSON;
UTF-16 code units for LSP and SARIF).
"""

from __future__ import annotations

import re
from enum import Enum
from typing import TYPE_CHECKING, Any, ClassVar, TypeVar, cast

from .records import NamedTuple

if TYPE_CHECKING:
    import ast
    from collections.abc import Iterable, Iterator, Mapping

    from .file import File

T = TypeVar("T")

ROLES = ("app", "test", "migration", "script", "example")
"""What a file is for. A rule judges `app` files unless it names other roles."""


class Severity(Enum):
    """How bad a finding is; the value is the word of the JSON output."""

    BLOCKER = "critical"
    WARNING = "important"
    SUGGESTION = "minor"

    @property
    def rank(self) -> int:
        """0 for the worst."""
        return _RANKS[self.value]


_RANKS = {"critical": 0, "important": 1, "minor": 2}


class Default(Enum):
    """When a rule reports: by default, only when selected by name, or only once its options are filled in."""

    ON = "on"
    OFF = "off"
    CONFIGURED = "cfg"


class Applicability(Enum):
    """How far a fix can be trusted: keeps the behaviour, may change it, or is shown but never applied."""

    SAFE = "safe"
    UNSAFE = "unsafe"
    DISPLAY = "display-only"


class Range(NamedTuple):
    """A piece of source text; see the module docstring for the units. The end is exclusive."""

    line: int
    column: int
    end_line: int
    end_column: int

    @classmethod
    def of(cls, node: ast.AST) -> Range:
        """The range of `node`. A `def` or `class` is anchored at its keyword line, never at a decorator."""
        line: int = getattr(node, "lineno", 1)
        column: int = getattr(node, "col_offset", 0)
        if hasattr(node, "decorator_list"):
            keyword = {"ClassDef": "class", "FunctionDef": "def"}.get(type(node).__name__, "async def")
            return cls(line, column, line, column + len(keyword))
        return cls(
            line, column, getattr(node, "end_lineno", None) or line, getattr(node, "end_col_offset", None) or column
        )


class Related(NamedTuple):
    """A further place that explains a finding: a link of a call chain, a step of a data flow."""

    path: str
    """Relative to the project's root, with forward slashes."""
    line: int
    message: str


class Edit(NamedTuple):
    """Replaces the text of `range` by `text`."""

    range: Range
    text: str


class Fix(NamedTuple):
    """Edits of one file that remove a finding."""

    message: str
    """An imperative for the button in an editor: "Replace by `asyncio.sleep`"."""
    edits: tuple[Edit, ...]
    applicability: Applicability = Applicability.UNSAFE


class Violation(NamedTuple):
    """One finding in one file."""

    code: str
    severity: Severity
    message: str
    """One line: the code found in backticks, the harm, the remedy."""
    range: Range
    related: tuple[Related, ...] = ()
    fix: Fix | None = None
    exploit: str = ""
    """A command that shows the harm on a running test system; empty when none can be told."""
    privileges: str = ""
    """What whoever does the harm has to have first, as CVSS writes it: "N", "L" (a login), "H" (an administrator's);
    empty when not known, and the rule's own vector stands."""


def shortened(text: str, most: int = 60) -> str:
    """A piece of code for a message: on one line, cut after `most` characters."""
    text = " ".join(text.split())
    return text if len(text) <= most else text[: most - 3] + "…"


def listed(names: Iterable[str], most: int = 3) -> str:
    """Names for a message: "`a`, `b` and 4 more"."""
    given = [f"`{name}`" for name in names]
    if len(given) > most:
        given = [*given[:most], f"{len(given) - most} more"]
    return given[0] if len(given) == 1 else f"{', '.join(given[:-1])} and {given[-1]}"


class Option(NamedTuple):
    """An option of a rule, set under `[tool.fastapi-review.rules.FARnnn]`."""

    default: Any
    help: str


def option(default: T, help: str) -> T:
    """Declare an annotated class attribute of a Rule as an option that projects can set."""
    return cast("T", Option(default, help))


class MalformedRule(TypeError):
    """A rule class lacks something that every rule must have."""


class Rule:
    """A defect: metadata as class attributes, its page as the docstring, and one generator.

    The class name in kebab case is the rule's name. The docstring's first sentence says what is found,
    then come the harm, `Bad:` and `Good:` (indented Python each, both run by the tests) and, for a security
    rule, `Exploit:`.
    """

    code: ClassVar[str]
    severity: ClassVar[Severity]
    message: ClassVar[str]
    """A template for `str.format`, filled from the keywords of `at`."""
    default: ClassVar[Default] = Default.ON
    roles: ClassVar[tuple[str, ...]] = ("app",)
    cwe: ClassVar[int | None] = None
    cvss: ClassVar[str | None] = None
    """A CVSS v3.1 base vector such as "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H"."""
    markers: ClassVar[tuple[tuple[str, ...], ...]] = ()
    """Trigger: the rule is imported and run only on a file whose text holds, of every group, at least one word."""

    options: ClassVar[dict[str, Option]] = {}
    name: ClassVar[str] = ""

    def __init_subclass__(cls) -> None:
        super().__init_subclass__()
        cls.name = re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "-", cls.__name__).lower()
        cls.options = {
            key: value
            for base in reversed(cls.__mro__)
            for key, value in vars(base).items()
            if isinstance(value, Option)
        }
        for key in ("code", "severity", "message"):
            if not hasattr(cls, key):
                raise MalformedRule(f"{cls.__name__} has no `{key}`")
        if not re.fullmatch(r"FAR\d{3}", cls.code):
            raise MalformedRule(f"{cls.__name__}: `{cls.code}` is no code of the form FARnnn")
        if "\n" in cls.message:
            raise MalformedRule(f"{cls.code}: the message has more than one line")
        if unknown := set(cls.roles) - set(ROLES):
            raise MalformedRule(f"{cls.code}: unknown roles {', '.join(sorted(unknown))}")

    def __init__(self, options: Mapping[str, Any] | None = None) -> None:
        """`options` holds the project's values; those it does not name keep their default."""
        given = options or {}
        for key, declared in self.options.items():
            setattr(self, key, given.get(key, declared.default))

    def check(self, file: File) -> Iterator[Violation]:
        """Yield the findings of this rule in `file`."""
        raise NotImplementedError

    def at(
        self,
        where: ast.AST | Range,
        *,
        related: Iterable[Related] = (),
        fix: Fix | None = None,
        severity: Severity | None = None,
        exploit: str = "",
        privileges: str = "",
        **values: object,
    ) -> Violation:
        """A violation of this rule at a node or range; `values` fill the message's places."""
        place = where if isinstance(where, Range) else Range.of(where)
        text = " ".join(self.message.format(**values).split())
        return Violation(self.code, severity or self.severity, text, place, tuple(related), fix, exploit, privileges)
