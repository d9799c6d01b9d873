"""Throw-away environments: flake8 reports with every plugin that is installed beside it, so each peer has its own."""

from __future__ import annotations

import subprocess
import sys
import venv
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
FOLDER = ROOT / "build" / "benchmarks"


class Environment:
    """A virtual environment with some packages; made once, in build/benchmarks."""

    def __init__(self, name: str, *packages: str, own: bool = False) -> None:
        """`own`: this working tree is installed too, anew each time."""
        self.packages = packages
        self._folder = FOLDER / f"{name}-{sys.version_info.major}.{sys.version_info.minor}"
        if not (self._folder / "ready").exists():
            print(f"making the environment {self._folder.name}", file=sys.stderr)
            venv.create(self._folder, with_pip=True, clear=True)
            self._pip(*packages, *([str(ROOT)] if own else []))
            (self._folder / "ready").touch()
        elif own:
            self._pip("--force-reinstall", "--no-deps", str(ROOT))

    def command(self, name: str) -> str:
        """The path of an installed command."""
        return str(self._folder / ("Scripts" if sys.platform == "win32" else "bin") / name)

    def _pip(self, *arguments: str) -> None:
        command = [self.command("python"), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", *arguments]
        subprocess.run(command, check=True)


def versions(environment: Environment) -> str:
    """Of the packages that an environment was made for: "flake8 7.3.0, ruff 0.12.0"."""
    code = "import sys, importlib.metadata as m; print(', '.join(f'{p} {m.version(p)}' for p in sys.argv[1:]))"
    command = [environment.command("python"), "-c", code, *environment.packages]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()
