"""Times whole processes: what they and their children used, as the kernel accounts for it."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from statistics import median
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path


class Variant(NamedTuple):
    """A command to measure."""

    name: str
    command: Sequence[str]
    environment: Mapping[str, str] = {}
    directory: Path | None = None
    stdin: bytes = b""
    before: Callable[[], None] = lambda: None
    """Runs ahead of each run and is not measured."""


class Usage(NamedTuple):
    """One run: seconds of processor time (user and system) and of the clock, and the largest process's memory in MB."""

    cpu: float
    wall: float
    peak: float
    output: bytes


def run(variant: Variant) -> Usage:
    """Run a command once. Exits with its last words if it fails: 0 and 1 (findings) are no failure."""
    variant.before()
    environment = {**os.environ, "PYTHONHASHSEED": "0", **variant.environment}
    # A tool that is installed has its code compiled; some containers forbid that, and would have it done in every run.
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    source, sink, complaints = os.memfd_create("in"), os.memfd_create("out"), os.memfd_create("err")
    os.write(source, variant.stdin)
    os.lseek(source, 0, os.SEEK_SET)
    start = time.perf_counter()
    process = subprocess.Popen(
        variant.command, cwd=variant.directory, env=environment, stdin=source, stdout=sink, stderr=complaints
    )
    _, status, used = os.wait4(process.pid, 0)
    wall = time.perf_counter() - start
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode not in (0, 1):
        sys.exit(
            f"{variant.name}: exit status {process.returncode}: {_read(complaints)[-500:].decode(errors='replace')}"
        )
    output = _read(sink)
    for handle in (source, sink, complaints):
        os.close(handle)
    unit = 1024 * 1024 if sys.platform == "darwin" else 1024
    return Usage(used.ru_utime + used.ru_stime, wall, used.ru_maxrss / unit, output)


def in_turns(variants: Sequence[Variant], runs: int, warm_up: bool = True) -> dict[str, list[Usage]]:
    """Each command `runs` times, in turns (A B C, A B C …), so that a machine that slows down slows all of them."""
    if warm_up:
        for variant in variants:
            run(variant)
    found: dict[str, list[Usage]] = {variant.name: [] for variant in variants}
    for _ in range(runs):
        for variant in variants:
            found[variant.name].append(run(variant))
    return found


def ratio(of: Sequence[float], to: Sequence[float]) -> float:
    """The median of the ratios taken turn by turn."""
    return median(first / second for first, second in zip(of, to, strict=True))


def difference(of: Sequence[float], to: Sequence[float]) -> float:
    """The median of the differences taken turn by turn."""
    return median(first - second for first, second in zip(of, to, strict=True))


def table(header: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A Markdown table whose columns are aligned in plain text too."""
    widths = [max(len(row[column]) for row in (header, *rows)) for column in range(len(header))]
    ruled = [header, ["-" * width for width in widths], *rows]
    return "\n".join(
        "| " + " | ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) + " |" for row in ruled
    )


def _read(handle: int) -> bytes:
    os.lseek(handle, 0, os.SEEK_SET)
    with os.fdopen(os.dup(handle), "rb") as stream:
        return stream.read()
