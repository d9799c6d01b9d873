"""The command `fastapi-review`.

Exit status: 0 nothing found, 1 findings, 2 wrong usage, a wrong configuration or an error of
our own, 130 interrupted.
"""

import atexit
import gc
import sys

PROGRAM = "fastapi-review"
CLEAN, FOUND, WRONG, INTERRUPTED = 0, 1, 2, 130


class Refused(Exception):
    """Ends the command with status 2 and one line, which says why."""


class Usage(Refused):
    """The command line is wrong."""


def main() -> None:
    """Run the command on `sys.argv` and exit with its status."""
    # Python looks for garbage once more when it ends. There may be a million objects by then, and all go anyway.
    atexit.register(gc.freeze)
    try:
        status = _run()
    except KeyboardInterrupt:
        print(f"{PROGRAM}: interrupted", file=sys.stderr)
        status = INTERRUPTED
    except Exception as error:
        import traceback

        # Not with the status of findings, which Python would leave with.
        traceback.print_exc()
        said = " ".join(f"{type(error).__name__}: {error}".split())
        print(f"{PROGRAM}: internal error, please report it with the lines above: {said}", file=sys.stderr)
        status = WRONG
    sys.exit(status)


def _run() -> int:
    from .again import answer

    try:
        status = answer(sys.argv[1:])
        if status is None:
            from .plain import run

            status = run(sys.argv[1:])
        return _called() if status is None else status
    except Refused as error:
        hint = f" (see `{PROGRAM} {sys.argv[1]} --help`)" if isinstance(error, Usage) else ""
        print(f"{PROGRAM}: {_line(error)}{hint}", file=sys.stderr)
        return WRONG


def _called() -> int:
    import click

    from .command import command

    try:
        status = command.main(prog_name=PROGRAM, standalone_mode=False)
    except click.ClickException as error:
        about = getattr(error, "ctx", None)
        hint = f" (see `{about.command_path} --help`)" if about else ""
        print(f"{PROGRAM}: {_line(error.format_message())}{hint}", file=sys.stderr)
        return WRONG
    except click.exceptions.Abort:
        raise KeyboardInterrupt from None
    return int(status or CLEAN)


def _line(error: object) -> str:
    return " ".join(str(error).split()).removesuffix(".")
