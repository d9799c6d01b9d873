"""The cache may lose anything at any time; it may never give a wrong answer, raise, or keep a run waiting."""

from __future__ import annotations

import ast
import os
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from flake8_fastapi_review import config as configuration
from flake8_fastapi_review import files, plugins
from flake8_fastapi_review import review as engine
from flake8_fastapi_review.project import Project
from flake8_fastapi_review.project import cache as cache_module
from flake8_fastapi_review.project import disk as disk_module
from flake8_fastapi_review.project.cache import DATABASE, Cache, content_digest

ONE = content_digest(b"one")
TWO = content_digest(b"two")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "project" / ".fastapi-review-cache"


def made(folder: Path, fingerprint: str = "1.0") -> Cache:
    return Cache(str(folder), fingerprint)


def filled(folder: Path, rows: int = 1) -> None:
    cache = made(folder)
    for number in range(rows):
        cache.put(f"app/m{number}.py", ONE, b"payload %d" % number)
    cache.close()
    assert cache.problem is None


def run(code: str, *arguments: object) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-W", "error", "-c", code, *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)


def test_gives_back_what_was_put_in_the_same_and_in_a_later_run(folder: Path) -> None:
    cache = made(folder)
    assert cache.get("app/main.py", ONE) is None
    cache.put("app/main.py", ONE, b"\x00payload")
    assert cache.get("app/main.py", ONE) == b"\x00payload"
    cache.close()
    assert cache.get("app/main.py", ONE) == b"\x00payload"
    assert made(folder).get("app/main.py", ONE) == b"\x00payload"
    assert made(folder).get("app/other.py", ONE) is None


def test_other_content_is_not_found_and_the_last_writer_wins(folder: Path) -> None:
    first, second = made(folder), made(folder)
    first.put("a.py", ONE, b"1")
    second.put("a.py", TWO, b"2")
    first.flush()
    second.flush()
    reader = made(folder)
    assert reader.get("a.py", ONE) is None
    assert reader.get("a.py", TWO) == b"2"


def test_many_at_once(folder: Path) -> None:
    filled(folder, rows=1200)
    cache = made(folder)
    cache.put("app/new.py", TWO, b"new")
    wanted = {f"app/m{number}.py": ONE for number in range(1200)}
    wanted |= {"app/m7.py": TWO, "app/new.py": TWO, "absent.py": ONE}
    got = cache.get_many(wanted)
    assert len(got) == 1200
    assert got["app/new.py"] == b"new"
    assert got["app/m1199.py"] == b"payload 1199"
    assert "app/m7.py" not in got


def test_full_batches_are_written_without_being_asked(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cache_module, "BATCH_ROWS", 3)
    cache = made(folder)
    for number in range(4):
        cache.put(f"{number}.py", ONE, b"x")
    assert set(made(folder).get_many({f"{number}.py": ONE for number in range(4)})) == {"0.py", "1.py", "2.py"}


def test_files_that_are_gone_are_forgotten(folder: Path) -> None:
    filled(folder, rows=3)
    cache = made(folder)
    cache.put("app/pending.py", ONE, b"x")
    cache.forget(["app/m0.py", "app/m2.py", "app/pending.py", "app/never.py"])
    cache.close()
    everything = {f"app/m{number}.py": ONE for number in range(3)} | {"app/pending.py": ONE}
    assert made(folder).get_many(everything) == {"app/m1.py": b"payload 1"}


def test_the_folder_is_marked_as_a_cache(folder: Path) -> None:
    filled(folder)
    assert (folder / ".gitignore").read_text() == "*\n"
    assert (folder / "CACHEDIR.TAG").read_text().startswith("Signature: 8a477f597d28d172789f06886806bc55\n")


def test_a_folder_with_other_things_in_it_gets_no_marks(tmp_path: Path) -> None:
    (tmp_path / "main.py").touch()
    filled(tmp_path)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["main.py", DATABASE]


def test_nothing_is_made_before_the_first_use(folder: Path) -> None:
    made(folder)
    made(folder).flush()
    assert not folder.exists()


def test_importing_it_loads_nothing_slow() -> None:
    names = ["sqlite3", "hashlib", "_hashlib", "dataclasses", "pathlib", "multiprocessing"]
    code = f"""
import sys
before = set(sys.modules)
from flake8_fastapi_review.project.cache import Cache, content_digest
Cache("unused", "1.0"); content_digest(b"")
print(*(set({names}) & (set(sys.modules) - before)))
"""
    assert run(code).stdout.split() == []


# The tool changes


def test_rows_of_another_fingerprint_are_dropped(folder: Path) -> None:
    filled(folder)
    newer = made(folder, "2.0")
    assert newer.get("app/m0.py", ONE) is None
    newer.close()
    assert made(folder, "1.0").get("app/m0.py", ONE) is None


def test_two_versions_of_the_tool_at_once_never_read_each_other(folder: Path) -> None:
    old = made(folder, "1.0")
    old.put("a.py", ONE, b"old format")
    old.flush()
    new = made(folder, "2.0")
    new.put("a.py", ONE, b"new format")
    new.flush()
    assert old.get("a.py", ONE) is None  # its connection is open since before the other one emptied the database
    old.put("a.py", ONE, b"old format")
    old.flush()
    assert new.get("a.py", ONE) is None
    assert (old.problem, new.problem) == (None, None)


def test_a_database_with_other_tables_is_made_anew(folder: Path) -> None:
    folder.mkdir(parents=True)
    with sqlite3.connect(folder / DATABASE) as database:
        database.execute("CREATE TABLE summaries (key TEXT)")
    database.close()
    filled(folder)
    assert made(folder).get("app/m0.py", ONE) == b"payload 0"


# Freshness by stat


def aged(path: Path, text: str, seconds: float) -> os.stat_result:
    """The stat that `path` would have had if it had been written `seconds` ago (nobody can set a ctime)."""
    path.write_text(text)
    real = path.stat()
    past = time.time_ns() - int(seconds * 1e9)
    fields = {"st_mtime_ns": past, "st_ctime_ns": past, "st_size": real.st_size, "st_ino": real.st_ino}
    return type("Stat", (), fields)()  # type: ignore[no-any-return]


def test_an_untouched_file_needs_no_reading(folder: Path, tmp_path: Path) -> None:
    stat = aged(tmp_path / "a.py", "one", seconds=60)
    cache = made(folder)
    cache.put("a.py", ONE, b"payload", stat)
    assert cache.fresh("a.py", stat) == b"payload"
    cache.close()
    assert made(folder).fresh("a.py", stat) == b"payload"
    assert made(folder).fresh_many({"a.py": stat, "b.py": stat}) == {"a.py": b"payload"}


@pytest.mark.parametrize("field", ["st_mtime_ns", "st_ctime_ns", "st_size", "st_ino"])
def test_any_difference_of_the_stat_means_reading(folder: Path, tmp_path: Path, field: str) -> None:
    cache = made(folder)
    stat = aged(tmp_path / "a.py", "one", seconds=60)
    cache.put("a.py", ONE, b"payload", stat)
    other = aged(tmp_path / "a.py", "one", seconds=60)
    for name in ("st_mtime_ns", "st_ctime_ns", "st_size", "st_ino"):
        setattr(other, name, getattr(stat, name) + (name == field))
    assert cache.fresh("a.py", other) is None


def test_a_file_changed_within_the_clock_tick_is_not_taken_for_fresh(folder: Path, tmp_path: Path) -> None:
    stat = aged(tmp_path / "a.py", "one", seconds=1)
    cache = made(folder)
    cache.put("a.py", ONE, b"payload", stat)
    cache.close()
    later = made(folder)
    assert later.fresh("a.py", stat) is None
    assert later.get("a.py", ONE) == b"payload"


def test_a_file_is_fresh_again_after_its_content_was_compared(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "a.py"
    path.write_text("one")
    stat = path.stat()
    cache = made(folder)
    cache.put("a.py", ONE, b"payload", stat)
    cache.close()
    soon = time.time_ns() + 3_000_000_000
    monkeypatch.setattr(time, "time_ns", lambda: soon)
    later = made(folder)
    assert later.fresh("a.py", stat) is None
    assert later.get("a.py", ONE, stat) == b"payload"
    later.close()
    assert made(folder).fresh("a.py", stat) == b"payload"


def test_an_inode_larger_than_an_sqlite_integer(folder: Path, tmp_path: Path) -> None:
    stat = aged(tmp_path / "a.py", "one", seconds=60)
    stat.st_ino = 2**64 - 1  # type: ignore[misc]
    cache = made(folder)
    cache.put("a.py", ONE, b"payload", stat)
    cache.close()
    assert made(folder).fresh("a.py", stat) == b"payload"


# Whatever goes wrong: uncached


def assert_uncached(cache: Cache) -> None:
    """Everything can be asked, nothing is found, and a word is said about it."""
    assert cache.get("a.py", ONE) is None
    cache.put("a.py", ONE, b"payload")
    cache.flush()
    cache.forget(["a.py"])
    assert cache.get_many({"a.py": ONE}) == {}
    cache.close()
    assert cache.problem
    assert "\n" not in cache.problem


def test_the_folder_is_a_file(folder: Path) -> None:
    folder.parent.mkdir()
    folder.write_text("in the way")
    assert_uncached(made(folder))
    assert folder.read_text() == "in the way"


def test_the_folder_is_below_a_file(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    assert_uncached(made(tmp_path / "file" / "cache"))


def test_the_database_is_a_folder(folder: Path) -> None:
    (folder / DATABASE).mkdir(parents=True)
    assert_uncached(made(folder))


@pytest.mark.skipif(not hasattr(os, "geteuid"), reason="POSIX permissions")
def test_a_read_only_folder(folder: Path) -> None:
    folder.mkdir(parents=True)
    folder.chmod(0o555)
    for parent in folder.parents[:3]:
        parent.chmod(0o755)
    code = """
import os, sqlite3, sys
from flake8_fastapi_review.project.cache import Cache, content_digest
content_digest(b"")  # loads what an ordinary user may not be allowed to read
if os.geteuid() == 0:
    os.setuid(65534)
cache = Cache(sys.argv[1], "1.0")
assert cache.get("a.py", b"1") is None
cache.put("a.py", b"1", b"payload")
cache.close()
assert cache.get("a.py", b"1") is None
print(cache.problem)
"""
    done = run(code, folder)
    assert (done.returncode, done.stderr) == (0, "")
    assert str(folder) in done.stdout
    assert list(folder.iterdir()) == []


def test_a_database_that_is_none_is_replaced(folder: Path) -> None:
    folder.mkdir(parents=True)
    (folder / DATABASE).write_bytes(b"no database at all, but long enough to have a header" * 100)
    cache = made(folder)
    assert cache.get("app/m0.py", ONE) is None
    cache.close()
    filled(folder)
    assert made(folder).get("app/m0.py", ONE) == b"payload 0"


def test_a_truncated_database_is_replaced(folder: Path) -> None:
    filled(folder, rows=500)
    content = (folder / DATABASE).read_bytes()
    (folder / DATABASE).write_bytes(content[: len(content) // 2])
    cache = made(folder)
    for number in range(500):
        assert cache.get(f"app/m{number}.py", ONE) in (None, b"payload %d" % number)
    cache.put("app/m0.py", ONE, b"again")
    cache.close()
    later = made(folder)
    assert later.get("app/m0.py", ONE) == b"again"
    assert later.problem is None


def test_no_flipped_bit_ever_changes_an_answer(folder: Path) -> None:
    filled(folder, rows=60)
    content = (folder / DATABASE).read_bytes()
    for position in range(0, len(content), 97):
        damaged = bytearray(content)
        damaged[position] ^= 0x41
        for leftover in folder.glob(f"{DATABASE}*"):
            leftover.unlink()
        (folder / DATABASE).write_bytes(damaged)
        cache = made(folder)
        got = cache.get_many({f"app/m{number}.py": ONE for number in range(60)})
        cache.close()
        for path, payload in got.items():
            assert payload == b"payload %d" % int(path[5:-3])


def test_a_locked_database_costs_little_time(folder: Path) -> None:
    filled(folder)
    with sqlite3.connect(folder / DATABASE, isolation_level=None) as locker:
        locker.execute("PRAGMA locking_mode = EXCLUSIVE")
        locker.execute("BEGIN EXCLUSIVE")
        started = time.monotonic()
        cache = made(folder)
        for number in range(1000):
            assert cache.get(f"app/m{number}.py", ONE) is None
            cache.put(f"app/m{number}.py", TWO, b"x")
        cache.close()
        assert time.monotonic() - started < 2
        assert cache.problem is not None
        assert "locked" in cache.problem
        locker.execute("COMMIT")
    locker.close()
    assert made(folder).get("app/m0.py", ONE) == b"payload 0"


def test_rows_wait_for_a_writer_that_is_slow(folder: Path) -> None:
    filled(folder)
    cache = made(folder)
    assert cache.get("app/m0.py", ONE) == b"payload 0"
    with sqlite3.connect(folder / DATABASE, isolation_level=None) as locker:
        locker.execute("BEGIN IMMEDIATE")
        cache.put("app/m0.py", TWO, b"newer")
        cache.flush()
        assert cache.problem is not None
        assert cache.get("app/m0.py", TWO) == b"newer"
        locker.execute("COMMIT")
    locker.close()
    cache.close()
    assert cache.problem is None
    assert made(folder).get("app/m0.py", TWO) == b"newer"


def test_a_writer_that_never_ends_is_given_up(folder: Path) -> None:
    filled(folder)
    with sqlite3.connect(folder / DATABASE, isolation_level=None) as locker:
        locker.execute("BEGIN IMMEDIATE")
        started = time.monotonic()
        cache = made(folder)
        for number in range(30):
            cache.put(f"app/m{number}.py", TWO, b"x")
            cache.flush()
        cache.close()
        assert time.monotonic() - started < 3
    locker.close()


@pytest.mark.skipif(not hasattr(signal, "SIGXFSZ"), reason="POSIX limits")
def test_a_full_disk(folder: Path) -> None:
    code = """
import resource, sys
from flake8_fastapi_review.project.cache import Cache
cache = Cache(sys.argv[1], "1.0")
assert cache.get("a.py", b"1") is None
resource.setrlimit(resource.RLIMIT_FSIZE, (60_000, 60_000))
for number in range(1000):
    cache.put(f"{number}.py", b"1", b"x" * 1000)
cache.flush()
problem = cache.problem
for number in range(1000):
    assert cache.get(f"{number}.py", b"1") in (None, b"x" * 1000)
cache.close()
print(problem)
"""
    done = run(code, folder)
    assert (done.returncode, done.stderr) == (0, "")
    assert "disk" in done.stdout
    filled(folder)
    assert made(folder).get("app/m0.py", ONE) == b"payload 0"


def test_an_interpreter_without_sqlite(folder: Path) -> None:
    code = """
import sys
sys.modules["sqlite3"] = sys.modules["_sqlite3"] = None
from flake8_fastapi_review.project.cache import Cache
cache = Cache(sys.argv[1], "1.0")
cache.put("a.py", b"1", b"x")
cache.flush()
assert cache.get("a.py", b"1") is None
print(cache.problem)
"""
    done = run(code, folder)
    assert (done.returncode, done.stderr) == (0, "")
    assert "sqlite3" in done.stdout


def test_names_that_are_no_unicode_are_passed_over(folder: Path) -> None:
    cache = made(folder)
    cache.put("caf\udce9.py", ONE, b"x")
    cache.put("café.py", ONE, b"y")
    cache.close()
    assert cache.problem is None
    later = made(folder)
    assert later.get("caf\udce9.py", ONE) is None
    assert later.get_many({"caf\udce9.py": ONE, "café.py": ONE}) == {"café.py": b"y"}


# Processes


def test_unwritten_rows_are_written_at_exit(folder: Path) -> None:
    code = """
import sys
from flake8_fastapi_review.project.cache import Cache
def main():
    cache = Cache(sys.argv[1], "1.0")
    assert cache.get("a.py", b"1") is None
    cache.put("a.py", b"1", b"x")
main()
"""
    done = run(code, folder)
    assert (done.returncode, done.stderr) == (0, "")
    assert made(folder).get("a.py", b"1") == b"x"


def test_two_processes_at_once(folder: Path) -> None:
    code = """
import sys
from flake8_fastapi_review.project.cache import Cache
cache = Cache(sys.argv[1], "1.0")
for number in range(2000):
    path, payload = f"m{number}.py", b"payload %d" % number
    assert cache.get(path, b"1") in (None, payload), path
    cache.put(path, b"1", payload)
    if number % 20 == 0:
        cache.flush()
cache.close()
print(cache.problem)
"""
    command = [sys.executable, "-c", code, str(folder)]
    running = [subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) for _ in range(4)]
    for process in running:
        out, err = process.communicate(timeout=60)
        assert (process.returncode, err, out) == (0, "", "None\n")
    assert len(made(folder).get_many({f"m{number}.py": b"1" for number in range(2000)})) == 2000


def test_two_versions_in_two_processes_at_once(folder: Path) -> None:
    code = """
import sys
from flake8_fastapi_review.project.cache import Cache
version = sys.argv[2]
for turn in range(40):
    cache = Cache(sys.argv[1], version)
    for number in range(20):
        assert cache.get(f"m{number}.py", b"1") in (None, version.encode())
        cache.put(f"m{number}.py", b"1", version.encode())
        cache.flush()
    cache.close()
"""
    running = [
        subprocess.Popen([sys.executable, "-c", code, str(folder), version], stderr=subprocess.PIPE, text=True)
        for version in ("1.0", "2.0")
    ]
    for process in running:
        _, err = process.communicate(timeout=60)
        assert (process.returncode, err) == (0, "")


def test_a_killed_run(folder: Path) -> None:
    code = """
import itertools, sys
from flake8_fastapi_review.project.cache import Cache
cache = Cache(sys.argv[1], "1.0")
for number in itertools.count():
    cache.put(f"m{number % 50}.py", b"1", b"%d " % (number % 50) * 200)
    cache.flush()
    if number == 60:
        print("going", flush=True)
"""
    for _ in range(5):
        process = subprocess.Popen([sys.executable, "-c", code, str(folder)], stdout=subprocess.PIPE)
        assert process.stdout is not None
        process.stdout.readline()
        process.kill()
        process.communicate()
        cache = made(folder)
        got = cache.get_many({f"m{number}.py": b"1" for number in range(50)})
        assert got == {f"m{number}.py": b"%d " % number * 200 for number in range(50)}
        cache.put("after.py", ONE, b"x")
        cache.close()
        assert cache.problem is None


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
@pytest.mark.parametrize("ends", ["os._exit(0)", "sys.exit(0)"])
def test_a_fork_neither_loses_nor_doubles_anything(folder: Path, ends: str) -> None:
    code = f"""
import os, sys
from flake8_fastapi_review.project.cache import Cache
cache = Cache(sys.argv[1], "1.0")
cache.put("before.py", b"1", b"parent")
assert cache.get("other.py", b"1") is None
children = []
for number in range(3):
    child = os.fork()
    if child == 0:
        assert cache._connection is None
        assert cache.get("before.py", b"1") == b"parent"
        cache.put(f"child{{number}}.py", b"1", b"child")
        cache.flush()
        {ends}
    children.append(child)
    assert cache.get("before.py", b"1") == b"parent"
    cache.put(f"parent{{number}}.py", b"1", b"parent")
assert all(os.waitpid(child, 0)[1] == 0 for child in children)
cache.close()
assert cache.problem is None, cache.problem
"""
    done = run(code, folder)
    assert (done.returncode, done.stderr) == (0, "")
    names = ["before.py", *(f"{who}{number}.py" for who in ("child", "parent") for number in range(3))]
    assert set(made(folder).get_many(dict.fromkeys(names, b"1"))) == set(names)


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
def test_a_connection_that_crossed_a_fork_is_left_alone(folder: Path) -> None:
    """As after a fork by C code, which runs no hooks."""
    filled(folder)
    cache = made(folder)
    assert cache.get("app/m0.py", ONE) == b"payload 0"
    cache.put("app/parent.py", ONE, b"parent")
    inherited = cache._connection
    assert inherited is not None
    cache._pid = -1
    assert cache.get("app/m0.py", ONE) == b"payload 0"
    assert cache._connection is not inherited
    assert cache.get("app/parent.py", ONE) is None
    assert inherited.execute("SELECT count(*) FROM summaries").fetchone() == (1,)
    inherited.close()
    cache_module._ABANDONED.remove(inherited)
    cache.close()


@pytest.mark.parametrize("method", ["fork", "spawn"])
def test_workers_of_multiprocessing_write_when_they_end(folder: Path, tmp_path: Path, method: str) -> None:
    script = tmp_path / "pool.py"
    script.write_text("""
import multiprocessing, sys
from flake8_fastapi_review.project.cache import Cache

cache = Cache(sys.argv[1], "1.0")

def work(number):
    assert cache.get("parent.py", b"1") == b"x"
    cache.put(f"m{number}.py", b"1", b"x")

if __name__ == "__main__":
    cache.put("parent.py", b"1", b"x")
    cache.flush()
    pool = multiprocessing.get_context(sys.argv[2]).Pool(2)
    pool.map(work, range(20), chunksize=1)
    pool.close()
    pool.join()
""")
    if method not in __import__("multiprocessing").get_all_start_methods():
        pytest.skip(f"no {method} here")
    root = str(Path(cache_module.__file__).parents[2])
    done = subprocess.run(
        [sys.executable, str(script), str(folder), method],
        capture_output=True, text=True, timeout=60, check=False, env={**os.environ, "PYTHONPATH": root},
    )  # fmt: skip
    assert (done.returncode, done.stderr) == (0, "")
    assert len(made(folder).get_many({f"m{number}.py": b"1" for number in range(20)})) == 20


# The findings of a project that has not changed


APP = """\
from fastapi import FastAPI

from app.report import load

app = FastAPI()


@app.get("/report")
async def report():
    return load()
"""
BLOCKING = "import time\n\n\ndef load():\n    time.sleep(1)\n    return 1\n"
HARMLESS = "import time\n\n\ndef load():\n    time.ctime(1)\n    return 1\n"
SETTINGS = '[tool.fastapi-review]\nselect = ["FAR001", "FAR002"]\n'


class Disk:
    """A project that lies on the disk for so long that signatures can be trusted."""

    def __init__(self, root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.root = root
        self.age = 3_000_000_000
        self._clock = time.time_ns
        monkeypatch.setattr(time, "time_ns", lambda: self._clock() + self.age)
        monkeypatch.chdir(root)
        monkeypatch.delenv("FASTAPI_REVIEW_CACHE_DIR", raising=False)
        self.looked_at: list[str] = []
        one = engine._Run.one

        def counted(run: engine._Run, task: engine._Task) -> engine._Outcome:
            self.looked_at.append(task.path)
            return one(run, task)

        monkeypatch.setattr(engine._Run, "one", counted)
        for path, text in {
            "pyproject.toml": SETTINGS,
            "app/__init__.py": "",
            "app/main.py": APP,
            "app/report.py": BLOCKING,
        }.items():
            self.write(path, text)

    def write(self, path: str, text: str) -> None:
        (self.root / path).parent.mkdir(parents=True, exist_ok=True)
        (self.root / path).write_text(text, "utf-8")

    def check(self, *paths: str, **options: Any) -> tuple[list[str], int]:
        """The findings, which must be those of a run without a cache, and how many files were looked at for them."""
        configuration.forget()
        fresh = engine.review(paths or (".",), cache_dir="", **options)
        self.looked_at.clear()
        configuration.forget()
        found = engine.review(paths or (".",), **options)
        assert found == fresh
        return [f"{path}:{each.range.line} {each.code}" for path, each in found.findings], len(self.looked_at)


@pytest.fixture
def disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Disk:
    return Disk(tmp_path, monkeypatch)


CHAIN = ["app/main.py:10 FAR002"]


def test_an_unchanged_project_is_not_looked_at_again(disk: Disk) -> None:
    assert disk.check() == (CHAIN, 3)
    assert disk.check() == (CHAIN, 0)
    assert disk.check("app/main.py") == (CHAIN, 0)
    assert disk.check("app") == (CHAIN, 0)


def test_one_file_alone_leaves_the_others_to_be_looked_at(disk: Disk) -> None:
    assert disk.check("app/main.py") == (CHAIN, 1)
    assert disk.check() == (CHAIN, 2)
    assert disk.check() == (CHAIN, 0)


def test_an_edit_in_another_file_that_changes_a_chain(disk: Disk) -> None:
    disk.check()
    disk.write("app/report.py", HARMLESS)
    assert disk.check() == ([], 2)
    assert disk.check() == ([], 0)
    disk.write("app/report.py", BLOCKING)
    assert disk.check() == (CHAIN, 2)


def test_a_file_comes_and_goes(disk: Disk) -> None:
    disk.check()
    (disk.root / "app/report.py").unlink()
    assert disk.check() == ([], 2)
    disk.write("app/report.py", BLOCKING)
    assert disk.check() == (CHAIN, 3)
    disk.write("app/report/__init__.py", "from app.harmless import load\n")
    assert disk.check()[0] == []


def test_an_empty_folder_is_noticed(disk: Disk) -> None:
    disk.check()
    (disk.root / "requests").mkdir()
    assert disk.check() == (CHAIN, 3)


@pytest.mark.parametrize(
    "settings",
    [
        SETTINGS.replace('"FAR001", ', "").replace("FAR002", "FAR003"),
        SETTINGS + 'exclude = ["app/report.py"]\n',
        '[project]\nname = "x"\n' + SETTINGS,
    ],
)
def test_another_configuration(disk: Disk, settings: str) -> None:
    disk.check()
    disk.write("pyproject.toml", settings)
    assert disk.check()[1] > 0
    assert disk.check()[1] == 0


def test_files_that_tell_versions(disk: Disk) -> None:
    disk.check()
    disk.write("service/requirements.txt", "fastapi==0.100\n")
    assert disk.check()[1] == 3
    disk.write("service/requirements.txt", "fastapi==0.101\n")
    assert disk.check()[1] == 3
    disk.write("service/notes.txt", "nothing to us\n")
    assert disk.check()[1] == 0


def test_another_selection_and_other_comments(disk: Disk) -> None:
    disk.check()
    assert disk.check(select=("FAR001",)) == ([], 3)
    assert disk.check(noqa=False) == (CHAIN, 3)
    assert disk.check() == (CHAIN, 0)


def test_touched_but_equal(disk: Disk) -> None:
    disk.check()
    for path in disk.root.rglob("*.py"):
        path.write_bytes(path.read_bytes())
        os.utime(path)
    assert disk.check() == (CHAIN, 0)
    assert disk.check() == (CHAIN, 0)


def test_equal_size_and_restored_time(disk: Disk) -> None:
    disk.check()
    path = disk.root / "app/report.py"
    stat = path.stat()
    path.write_text(BLOCKING.replace("sleep(1)", "ctime(1)"), "utf-8")
    os.utime(path, ns=(stat.st_atime_ns, stat.st_mtime_ns))
    assert path.stat().st_size == stat.st_size
    assert disk.check() == ([], 2)


def test_a_change_within_one_tick_of_the_clock(disk: Disk, monkeypatch: pytest.MonkeyPatch) -> None:
    """As if all happened at once: a signature that had not settled proves nothing."""
    disk.age = 0
    now = time.time_ns() + 10**15
    for module in (files, disk_module):
        monkeypatch.setattr(module, "signature", lambda stat: (stat.st_size, now, now, stat.st_ino))
    disk.check()
    disk.write("app/report.py", BLOCKING.replace("sleep(1)", "ctime(1)"))
    assert disk.check() == ([], 2)


def test_a_change_during_the_run_is_not_kept(disk: Disk, monkeypatch: pytest.MonkeyPatch) -> None:
    close = Project.close

    def closed(project: Project, path: str) -> None:
        close(project, path)
        disk.write("app/report.py", HARMLESS)

    with monkeypatch.context() as patch:
        patch.setattr(Project, "close", closed)
        engine.review(["."])
    assert disk.check() == ([], 3)


def test_what_the_listing_leaves_out(disk: Disk) -> None:
    """An excluded folder is imported from; a link leads to another one."""
    disk.write("pyproject.toml", SETTINGS + 'exclude = ["generated/"]\n')
    disk.write("generated/report.py", BLOCKING)
    disk.write("app/main.py", APP.replace("app.report", "generated.report"))
    assert disk.check()[0] == CHAIN
    assert disk.check() == (CHAIN, 0)
    disk.write("generated/report.py", HARMLESS)
    assert disk.check()[0] == []
    assert disk.check() == ([], 0)
    disk.write("generated/report/__init__.py", BLOCKING)
    assert disk.check()[0] == CHAIN


@pytest.mark.skipif(not hasattr(os, "symlink"), reason="needs links")
def test_a_link_to_a_folder(disk: Disk, tmp_path_factory: pytest.TempPathFactory) -> None:
    elsewhere = tmp_path_factory.mktemp("elsewhere")
    (elsewhere / "report.py").write_text(BLOCKING, "utf-8")
    disk.write("app/main.py", APP.replace("app.report", "linked.report"))
    assert disk.check()[0] == []
    os.symlink(elsewhere, disk.root / "linked")
    assert disk.check()[0] == CHAIN
    assert disk.check() == (CHAIN, 0)
    (elsewhere / "report.py").write_text(HARMLESS, "utf-8")
    assert disk.check()[0] == []


def test_a_removed_file_leaves_no_row(disk: Disk) -> None:
    disk.check()

    def stored() -> set[str]:
        with sqlite3.connect(disk.root / ".fastapi-review-cache" / DATABASE) as connection:
            return {path for (path,) in connection.execute("SELECT path FROM summaries")}

    assert stored() == {"app/report.py"}
    (disk.root / "app/report.py").unlink()
    disk.check()
    assert stored() == set()


def test_several_processes_keep_what_one_keeps(disk: Disk) -> None:
    for number in range(40):
        disk.write(f"app/m{number}.py", APP)
    found, _ = disk.check(jobs=2)
    assert len(found) == 41
    assert disk.check() == (found, 0)


def test_a_damaged_page_costs_time_only(disk: Disk) -> None:
    disk.check()
    with sqlite3.connect(disk.root / ".fastapi-review-cache" / DATABASE) as connection:
        assert (
            connection.execute(
                "UPDATE pages SET payload = substr(payload, 1, 40) WHERE name NOT LIKE 'listing %'"
            ).rowcount
            == 4
        )
    connection.close()
    assert disk.check() == (CHAIN, 3)


def test_flake8_uses_the_findings_of_an_unchanged_project_and_no_others(
    disk: Disk, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened: list[str] = []
    file = Project.file
    monkeypatch.setattr(Project, "file", lambda project, path, *rest: opened.append(path) or file(project, path, *rest))

    def flake8(buffers: Mapping[str, str] | None = None) -> tuple[list[str], int]:
        opened.clear()
        run = plugins.Run()
        found = []
        for path in ("app/main.py", "app/report.py"):
            text = (buffers or {}).get(path) or (disk.root / path).read_text("utf-8")
            found += [f"{path}:{line} {code}" for line, _, code, _ in run.review(path, text, ast.parse(text))]
        cache_module._close_all()
        return found, len(opened)

    assert flake8() == (CHAIN, 2)
    assert flake8() == (CHAIN, 0)
    assert flake8({"app/main.py": APP.replace("load()", "1  # load()")}) == ([], 2)
    assert flake8({"app/main.py": APP + "\n"}) == (CHAIN, 2)
    assert flake8() == (CHAIN, 0)
    disk.write("app/report.py", HARMLESS)
    assert flake8() == ([], 2)
    assert flake8() == ([], 0)
    (disk.root / "app/main.py").write_bytes(APP.replace("\n", "\r\n").encode())
    assert flake8() == ([], 1)
    assert flake8() == ([], 0)


def test_the_state_of_the_tool_is_read_from_its_sources_or_from_the_record_of_its_installation(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    package = tmp_path / "flake8_fastapi_review"
    (package / "project").mkdir(parents=True)
    monkeypatch.setattr(cache_module, "__file__", str(package / "project" / "cache.py"))

    def digest() -> str:
        monkeypatch.setattr(cache_module, "_CODE", [])
        return cache_module.code_digest("")

    (package / "project" / "cache.py").write_text("1")
    edited_in_place = digest()
    (package / "project" / "cache.py").write_text("12")
    assert digest() != edited_in_place

    record = tmp_path / "flake8_fastapi_review-0.1.0.dist-info" / "RECORD"
    record.parent.mkdir()
    record.write_text("one")
    installed = digest()
    (package / "project" / "cache.py").write_text("123")
    assert digest() == installed
    record.write_text("another")
    assert digest() != installed
