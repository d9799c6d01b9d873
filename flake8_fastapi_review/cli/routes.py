"""`fastapi-review routes`: the routes that the applications of a project have when they run."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import click

from flake8_fastapi_review import config as configuration
from flake8_fastapi_review.report import routes as tables

from . import PROGRAM
from .output import write

if TYPE_CHECKING:
    from flake8_fastapi_review.project import Project


@click.command(
    short_help="List the routes of the applications.",
    epilog=f"Examples: {PROGRAM} routes, {PROGRAM} routes --format json --app shop.main:app, {PROGRAM} routes src --format mermaid",
)
@click.argument("paths", nargs=-1, type=click.Path(exists=True))
@click.option("--format", "form", type=click.Choice(["table", "json", "mermaid"]), default="table", show_default=True)
@click.option("--app", metavar="MODULE:NAME", help="This application only.")
@click.option("--output", type=click.Path(dir_okay=False, writable=True), help="Write to a file.")
def routes(paths: tuple[str, ...], form: str, app: str | None, output: str | None) -> None:
    """List every route with its full path, its handler and all dependencies that apply to it.

    Nothing is imported or run: routers are followed through includes, factories, loops and classes as the source says.
    A row that is not certain is marked, and what was assumed (the default of a setting, say) is told.
    """
    projects = [
        _open(root)
        for root in dict.fromkeys(configuration.find_root(os.path.abspath(path)) for path in paths or (".",))
    ]
    match form:
        case "mermaid":
            text = "".join(tables.as_mermaid(*project.application.graph()) for project in projects)
        case _:
            rows = [
                row._replace(
                    file=_shown(project, row.file),
                    registered_at=(_shown(project, row.registered_at[0]), row.registered_at[1]),
                )
                for project in projects
                for row in project.application.rows
                if app is None or row.app == app
            ]
            text = tables.as_json(rows, lambda path: path) if form == "json" else tables.as_table(rows)
    write(text, output)


def _open(root: str) -> Project:
    from flake8_fastapi_review.project import Project
    from flake8_fastapi_review.review import cache_folder

    return Project(root, configuration.load(root), cache_folder(root))


def _shown(project: Project, path: str) -> str:
    from flake8_fastapi_review.review import shown

    return shown(os.path.join(project.root, path)) if path else path
