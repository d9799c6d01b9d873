"""A rule's page: its docstring taken apart, and written for a terminal, as Markdown or as plain values for JSON."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flake8_fastapi_review import registry
from flake8_fastapi_review.records import NamedTuple
from flake8_fastapi_review.regex import regex
from flake8_fastapi_review.rule import Default

from .cvss import base_score
from .finding import Facts
from .terminal import Style

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from flake8_fastapi_review.rule import Option, Rule, Severity

HOME: str | None = None
"""Where the rule pages are published, with a slash at the end; None while they have no address."""

_HEADER = regex(r"([A-Z][A-Za-z ]*):")
_TITLES = {"Bad": "Bad", "Good": "Good", "Exploit": "How it is exploited", "Before": "The code before"}
_DEFAULTS = {
    Default.ON: "on",
    Default.OFF: "off: reports when it is selected by its code or name",
    Default.CONFIGURED: "off until its options are set",
}
_TABLE_DEFAULTS = {Default.ON: "on", Default.OFF: "off", Default.CONFIGURED: "when configured"}


class Block(NamedTuple):
    """A paragraph, or a piece of code without its common indentation."""

    text: str
    is_code: bool


class Section(NamedTuple):
    """What stands under a header such as `Bad:`; the first section has an empty title."""

    title: str
    blocks: tuple[Block, ...]


class Page(NamedTuple):
    """All that is written about one rule."""

    code: str
    name: str
    severity: Severity
    default: Default
    roles: tuple[str, ...]
    message: str
    cwe: int | None
    cvss: str | None
    options: Mapping[str, Option]
    summary: str
    """What is found, one sentence without the full stop."""
    sections: tuple[Section, ...]
    language: str
    """Of the code under Bad and Good."""
    url: str | None
    """The address of the page, or None while it has none."""

    @property
    def score(self) -> float | None:
        """The CVSS base score, computed from the vector."""
        return None if self.cvss is None else base_score(self.cvss)

    @property
    def weakness(self) -> str | None:
        """ "CWE-400", or None."""
        return None if self.cwe is None else f"CWE-{self.cwe}"

    @property
    def facts(self) -> Facts:
        """What goes into each finding."""
        return Facts(self.name, self.weakness, self.score, self.cvss, self.url)

    def section(self, title: str) -> tuple[Block, ...]:
        """The blocks under `title`; none when the page has no such header."""
        return next((section.blocks for section in self.sections if section.title == title), ())


def of(rule: type[Rule]) -> Page:
    """The page of a rule, of Python or of YAML."""
    summary, parts = sections(rule.__doc__ or "")
    # A rule of YAML keeps what only YAML can say in its row.
    row: Mapping[str, Any] = getattr(rule, "row", {})
    return Page(
        code=rule.code,
        name=rule.name,
        severity=rule.severity,
        default=rule.default,
        roles=rule.roles,
        message=rule.message,
        cwe=rule.cwe,
        cvss=rule.cvss,
        options=rule.options,
        summary=summary,
        sections=parts,
        language=row.get("language", "python"),
        url=row.get("url") or address(rule.code),
    )


def find(selector: str) -> Page | None:
    """The page of the rule with this code or name."""
    row = registry.find(selector)
    return None if row is None else of(type(registry.load(row)))


def every() -> list[Page]:
    """The pages of all rules of this package, by code."""
    return [of(type(registry.load(row))) for row in registry.rows()]


def address(code: str) -> str | None:
    """Where the page of a rule of this package is published, or None while none is."""
    return None if HOME is None else f"{HOME}{code}.md"


def facts(code: str) -> Facts:
    """What goes into each finding with this code, without importing the rule; only the code itself if it is unknown."""
    row = registry.find(code)
    if row is None:
        return Facts(code)
    weakness = None if row.cwe is None else f"CWE-{row.cwe}"
    return Facts(row.name, weakness, None if row.cvss is None else base_score(row.cvss), row.cvss, address(code))


def sections(docstring: str) -> tuple[str, tuple[Section, ...]]:
    """The first sentence of a rule's docstring without its full stop, and the sections that follow."""
    from inspect import cleandoc

    text = cleandoc(docstring)
    summary = registry.summary(text)
    first, _, rest = text.partition("\n\n")
    more = " ".join(first.split())[len(summary) :].removeprefix(".").strip()
    rest = f"{more}\n\n{rest}"
    found: list[Section] = []
    title, lines = "", list[str]()
    for line in rest.splitlines():
        if header := _HEADER.fullmatch(line):
            found.append(Section(title, _blocks(lines)))
            title, lines = header[1], []
        else:
            lines.append(line)
    found.append(Section(title, _blocks(lines)))
    return summary, tuple(section for section in found if section.blocks)


def _blocks(lines: list[str]) -> tuple[Block, ...]:
    from textwrap import dedent

    blocks: list[Block] = []
    held: list[str] = []
    is_code = False

    def close() -> None:
        text = "\n".join(held)
        if text.strip():
            text = dedent(text).strip("\n") if is_code else " ".join(text.split())
            blocks.append(Block(text.rstrip(), is_code))
        held.clear()

    for line in lines:
        if not line.strip():
            if is_code:
                held.append("")
            else:
                close()
        else:
            indented = line.startswith("    ")
            if is_code != indented and (is_code or not held):
                close()
                is_code = indented
            elif not is_code and line.startswith("- "):
                close()
            held.append(line)
    close()
    return tuple(blocks)


def as_text(page: Page, style: Style, width: int = 90) -> str:
    """The page for a terminal."""
    lines = [f"{style(page.name, 'bold')} ({page.code})", ""]
    lines += [f"{style(f'{key:10}', 'dim')}{value}" for key, value in _facts(page)]
    lines += ["", *_wrapped(page.summary + ".", width)]
    for section in page.sections:
        if section.title:
            lines += ["", style(_TITLES.get(section.title, section.title), "bold")]
        for block in section.blocks:
            lines.append("")
            if block.is_code:
                lines += [("    " + style(line, "cyan")).rstrip() for line in block.text.split("\n")]
            else:
                lines += _wrapped(block.text, width)
    if page.options:
        lines += ["", style("Options", "bold"), "", f"    [tool.fastapi-review.rules.{page.code}]"]
        for key, option in page.options.items():
            lines += _wrapped(option.help, width, "    # ")
            lines.append("    " + style(f"{_key(key)} = {toml(option.default)}", "cyan"))
    lines += ["", style("Silence one line", "bold"), "", f"    # noqa: {page.code}"]
    return "\n".join(lines) + "\n"


def as_markdown(page: Page) -> str:
    """The page as a document of its own: what docs/rules/ holds."""
    lines = [f"# {page.name} ({page.code})", "", f"{page.summary}.", ""]
    lines += ["| | |", "|---|---|", *(f"| {key} | {value} |" for key, value in _facts(page, markdown=True))]
    for section in page.sections:
        if section.title:
            lines += ["", f"## {_TITLES.get(section.title, section.title)}"]
        for block in section.blocks:
            lines.append("")
            if block.is_code:
                lines += [f"```{_language(page, section, block)}", *block.text.split("\n"), "```"]
            else:
                lines += _wrapped(block.text, 110)
    if page.options:
        lines += ["", "## Options", "", "```toml", f"[tool.fastapi-review.rules.{page.code}]"]
        for key, option in page.options.items():
            lines += [*_wrapped(option.help, 100, "# "), f"{_key(key)} = {toml(option.default)}"]
        lines.append("```")
    lines += ["", "## Silence it", "", f"On one line: `# noqa: {page.code}`. In a project:", ""]
    lines += ["```toml", "[tool.fastapi-review]", f'extend-ignore = ["{page.code}"]', "```"]
    return "\n".join(lines) + "\n"


def _language(page: Page, section: Section, block: Block) -> str:
    if block.text.startswith("[tool."):
        return "toml"
    return page.language if section.title in ("Bad", "Good") else "text"


def as_values(page: Page) -> dict[str, Any]:
    """The page as what `json.dumps` takes."""

    def text(blocks: Iterable[Block]) -> str | None:
        return "\n\n".join(block.text for block in blocks) or None

    return {
        "code": page.code,
        "name": page.name,
        "summary": page.summary,
        "severity": page.severity.value,
        "default": page.default.value,
        "roles": list(page.roles),
        "message": page.message,
        "explanation": text(page.section("")),
        "bad": text(page.section("Bad")),
        "good": text(page.section("Good")),
        "exploit": text(page.section("Exploit")),
        "options": [
            {"name": _key(key), "default": _plain(option.default), "help": option.help}
            for key, option in page.options.items()
        ],
        "cwe": page.weakness,
        "cvss_score": page.score,
        "cvss_vector": page.cvss,
        "url": page.url,
    }


def table(pages: Iterable[Page], link: str = "docs/rules/") -> str:
    """A Markdown table with a row for each rule, which links to `link` + FARnnn.md."""
    rows = ["| code | name | severity | default | CWE | CVSS | finds |", "|---|---|---|---|---|---|---|"]
    for page in pages:
        weakness = "" if page.cwe is None else str(page.cwe)
        score = "" if page.score is None else f"{page.score:.1f}"
        rows.append(
            f"| [{page.code}]({link}{page.code}.md) | `{page.name}` | {page.severity.value} "
            f"| {_TABLE_DEFAULTS[page.default]} | {weakness} | {score} | {_cell(page.summary)} |"
        )
    return "\n".join(rows) + "\n"


def _facts(page: Page, markdown: bool = False) -> list[tuple[str, str]]:
    facts = [("severity", page.severity.value), ("default", _DEFAULTS[page.default])]
    if page.roles != ("app",):
        facts.append(("files", ", ".join(page.roles)))
    if page.cwe is not None:
        address = f"https://cwe.mitre.org/data/definitions/{page.cwe}.html"
        facts.append(("weakness", f"[CWE-{page.cwe}]({address})" if markdown else f"CWE-{page.cwe}  {address}"))
    if page.cvss is not None:
        facts.append(("CVSS", f"{page.score:.1f}  {f'`{page.cvss}`' if markdown else page.cvss}"))
    if page.url and not markdown:
        facts.append(("page", page.url))
    return facts


def toml(value: object) -> str:
    """An option's value as it is written in pyproject.toml."""
    match _plain(value):
        case bool(truth):
            return "true" if truth else "false"
        case str(text):
            escaped = text.replace("\\", "\\\\").replace('"', '\\"')
            return f'"{escaped}"'
        case list(items):
            return f"[{', '.join(toml(item) for item in items)}]"
        case dict(table):
            return f"{{ {', '.join(f'{toml(key)} = {toml(item)}' for key, item in table.items())} }}" if table else "{}"
        case None:
            return '""'
        case other:
            return str(other)


def _key(name: str) -> str:
    """An option's name as it is written in pyproject.toml."""
    return name.replace("_", "-")


def _plain(value: object) -> Any:
    """Sets and tuples as lists, in an order that does not change from run to run."""
    if isinstance(value, (set, frozenset)):
        return sorted(value)
    if isinstance(value, (tuple, list)):
        return list(value)
    return value


def _wrapped(text: str, width: int, indent: str = "") -> list[str]:
    from textwrap import wrap

    return wrap(
        text, width, initial_indent=indent, subsequent_indent=indent, break_long_words=False, break_on_hyphens=False
    )


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ")
