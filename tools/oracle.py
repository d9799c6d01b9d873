"""Compares derived route tables with those of running applications; prints a table and tells which goals are missed.

    python tools/oracle.py ORACLE [NAME…] [--cache FOLDER] [--details]

ORACLE is a folder with `lay` (fetches sources), `compare.py` and `routes/NAME.json` (tables read from running
applications). Sources are laid once into the cache folder. Exit status 1 if a goal is missed.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path
from typing import Any, NamedTuple

ROOT = Path(__file__).resolve().parent.parent
TIERS = ("plain", "hard", "config")
GOALS = {"plain": 0.99, "hard": 0.80, "config": 0.90, "dependencies named": 0.95, "named ones right": 0.98}
MOST_EXTRA = 0.03
SECTION = "[tool.fastapi-review]"


class Result(NamedTuple):
    """What the comparison tells of one application."""

    name: str
    tiers: dict[str, dict[str, int]]
    rows: int
    extra: list[dict[str, Any]]
    """Derived rows that the running application does not have."""
    missing: list[list[str]]
    wrong: list[list[str]]
    seconds: float


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("oracle", type=Path)
    parser.add_argument("names", nargs="*")
    parser.add_argument("--cache", type=Path, default=ROOT / "build" / "oracle")
    parser.add_argument("--details", action="store_true", help="list missing rows and rows with another handler")
    args = parser.parse_args()
    names = args.names or sorted(path.stem for path in (args.oracle / "routes").glob("*.json"))
    args.cache.mkdir(parents=True, exist_ok=True)
    if any(not (args.cache / name).is_dir() for name in names):
        subprocess.run([sys.executable, str(args.oracle / "lay"), str(args.cache), *names], check=False)
    for name in names:
        _make_root(args.cache / name)
    results = [measured(args.oracle, args.cache, name) for name in names if (args.cache / name).is_dir()]
    print(as_markdown(results))
    if args.details:
        for result in results:
            for row in result.missing:
                print(f"{result.name}: missing {row}")
            for row in result.wrong:
                print(f"{result.name}: another handler {row}")
    return 1 if missed(results) else 0


def _make_root(folder: Path) -> None:
    """A project of its own, although it lies inside of this one: its settings end the search for them."""
    place = folder / "pyproject.toml"
    if not folder.is_dir() or (place.is_file() and SECTION in place.read_text(encoding="utf-8")):
        return
    with place.open("a", encoding="utf-8") as stream:
        stream.write(f"\n{SECTION}\n")


def measured(oracle: Path, cache: Path, name: str) -> Result:
    dump = oracle / "routes" / f"{name}.json"
    table = json.loads(dump.read_text())
    folder = cache / name
    command = [sys.executable, "-m", "flake8_fastapi_review.cli", "routes", "--no-cache", "--format", "json"]
    started = os.times()
    done = subprocess.run(
        command, cwd=folder, check=True, capture_output=True, text=True, env={**os.environ, "PYTHONPATH": str(ROOT)}
    )
    ended = os.times()
    seconds = ended.children_user + ended.children_system - started.children_user - started.children_system
    rows = of_application(json.loads(done.stdout), table)
    derived = cache / f"{name}.derived.json"
    derived.write_text(json.dumps(rows))
    compared = subprocess.run(
        [sys.executable, str(oracle / "compare.py"), str(dump), str(derived), "--json"],
        check=True,
        capture_output=True,
        text=True,
    )
    report = json.loads(compared.stdout)
    beyond = {tuple(key) for key in report["extra_rows"]}
    extra = [row for row in rows if (row["method"], "/" + row["path"].lstrip("/")) in beyond]
    return Result(name, report["tiers"], len(rows), extra, report["missing"], report["wrong_handler"], seconds)


def of_application(rows: list[dict[str, Any]], table: dict[str, Any]) -> list[dict[str, Any]]:
    """The rows of the application that was run: by its name, or, of a factory's, the one with most rows in common."""
    target = table["header"]["target"]
    own = [row for row in rows if row["app"] == target]
    if own:
        return own
    keys = {("WEBSOCKET" if row["kind"] == "websocket" else row["method"], row["path"]) for row in table["routes"]}
    common = Counter(row["app"] for row in rows if (row["method"], row["path"]) in keys)
    best = max(common, key=lambda app: common[app], default=None)
    return [row for row in rows if row["app"] == best]


def share(part: int, whole: int) -> float | None:
    return part / whole if whole else None


def average(values: list[float | None]) -> float:
    known = [value for value in values if value is not None]
    return sum(known) / len(known) if known else 1.0


def handlers(result: Result, tier: str) -> float | None:
    counts = result.tiers.get(tier, {})
    return share(counts.get("handler", 0), counts.get("rows", 0))


def over_tiers(result: Result, part: str, whole: str) -> float | None:
    return share(
        sum(result.tiers.get(tier, {}).get(part, 0) for tier in TIERS),
        sum(result.tiers.get(tier, {}).get(whole, 0) for tier in TIERS),
    )


def figures(results: list[Result]) -> dict[str, float]:
    """Averages over the applications, so that the large ones do not decide alone."""
    found = {tier: average([handlers(result, tier) for result in results]) for tier in TIERS}
    found["dependencies named"] = average([over_tiers(result, "deps_found", "deps") for result in results])
    found["named ones right"] = average([over_tiers(result, "deps_named_right", "deps_named") for result in results])
    return found


def extra_share(results: list[Result]) -> float:
    return average([share(len(result.extra), result.rows) for result in results])


def missed(results: list[Result]) -> list[str]:
    found = figures(results)
    short = [f"{name} {found[name]:.1%}" for name, goal in GOALS.items() if found[name] < goal]
    return short + ([f"extra {extra_share(results):.1%}"] if extra_share(results) >= MOST_EXTRA else [])


def shown(value: float | None) -> str:
    return "" if value is None else f"{value:.1%}"


def as_markdown(results: list[Result]) -> str:
    lines = [
        "| app | plain | hard | config | dependencies named | named ones right | async right | extra | cpu s |",
        "|---|---|---|---|---|---|---|---|---|",
    ]
    for result in results:
        cells = [result.name]
        for tier in TIERS:
            counts = result.tiers.get(tier, {})
            cells.append(f"{counts.get('handler', 0)}/{counts['rows']}" if counts.get("rows") else "")
        for part, whole in (("deps_found", "deps"), ("deps_named_right", "deps_named"), ("async_right", "handler")):
            cells.append(shown(over_tiers(result, part, whole)))
        cells += [f"{len(result.extra)}/{result.rows}", f"{result.seconds:.2f}"]
        lines.append(f"| {' | '.join(cells)} |")
    found = figures(results)
    tiers = " | ".join(shown(found[tier]) for tier in TIERS)
    rest = f"{shown(found['dependencies named'])} | {shown(found['named ones right'])} |"
    lines.append(f"| **average per app** | {tiers} | {rest} | {extra_share(results):.1%} | |")
    goals = " | ".join(f"≥ {GOALS[tier]:.0%}" for tier in TIERS)
    lines.append(f"| goal | {goals} | ≥ 95% | ≥ 98% | | < 3% | |")
    for result in results:
        for row in result.extra:
            place = row["registered_at"]
            why = "; ".join(row["assumptions"]) or "certain"
            lines.append(
                f"\nextra in {result.name}: `{row['method']} {row['path']}`, "
                f"{place['file']}:{place['line']}, {'complete' if row['complete'] else 'uncertain'} ({why})"
            )
    wanting = missed(results)
    lines.append("\nmissed: " + ", ".join(wanting) if wanting else "\nall goals met")
    return "\n".join(lines)


if __name__ == "__main__":
    started = time.monotonic()
    status = main()
    print(f"{time.monotonic() - started:.0f} s")
    sys.exit(status)
