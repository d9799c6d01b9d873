"""`fastapi-review models`: the tables and mapped classes of a project."""

from __future__ import annotations

import gc
import os
import sys

import click

from flake8_fastapi_review.config import find_root
from flake8_fastapi_review.report import models as tables

from . import CLEAN, PROGRAM, WRONG
from .output import check_writable, write
from .running import cache_of, opened, shown_in


@click.command(
    short_help="List the tables and mapped classes.",
    epilog=f"Examples: {PROGRAM} models, {PROGRAM} models --format json, {PROGRAM} models src --format mermaid",
)
@click.argument("path", default=".", type=click.Path(exists=True))
@click.option("--format", "form", type=click.Choice(["table", "json", "mermaid"]), default="table", show_default=True)
@click.option("-o", "--output", metavar="FILE", help="Write to a file.")
@click.option("--cache-dir", metavar="FOLDER", help="Where to keep what is known of files.")
@click.option("--no-cache", is_flag=True, help="Neither use nor keep what is known of files.")
def models(path: str, form: str, output: str | None, cache_dir: str | None, no_cache: bool) -> int:
    """List the database model of a project: SQLAlchemy's and SQLModel's tables with columns, keys, indexes, unique
    constraints and relationships.

    Nothing is imported or run: bases, mixins, helper functions and association tables are followed as the source says.
    Tests and migrations are left out. `mermaid` gives an entity relationship diagram.

    \b
    Exit status:
      0  also without any table
      2  wrong usage, or a wrong setting in pyproject.toml (reported; the model is written)
    """
    cache = cache_of(cache_dir, no_cache)
    if output is not None:
        check_writable(output)
    gc.disable()
    project = opened(find_root(os.path.abspath(path)), cache)
    database = project.database
    if form == "mermaid":
        text = tables.as_mermaid(database.tables)
    else:
        made = tables.as_json if form == "json" else tables.as_table
        text = made(database.tables, database.entities, lambda name: shown_in(project, name))
    write(text, output)
    problems = [str(problem) for problem in project.config.problems]
    problems += [project.problem] if project.problem else []
    for line in problems:
        print(f"{PROGRAM}: {line}", file=sys.stderr)
    if project.cache is not None:
        project.cache.close()
    gc.freeze()
    return WRONG if problems else CLEAN
