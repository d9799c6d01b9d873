"""Tells where the time of a review goes: for each rule, and for each question that rules ask of the model.

    python benchmarks/rules.py SOURCE [--cache-dir FOLDER]

What is asked first pays for what is then remembered (the index of a file, the Summaries of others), so the columns say
who asked first as much as who is slow; "own" leaves out the questions. A question includes those that it asks itself.
"""

from __future__ import annotations

import argparse
import gc
import time
from collections import defaultdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from measure import table

from flake8_fastapi_review import config, registry, review
from flake8_fastapi_review.file import File
from flake8_fastapi_review.project import Project

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

clock = time.process_time


class Tally:
    """Seconds and number of calls by name."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = defaultdict(float)
        self.calls: dict[str, int] = defaultdict(int)
        self.asking = 0.0
        self._depth = 0

    def question(self, name: str, function: Callable[..., Any]) -> Callable[..., Any]:
        def asked(*args: Any, **kwargs: Any) -> Any:
            self._depth += 1
            start = clock()
            try:
                return function(*args, **kwargs)
            finally:
                spent = clock() - start
                self._depth -= 1
                self.seconds[name] += spent
                self.calls[name] += 1
                if not self._depth:
                    self.asking += spent

        return asked


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("source", metavar="SOURCE", type=Path)
    parser.add_argument("--cache-dir", help="default: none")
    options = parser.parse_args()
    root = str(options.source.resolve())
    settings = config.load(root)
    selection = registry.select(settings)
    project = Project(root, settings, options.cache_dir)
    questions, rules, own = Tally(), Tally(), Tally()
    for name, member in list(vars(File).items()):
        if callable(member) and not name.startswith("_") and not isinstance(member, (staticmethod, property)):
            setattr(File, name, questions.question(name, member))
    _time_rules(selection, rules, own, questions)
    gc.disable()
    start = clock()
    files = 0
    for path in project.sources.all_files():
        run = review._Run([review._Scope(root, project, selection, ())], True)
        run.one(review._Task(0, path))
        files += 1
    total = clock() - start
    print(f"{options.source.name}: {files} files, {total:.2f} s, of these {sum(rules.seconds.values()):.2f} s in rules")
    rows = [
        [code, str(rules.calls[code]), f"{spent * 1000:.0f}", f"{own.seconds[code] * 1000:.0f}"]
        for code, spent in sorted(rules.seconds.items(), key=lambda item: -item[1])
    ]
    print(table(["rule", "files", "ms", "own ms"], rows))
    found = sorted(questions.seconds.items(), key=lambda item: -item[1])
    print(
        table(
            ["question", "asked", "ms"],
            [[name, str(questions.calls[name]), f"{spent * 1000:.0f}"] for name, spent in found[:25]],
        )
    )


def _time_rules(selection: registry.Selection, rules: Tally, own: Tally, questions: Tally) -> None:
    """Wraps each rule that the selection hands out; the calls of a rule are the files it looked at."""
    load = selection._rule
    wrapped = set()

    def loaded(row: registry.Row) -> Any:
        rule = load(row)
        if row.code not in wrapped:
            wrapped.add(row.code)
            check = rule.check

            def timed(file: File) -> Iterator[Any]:
                start, before = clock(), questions.asking
                found = list(check(file))
                spent = clock() - start
                rules.seconds[row.code] += spent
                rules.calls[row.code] += 1
                own.seconds[row.code] += spent - (questions.asking - before)
                return iter(found)

            rule.check = timed  # type: ignore[method-assign]
        return rule

    selection._rule = loaded  # type: ignore[method-assign]


if __name__ == "__main__":
    main()
