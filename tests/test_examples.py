"""The worked examples of protocols have the findings that their comments say, by default, and no other."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from cases import Found, differences, expectations, python_files

from flake8_fastapi_review import config as configuration
from flake8_fastapi_review.review import review

EXAMPLES = Path(__file__).parents[1] / "examples"
NEEDS = {"quota": ("fastapi",), "deduplication": ("fastapi", "sqlalchemy")}


@pytest.mark.parametrize("name", sorted(NEEDS))
def test_findings(name: str) -> None:
    root = EXAMPLES / name
    configuration.forget()
    outcome = review([str(root)], cache_dir="")
    found = [
        Found(Path(path).resolve().relative_to(root).as_posix(), violation) for path, violation in outcome.findings
    ]
    assert outcome.problems == ()
    assert differences(expectations(root, python_files(root)), found) == []


@pytest.mark.parametrize("name", sorted(NEEDS))
def test_each_rule_of_the_protocol_has_its_defect(name: str) -> None:
    root = EXAMPLES / name
    announced = {each.code for each in expectations(root, python_files(root))}
    assert announced == ({"FAR200", "FAR201", "FAR202"} if name == "quota" else {"FAR203", "FAR204", "FAR205"})


@pytest.mark.parametrize("name", sorted(NEEDS))
def test_it_is_an_application(name: str) -> None:
    for module in NEEDS[name]:
        pytest.importorskip(module)
    command = [sys.executable, "-c", "from pages.main import app; print(len(app.openapi()['paths']))"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False, cwd=EXAMPLES / name)
    assert done.returncode == 0, done.stderr
    assert int(done.stdout) > 3
