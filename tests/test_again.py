"""`check` and flake8 say again what was said only while all that it was made from is as it was."""

from __future__ import annotations

import argparse
import ast
import io
import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pytest

from flake8_fastapi_review import config, findings, plugins, unchanged
from flake8_fastapi_review import review as engine
from flake8_fastapi_review.cli import main
from flake8_fastapi_review.project import cache as cache_module
from flake8_fastapi_review.report import formats

FILES = {
    "pyproject.toml": '[project]\nname = "shop"\n\n[tool.fastapi-review]\nexclude = ["generated/"]\n',
    "app/__init__.py": "",
    "app/main.py": (
        "from fastapi import FastAPI\n\nfrom app.report import load\nfrom generated.rates import rates\n\n"
        'app = FastAPI()\n\n\n@app.get("/report")\nasync def report():\n    return load()\n\n\n@app.get("/rates")\n'
        "async def current():\n    return rates()\n"
    ),
    "app/report.py": "import time\n\n\ndef load():\n    time.sleep(1)\n    return 1\n",
    "app/quiet.py": "def size(text):\n    return len(text)\n",
    "generated/rates.py": "import requests\n\n\ndef rates():\n    return requests.get('https://x', timeout=5)\n",
    "requirements.txt": "fastapi==0.100\n",
    "other/setup.py": "",
    "other/pyproject.toml": "[project]\n",
    "other/tool.py": "try:\n    import json\nexcept:\n    pass\n",
    "odd/pyvenv.cfg": "",
    "odd/thing.py": "try:\n    import json\nexcept:\n    pass\n",
}


class Done(NamedTuple):
    """A finished run."""

    status: int
    printed: str
    complaints: str


class Shop:
    """A project that lies on the disk for so long that signatures can be trusted."""

    def __init__(self, root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.root = root / "shop"
        self.record = root / "RECORD"
        self.record.write_text("one")
        self.age = 3_000_000_000
        clock = time.time_ns
        monkeypatch.setattr(time, "time_ns", lambda: clock() + self.age)
        # The sources themselves may be worked at while the tests run.
        monkeypatch.setattr(findings, "stamp_code", lambda ground: ground.stamp(str(self.record)))
        for name in ("FASTAPI_REVIEW_CACHE_DIR", "NO_COLOR", "FORCE_COLOR", "COLUMNS"):
            monkeypatch.delenv(name, raising=False)
        self.reviews = 0
        review = engine.review

        def counted(*args: object, **options: object) -> engine.Review:
            self.reviews += 1
            return review(*args, **options)  # type: ignore[arg-type]

        monkeypatch.setattr(engine, "review", counted)
        self.projects = 0
        project = plugins._Project.__init__

        def opened(*args: object) -> None:
            self.projects += 1
            project(*args)  # type: ignore[arg-type]

        monkeypatch.setattr(plugins._Project, "__init__", opened)
        monkeypatch.chdir(root)
        for path, text in FILES.items():
            self.write(path, text)

    def write(self, path: str, text: str) -> None:
        (self.root / path).parent.mkdir(parents=True, exist_ok=True)
        (self.root / path).write_text(text, "utf-8")

    def run(self, *arguments: str, below: str = "") -> Done:
        """The command, from a folder below the root."""
        streams = [io.TextIOWrapper(io.BytesIO(), encoding="utf-8") for _ in range(2)]
        with pytest.MonkeyPatch.context() as patch:
            for name, stream in zip(("stdout", "stderr"), streams, strict=True):
                patch.setattr(sys, name, stream)
            patch.setattr(sys, "argv", ["fastapi-review", "check", *arguments])
            patch.chdir(self.root / below)
            config.forget()
            with pytest.raises(SystemExit) as ended:
                main()
        said = []
        for stream in streams:
            stream.seek(0)
            said.append(stream.read())
        return Done(int(ended.value.code or 0), *said)

    def flake8(self, *paths: str, buffer: str | None = None, **options: list[str]) -> list[tuple[str, plugins.Told]]:
        """What a run of flake8 over some files, or all, is told."""
        run = plugins.Run(argparse.Namespace(**options))
        found = []
        for path in paths or sorted(path.relative_to(self.root).as_posix() for path in self.root.rglob("*.py")):
            if path.startswith(("generated/", "odd/")):
                continue
            text = (self.root / path).read_text("utf-8") if buffer is None else buffer
            found += [(path, told) for told in run.review(str(self.root / path), text, ast.parse(text))]
        cache_module._close_all()
        return found

    def is_again_in_flake8(self, *paths: str, buffer: str | None = None, **options: list[str]) -> bool:
        """Whether a run of flake8 is told again what was said; it must be what a run without a cache is told."""
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("FASTAPI_REVIEW_CACHE_DIR", "")
            fresh = self.flake8(*paths, buffer=buffer, **options)
        self.projects = 0
        assert self.flake8(*paths, buffer=buffer, **options) == fresh
        return not self.projects

    def is_again(self, *arguments: str, below: str = "") -> bool:
        """Whether a run says again what was said; it must be what a run without a cache says."""
        fresh = self.run(*arguments, "--no-cache", below=below)
        self.reviews = 0
        assert self.run(*arguments, below=below) == fresh
        return not self.reviews


@pytest.fixture
def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Shop:
    made = Shop(tmp_path, monkeypatch)
    made.run()
    assert made.is_again()
    assert made.run().status == 1
    return made


@pytest.mark.parametrize("form", formats.NAMES)
@pytest.mark.parametrize("color", ["--color", "--no-color"])
def test_every_format_says_the_same_again(shop: Shop, form: str, color: str) -> None:
    if form in formats.WHOLE:  # they tell how long the review took
        for _ in range(2):
            shop.reviews = 0
            shop.run("--format", form)
            assert shop.reviews == 1
        return
    assert not shop.is_again("--format", form, color)
    assert shop.is_again("--format", form, color)


def _same_size_and_time(shop: Shop) -> None:
    path = shop.root / "app/report.py"
    before = path.stat()
    shop.write("app/report.py", path.read_text("utf-8").replace("sleep", "ctime"))
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))


CHANGES: dict[str, Callable[[Shop], object]] = {
    "a file": lambda shop: shop.write("app/report.py", "def load():\n    return 1\n"),
    "a file, of the same size and time": _same_size_and_time,
    "a file more": lambda shop: shop.write("app/more.py", FILES["other/tool.py"]),
    "a file in a folder more": lambda shop: shop.write("app/deep/more.py", FILES["other/tool.py"]),
    "a file less": lambda shop: (shop.root / "app/quiet.py").unlink(),
    "another name": lambda shop: (shop.root / "app/quiet.py").rename(shop.root / "app/loud.py"),
    "a folder less": lambda shop: shutil.rmtree(shop.root / "other"),
    "settings": lambda shop: shop.write("pyproject.toml", '[tool.fastapi-review]\nignore = ["FAR0"]\n'),
    "wrong settings": lambda shop: shop.write("pyproject.toml", "[tool.fastapi-review]\nselct = 1\n"),
    "broken settings": lambda shop: shop.write("pyproject.toml", "[tool.fastapi-review\n"),
    "settings of a project inside": lambda shop: shop.write(
        "other/pyproject.toml", '[tool.fastapi-review]\nignore = ["FAR0"]\n'
    ),
    "a baseline": lambda shop: shop.write(
        config.BASELINE, json.dumps({"version": 1, "findings": {"app/main.py": {"FAR001": {"current": 9}}}})
    ),
    "versions": lambda shop: shop.write("requirements.txt", "fastapi==0.90\n"),
    "versions in a folder more": lambda shop: shop.write("requirements/base.txt", "pydantic==1.0\n"),
    "versions in a folder that is left out": lambda shop: shop.write("odd/requirements.txt", "pydantic==1.0\n"),
    "an excluded file that is imported": lambda shop: shop.write("generated/rates.py", "def rates():\n    return 1\n"),
    "a package in the place of an excluded file": lambda shop: shop.write(
        "generated/rates/__init__.py", "def rates():\n    return 1\n"
    ),
    "no virtual environment any more": lambda shop: (shop.root / "odd/pyvenv.cfg").unlink(),
    "the tool": lambda shop: shop.record.write_text("another"),
    "the tool is gone": lambda shop: shop.record.unlink(),
}


@pytest.mark.parametrize("what", CHANGES)
def test_what_changes_is_looked_at(shop: Shop, what: str) -> None:
    CHANGES[what](shop)
    if what == "the tool is gone":
        assert not shop.is_again()
        return
    assert not shop.is_again()
    assert shop.is_again()


def test_a_change_of_structural_rules_and_of_a_baseline(shop: Shop) -> None:
    rule = (
        "id: short\nlanguage: python\nseverity: warning\nmessage: no size\nnote: |\n  Why.\n"
        "rule:\n  pattern: len($A)\nmetadata:\n  code: FAR900\n"
    )
    shop.write("pyproject.toml", '[tool.fastapi-review]\nstructural-rules = ["lint"]\nexclude = ["lint/"]\n')
    shop.write("lint/one.yml", rule)
    shop.is_again()
    assert "no size" in shop.run().printed
    assert shop.is_again()
    shop.write("lint/one.yml", rule.replace("no size", "no length"))
    assert not shop.is_again()
    assert "no length" in shop.run().printed
    assert shop.is_again()
    shop.write("lint/two.yml", rule.replace("FAR900", "FAR901").replace("short", "brief"))
    assert not shop.is_again()
    baseline = {"version": 1, "findings": {"app/quiet.py": {"FAR900": {"size": 1}}}}
    shop.write(config.BASELINE, json.dumps(baseline))
    assert not shop.is_again()
    assert shop.is_again()
    shop.write(config.BASELINE, json.dumps(baseline).replace("FAR900", "FAR901"))
    assert not shop.is_again()
    (shop.root / config.BASELINE).unlink()
    assert not shop.is_again()


@pytest.mark.skipif(not hasattr(os, "symlink"), reason="needs links")
def test_links_that_lead_elsewhere(shop: Shop) -> None:
    one, two = shop.root.parent / "one", shop.root.parent / "two"
    for folder, text in ((one, "try:\n    import json\nexcept:\n    pass\n"), (two, "")):
        folder.mkdir()
        (folder / "file.py").write_text(text)
    link = shop.root / "app/linked.py"
    os.symlink(one / "file.py", link)
    assert not shop.is_again()
    assert shop.is_again()
    (one / "file.py").write_text("")
    assert not shop.is_again()
    link.unlink()
    os.symlink(two / "file.py", link)
    assert not shop.is_again()
    os.symlink(shop.root.parent / "three", shop.root / "folder")
    assert not shop.is_again()
    assert shop.is_again()
    (shop.root.parent / "three").mkdir()
    assert not shop.is_again()


def test_another_question_is_another_answer(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    for arguments in (["app"], ["--select", "FAR012"], ["--fail-on", "never"], ["-j1"], ["--format=json"]):
        assert not shop.is_again(*arguments)
        assert shop.is_again(*arguments)
    assert not shop.is_again(below="app")
    assert shop.is_again(below="app")
    assert shop.is_again("app")
    for name, value in (("COLUMNS", "60"), ("FORCE_COLOR", "1"), ("TERM", "dumb")):
        monkeypatch.setenv(name, value)
        assert not shop.is_again()
        assert shop.is_again()
    folder = str(shop.root.parent / "elsewhere")
    for arguments in (["--cache-dir", folder], [f"--cache-dir={folder}"]):
        shop.run(*arguments)
        shop.reviews = 0
        shop.run(*arguments)
        assert not shop.reviews
    monkeypatch.setenv("FASTAPI_REVIEW_CACHE_DIR", folder)
    assert not shop.is_again()
    assert shop.is_again()


def test_what_changed_a_moment_ago_is_looked_at(shop: Shop) -> None:
    shop.age = 0
    shop.write("app/quiet.py", "")
    assert not shop.is_again()
    assert not shop.is_again()
    shop.age = 3_000_000_000
    assert not shop.is_again()
    assert shop.is_again()


def test_a_change_while_it_is_reviewed(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    shop.write("app/report.py", "import time\n\n\ndef load():\n    time.sleep(2)\n    return 1\n")
    run = engine._Run.all

    def late(*args: object) -> object:
        found = run(*args)  # type: ignore[arg-type]
        shop.write("app/report.py", "def load():\n    return 1\n")
        return found

    with monkeypatch.context() as patch:
        patch.setattr(engine._Run, "all", late)
        shop.run()
    assert not shop.is_again()


@pytest.mark.parametrize(
    "arguments", [["-o", "report.txt"], ["-o", "json=report.json"], ["--no-cache"], ["generated"], ["nothing"]]
)
def test_what_cannot_be_said_again_is_not(shop: Shop, arguments: list[str]) -> None:
    before = _answers(shop)
    for _ in range(2):
        shop.run(*arguments)
        assert _answers(shop) == before


def _answers(shop: Shop) -> list[str]:
    folder = shop.root / ".fastapi-review-cache"
    return sorted(name for name in os.listdir(folder) if name.startswith(unchanged.PREFIX))


def test_a_damaged_answer_costs_time_only(shop: Shop) -> None:
    (name,) = _answers(shop)
    path = shop.root / ".fastapi-review-cache" / name
    whole = path.read_bytes()
    broken = [b"", whole[:10], whole[:-1], whole + b"x", b"\0" * len(whole)]
    broken += [whole[:place] + bytes([whole[place] ^ 4]) + whole[place + 1 :] for place in range(0, len(whole), 97)]
    fresh = shop.run("--no-cache")
    for content in broken:
        path.write_bytes(content)
        config.forget()
        shop.reviews = 0
        assert unchanged.recall(str(path.parent), ()) is None
        if len(content) < 11:
            assert shop.run() == fresh
            assert shop.reviews == 1
        else:
            assert _recalled(path) is None


def _recalled(path: Path) -> object:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(unchanged, "_place", lambda folder, question: str(path))
        return unchanged.recall("", ())


def test_only_so_many_answers_are_kept(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(unchanged, "ANSWERS", 3)
    for number in range(6):
        shop.run("--fail-on", "never", "-j", str(number + 1))
    assert len(_answers(shop)) == 3
    assert shop.is_again("--fail-on", "never", "-j", "6")
    monkeypatch.setattr(unchanged, "LONGEST", 10)
    assert not shop.is_again("--format", "json")
    assert not shop.is_again("--format", "json")


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may write everywhere")
def test_a_folder_that_cannot_be_written(shop: Shop) -> None:
    shop.write("app/quiet.py", "")
    folder = shop.root / ".fastapi-review-cache"
    folder.chmod(0o500)
    try:
        assert not shop.is_again()
    finally:
        folder.chmod(0o700)


def test_a_folder_in_the_place_of_an_answer(shop: Shop) -> None:
    (name,) = _answers(shop)
    path = shop.root / ".fastapi-review-cache" / name
    path.unlink()
    path.mkdir()
    assert not shop.is_again()
    assert not shop.is_again()
    assert _answers(shop) == [name]


@pytest.fixture
def edited(shop: Shop) -> Shop:
    """The shop as flake8 has seen it."""
    assert not shop.is_again_in_flake8()
    assert shop.is_again_in_flake8()
    return shop


@pytest.mark.parametrize("what", [what for what in CHANGES if what != "the tool is gone"])
def test_flake8_is_told_of_what_changes(edited: Shop, what: str) -> None:
    CHANGES[what](edited)
    assert not edited.is_again_in_flake8()
    # A baseline and problems have to be looked at for each file.
    assert edited.is_again_in_flake8() == (what not in ("a baseline", "wrong settings", "broken settings"))


def test_one_file_teaches_flake8_what_is_known_of_all(shop: Shop) -> None:
    assert not shop.is_again_in_flake8()
    answers = [shop.root / ".fastapi-review-cache" / name for name in _answers(shop)]
    for answer in answers:
        answer.unlink()
    assert not shop.is_again_in_flake8("app/quiet.py")
    assert shop.is_again_in_flake8("app/main.py", "app/report.py")


def test_flake8_and_a_buffer(edited: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    text = (edited.root / "app/report.py").read_text("utf-8")
    for buffer in (text + "\n", text.replace("\n", "\r\n"), text.replace("sleep", "ctime")):
        assert not edited.is_again_in_flake8("app/report.py", buffer=buffer)
        assert edited.is_again_in_flake8()
    main = (edited.root / "app/main.py").read_text("utf-8")
    changed = text.replace("time.sleep(1)", "pass")
    found = []
    for folder in ("", ".fastapi-review-cache"):
        monkeypatch.setenv("FASTAPI_REVIEW_CACHE_DIR", folder)
        run = plugins.Run()
        assert run.review(str(edited.root / "app/report.py"), changed, ast.parse(changed)) == []
        found.append(run.review(str(edited.root / "app/main.py"), main, ast.parse(main)))
    assert found[0] == found[1]
    monkeypatch.delenv("FASTAPI_REVIEW_CACHE_DIR")
    cache_module._close_all()
    assert edited.is_again_in_flake8()


def test_flake8_and_a_file_that_changes_during_a_run(edited: Shop) -> None:
    run = plugins.Run()
    for path in ("app/quiet.py", "app/report.py"):
        text = (edited.root / path).read_text("utf-8")
        run.review(str(edited.root / path), text, ast.parse(text))
    text = "try:\n    import json\nexcept:\n    pass\n"
    edited.write("app/report.py", text)
    told = run.review(str(edited.root / "app/report.py"), text, ast.parse(text))
    assert [code for _, _, code, _ in told] == ["FAR012"]
    cache_module._close_all()


def test_flake8_and_texts_that_are_not_plain(edited: Shop) -> None:
    comment = "try:\n    import json\nexcept:  # far: ignore[FAR012]\n    pass\n"
    edited.write("app/quiet.py", comment)
    assert not edited.is_again_in_flake8("app/quiet.py")
    assert not edited.is_again_in_flake8("app/quiet.py")
    assert edited.is_again_in_flake8("app/main.py")
    edited.write("app/quiet.py", "try:\n    import json  # é\nexcept:\n    pass\n")
    assert not edited.is_again_in_flake8("app/quiet.py")
    assert edited.is_again_in_flake8("app/quiet.py")
    edited.write("app/quiet.py", "# coding: latin-1\ntry:\n    import json  # é\nexcept:\n    pass\n")
    assert not edited.is_again_in_flake8("app/quiet.py")
    assert not edited.is_again_in_flake8("app/quiet.py")


def test_flake8_with_other_options(edited: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    for options in ({"select": ["FAR"]}, {"extend_select": ["FAR007"]}, {"ignore": ["FAR0"]}):
        assert not edited.is_again_in_flake8(**options)
        assert edited.is_again_in_flake8(**options)
    monkeypatch.setenv("FASTAPI_REVIEW_CACHE_DIR", str(edited.root.parent / "elsewhere"))
    assert edited.flake8() != []
    edited.projects = 0
    edited.flake8()
    assert not edited.projects


def test_flake8_and_a_project_inside(edited: Shop) -> None:
    edited.write("other/pyproject.toml", '[tool.fastapi-review]\nignore = ["FAR012"]\n')
    assert not edited.is_again_in_flake8()
    assert edited.is_again_in_flake8()
    assert edited.flake8("other/tool.py") == []
    edited.write("other/pyproject.toml", "[project]\n")
    assert not edited.is_again_in_flake8("other/tool.py")
    assert edited.flake8("other/tool.py") != []
    assert edited.is_again_in_flake8("other/tool.py")
    edited.write("other/pyproject.toml", '[tool.fastapi-review]\nignore = ["FAR012"]\n')
    assert not edited.is_again_in_flake8("app/quiet.py")
    assert edited.is_again_in_flake8("app/quiet.py")
    assert edited.flake8("other/tool.py") == []


def test_an_answer_rests_on_the_code_and_on_all_that_is_installed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    package = tmp_path / "site" / "flake8_fastapi_review"
    (package / "project").mkdir(parents=True)
    (package / "project" / "cache.py").write_text("1")
    clock = time.time_ns
    monkeypatch.setattr(time, "time_ns", lambda: clock() + 3_000_000_000)
    monkeypatch.setattr(cache_module, "__file__", str(package / "project" / "cache.py"))
    monkeypatch.setattr(sys, "path", [str(tmp_path / "site"), str(tmp_path / "none.zip")])

    def told() -> bool:
        ground = unchanged.Ground()
        cache_module.stamp_code(ground)
        assert ground.is_firm
        unchanged.keep(str(tmp_path), "question", ground, "answer")
        return unchanged.recall(str(tmp_path), "question") == "answer"

    def stands() -> bool:
        return unchanged.recall(str(tmp_path), "question") is not None

    assert told()
    (package / "project" / "cache.py").write_text("12")
    assert not stands()
    assert told()
    (package / "project" / "more.py").write_text("")
    assert not stands()
    assert told()
    (tmp_path / "none.zip").write_text("")
    assert not stands()
    record = tmp_path / "site" / "flake8_fastapi_review-0.1.0.dist-info" / "RECORD"
    record.parent.mkdir()
    record.write_text("one")
    assert told()
    (package / "project" / "cache.py").write_text("123")
    assert stands()
    record.write_text("another")
    assert not stands()
    assert told()
    (tmp_path / "site" / "sqlglot-99.dist-info").mkdir()
    assert not stands()


def test_hardly_anything_is_imported_to_say_it_again(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text("def size(text):\n    return len(text)\n")
    program = """
import sys, time
clock = time.time_ns
time.time_ns = lambda: clock() + 3_000_000_000
before = set(sys.modules)
from flake8_fastapi_review.cli import main
try:
    main()
except SystemExit:
    print(*sorted(set(sys.modules) - before), file=sys.stderr)
"""
    for _ in range(3):
        done = subprocess.run(
            [sys.executable, "-c", program, "check"], cwd=tmp_path, capture_output=True, text=True, check=True
        )
        loaded = set(done.stderr.split())
        if "flake8_fastapi_review.cli.checking" not in loaded:
            break
    ours = {name for name in loaded if name.startswith("flake8_fastapi_review")}
    assert ours == {f"flake8_fastapi_review{name}" for name in ("", ".cli", ".cli.again", ".cli.output", ".unchanged")}
    assert loaded - ours <= {"__future__", "_blake2", "atexit", "gc", "marshal"}
