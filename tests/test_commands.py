"""FAR206: which commands files hold that are no Python, and Python that runs some. A line with the mark `!` after its
end holds a command without its prefix."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from flake8_fastapi_review import config as configuration
from flake8_fastapi_review.review import review

if TYPE_CHECKING:
    from pathlib import Path

SETTINGS = '[tool.fastapi-review.rules.FAR206]\ncommands = ["alembic", "pytest", "uvicorn"]\nprefixes = ["uv run"]\n'
BARE = "   # !"

FILES = {
    "run.sh": r"""
set -euo pipefail
alembic upgrade head   # !
uv run alembic upgrade head
poetry  run   pytest
if ! pytest -q; then exit 1; fi   # !
while ! alembic current; do sleep 1; done   # !
DATABASE_URL='a b' FOO=1 pytest tests   # !
echo "run pytest please"; echo pytest
cat <<EOF
pytest is nice
EOF
python -m pytest -q
uv run --frozen pytest && uv run -- pytest
exec uvicorn app.main:app --port "$PORT"   # !
"pytest" -q   # !
.venv/bin/pytest; pip install pytest; which alembic; command -v alembic >/dev/null
(cd app && pytest)   # !
uv run bash -c "pytest && alembic upgrade head"
bash -c "cd app && pytest -q"   # !
uv run pytest && pytest -x   # !
uv run pytest | tee pytest.log 2>&1
run() { alembic upgrade head; }   # !
pytest() { uv run pytest "$@"; }
heads=$(alembic heads)   # !
heads=`alembic heads`   # !
docker compose exec web alembic upgrade head
timeout -k 5 30 pytest   # !
sudo -u app env FOO=1 alembic upgrade head   # !
uv run \
  pytest -q
trap 'alembic downgrade -1' EXIT   # !
case "$1" in
  pytest) uv run pytest ;;
  test) pytest ;;   # !
esac
""",
    "Makefile": """
PYTEST ?= pytest
test: pytest
	-@pytest -q   # !
	uv run pytest -q
	$(UV) pytest
	cd app && alembic upgrade head   # !
	uv run \\
	pytest
	heads=$$(alembic heads)   # !
lint: ; pytest --version   # !
run: ## first this; uvicorn app:app
""",
    "Dockerfile": """
FROM python:3.12 AS tests
RUN pip install pytest alembic && alembic upgrade head   # !
RUN --mount=type=cache,target=/root pytest   # !
RUN pip install uv && \\
    # with the cache of uv
    uv run alembic upgrade head && \\
    pytest   # !
HEALTHCHECK --interval=5s CMD alembic current   # !
CMD ["uvicorn", "app:app"]   # !
FROM tests
CMD ["sh", "-c", "alembic upgrade head && uv run uvicorn app:app"]   # !
FROM tests
ENTRYPOINT ["uv", "run"]
CMD ["uvicorn", "app:app"]
COPY alembic /app/alembic
""",
    "Dockerfile.prod": "FROM python\nCMD alembic upgrade head; exec uv run uvicorn app:app   # !\n",
    "ci.yml": """
name: pytest
jobs:
  pytest:
    steps:
      - name: pytest
        run: pytest -q   # !
      - run: |
          uv sync
          pytest -q   # !
          uv run pytest
      - run: "pytest -q"   # !
      - run: >-
          uv run
          pytest
      - uses: some/action@v1
        with:
          command: pytest
        env:
          TOOL: pytest
""",
    ".gitlab-ci.yml": """
test:
  before_script: [alembic upgrade head]   # !
  script:
    - pytest -q   # !
    - uv run pytest
    - |
      alembic upgrade head   # !
  tags:
    - pytest
""",
    "compose.yml": """
services:
  web:
    command: uvicorn app.main:app   # !
  list:
    command: ["uvicorn", "app.main:app"]   # !
  lines:
    command:
      - uvicorn   # !
      - app.main:app
  right:
    command: uv run uvicorn app.main:app
    entrypoint: ["uv", "run", "uvicorn"]
    healthcheck:
      test: ["CMD", "alembic", "current"]   # !
""",
    ".pre-commit-config.yaml": """
repos:
  - repo: local
    hooks:
      - id: pytest
        entry: pytest -q   # !
        language: system
        additional_dependencies:
          - pytest
""",
    "pyproject.toml": SETTINGS
    + """
[project.scripts]
uvicorn = "uvicorn.main:main"
[tool.poe.tasks]
test = "pytest -q"   # !
named = ["test", "pytest"]
migrate = { cmd = "alembic upgrade head" }   # !
serve = { help = "x", shell = "cd app && uvicorn app:app" }   # !
good = "uv run pytest"
[tool.pdm.scripts]
listed = {cmd = ["pytest", "-q"]}   # !
[tool.hatch.envs.default.scripts]
cov = [
  "pytest --cov",   # !
  "uv run pytest --cov",
]
[tool.pytest.ini_options]
addopts = "-q"
""",
    "tool.py": """
import asyncio
import os
import shlex
import subprocess as sp
from subprocess import check_call, run as execute

import anyio

UV = ["uv", "run"]
def bad() -> None:
    execute(["pytest", *os.environ], check=True)   # !
    check_call(args=["alembic", "heads"])   # !
    execute(shlex.split("pytest -q"), check=True)   # !
    execute("pytest -q".split(), check=True)   # !
    execute(["pytest"] + ["-q"], check=True)   # !
    os.system("cd app && alembic upgrade head")   # !
    os.system(f"alembic upgrade {UV}")   # !
    execute(["/bin/bash", "-lc", "cd app; pytest -q"], check=True)   # !
    execute(["env", "A=1", "pytest"], check=True)   # !
async def bad_async() -> None:
    await asyncio.create_subprocess_exec("alembic", "upgrade", "head")   # !
    await anyio.run_process(["pytest", "-q"])   # !
def good() -> None:
    execute([*UV, "pytest"], check=True)
    execute(UV + ["pytest"], check=True)
    execute(["uv", "run", "alembic", "upgrade", "head"], check=True)
    execute(["pip", "install", "pytest"], check=True)
    sp.run("uv run pytest -q && echo pytest", shell=True, check=True)
    print("pytest -q")
class Runner:
    command = ("pytest", "-q")
    def call(self) -> None:
        sp.run(self.command, check=True)   # !
""",
}


@pytest.mark.parametrize("name", sorted(FILES))
def test_commands_without_their_prefix(tmp_path: Path, name: str) -> None:
    (tmp_path / "pyproject.toml").write_text(SETTINGS, "utf-8")
    lines = FILES[name].split("\n")
    (tmp_path / name).write_text("\n".join(line.removesuffix(BARE) for line in lines), "utf-8")
    configuration.forget()
    outcome = review([str(tmp_path)], cache_dir="")
    found = sorted(found.range.line for _, found in outcome.findings if found.code == "FAR206")
    assert found == [number for number, line in enumerate(lines, 1) if line.endswith(BARE)]


def test_a_command_may_have_several_words(tmp_path: Path) -> None:
    settings = '[tool.fastapi-review.rules.FAR206]\ncommands = ["python -m pytest"]\nprefixes = ["uv run"]\n'
    (tmp_path / "pyproject.toml").write_text(settings, "utf-8")
    (tmp_path / "a.sh").write_text("python setup.py\nuv run python -m pytest\n  python -m pytest -q\n", "utf-8")
    configuration.forget()
    ((_, found),) = review([str(tmp_path)], cache_dir="").findings
    assert (found.range.line, found.range.column) == (3, 2)
    assert "write `uv run python -m pytest`" in found.message
