"""`fastapi-review routes`: the routes that the applications of a project have when they run."""

from __future__ import annotations

import gc
import os
import sys
from typing import TYPE_CHECKING

import click

from flake8_fastapi_review.config import find_root
from flake8_fastapi_review.report import routes as tables

from . import CLEAN, PROGRAM, WRONG
from .output import check_writable, write
from .running import cache_of, opened, shown_in

if TYPE_CHECKING:
    from flake8_fastapi_review.project import Project
    from flake8_fastapi_review.project.application import RouteRow


@click.command(
    short_help="List the routes of the applications.",
    epilog=f"Examples: {PROGRAM} routes, {PROGRAM} routes --format json --app shop.main:app, "
    f"{PROGRAM} routes src --format mermaid",
)
@click.argument("paths", nargs=-1, type=click.Path(exists=True))
@click.option("--format", "form", type=click.Choice(["table", "json", "mermaid"]), default="table", show_default=True)
@click.option("--app", metavar="MODULE:NAME", help="This application only, named as the table names it.")
@click.option("--queries", is_flag=True, help="Count the SQL statements that each route sends, with its dependencies.")
@click.option("-o", "--output", metavar="FILE", help="Write to a file.")
@click.option("--cache-dir", metavar="FOLDER", help="Where to keep what is known of files.")
@click.option("--no-cache", is_flag=True, help="Neither use nor keep what is known of files.")
def routes(
    paths: tuple[str, ...],
    form: str,
    app: str | None,
    queries: bool,
    output: str | None,
    cache_dir: str | None,
    no_cache: bool,
) -> int:
    """List every route with its full path, its handler and all dependencies that apply to it.

    Nothing is imported or run: routers are followed through includes, factories, loops and classes as the source says.
    A row that is not certain is marked, and what was assumed (the default of a setting, say) is told. With --queries
    also how many statements a route sends to a database if all goes well, by SQLAlchemy, SQLModel, asyncpg, databases,
    Motor, PyMongo, Beanie and Tortoise: "2 + 1·N", of branches the larger one, N for the rows of a loop. What is loaded
    when it is read counts, also by the response model. "≤": it may be fewer, or not all of it is known.

    \b
    Exit status:
      0  also without any application
      2  wrong usage, or a wrong setting in pyproject.toml (reported; the table is written)
    """
    cache = cache_of(cache_dir, no_cache)
    if output is not None:
        check_writable(output)
    # Trees by the hundred thousand, none of them garbage, neither now nor when the process ends.
    gc.disable()
    roots = dict.fromkeys(find_root(os.path.abspath(path)) for path in paths or (".",))
    projects = [opened(root, cache) for root in roots]
    names = list(dict.fromkeys(row.app for project in projects for row in project.application.rows))
    if app is not None and app not in names:
        raise click.UsageError(f"there is no application `{app}`; {_those(names)}")
    if form == "mermaid":
        text = "".join(tables.as_mermaid(*project.application.graph(app)) for project in projects)
    else:
        rows: list[RouteRow] = []
        statements: dict[RouteRow, str] = {}
        for project in projects:
            for row in project.application.rows:
                if app is not None and row.app != app:
                    continue
                place = (shown_in(project, row.registered_at[0]), row.registered_at[1])
                rows.append(row._replace(file=shown_in(project, row.file), registered_at=place))
                if queries:
                    statements[rows[-1]] = _statements(project, row)
        counted = statements if queries else None
        text = tables.as_json(rows, lambda path: path, counted) if form == "json" else tables.as_table(rows, counted)
    write(text, output)
    problems = [line for project in projects for line in _problems(project)]
    for line in problems:
        print(f"{PROGRAM}: {line}", file=sys.stderr)
    for project in projects:
        for line in _notes(project):
            print(f"{PROGRAM}: {line}", file=sys.stderr)
        if project.cache is not None:
            project.cache.close()
    gc.freeze()
    return WRONG if problems else CLEAN


def _statements(project: Project, row: RouteRow) -> str:
    """What the handler and its dependencies, each once, send to the database."""
    dependencies = dict.fromkeys(each.symbol for each in row.dependencies if each.symbol is not None)
    operation = project.schemas.operation(row)
    answer = operation.answer.type if operation is not None and operation.answer is not None else None
    count = project.database.round_trips(f"{row.file}:{row.endpoint_qualname}", list(dependencies), answer)
    return str(count) if count.exact else f"≤ {count}"


def _those(names: list[str]) -> str:
    return f"there are {', '.join(names)}" if names else "no application was found"


def _problems(project: Project) -> list[str]:
    found = [str(problem) for problem in project.config.problems]
    return [*found, project.problem] if project.problem else found


def _notes(project: Project) -> list[str]:
    """What stands between the table and the truth."""
    application = project.application
    found = [f"{shown_in(project, path)}: cannot be read, its routes are missing" for path in application.unreadable]
    found += [
        f"{shown_in(project, path)}:{line}: the router that is included here is not known, its routes are missing"
        for path, line in application.unknown_includes
    ]
    if application.truncated:
        found.append("the assembly nests deeper or does more than is followed: no row is marked as complete")
    return found
