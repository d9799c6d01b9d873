"""Compares the breaks that FAR097 derives from two releases of an application with what their OpenAPI documents show.

    python tools/oracle_contract.py FOLDER [NAME…] [--details]

FOLDER is a work folder. For each release a virtual environment FOLDER/NAME-VERSION is made, if it is not there yet, the
package is installed from the package index, its document written to FOLDER/NAME-VERSION.json by importing the
application in that environment, and its source copied to FOLDER/NAME-VERSION.src. Nothing of the applications is
imported here. Fails when less than GOAL of all breaks are found, or right.
"""

from __future__ import annotations

import argparse
import re
import shutil
import subprocess
import sys
import venv
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "tools")]

from openapi_breaks import Fact, differences, read  # noqa: E402

from flake8_fastapi_review.config import load  # noqa: E402
from flake8_fastapi_review.project import Project  # noqa: E402
from flake8_fastapi_review.project.contract import Break, breaks  # noqa: E402

GOAL = 0.95
_WRITE = """
import json, sys
from fastapi import FastAPI
{make}
documents = {{"": app.openapi()}}
for route in app.routes:
    if isinstance(getattr(route, "app", None), FastAPI):
        documents[route.path] = route.app.openapi()
with open(sys.argv[1], "w") as file:
    json.dump(documents, file)
"""


class App(NamedTuple):
    requirement: str
    """With a place for the version."""
    versions: tuple[str, ...]
    """Each is compared with the one before."""
    package: str
    make: str
    """Binds `app`."""
    further: tuple[str, ...] = ()
    """What else has to be installed."""


APPS = {
    "dstack": App(
        "dstack[server]=={}", ("0.21.0", "0.22.5"), "dstack", "from dstack._internal.server.main import app"
    ),
    "zenml": App(
        "zenml[server]=={}",
        ("0.91.0", "0.94.0", "0.98.0"),
        "zenml",
        "from zenml.zen_server.zen_server_api import app",
    ),
    "argilla": App(
        "argilla-server=={}", ("2.5.0", "2.8.0"), "argilla_server", "from argilla_server._app import app"
    ),
    "prefect": App(
        "prefect=={}",
        ("3.4.0", "3.7.2"),
        "prefect",
        "from prefect.server.api.server import create_app\napp = create_app()",
        ("fastapi==0.128.8",),
    ),
}  # fmt: skip


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("names", nargs="*", metavar="NAME", default=list(APPS))
    parser.add_argument("--details", action="store_true", help="show what only one side has")
    arguments = parser.parse_args()
    folder: Path = arguments.folder.resolve()
    folder.mkdir(parents=True, exist_ok=True)
    expected = found = both = 0
    print("| application | releases | breaks | both | document only | source only | causes | recall | precision |")
    print("|---|---|---:|---:|---:|---:|---:|---:|---:|")
    for name in arguments.names or list(APPS):
        app = APPS[name]
        for old, new in zip(app.versions, app.versions[1:], strict=False):
            counts = _compare(folder, name, app, old, new, arguments.details)
            expected, found, both = expected + counts[0], found + counts[1], both + counts[2]
    recall, precision = both / expected if expected else 1.0, both / found if found else 1.0
    print(f"| all | | {expected} | {both} | {expected - both} | {found - both} | | {recall:.1%} | {precision:.1%} |")
    return 1 if recall < GOAL or precision < GOAL else 0


def _compare(folder: Path, name: str, app: App, old: str, new: str, details: bool) -> tuple[int, int, int]:
    before, after = _laid(folder, name, app, old), _laid(folder, name, app, new)
    expected = _documented(folder, f"{name}-{old}", f"{name}-{new}")
    causes = breaks(before, after)
    operations = _operations(folder, f"{name}-{old}")
    causes = tuple(each for each in causes if any((fact.method, fact.path) in operations for fact in _facts(each)))
    found = {fact for each in causes for fact in _facts(each) if (fact.method, fact.path) in operations}
    both = expected & found
    recall = len(both) / len(expected) if expected else 1.0
    precision = len(both) / len(found) if found else 1.0
    print(
        f"| {name} | {old} → {new} | {len(expected)} | {len(both)} | {len(expected - found)} | {len(found - expected)} "
        f"| {len(causes)} | {recall:.1%} | {precision:.1%} |",
        flush=True,
    )
    if details:
        for title, facts in (("document only", expected - found), ("source only", found - expected)):
            for fact in sorted(facts):
                print(f"    {title}: {' '.join(fact)}")
    return len(expected), len(found), len(both)


def _documented(folder: Path, old: str, new: str) -> set[Fact]:
    before, after = dict(read(str(folder / f"{old}.json"))), dict(read(str(folder / f"{new}.json")))
    return {
        fact._replace(path=mount + fact.path)
        for mount, document in before.items()
        if mount in after
        for fact in differences(document, after[mount])
    }


def _operations(folder: Path, release: str) -> set[tuple[str, str]]:
    """Those of the application that has the document; a package may hold others."""
    return {
        (method.upper(), re.sub(r"\{[^{}]*\}", "{}", mount + path))
        for mount, document in read(str(folder / f"{release}.json"))
        for path, item in document["paths"].items()
        for method in item
    }


def _laid(folder: Path, name: str, app: App, version: str) -> Project:
    """The source of a release, its document beside it."""
    source, document = folder / f"{name}-{version}.src", folder / f"{name}-{version}.json"
    if not source.is_dir() or not document.is_file():
        home = folder / f"{name}-{version}"
        python = home / "bin/python"
        if not python.exists():
            venv.create(home, with_pip=True)
        install = [str(python), "-m", "pip", "install", "-q", "--no-compile"]
        subprocess.run([*install, app.requirement.format(version)], check=True)
        if app.further:
            subprocess.run([*install, *app.further], check=True)
        packages = next(home.glob("lib/python*/site-packages"))
        shutil.copytree(packages / app.package, source / app.package, dirs_exist_ok=True)
        program = _WRITE.format(make=app.make)
        environment = {"HOME": str(home), "PATH": "/usr/bin:/bin"}
        subprocess.run(
            [str(python), "-c", program, str(document)],
            check=True,
            env=environment,
            stdout=subprocess.DEVNULL,
            cwd=home,
        )
    return Project(str(source), load(str(source)))


# What FAR097 found, in the words of the documents

_KINDS = {"method": "route", "moved": "route", "renamed": "removed", "changed": "narrowed"}


def _facts(found: Break) -> list[Fact]:
    return [
        Fact(
            use.method,
            re.sub(r"\{[^{}]*\}", "{}", use.path),
            found.side,
            _KINDS.get(found.kind, found.kind),
            _name(use.way, use.path) if _KINDS.get(found.kind, found.kind) not in ("route", "security") else "",
        )
        for use in found.uses
    ]


def _name(way: tuple[str, ...], path: str) -> str:
    if way[:1] == ("path",):
        names = re.findall(r"\{(\w+)", path)
        return str(names.index(way[1]))
    named = [step for step in way if not step.startswith(("[", "{")) and not step.isdigit()]
    named = named if not named or named[-1] not in ("query", "header", "cookie") else named[:-1]
    return named[-1] if named else way[0]


if __name__ == "__main__":
    sys.exit(main())
