"""The command `fastapi-review`.

Exit status: 0 nothing found, 1 findings, 2 wrong usage or a wrong configuration, 130 interrupted.
"""

from __future__ import annotations

import os
import sys

PROGRAM = "fastapi-review"
CLEAN, FOUND, WRONG, INTERRUPTED = 0, 1, 2, 130


def main() -> None:
    """Run the command on `sys.argv` and exit with its status."""
    try:
        status = _run()
        sys.stdout.flush()
    except KeyboardInterrupt:
        print(f"{PROGRAM}: interrupted", file=sys.stderr)
        status = INTERRUPTED
    except BrokenPipeError:
        # Whoever read the report has seen enough (`| head`). What is still buffered must not fail again at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        status = FOUND
    sys.exit(status)


def _run() -> int:
    import click

    from .command import command

    try:
        status = command.main(prog_name=PROGRAM, standalone_mode=False)
    except click.ClickException as error:
        error.show()
        return WRONG
    except click.exceptions.Abort:
        raise KeyboardInterrupt from None
    return int(status or CLEAN)
