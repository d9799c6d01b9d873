"""Compares derived database models with what SQLAlchemy knows of them at run time; fails when a goal is missed.

    python tools/oracle_models.py FOLDER [NAME…] [--details]

FOLDER is a work folder. For each application a virtual environment FOLDER/NAME is made, if it is not there yet, and the
package installed from the package index; its source is copied to FOLDER/sources/NAME. `tools/read_models.py` imports
the models in that environment; nothing of the application is imported here.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import venv
from collections import Counter
from pathlib import Path
from typing import Any, NamedTuple

ROOT = Path(__file__).resolve().parent.parent
GOAL = 0.98
KINDS = ("tables", "columns", "indexes", "unique constraints", "relationships")


class App(NamedTuple):
    installs: tuple[tuple[str, ...], ...]
    """Arguments of `pip install`, one after the other."""
    package: str
    """The folder of the source below site-packages."""
    imports: tuple[str, ...]
    """Arguments of `read_models.py`."""


APPS = {
    "airflow": App(
        (("apache-airflow-core==3.3.2",),),
        "airflow",
        ("airflow.models.base:Base", "airflow.models.*", "airflow.jobs.job"),
    ),
    "argilla": App(
        (("argilla-server==2.8.0",),),
        "argilla_server",
        ("argilla_server.models.base:DatabaseModel", "argilla_server.models.database"),
    ),
    "dstack": App((("dstack[server]==0.22.5",),), "dstack", ("dstack._internal.server.models:BaseModel",)),
    "gpustack": App(
        (
            ("--no-deps", "gpustack==2.3.0"),
            ("sqlmodel", "fastapi", "pydantic-settings", "httpx", "aiohttp", "cachetools", "asyncpg", "aiosqlite",
             "alembic", "tenacity", "pyyaml", "packaging", "requests", "psutil", "python-dotenv", "dataclasses-json"),
        ),
        "gpustack",
        ("sqlmodel:SQLModel", "gpustack.schemas.*"),
    ),
    "prefect": App(
        (("prefect==3.7.2",), ("--no-deps", "prefect==3.9.1"), ("whenever",)),
        "prefect",
        ("prefect.server.database.orm_models:Base",),
    ),
    "zenml": App((("zenml[server]==0.98.0",),), "zenml", ("sqlmodel:SQLModel", "zenml.zen_stores.schemas")),
}  # fmt: skip


class Score(NamedTuple):
    right: Counter[str]
    all: Counter[str]
    wrong: list[str]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("names", nargs="*", choices=[*APPS, []])
    parser.add_argument("--details", action="store_true", help="list what differs")
    args = parser.parse_args()
    args.folder.mkdir(parents=True, exist_ok=True)
    scores = {name: compared(args.folder, name) for name in args.names or sorted(APPS)}
    print(as_markdown(scores))
    if args.details:
        for name, score in scores.items():
            for line in score.wrong:
                print(f"{name}: {line}")
    return 1 if any(share(list(scores.values()), kind) < GOAL for kind in KINDS) else 0


def compared(folder: Path, name: str) -> Score:
    app = APPS[name]
    python = folder / name / "bin" / "python"
    if not python.exists():
        venv.create(folder / name, with_pip=True)
        for arguments in app.installs:
            subprocess.run([str(python), "-m", "pip", "install", "--quiet", *arguments], check=True)
    source = folder / "sources" / name
    if not source.is_dir():
        where = subprocess.run(
            [str(python), "-c", "import sysconfig; print(sysconfig.get_paths()['purelib'])"],
            check=True, capture_output=True, text=True,
        ).stdout.strip()  # fmt: skip
        shutil.copytree(Path(where) / app.package, source / app.package, ignore=lambda _, names: [
            each for each in names if "." in each and not each.endswith(".py")
        ])  # fmt: skip
        (source / "pyproject.toml").write_text("[tool.fastapi-review]\n")
    home = folder / "home"
    home.mkdir(exist_ok=True)
    done = subprocess.run(
        [str(python), str(ROOT / "tools" / "read_models.py"), *app.imports],
        cwd=home, check=True, capture_output=True, text=True, env={**os.environ, "HOME": str(home.resolve())},
    )  # fmt: skip
    truth = json.loads(done.stdout[done.stdout.index("{\n") :])
    derived = subprocess.run(
        [sys.executable, "-m", "flake8_fastapi_review.cli", "models", "--no-cache", "--format", "json"],
        cwd=source, check=True, capture_output=True, text=True, env={**os.environ, "PYTHONPATH": str(ROOT)},
    )  # fmt: skip
    return score_of(truth, json.loads(derived.stdout))


def score_of(truth: dict[str, Any], derived: dict[str, Any]) -> Score:
    score = Score(Counter(), Counter(), [])
    ours = {table["name"]: table for table in derived["tables"]}
    real = {table["name"]: table for table in truth["tables"]}
    for name, table in real.items():
        judge(score, "tables", name, True, name in ours)
        if name in ours:
            compare_table(score, name, table, ours[name])
    by_class: dict[str, list[dict[str, Any]]] = {}
    for entity in derived["entities"]:
        by_class.setdefault(entity["name"].rpartition(".")[2], []).append(entity)
    for mapper in truth["mappers"]:
        found = [each for each in by_class.get(mapper["class"], []) if each["table"] == mapper["table"]]
        mine = {each["name"]: each for each in found[0]["relationships"]} if found else {}
        for name, relation in mapper["relationships"].items():
            own = mine.get(name)
            told = {key: own[key] for key in relation} if own is not None else None
            judge(score, "relationships", f"{mapper['class']}.{name}", relation, told)
        for name in mine.keys() - mapper["relationships"].keys():
            judge(score, "relationships", f"{mapper['class']}.{name}", None, "there")
    return score


def compare_table(score: Score, name: str, real: dict[str, Any], own: dict[str, Any]) -> None:
    columns = {column["name"]: column for column in own["columns"]}
    for column, facts in real["columns"].items():
        mine = columns.get(column)
        told = {key: sorted(mine[key]) if key == "foreign_keys" else mine[key] for key in facts} if mine else None
        judge(score, "columns", f"{name}.{column}", facts, told)
    for column in columns.keys() - real["columns"].keys():
        judge(score, "columns", f"{name}.{column}", None, "there")
    for kind, key in (("indexes", "indexes"), ("unique constraints", "uniques")):
        wanted = Counter(map(_plain, real[key]))
        given = Counter(
            _plain([e["name"], e["columns"], *([e["unique"]] if key == "indexes" else [])]) for e in own[key]
        )
        for each in (wanted | given).elements():
            judge(score, kind, f"{name}: {each}", wanted[each], given[each])


def _plain(item: list[Any]) -> str:
    return json.dumps(item)


def judge(score: Score, kind: str, what: str, real: Any, own: Any) -> None:
    score.all[kind] += 1
    if real == own:
        score.right[kind] += 1
    elif isinstance(real, dict) and isinstance(own, dict):
        parts = ", ".join(f"{key}: {own[key]!r}, not {real[key]!r}" for key in real if real[key] != own[key])
        score.wrong.append(f"{kind}: {what}: {parts}")
    else:
        score.wrong.append(f"{kind}: {what}: {own!r}, not {real!r}")


def share(scores: list[Score], kind: str) -> float:
    whole = sum(score.all[kind] for score in scores)
    return sum(score.right[kind] for score in scores) / whole if whole else 1.0


def as_markdown(scores: dict[str, Score]) -> str:
    lines = [f"| app | {' | '.join(KINDS)} |", "|---" * (len(KINDS) + 1) + "|"]
    for name, score in scores.items():
        cells = [f"{score.right[kind]}/{score.all[kind]}" if score.all[kind] else "" for kind in KINDS]
        lines.append(f"| {name} | {' | '.join(cells)} |")
    lines.append("| **all** | " + " | ".join(f"{share(list(scores.values()), kind):.1%}" for kind in KINDS) + " |")
    return "\n".join(lines)


if __name__ == "__main__":
    sys.exit(main())
