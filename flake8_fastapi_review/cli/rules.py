"""`fastapi-review rule` and `fastapi-review rules`: what each rule means, and which there are."""

from __future__ import annotations

import json
import shutil
import sys

import click

from flake8_fastapi_review import config as configuration
from flake8_fastapi_review import registry
from flake8_fastapi_review.report import page as pages
from flake8_fastapi_review.report.known import own_pages
from flake8_fastapi_review.report.terminal import Style, wants_colour

from . import PROGRAM
from .output import write

_STATES = {"on": "", "off": "off by default", "cfg": "off until configured"}
_FORMATS = click.Choice(["text", "markdown", "json"])
_COLOUR = click.option("--color/--no-color", default=None, help="Colours, whatever the output is.")


@click.command(
    short_help="Explain one rule.", epilog=f"Examples: {PROGRAM} rule FAR001, {PROGRAM} rule blocking-io-in-async"
)
@click.argument("rule", metavar="CODE|NAME")
@click.option("--format", "form", type=_FORMATS, default="text", show_default=True)
@_COLOUR
def rule(rule: str, form: str, color: bool | None) -> None:
    """Explain one rule: what it finds, why that hurts, bad and good code, its options, how to silence it."""
    page = pages.find(rule) or _own(rule)
    if page is None:
        names = [name for row in registry.rows() for name in (row.code, row.name)]
        near = configuration.suggestion(rule if "-" in rule else rule.upper(), names)
        raise click.UsageError(f"there is no rule `{rule}`{near}; `{PROGRAM} rules` lists them all")
    match form:
        case "markdown":
            write(pages.as_markdown(page), None)
        case "json":
            write(json.dumps(pages.as_values(page), indent=2) + "\n", None)
        case _:
            width = min(shutil.get_terminal_size((90, 24)).columns, 100)
            write(pages.as_text(page, Style(wants_colour(sys.stdout, color)), width), None)


@click.command(short_help="List all rules.")
@click.option("--format", "form", type=_FORMATS, default="text", show_default=True)
@_COLOUR
def rules(form: str, color: bool | None) -> None:
    """List all rules: code, severity, whether they report by default, name."""
    match form:
        case "markdown":
            write(pages.table(pages.every()), None)
        case "json":
            write(json.dumps([pages.as_values(page) for page in pages.every()], indent=2) + "\n", None)
        case _:
            write(_listing(Style(wants_colour(sys.stdout, color))), None)


def _own(selector: str) -> pages.Page | None:
    """The page of a rule of the project in this folder."""
    wanted = selector.strip().lower()
    return next((page for page in own_pages(["."]).values() if wanted in (page.code.lower(), page.name)), None)


def _listing(style: Style) -> str:
    rows = [(row.code, row.severity, row.name, row.default) for row in registry.rows()]
    own = own_pages(["."]).values()
    rows += sorted((page.code, page.severity.value, page.name, page.default.value) for page in own)
    widest = max((len(name) for _, _, name, _ in rows), default=0)
    lines = [
        f"{style(code, 'bold')}  {severity:9}  {name:{widest}}  {style(_STATES[default], 'dim')}".rstrip()
        for code, severity, name, default in rows
    ]
    return "\n".join([*lines, "", f"{len(rows)} rules. `{PROGRAM} rule CODE` explains one.", ""])
