"""The group of commands. A command's module is imported when it is run, or when its help is asked for."""

from __future__ import annotations

from importlib import import_module

import click

from flake8_fastapi_review import __version__

from . import PROGRAM

_COMMANDS = {
    "check": "check",
    "review": "review",
    "routes": "routes",
    "models": "models",
    "rule": "rules",
    "rules": "rules",
    "baseline": "baseline",
    "init": "init",
}
"""Name → module of this package that defines it."""


class _Lazy(click.Group):
    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in _COMMANDS:
            return None
        found: click.Command = getattr(import_module(f"{__package__}.{_COMMANDS[cmd_name]}"), cmd_name)
        return found

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        name = args[0]
        if name not in _COMMANDS and not name.startswith("-"):
            ctx.fail(f"there is no command `{name}`{_instead(name)}")
        return super().resolve_command(ctx, args)


def _instead(name: str) -> str:
    """What the user may have meant: a path or a code without the command before it, or a slip of the finger."""
    import difflib
    import os
    import re

    if re.fullmatch(r"FAR\d*", name):
        return f"; did you mean `{PROGRAM} rule {name}`?"
    if os.path.exists(name):
        return f"; did you mean `{PROGRAM} check {name}`?"
    near = difflib.get_close_matches(name, _COMMANDS, n=1)
    return f"; did you mean `{near[0]}`?" if near else f"; there are {', '.join(_COMMANDS)}"


@click.group(
    cls=_Lazy,
    invoke_without_command=True,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
@click.version_option(__version__, "-V", "--version", message="%(prog)s %(version)s")
@click.pass_context
def command(context: click.Context) -> None:
    """Reviews FastAPI code as a senior engineer would: it reads the whole application, never imports or runs it, and
    stays silent where it does not know.

    \b
    Examples:
      fastapi-review check                    review the project in this folder
      fastapi-review check app/api            show the findings of one folder, seen inside the whole project
      fastapi-review check --select FAR001    one rule only
      fastapi-review review --base main       what a branch brings in
      fastapi-review rule FAR001              what a rule means, with bad and good code
      fastapi-review rules                    every rule there is

    \b
    Settings: [tool.fastapi-review] in pyproject.toml.
    One line is silenced by `# noqa: FAR001` at its end.
    """
    if context.invoked_subcommand is None:
        click.echo(context.get_help())
