"""`fastapi-review init`: look at a project, and print or write what fits it: settings, a hook, a job for CI."""

from __future__ import annotations

import os

import click

from . import CLEAN, PROGRAM
from .adoption import Piece, pieces
from .output import write


@click.command(short_help="Print or write settings, hook and CI job that fit this project.")
@click.argument("folder", default=".", type=click.Path(exists=True, file_okay=False))
@click.option("--write", "writing", is_flag=True, help="Write what can be added without changing what is there.")
def init(folder: str, writing: bool) -> int:
    """Look at the project in FOLDER (this one by default) and print what to add to which file.

    With --write, new files are made, and existing ones get text at their end or in their list of hooks; what would have
    to change something that is there is only printed. Nothing is written twice.

    \b
    Examples:
      fastapi-review init            look and print
      fastapi-review init --write    and write
      fastapi-review baseline        then: leave out what is there today
    """
    from flake8_fastapi_review.config import find_root

    root = find_root(os.path.abspath(folder))
    seen, found = pieces(root)
    for line in seen:
        click.echo(f"# {line}")
    told = [(_to_do(piece), piece) for piece in found]
    if writing:
        # One by one: two may go into one file, and what was written is not proposed again.
        written = []
        while (piece := next((each for each in found if each.whole is not None), None)) is not None:
            written.append((_written(root, piece), piece))
            _, found = pieces(root)
        told = [*written, *((_to_do(piece), piece) for piece in found)]
    for what, piece in told:
        click.echo(f"\n# {piece.file}: {what}\n# {piece.why}")
        click.echo(piece.text.rstrip("\n"))
    if not told:
        click.echo("# Everything is in place.")
    click.echo("")
    click.echo(f"# Next: `{PROGRAM} check`, and `{PROGRAM} baseline` to be told only of what is new from now on.")
    return CLEAN


def _to_do(piece: Piece) -> str:
    if piece.whole is None:
        return "change by hand" if piece.line is None else f"change by hand, line {piece.line}"
    return "new file" if piece.is_new else f"add at line {piece.line}"


def _written(root: str, piece: Piece) -> str:
    assert piece.whole is not None
    path = os.path.join(root, piece.file)
    os.makedirs(os.path.dirname(path), exist_ok=True)
    write(piece.whole, path)
    return "written" if piece.is_new else f"written at line {piece.line}"
