"""`fastapi-review models`: the tables and mapped classes of a project."""

from __future__ import annotations

import gc
import os
import sys
from typing import TYPE_CHECKING

import click

from flake8_fastapi_review import config as configuration
from flake8_fastapi_review.report import models as tables

from . import CLEAN, PROGRAM, WRONG
from .output import check_writable, write

if TYPE_CHECKING:
    from flake8_fastapi_review.project import Project


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
    if no_cache and cache_dir is not None:
        raise click.UsageError("--cache-dir and --no-cache exclude each other")
    if output is not None:
        check_writable(output)
    gc.disable()
    project = _open(configuration.find_root(os.path.abspath(path)), "" if no_cache else cache_dir)
    database = project.database
    if form == "mermaid":
        text = tables.as_mermaid(database.tables)
    else:
        made = tables.as_json if form == "json" else tables.as_table
        text = made(database.tables, database.entities, lambda name: _shown(project, name))
    write(text, output)
    problems = [str(problem) for problem in project.config.problems]
    problems += [project.problem] if project.problem else []
    for line in problems:
        print(f"{PROGRAM}: {line}", file=sys.stderr)
    if project.cache is not None:
        project.cache.close()
    gc.freeze()
    return WRONG if problems else CLEAN


def _open(root: str, cache: str | None) -> Project:
    from flake8_fastapi_review.project import Project
    from flake8_fastapi_review.review import cache_folder

    return Project(root, configuration.load(root), cache_folder(root, cache))


def _shown(project: Project, path: str) -> str:
    from flake8_fastapi_review.review import shown

    return shown(os.path.join(project.root, path)) if path else path
