"""Work shared between forked processes over plain pipes: no start-up, no queue threads, nothing to import anew."""

from __future__ import annotations

import gc
import os
import pickle
import selectors
import sys
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from typing import IO

_WIDTH = 4
"""Bytes of a number on a pipe."""
ENDED = -1
"""In place of a number: what a process said at its end."""
_PIPE = 60_000
"""Bytes that a pipe holds on every system that has fork, less than the 64 KiB of Linux and macOS."""


def spread(work: Callable[[int], Any], amount: int, jobs: int, finish: Callable[[], Any]) -> Iterator[tuple[int, Any]]:
    """(number, work(number)) for the numbers below `amount`, in any order, from `jobs` forked processes.

    The text in place of a result says why there is none: its process died. `finish` is called in each process at its
    end; what it returns, unless it is None, comes as (ENDED, (the numbers of that process, what it returned)) after
    these. Results must be picklable.
    """
    sys.stdout.flush()
    sys.stderr.flush()
    gc.freeze()
    tasks, give = os.pipe()
    step = max(1, -(-amount * _WIDTH // _PIPE))
    starts = range(0, amount, step)
    # All are there before the first worker starts and a read takes one whole number, so nobody has to hand them out.
    os.write(give, b"".join(start.to_bytes(_WIDTH, "big") for start in starts))
    os.close(give)
    workers: dict[int, int] = {}
    try:
        for _ in range(jobs):
            receive, send = os.pipe()
            pid = os.fork()
            if not pid:
                for pipe in (receive, *workers):
                    os.close(pipe)
                _work(work, amount, step, tasks, send, finish)
            os.close(send)
            workers[receive] = pid
        os.close(tasks)
        yield from _received(workers, amount)
    finally:
        for pipe, pid in workers.items():
            _end(pipe, pid)
        gc.unfreeze()


def _work(work: Callable[[int], Any], amount: int, step: int, tasks: int, send: int, finish: Callable[[], Any]) -> None:
    """The life of a worker; does not return."""
    status = 1
    try:
        done: list[int] = []
        with os.fdopen(send, "wb") as stream:
            while start := os.read(tasks, _WIDTH):
                first = int.from_bytes(start, "big")
                for number in range(first, min(first + step, amount)):
                    _tell(stream, number, work(number))
                    done.append(number)
            said = finish()
            if said is not None:
                _tell(stream, ENDED, (done, said))
        status = 0
    except (KeyboardInterrupt, BrokenPipeError):
        pass
    except BaseException:
        import traceback

        traceback.print_exc()
    finally:
        os._exit(status)


def _tell(stream: IO[bytes], number: int, result: Any) -> None:
    told = pickle.dumps((number, result), pickle.HIGHEST_PROTOCOL)
    stream.write(len(told).to_bytes(_WIDTH, "big") + told)
    stream.flush()


def _received(workers: dict[int, int], amount: int) -> Iterator[tuple[int, Any]]:
    missing = dict.fromkeys(range(amount))
    buffers = {pipe: bytearray() for pipe in workers}
    ends: list[str] = []
    with selectors.DefaultSelector() as selector:
        for pipe in workers:
            selector.register(pipe, selectors.EVENT_READ)
        while selector.get_map():
            for key, _ in selector.select():
                pipe = key.fd
                data = os.read(pipe, 1 << 20)
                if not data:
                    selector.unregister(pipe)
                    if said := _end(pipe, workers.pop(pipe)):
                        ends.append(said)
                    continue
                buffer = buffers[pipe]
                buffer += data
                while len(buffer) >= _WIDTH:
                    size = int.from_bytes(buffer[:_WIDTH], "big") + _WIDTH
                    if len(buffer) < size:
                        break
                    number, result = pickle.loads(buffer[_WIDTH:size])
                    del buffer[:size]
                    missing.pop(number, None)
                    yield number, result
    for number in missing:
        yield number, ends[0] if ends else "a process ended early"


def _end(pipe: int, pid: int) -> str:
    """Wait for a worker; what became of it, empty if all went well. One that is still at work is stopped."""
    os.close(pipe)
    _, status = os.waitpid(pid, 0)
    if os.WIFSIGNALED(status):
        return f"a process was ended by signal {os.WTERMSIG(status)}"
    return "a process failed" if status else ""
