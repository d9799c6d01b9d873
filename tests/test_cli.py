"""The command as its users run it: a process with arguments, streams, and an exit status."""

from __future__ import annotations

import errno
import gc
import io
import json
import os
import re
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pytest

from flake8_fastapi_review import config, review
from flake8_fastapi_review.cli import main
from flake8_fastapi_review.cli.progress import Progress
from flake8_fastapi_review.project.cache import DATABASE

COMMAND = [sys.executable, "-m", "flake8_fastapi_review.cli"]
BARE = """\
def size(text):
    try:
        return int(text)
    except:
        return 0
"""
"""FAR012 in line 4, decided by the shape alone."""
CLEAN = "def size(text):\n    return len(text)\n"
CHAIN = {
    "app/__init__.py": "",
    "app/main.py": (
        "from fastapi import FastAPI\n\nfrom app.service import rates\n\napp = FastAPI()\n\n\n"
        '@app.get("/rates")\nasync def read_rates():\n    return rates()\n'
    ),
    "app/service.py": "from app.client import fetch\n\n\ndef rates():\n    return fetch()\n",
    "app/client.py": "import requests\n\n\ndef fetch():\n    return requests.get('https://example.com', timeout=5)\n",
}


class Done(NamedTuple):
    """A finished run."""

    returncode: int
    stdout: str
    stderr: str


def run(*arguments: str, cwd: Path, stdin: str | bytes = b"", **environment: str) -> Done:
    """The command inside this process, which saves its start; `spawned` is the real thing."""
    data = stdin.encode() if isinstance(stdin, str) else stdin
    streams = [io.TextIOWrapper(io.BytesIO(held), encoding="utf-8") for held in (data, b"", b"")]
    with pytest.MonkeyPatch.context() as patch:
        for name, stream in zip(("stdin", "stdout", "stderr"), streams, strict=True):
            patch.setattr(sys, name, stream)
        patch.setattr(sys, "argv", ["fastapi-review", *arguments])
        for name, value in {"NO_COLOR": "", "FORCE_COLOR": "", "COLUMNS": "100", **environment}.items():
            patch.setenv(name, value)
        patch.chdir(cwd)
        config.forget()
        with pytest.raises(SystemExit) as ended:
            main()
        gc.enable()
    return Done(int(ended.value.code or 0), *map(_written, streams[1:]))


def _written(stream: io.TextIOWrapper) -> str:
    stream.seek(0)
    return stream.read()


def spawned(*arguments: str, cwd: Path, **environment: str) -> Done:
    """The finished command as a process of its own."""
    done = subprocess.run(
        [*COMMAND, *arguments], cwd=cwd, capture_output=True, check=False, env=with_package(**environment)
    )
    return Done(done.returncode, done.stdout.decode(errors="replace"), done.stderr.decode(errors="replace"))


def found(done: Done) -> list[tuple[str, int, str]]:
    """(file, line, code) of a JSON report."""
    return [(each["file"], each["line"], each["code"]) for each in json.loads(done.stdout)["findings"]]


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A project with one finding, FAR012."""
    return lay(tmp_path, {"pyproject.toml": "[tool.fastapi-review]\n", "app/bad.py": BARE, "app/good.py": CLEAN})


def lay(folder: Path, files: dict[str, str]) -> Path:
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return folder


# Exit status and streams


@pytest.mark.parametrize("how", [run, spawned])
def test_findings_are_status_1(project: Path, how: Callable[..., Done]) -> None:
    done = how("check", cwd=project)
    assert done.returncode == 1
    assert done.stdout.startswith("app/bad.py:4:5 FAR012 important bare-except\n  4 │     except:\n")
    assert done.stdout.endswith("1 finding in 1 of 2 files: 1 important.\n")
    assert done.stderr == ""


def test_nothing_found_is_status_0(project: Path) -> None:
    done = run("check", "app/good.py", cwd=project)
    assert (done.returncode, done.stdout, done.stderr) == (0, "No findings in 1 file.\n", "")


def test_a_folder_without_python_is_clean(tmp_path: Path) -> None:
    done = run("check", cwd=tmp_path)
    assert (done.returncode, done.stdout) == (0, "No findings in 0 files.\n")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["check", "nowhere", "app", "gone.py"], "there is no nowhere and no gone.py"),
        (["check", "--select", "FAR77"], "--select: `FAR77` names no rule"),
        (["check", "--ignore", "bare-excpt"], "did you mean `bare-except`?"),
        (["check", "--format", "xml"], "'xml' is not one of 'text', 'concise', 'markdown', 'html', 'json', 'sarif'"),
        (["check", "--fail-on", "none"], "'none' is not one of 'critical', 'important', 'minor', 'never'"),
        (["check", "-o", "a.txt", "-o", "b.txt"], "both want what --format names"),
        (["check", "-o", "sarif=", "-o", "b.txt"], "a file is missing after `=`"),
        (["check", "-o", "sarif=a", "-o", "junit=./a"], "one file is named twice"),
        (["check", "--jobs", "0"], "0 is not in the range x>=1"),
        (["check", "--slect", "FAR"], "--select"),
        (["check", "--no-cache", "--cache-dir", "x"], "exclude each other"),
        (["check", "-", "app"], "`-` goes with no other path"),
        (["check", "--stdin-filename", "app/a.py"], "needs the path `-`"),
        (["check", "--output", "no/such/folder/report"], "there is no folder"),
        (["check", "--output", "app"], "it is a folder"),
        (["rule"], "Missing argument"),
        (["rule", "FAR999"], "there is no rule `FAR999`"),
        (["rule", "bare-excpet"], "did you mean `bare-except`?"),
        (["chek"], "did you mean `check`?"),
        (["FAR012"], "did you mean `fastapi-review rule FAR012`?"),
        (["app"], "did you mean `fastapi-review check app`?"),
        (["--wrong"], "--wrong"),
    ],
)
def test_wrong_usage_is_status_2_and_one_line(project: Path, arguments: list[str], said: str) -> None:
    done = run(*arguments, cwd=project)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("fastapi-review: ")
    assert done.stderr.count("\n") == 1
    assert said in done.stderr


@pytest.mark.parametrize("form", ["text", "concise", "json"])
def test_a_wrong_setting_is_status_2_and_all_else_is_reviewed(project: Path, form: str) -> None:
    (project / "pyproject.toml").write_text('[tool.fastapi-review]\nignroe = ["FAR001"]\n')
    done = run("check", "--format", form, cwd=project)
    assert done.returncode == 2
    assert "FAR012" in done.stdout
    assert "FAR000" in done.stdout
    assert "did you mean `ignore`?" in done.stdout
    if form != "text":
        assert "fastapi-review: pyproject.toml:2: " in done.stderr


def test_a_wrong_setting_of_a_clean_project_is_status_2_even_if_far000_is_ignored(tmp_path: Path) -> None:
    lay(tmp_path, {"pyproject.toml": '[tool.fastapi-review]\nignroe = []\nignore = ["FAR000"]\n', "a.py": CLEAN})
    assert run("check", cwd=tmp_path).returncode == 2


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        pytest.param(b"def f(:\n", "syntax error", id="syntax"),
        pytest.param(b"x = 1\ny = '\xff'\n", "utf-8", id="not UTF-8"),
        pytest.param(b"# coding: klingon\n", "klingon", id="unknown encoding"),
        pytest.param(b"x = 1\0\n", "null byte", id="null byte"),
    ],
)
def test_a_file_that_cannot_be_read_is_named_with_the_reason(project: Path, content: bytes, reason: str) -> None:
    (project / "app" / "broken.py").write_bytes(content)
    done = run("check", "--format", "json", cwd=project)
    assert done.returncode == 1
    [skipped] = json.loads(done.stdout)["files"]["skipped"]
    assert skipped["file"] == "app/broken.py"
    assert reason in skipped["reason"].lower().replace("null bytes", "null byte")
    assert ("app/bad.py", 4, "FAR012") in found(done)
    text = run("check", cwd=project).stdout
    assert "Not reviewed\n  app/broken.py: " in text
    assert "1 not reviewed" in text.splitlines()[-1]


def test_a_dangling_link_and_a_loop_of_links_do_no_harm(project: Path) -> None:
    (project / "app" / "gone.py").symlink_to("nowhere.py")
    (project / "app" / "loop").symlink_to(project / "app")
    assert found(run("check", "--format", "json", cwd=project)) == [("app/bad.py", 4, "FAR012")]


def test_a_reader_that_stops_early_is_no_error(project: Path) -> None:
    for number in range(60):
        (project / "app" / f"bad_{number}.py").write_text(BARE * 20)
    process = subprocess.Popen(
        [*COMMAND, "check"], cwd=project, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=with_package()
    )
    assert process.stdout is not None
    assert process.stderr is not None
    process.stdout.readline()
    process.stdout.close()
    assert process.stderr.read() == b""
    assert process.wait() == 1


@pytest.mark.skipif(sys.platform == "win32", reason="signals")
def test_an_interrupt_is_one_line(project: Path) -> None:
    process = subprocess.Popen(
        [*COMMAND, "check", "-"],
        cwd=project,
        stdin=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=with_package(),
        # What a shell starts in the background ignores interrupts, and so would all that it starts.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),  # noqa: PLW1509
    )
    time.sleep(1)
    process.send_signal(signal.SIGINT)
    _, complaints = process.communicate()
    assert (process.returncode, complaints.decode().strip()) == (130, "fastapi-review: interrupted")


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="needs /dev/full")
def test_a_full_disk_is_one_line(project: Path) -> None:
    with open("/dev/full", "w") as full:
        process = subprocess.Popen(
            [*COMMAND, "check"], cwd=project, stdout=full, stderr=subprocess.PIPE, env=with_package()
        )
        _, complaints = process.communicate()
    full_disk = os.strerror(errno.ENOSPC)
    assert process.returncode == 2
    assert complaints.decode() == f"fastapi-review: cannot write the report: {full_disk}\n"
    done = run("check", "--output", "/dev/full", cwd=project)
    assert done.returncode == 2
    assert done.stderr.startswith("fastapi-review: cannot write /dev/full: ")


def test_an_error_of_our_own_is_no_finding(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object, **__: object) -> None:
        raise ZeroDivisionError("three is\nnot two")

    monkeypatch.setattr(review, "review", broken)
    done = run("check", cwd=project)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("Traceback ")
    assert done.stderr.endswith(
        "fastapi-review: internal error, please report it with the lines above: ZeroDivisionError: three is not two\n"
    )


def with_package(**more: str) -> dict[str, str]:
    return {**os.environ, "COLUMNS": "100", "PYTHONPATH": str(Path(__file__).parent.parent), **more}


# What is reviewed


def test_selectors(project: Path) -> None:
    (project / "app" / "token.py").write_text('SECRET_KEY = "x8Kq2vR7tLm4Zp9wYb3N"\n')
    both = ["FAR012", "FAR020"]

    def codes(*arguments: str) -> list[str]:
        return [code for _, _, code in found(run("check", "--format", "json", *arguments, cwd=project))]

    assert codes() == both
    assert codes("--select", "FAR01") == codes("--ignore", "FAR02") == ["FAR012"]
    assert codes("--select", "bare-except, hardcoded-secret") == codes("--select", "ALL", "--select", "FAR") == both
    assert codes("--extend-ignore", "bare-except") == ["FAR020"]
    assert codes("--ignore", "FAR", "--extend-select", "FAR012") == ["FAR012"]


def test_one_file_alone_and_in_company(tmp_path: Path) -> None:
    lay(tmp_path, {"pyproject.toml": "[tool.fastapi-review]\n", **CHAIN})
    whole = found(run("check", "--format", "json", cwd=tmp_path))
    assert [each for each in whole if each[2] == "FAR001"] == [("app/main.py", 10, "FAR001")]
    assert found(run("check", "app/main.py", "--format", "json", cwd=tmp_path)) == whole
    text = CHAIN["app/main.py"]
    assert (
        found(run("check", "-", "--stdin-filename", "app/main.py", "--format", "json", cwd=tmp_path, stdin=text))
        == whole
    )


def test_the_chain_is_told_across_files(tmp_path: Path) -> None:
    lay(tmp_path, {"pyproject.toml": "[tool.fastapi-review]\n", **CHAIN})
    [finding] = json.loads(run("check", "--select", "FAR001", "--format", "json", cwd=tmp_path).stdout)["findings"]
    places = [(step["file"], step["line"]) for step in finding["related"]]
    assert places[-2:] == [("app/service.py", 5), ("app/client.py", 5)]
    assert finding["cwe"] == "CWE-400"
    below = tmp_path / "app"
    [finding] = json.loads(run("check", "--select", "FAR001", "--format", "json", cwd=below).stdout)["findings"]
    assert (finding["file"], finding["related"][-1]["file"]) == ("main.py", "client.py")
    text = run("check", "--select", "FAR001", cwd=tmp_path).stdout
    assert re.search(r"↳ app/service\.py:5 .*\n.*fetch\(\)\n +↳ app/client\.py:5 ", text)


def test_jobs_and_cache_change_nothing(project: Path) -> None:
    lay(project, CHAIN)
    for number in range(40):
        (project / "app" / f"m{number}.py").write_text(BARE if number % 3 else CLEAN)
    reports = [
        run("check", "--format", "json", *arguments, cwd=project).stdout
        for arguments in (["-j1"], ["-j1"], ["-j2"], ["-j3", "--no-cache"], ["--cache-dir", "elsewhere"], [])
    ]
    assert len(set(reports)) == 1
    assert (project / ".fastapi-review-cache").is_dir()
    assert (project / "elsewhere").is_dir()


@pytest.mark.parametrize("state", ["cold", "warm", "corrupt", "locked", "a file", "killed", "in use"])
def test_whatever_the_state_of_the_cache_the_findings_are_right(tmp_path: Path, state: str) -> None:
    lay(tmp_path, CHAIN)
    folder = tmp_path / "cache"
    arguments = ("check", "--select", "FAR001", "--format", "json", "--cache-dir", str(folder))
    expected = run(*arguments[:-2], "--no-cache", cwd=tmp_path).stdout
    assert json.loads(expected)["findings"][0]["related"]
    others = []
    if state == "a file":
        folder.write_text("")
    elif state in ("killed", "in use"):
        for _ in range(3):
            others.append(subprocess.Popen([*COMMAND, *arguments], cwd=tmp_path, stdout=subprocess.PIPE))
            if state == "killed":
                time.sleep(0.1 * len(others))
                others[-1].kill()
    elif state != "cold":
        assert run(*arguments, cwd=tmp_path).stdout == expected
    database = folder / DATABASE
    if state == "corrupt":
        data = bytearray(database.read_bytes())
        data[100::7] = bytes(byte ^ 0x55 for byte in data[100::7])
        database.write_bytes(data)
    connection = sqlite3.connect(database if state == "locked" else ":memory:")
    try:
        connection.execute("BEGIN EXCLUSIVE")
        assert run(*arguments, cwd=tmp_path).stdout == expected
    finally:
        connection.close()
    for other in others:
        printed, _ = other.communicate()
        assert state == "killed" or printed.decode() == expected
    assert run(*arguments, cwd=tmp_path).stdout == expected


def test_no_cache_leaves_nothing_behind(project: Path) -> None:
    run("check", "--no-cache", cwd=project)
    assert not (project / ".fastapi-review-cache").exists()


def test_columns_count_characters(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text('SIGN = "😀漢é"; SECRET_KEY = "x8Kq2vR7tLm4Zp9wYb3N"\n', encoding="utf-8")
    [finding] = json.loads(run("check", "--format", "json", cwd=tmp_path).stdout)["findings"]
    assert (finding["column"], finding["end_column"]) in ((15, 50), (28, 50), (15, 25))


# Standard input


def test_the_text_on_stdin_stands_in_for_the_file(project: Path) -> None:
    done = run("check", "-", "--stdin-filename", "app/good.py", "--format", "json", cwd=project, stdin=BARE)
    assert found(done) == [("app/good.py", 4, "FAR012")]
    done = run("check", "-", "--stdin-filename", "app/bad.py", cwd=project, stdin=CLEAN)
    assert (done.returncode, done.stdout) == (0, "No findings in 1 file.\n")
    done = run("check", "-", "--stdin-filename", "app/new/file.py", cwd=project, stdin=BARE)
    assert done.stdout.startswith("app/new/file.py:4:5 FAR012 important bare-except\n  4 │     except:\n")


def test_stdin_without_a_name(project: Path) -> None:
    assert found(run("check", "-", "--format", "json", cwd=project, stdin=BARE)) == [("stdin.py", 4, "FAR012")]


def test_stdin_of_an_excluded_file_is_not_reviewed(project: Path) -> None:
    (project / "pyproject.toml").write_text('[tool.fastapi-review]\nexclude = ["app/old/"]\n')
    done = run("check", "-", "--stdin-filename", "app/old/a.py", "--format", "json", cwd=project, stdin=BARE)
    assert (done.returncode, found(done)) == (0, [])
    assert json.loads(done.stdout)["files"]["skipped"] == [
        {"file": "app/old/a.py", "reason": "excluded by the configuration"}
    ]


def test_stdin_that_is_no_python(project: Path) -> None:
    for text in (b"def f(:\n", b"\xff\xfe\n"):
        done = run("check", "-", "--format", "json", cwd=project, stdin=text)
        assert done.returncode == 1
        assert [code for _, _, code in found(done)] == ["FAR000"]
        assert len(json.loads(done.stdout)["files"]["skipped"]) == 1


def test_noqa_counts_on_stdin_too(project: Path) -> None:
    text = BARE.replace("except:", "except:  # noqa: FAR012")
    assert run("check", "-", cwd=project, stdin=text).returncode == 0


# Where the report goes


def test_output_to_a_file(project: Path) -> None:
    done = run("check", "--format", "json", "--output", "report.json", cwd=project)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == "1 finding in 1 of 2 files: 1 important.\n"
    assert json.loads((project / "report.json").read_text())["findings"][0]["code"] == "FAR012"


def test_concise_prints_nothing_but_findings(project: Path) -> None:
    done = run("check", "--format", "concise", cwd=project)
    assert re.fullmatch(r"app/bad\.py:4:5: FAR012 \S.*\n", done.stdout)
    assert done.stderr == "1 finding in 1 of 2 files: 1 important.\n"


def test_a_terminal_that_lacks_our_signs(project: Path) -> None:
    done = spawned("check", cwd=project, PYTHONIOENCODING="ascii", PYTHONUTF8="0")
    assert done.returncode == 1
    assert "  4 |     except:\n" in done.stdout


def test_colour_on_demand(project: Path) -> None:
    assert "\x1b[" not in run("check", cwd=project).stdout
    assert "\x1b[" in run("check", "--color", cwd=project).stdout
    assert "\x1b[" in run("check", cwd=project, FORCE_COLOR="1").stdout
    assert "\x1b[" not in run("check", "--no-color", cwd=project, FORCE_COLOR="1").stdout


@pytest.mark.skipif(sys.platform == "win32", reason="pseudo-terminals")
@pytest.mark.parametrize(("no_color", "coloured"), [("", True), ("1", False)])
def test_colour_on_a_terminal(project: Path, no_color: str, coloured: bool) -> None:
    import pty

    ours, theirs = pty.openpty()
    environment = with_package(TERM="xterm", NO_COLOR=no_color, FORCE_COLOR="")
    process = subprocess.Popen([*COMMAND, "check"], cwd=project, stdout=theirs, stderr=theirs, env=environment)
    os.close(theirs)
    printed = b""
    try:
        while piece := os.read(ours, 65536):
            printed += piece
    except OSError:
        pass  # Linux says EIO at the end of a pseudo-terminal
    os.close(ours)
    assert process.wait() == 1
    assert (b"\x1b[31m" in printed or b"\x1b[33m" in printed or b"\x1b[1;33m" in printed) is coloured
    assert b"bare-except" in printed


class Terminal:
    def __init__(self) -> None:
        self.text = ""

    def isatty(self) -> bool:
        return True

    def write(self, text: str) -> None:
        self.text += text

    def flush(self) -> None:
        pass


def test_the_bar_appears_only_when_it_takes_long_and_goes_away() -> None:
    quick, slow = Terminal(), Terminal()
    with Progress(quick) as progress:  # type: ignore[arg-type]
        progress(1, 2)
    assert quick.text == ""
    with Progress(slow, patience=0) as progress:  # type: ignore[arg-type]
        progress(0, 0)
        progress(1, 4)
        progress(2, 4)
    assert slow.text == f"\r[{'#' * 7}{'.' * 23}] 1 of 4 files\r\x1b[K"


# Help and rules


def test_help_teaches(project: Path) -> None:
    top = run(cwd=project)
    assert top.returncode == 0
    assert top.stdout == run("--help", cwd=project).stdout
    for piece in ("fastapi-review check", "fastapi-review rule FAR001", "# noqa: FAR001", "[tool.fastapi-review]"):
        assert piece in top.stdout
    check = run("check", "--help", cwd=project).stdout
    for piece in ("Examples:", "Exit status:", "--extend-select FAR009", "--stdin-filename"):
        assert piece in check
    assert run("-V", cwd=project).stdout.startswith("fastapi-review 0.")


def test_a_rule_in_every_form(project: Path) -> None:
    text = run("rule", "FAR012", cwd=project)
    assert text.returncode == 0
    assert text.stdout.startswith("bare-except (FAR012)\n")
    assert run("rule", "Bare-Except", cwd=project).stdout == text.stdout
    assert run("rule", "far012", "--format", "markdown", cwd=project).stdout.startswith("# bare-except (FAR012)\n")
    values = json.loads(run("rule", "FAR012", "--format", "json", cwd=project).stdout)
    assert (values["code"], values["name"], values["cwe"]) == ("FAR012", "bare-except", "CWE-396")
    assert values in json.loads(run("rules", "--format", "json", cwd=project).stdout)
    assert "FAR012  important  bare-except" in run("rules", cwd=project).stdout
    assert "| [FAR012](docs/rules/FAR012.md) |" in run("rules", "--format", "markdown", cwd=project).stdout


def test_rules_of_the_project_are_explained_and_named_in_findings(project: Path) -> None:
    lay(
        project,
        {
            "pyproject.toml": '[tool.fastapi-review]\nstructural-rules = ["rules"]\nselect = ["FAR901"]\n',
            "rules/far901_no_print.yml": (
                "id: no-print\nlanguage: python\nmessage: use the logger\nseverity: warning\n"
                "url: https://example.org/no-print\nnote: |\n  Somebody prints.\n\n  Nobody reads it.\n"
                "rule:\n  pattern: print($$$)\nmetadata:\n  code: FAR901\n  cwe: 778\n"
            ),
            "app/talk.py": 'print("hello")\n',
        },
    )
    done = run("check", "--format", "json", "app/talk.py", cwd=project)
    [finding] = json.loads(done.stdout)["findings"]
    assert (finding["code"], finding["rule"], finding["cwe"]) == ("FAR901", "no-print", "CWE-778")
    assert finding["url"] == "https://example.org/no-print"
    assert "Nobody reads it." in run("rule", "FAR901", cwd=project).stdout
    assert run("rule", "no-print", cwd=project).stdout == run("rule", "far901", cwd=project).stdout
    assert "FAR901  important  no-print" in run("rules", cwd=project).stdout


def test_importing_the_entry_point_imports_nothing_slow() -> None:
    code = "import sys, flake8_fastapi_review.cli; print([m for m in ('click', 'ast', 'json') if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, env=with_package())
    assert done.stdout.strip() == "[]"
