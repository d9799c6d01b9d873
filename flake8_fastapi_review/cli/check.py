"""`fastapi-review check` as click reads its command line."""

from __future__ import annotations

from typing import Any

import click

from . import checking, options


@click.command(short_help="Review a project, folders or files.")
@click.argument("paths", nargs=-1, metavar="[PATHS]...")
@options.format_option
@options.output_option
@options.fail_on_option
@options.all_option
@options.shared
@options.color_option
@click.option("--stdin-filename", metavar="PATH", help="With `-`: the file whose text is on the standard input.")
@options.packed
def check(**given: Any) -> int:
    """Review PATHS: folders, files, or `-` for the text of one file on the standard input. Without any, this folder.

    Whatever is named, it is seen inside its whole project: a file's findings are the same alone and in company.
    CODES are codes (FAR001), their beginnings (FAR00), names (blocking-io-in-async) or ALL, with commas between.

    \b
    Examples:
      fastapi-review check                          this project
      fastapi-review check app/api app/main.py      the findings of these, seen inside the project
      fastapi-review check --select FAR00           only async correctness
      fastapi-review check --extend-select FAR009   and a rule that is off by default
      fastapi-review check --format json -o report.json
      fastapi-review check -o sarif=far.sarif       the text, and a file for code scanning
      fastapi-review check - --stdin-filename app/main.py < buffer

    \b
    Exit status:
      0  nothing found, or nothing as severe as --fail-on
      1  findings
      2  wrong usage, or a wrong setting in pyproject.toml (reported; all else is reviewed)
    """
    return checking.check(**given)
