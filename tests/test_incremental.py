"""A review that knows an earlier one says what a review from nothing says, and looks at few files for it."""

from __future__ import annotations

import ast
import marshal
import shutil
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from flake8_fastapi_review import config as configuration
from flake8_fastapi_review import plugins
from flake8_fastapi_review import review as engine
from flake8_fastapi_review.project import Project
from flake8_fastapi_review.project import cache as cache_module
from flake8_fastapi_review.project import readings as readings_module
from flake8_fastapi_review.project.constants import UNKNOWN
from flake8_fastapi_review.project.readings import (
    EVERYTHING,
    NOW,
    Reading,
    Readings,
    Search,
    begin,
    end,
    fingerprint,
    taken,
)
from flake8_fastapi_review.project.stored import from_plain, to_plain
from flake8_fastapi_review.project.taint import Taint
from flake8_fastapi_review.project.taint.plain import FromPlain, ToPlain
from flake8_fastapi_review.registry import select
from flake8_fastapi_review.review import review_file

if TYPE_CHECKING:
    from collections.abc import Callable

    from flake8_fastapi_review.file import File

ROOT = Path(__file__).parents[1]
BOOKSHOP = ROOT / "examples" / "bookshop"
FIXTURES = ROOT / "tests" / "fixtures"


class Copy:
    """A project that lies on the disk for so long that signatures can be trusted."""

    def __init__(self, source: Path | dict[str, str], root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.root = root
        if isinstance(source, dict):
            for path, text in source.items():
                self.write(path, text)
        else:
            shutil.copytree(source, root, dirs_exist_ok=True, ignore=shutil.ignore_patterns(".*", "__pycache__"))
        clock = time.time_ns
        monkeypatch.setattr(time, "time_ns", lambda: clock() + 3_000_000_000)
        monkeypatch.chdir(root)
        monkeypatch.delenv("FASTAPI_REVIEW_CACHE_DIR", raising=False)
        self.looked_at: list[str] = []
        one = engine._Run.one

        def counted(run: engine._Run, task: engine._Task) -> engine._Outcome:
            self.looked_at.append(task.path)
            return one(run, task)

        monkeypatch.setattr(engine._Run, "one", counted)

    def write(self, path: str, text: str) -> None:
        (self.root / path).parent.mkdir(parents=True, exist_ok=True)
        (self.root / path).write_text(text, "utf-8")

    def edit(self, path: str, old: str, new: str) -> None:
        text = (self.root / path).read_text("utf-8")
        assert old in text, (path, old)
        self.write(path, text.replace(old, new, 1))

    def check(self, **options: Any) -> set[str]:
        """The files that were looked at for a review; its outcome must be that of one without a cache."""
        configuration.forget()
        fresh = engine.review(["."], root=str(self.root), cache_dir="")
        self.looked_at.clear()
        configuration.forget()
        found = engine.review(["."], root=str(self.root), **options)
        assert found == fresh
        return set(self.looked_at)


@pytest.fixture
def bookshop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Copy:
    return Copy(BOOKSHOP, tmp_path / "shop", monkeypatch)


def test_edits_of_the_bookshop(bookshop: Copy) -> None:
    python = {path.relative_to(bookshop.root).as_posix() for path in bookshop.root.rglob("*.py")}
    assert python <= bookshop.check() | {"bookshop/__init__.py"}
    assert bookshop.check() == set()
    order = (bookshop.root / "bookshop/routers/orders.py").read_text("utf-8")
    edits: list[tuple[str, Callable[[str], str]]] = [
        ("bookshop/archive.py", lambda text: text + "\n# the end\n"),
        ("bookshop/settings.py", lambda text: "# first\n" + text),
        ("bookshop/routers/orders.py", lambda text: text.replace("async def ", "def ", 1)),
        ("bookshop/routers/orders.py", lambda text: order),
        ("bookshop/routers/orders.py", lambda text: text.replace("@router.", "# @router.", 1)),
        ("bookshop/routers/orders.py", lambda text: order + "\n\n@router.delete('/all')\nasync def forget(): ...\n"),
        ("bookshop/security.py", lambda text: text.replace("raise ", "return  # ", 1)),
        ("bookshop/security.py", lambda text: text.replace("\ndef ", "\nasync def ", 1)),
        ("bookshop/models.py", lambda text: text.replace("index=True", "index=False")),
        ("bookshop/models.py", lambda text: "\n\n" + text),
        ("bookshop/main.py", lambda text: text.replace("app.include_router(", "print(", 1)),
        ("bookshop/main.py", lambda text: text.replace("import", "import  ", 1)),
        ("bookshop/database.py", lambda text: text + "\n\ndef unused() -> None:\n    import time\n    time.sleep(1)\n"),
        ("bookshop/kiosk.py", lambda text: text[: len(text) // 2]),
        ("bookshop/kiosk.py", lambda text: text + "\n"),
        ("bookshop/services/mailer.py", lambda text: text.replace("def ", "def renamed_", 1)),
        ("bookshop/loyalty.py", lambda text: text.replace("class ", "class Other", 1)),
    ]
    known = [(path, change) for path, change in edits if (bookshop.root / path).exists()]
    assert len(known) > 10
    amounts = []
    for path, change in known:
        bookshop.write(path, change((bookshop.root / path).read_text("utf-8")))
        amounts.append(len(bookshop.check()))
    assert bookshop.check() == set()
    assert min(amounts) <= 2


@pytest.mark.parametrize("folder", ["authentication", "injection", "queries", "dependencies", "protocols"])
def test_edits_of_fixtures(folder: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """In each project of several files, each file once gets a line more, and loses its first decorator or import."""
    projects = (
        [path for path in sorted((FIXTURES / folder).iterdir()) if path.is_dir()]
        if (FIXTURES / folder).is_dir()
        else []
    )
    for project in projects[:2]:
        copy = Copy(project, tmp_path / project.name, monkeypatch)
        copy.check()
        for path in sorted(copy.root.rglob("*.py"))[:4]:
            name = path.relative_to(copy.root).as_posix()
            lines = path.read_text("utf-8").splitlines(keepends=True)
            copy.write(name, "# a line more\n" + "".join(lines))
            copy.check()
            first = next((n for n, line in enumerate(lines) if line.lstrip().startswith(("@", "from "))), None)
            if first is not None:
                copy.write(name, "".join([*lines[:first], *lines[first + 1 :]]))
                copy.check()


SHOP = {
    "pyproject.toml": '[tool.fastapi-review]\nselect = ["FAR00", "FAR03", "FAR050", "FAR074"]\n',
    "shop/__init__.py": "",
    "shop/main.py": """\
from fastapi import FastAPI

from shop import routes

app = FastAPI()
app.include_router(routes.router)
""",
    "shop/routes.py": """\
from fastapi import APIRouter, Depends

from shop.guards import user
from shop.work import load, tidy

router = APIRouter()


@router.get("/books")
async def books(name: str):
    return load(name)


@router.post("/books", dependencies=[Depends(user)])
async def add(name: str):
    tidy()
    return name
""",
    "shop/guards.py": """\
from fastapi import HTTPException, Request


def user(request: Request):
    if "token" not in request.headers:
        raise HTTPException(401)
""",
    "shop/work.py": """\
import subprocess
import time

from shop.deep import slow


def load(name):
    subprocess.run("ls " + name, shell=True)
    return slow()


def tidy():
    return 1
""",
    "shop/deep.py": "import time\n\n\ndef slow():\n    time.sleep(1)\n    return 2\n",
    "shop/alone.py": "def nothing(value):\n    return value\n",
}


@pytest.fixture
def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Copy:
    made = Copy(SHOP, tmp_path / "shop", monkeypatch)
    made.check()
    return made


def test_a_file_that_nobody_reads(shop: Copy) -> None:
    shop.edit("shop/alone.py", "return value", "return value + 1")
    assert shop.check() == {"shop/alone.py"}
    assert shop.check() == set()


def test_a_chain_over_three_files(shop: Copy) -> None:
    shop.edit("shop/deep.py", "time.sleep(1)", "time.ctime(1)")
    assert {"shop/deep.py", "shop/routes.py"} <= shop.check()
    shop.edit("shop/deep.py", "time.ctime(1)", "time.sleep(1)")
    shop.check()
    shop.edit("shop/deep.py", "import time\n", "# later\nimport time\n")
    assert "shop/routes.py" in shop.check()  # the chain tells lines


def test_a_guard_that_guards_no_more(shop: Copy) -> None:
    shop.edit("shop/guards.py", "raise HTTPException(401)", "pass")
    assert "shop/routes.py" in shop.check()


def test_a_route_more_and_a_router_less(shop: Copy) -> None:
    shop.edit(
        "shop/alone.py", "def nothing", "from shop.routes import router\n\n\n@router.put('/x')\nasync def nothing"
    )
    shop.check()
    shop.edit("shop/main.py", "app.include_router(routes.router)", "")
    assert "shop/routes.py" in shop.check()


def test_somebody_else_calls_it(shop: Copy) -> None:
    shop.edit(
        "shop/alone.py",
        "def nothing(value):\n",
        "def nothing(value):\n    import asyncio\n    from shop.routes import books\n    asyncio.run(books('x'))\n",
    )
    shop.check()
    shop.edit("shop/alone.py", "asyncio.run(books('x'))", "pass")
    shop.check()


def test_a_file_that_cannot_be_read_for_a_while(shop: Copy) -> None:
    text = (shop.root / "shop/work.py").read_text("utf-8")
    shop.write("shop/work.py", text + "\ndef (")
    assert "shop/routes.py" in shop.check()
    shop.write("shop/work.py", text)
    assert "shop/routes.py" in shop.check()


def test_files_come_and_go(shop: Copy) -> None:
    (shop.root / "shop/deep.py").unlink()
    shop.check()
    shop.write("shop/deep.py", SHOP["shop/deep.py"])
    shop.check()
    shop.write("subprocess.py", "def run(*args, **options): ...\n")
    shop.check()


def test_several_edits_and_several_processes(shop: Copy) -> None:
    for number in range(30):
        shop.write(f"shop/more{number}.py", SHOP["shop/routes.py"].replace("/books", f"/books{number}"))
    shop.check(jobs=2)
    assert shop.check() == set()
    shop.edit("shop/more3.py", "tidy()", "tidy(1)")
    shop.edit("shop/alone.py", "return value", "return value + 1")
    shop.check(jobs=2)
    shop.edit("shop/deep.py", "time.sleep(1)", "time.ctime(1)")
    shop.check(jobs=2)
    assert shop.check() == set()


def test_a_lost_page_costs_time_only(shop: Copy) -> None:
    import sqlite3

    with sqlite3.connect(shop.root / ".fastapi-review-cache" / cache_module.DATABASE) as connection:
        changed = connection.execute("UPDATE pages SET payload = substr(payload, 1, 40) WHERE name LIKE '% sources'")
        assert changed.rowcount == 1
    connection.close()
    shop.edit("shop/alone.py", "return value", "return value + 1")
    assert len(shop.check()) == 7
    shop.edit("shop/alone.py", "return value", "return value + 1")
    assert shop.check() == {"shop/alone.py"}


def test_flake8_looks_again_at_what_may_differ(shop: Copy, monkeypatch: pytest.MonkeyPatch) -> None:
    opened: list[str] = []
    file = Project.file

    def opening(project: Project, path: str, *rest: Any) -> File:
        opened.append(path)
        return file(project, path, *rest)

    monkeypatch.setattr(Project, "file", opening)

    def flake8() -> tuple[list[str], list[str]]:
        opened.clear()
        run, found = plugins.Run(), []
        for path in ("shop/alone.py", "shop/deep.py", "shop/routes.py", "shop/work.py"):
            text = (shop.root / path).read_text("utf-8")
            found += [f"{path}:{line} {code}" for line, _, code, _ in run.review(path, text, ast.parse(text))]
        cache_module._close_all()
        return found, [*opened]

    first, _ = flake8()
    assert "shop/routes.py:11 FAR002" in first
    assert flake8() == (first, [])
    shop.edit("shop/alone.py", "return value", "return value + 1")
    assert flake8() == (first, ["shop/alone.py"])
    shop.edit("shop/deep.py", "time.sleep(1)", "time.ctime(1)")
    found, again = flake8()
    assert "shop/routes.py:11 FAR002" not in found
    assert "shop/routes.py" in again
    assert "shop/alone.py" not in again


# Texts that are not saved


class Editor:
    """flake8 as an editor calls it: a process for each look at a text."""

    def __init__(self, copy: Copy, monkeypatch: pytest.MonkeyPatch) -> None:
        self._copy = copy
        self._monkeypatch = monkeypatch
        self.walked: list[str] = []
        """The functions whose effects were looked for in the last look."""
        walk = Taint._walk

        def walking(taint: Taint, symbol: str) -> Any:
            self.walked.append(symbol)
            return walk(taint, symbol)

        monkeypatch.setattr(Taint, "_walk", walking)

    def look(self, path: str, text: str, cache: str | None = None) -> list[Any]:
        """What is said of a text."""
        if cache is None:
            self._monkeypatch.delenv("FASTAPI_REVIEW_CACHE_DIR", raising=False)
        else:
            self._monkeypatch.setenv("FASTAPI_REVIEW_CACHE_DIR", cache)
        self.walked.clear()
        found = plugins.Run().review(path, text, ast.parse(text))
        cache_module._close_all()
        return list(found)

    def agree(self, path: str, old: str, new: str) -> list[Any]:
        """What is said of an edited text, which is what is said when it was saved, without a cache."""
        saved = (self._copy.root / path).read_text("utf-8")
        assert old in saved, (path, old)
        text = saved.replace(old, new, 1)
        found = self.look(path, text)
        walked = [*self.walked]
        self._copy.write(path, text)
        assert self.look(path, text, "") == found, (path, old, new)
        self._copy.write(path, saved)
        self.walked[:] = walked
        return found


@pytest.fixture
def editor(shop: Copy, monkeypatch: pytest.MonkeyPatch) -> Editor:
    return Editor(shop, monkeypatch)


def _codes(found: list[Any]) -> set[str]:
    return {code for _, _, code, _ in found}


def test_what_a_text_does_not_touch_is_not_looked_for_again(editor: Editor) -> None:
    found = editor.agree("shop/routes.py", "    return load(name)", "    number = 1\n    return load(name)")
    assert "FAR031" in _codes(found)
    assert {symbol.partition(":")[0] for symbol in editor.walked} == {"shop/routes.py"}


def test_what_a_text_says_counts_not_what_the_disk_holds(editor: Editor) -> None:
    assert "FAR031" not in _codes(editor.agree("shop/routes.py", "load(name)", "load('.')"))
    assert "FAR002" not in _codes(editor.agree("shop/routes.py", "async def books", "def books"))
    editor.agree("shop/routes.py", "from shop.work import load, tidy\n", "def load(name):\n    return name\n")
    editor.agree("shop/work.py", '"ls " + name, shell=True', '["ls", name]')
    editor.agree("shop/guards.py", "raise HTTPException(401)", "pass")
    editor.agree("shop/main.py", "app.include_router(routes.router)", "")
    editor.agree(
        "shop/alone.py", "def nothing", "from shop.routes import router\n\n\n@router.put('/x')\nasync def nothing"
    )
    editor.agree("shop/alone.py", "return value", "return Depends(nothing), b'.state.', 'sqlalchemy'")


def test_several_files_changed_since_the_last_review(shop: Copy, editor: Editor) -> None:
    shop.edit("shop/deep.py", "time.sleep(1)", "time.ctime(1)")
    assert "FAR002" not in _codes(editor.agree("shop/routes.py", "return name", "return 1"))
    shop.edit("shop/work.py", '"ls " + name', '"ls"')
    assert "FAR031" not in _codes(editor.agree("shop/routes.py", "return name", "return 1"))
    shop.write("shop/more.py", "from shop.routes import books\n")
    editor.agree("shop/routes.py", "return name", "return 1")


def test_what_other_processes_found_is_kept(shop: Copy, editor: Editor) -> None:
    for number in range(30):
        shop.write(f"shop/more{number}.py", SHOP["shop/routes.py"].replace("/books", f"/books{number}"))
    shop.check(jobs=2)
    found = editor.agree("shop/more7.py", "    return load(name)", "    number = 1\n    return load(name)")
    assert "FAR031" in _codes(found)
    assert {symbol.partition(":")[0] for symbol in editor.walked} == {"shop/more7.py"}


def test_two_texts_in_one_process(shop: Copy, editor: Editor) -> None:
    run = plugins.Run()
    for path, old, new in (
        ("shop/work.py", '"ls " + name', '"ls"'),
        ("shop/routes.py", "load(name)", "load(name + 'x')"),
        ("shop/routes.py", "load(name)", "load('.')"),
    ):
        text = (shop.root / path).read_text("utf-8").replace(old, new, 1)
        codes = _codes(list(run.review(path, text, ast.parse(text))))
        assert ("FAR031" in codes) is (path == "shop/routes.py" and "+" in new)
    cache_module._close_all()


@pytest.mark.parametrize("name", ["newest", "sources", "answers"])
@pytest.mark.parametrize("damage", ["substr(payload, 1, 40)", "x'00'", "null"])
def test_without_a_page_the_text_is_reviewed_as_ever(shop: Copy, editor: Editor, name: str, damage: str) -> None:
    import sqlite3

    with sqlite3.connect(shop.root / ".fastapi-review-cache" / cache_module.DATABASE) as connection:
        changed = connection.execute(f"UPDATE pages SET payload = {damage} WHERE name LIKE '% {name}'")
        assert changed.rowcount == 1
    connection.close()
    editor.agree("shop/routes.py", "return name", "return 1")
    assert "shop/work.py:load" in editor.walked


def test_answers_of_another_state_are_not_taken(shop: Copy, editor: Editor) -> None:
    """A page that was written meanwhile by somebody who saw other files."""
    import sqlite3

    database = shop.root / ".fastapi-review-cache" / cache_module.DATABASE
    with sqlite3.connect(database) as connection:
        (before,) = connection.execute("SELECT * FROM pages WHERE name LIKE '% answers'").fetchall()
    shop.edit("shop/work.py", '"ls " + name', '"ls"')
    shop.check()
    with sqlite3.connect(database) as connection:
        connection.execute("REPLACE INTO pages VALUES (?, ?, ?)", before)
    connection.close()
    assert "FAR031" not in _codes(editor.agree("shop/routes.py", "return name", "return 1"))


def test_the_effects_of_functions_are_the_same_as_plain_values() -> None:
    config = configuration.load(str(BOOKSHOP))
    project = Project(str(BOOKSHOP), config)
    selection = select(config)
    for path in [path for path in project._listed().files if path.endswith(".py")]:
        _read(project, path, selection)
    told = {asked: plain for asked, _, plain in project.modules.answers(())}
    effects = {asked[1]: plain for asked, plain in told.items() if asked[0] == "taint.effect"}
    assert len(effects) > 50
    made, again = FromPlain(), ToPlain()
    for symbol, (plain, _) in effects.items():
        effect = made.effect(marshal.loads(marshal.dumps(plain)))
        assert again.effect(effect) == plain, symbol
        assert sorted(repr(effect)) == sorted(repr(project.taint.effect(symbol))), symbol


def test_only_our_named_tuples_are_made_of_what_was_kept() -> None:
    value = (Search((b"a",), True), {"b": [frozenset({1}), UNKNOWN]}, None)
    assert from_plain(marshal.loads(marshal.dumps(to_plain(value)))) == value
    for plain in (["os:system", "true"], ["flake8_fastapi_review.config:load", "."], ["os:stat_result", 1]):
        with pytest.raises(ValueError, match="not a "):
            from_plain(plain)
    with pytest.raises(ValueError, match="not kept"):
        to_plain(object())


# What is recorded


def _read(project: Project, path: str, selection: Any) -> set[Any]:
    with Reading() as reading:
        file = project.file(path)
        review_file(file, selection)
        project.close(path)
    things = {bit: thing for thing, bit in project.modules.readings._bits.items()}
    assert reading.mask != EVERYTHING
    return {thing for bit, thing in things.items() if reading.mask & bit}


def test_an_answer_from_memory_tells_all_that_it_was_made_from() -> None:
    """A file that is reviewed after others is told to have read at least what it reads when it is reviewed alone."""
    config = configuration.load(str(BOOKSHOP))
    selection = select(config)
    shared = Project(str(BOOKSHOP), config)
    paths = [path for path in shared._listed().files if path.endswith(".py")]
    together = {path: _read(shared, path, selection) for path in paths}
    for path in paths:
        missing = _read(Project(str(BOOKSHOP), config), path, selection) - together[path]
        assert not missing, (
            f"{path} reads {sorted(map(str, missing))[:3]}: which answer is remembered without `remembered`?"
        )


_LOCAL = """
    project/database/reading.py Reader._kinds Reader._orders Reader._names
    project/database/relations.py Relations._pending
    project/database/releases.py Releases._read
    project/database/sites.py Sites._meant Sites._first Sites.looked_at
    project/database/statements.py Statements._read Statements._values Statements._free Statements._passing
    project/database/trips.py Trips._answer Trips._showing
    project/execution.py Execution._calls Calls._by_attribute Calls._by_name
    project/migrations.py Graph._linked Graph._circular Migrations._graphs _Reader.constants _Reader.locals
    project/protocols/completing.py Completing._flows
    project/requests.py Requests._added
    project/taint/calls.py Calls._made
    project/taint/engine.py Taint._active Taint._cut Taint._effects Taint._too_deep Taint._unfinished
    project/taint/lookups.py Lookups._parts
    project/types.py Types._mros Types._derivations Types._results Types._read Types._evaluated Types._active
    project/types.py Types._aliases Types._bindings Types._annotated Types._texts
"""
"""What is remembered of one file by whoever holds it already, while one answer is made, or with `begin` and `end`."""
_APART = ("application/", "contract/", "taint/plain.py", "taint/walk.py")
"""Places whose answers are facts as a whole, or are not kept between runs; what lives as long as one walk."""
_KEEPERS = ("cache.py", "modules.py", "project.py", "readings.py", "sources.py", "stored.py")
"""The gates themselves."""


def _remembering() -> set[str]:
    """The attributes that begin empty and that a method fills which neither is `remembered` nor tells a fact."""
    package = Path(readings_module.__file__).parent
    found = set()
    for path in sorted(package.rglob("*.py")):
        name = path.relative_to(package).as_posix()
        if name in _KEEPERS or name.startswith(_APART):
            continue
        for cls in [node for node in ast.walk(ast.parse(path.read_text("utf-8"))) if isinstance(node, ast.ClassDef)]:
            methods = [node for node in cls.body if isinstance(node, ast.FunctionDef)]
            empty = {
                attribute
                for method in methods
                if method.name == "__init__"
                for node in ast.walk(method)
                if isinstance(node, (ast.Assign, ast.AnnAssign)) and _is_empty(node.value)
                for attribute in _stored(node)
            }
            for method in methods:
                if method.name in ("__init__", "forget") or {"fact", "kept", "remembered"} & set(
                    ast.unparse(ast.Tuple(list(method.decorator_list), ast.Load()))
                    .replace("(", " ")
                    .replace(".", " ")
                    .split()
                ):
                    continue
                filled = {attribute for node in ast.walk(method) for attribute in _stored(node)}
                found |= {f"project/{name} {cls.name}.{attribute}" for attribute in filled & empty}
    return found


def test_facts_can_be_asked_for_again_and_are_the_same() -> None:
    """By what is kept of them, in any order, of a project that knows nothing."""
    config = configuration.load(str(BOOKSHOP))
    selection = select(config)
    shared, fresh = Project(str(BOOKSHOP), config), Project(str(BOOKSHOP), config)
    for path in [path for path in shared._listed().files if path.endswith(".py")]:
        _read(shared, path, selection)
    known = shared.modules.readings
    known._tell()
    assert len(known._prints) > 100
    for key in sorted(known._prints, key=repr):
        if key != ("application.state",):  # that of a page, and there is none
            readings_module._ask(fresh, key)
    fresh.modules.readings._tell()
    again = fresh.modules.readings._prints
    assert [key for key, made in known._prints.items() if key[0] != "application.state" and again[key] != made] == []


def _is_empty(value: ast.expr | None) -> bool:
    return isinstance(value, ast.Dict) or (isinstance(value, ast.Constant) and value.value is None)


def _stored(node: ast.AST) -> list[str]:
    """The attributes of `self` that a statement or call stores in."""
    match node:
        case ast.Assign(targets=targets):
            pass
        case ast.AnnAssign(target=one) | ast.AugAssign(target=one):
            targets = [one]
        case ast.Call(func=ast.Attribute(value=ast.Attribute() as called, attr="setdefault" | "update")):
            targets = [called]
        case _:
            return []
    names = []
    for target in [each for some in targets for each in (some.elts if isinstance(some, ast.Tuple) else [some])]:
        match target:
            case (
                ast.Attribute(value=ast.Name(id="self"), attr=name)
                | ast.Subscript(value=ast.Attribute(value=ast.Name(id="self"), attr=name))
            ):
                names.append(name)
    return names


def test_whoever_remembers_hands_on_what_an_answer_was_made_from() -> None:
    """A new memory needs `remembered` (or `fact`) at its method: without it findings would stand that should not."""
    known = set()
    for line in _LOCAL.split("\n"):
        path, *names = line.split() or [""]
        known |= {f"{path} {name}" for name in names}
    assert _remembering() - known == set()


def test_facts_have_the_same_fingerprints_in_another_process() -> None:
    value = {"b": frozenset({"x", "y", "z"}), "a": (1, None, ["q"])}
    assert fingerprint(value) == fingerprint({"b": frozenset({"z", "y", "x"}), "a": (1, None, ["q"])})
    assert fingerprint(value) != fingerprint({"b": frozenset({"x", "y"}), "a": (1, None, ["q"])})


def test_answers_that_ask_for_each_other_are_made_from_the_same() -> None:
    masks: readings_module.Masks = {}
    with Reading() as reading:
        outer = begin(masks, "a")
        NOW.mask |= 1
        inner = begin(masks, "b")
        NOW.mask |= 2
        assert begin(masks, "a") is None  # b needs a, which is being made
        end(inner, masks, "b")
        late = begin(masks, "c")
        taken(masks, "b")
        end(late, masks, "c")
        NOW.mask |= 4
        end(outer, masks, "a")
    assert reading.mask == 7
    assert masks == {"a": 7, "b": 7, "c": 7}


def test_readings_of_two_processes_are_joined() -> None:
    one, other = Readings(), Readings()
    one.bit("a.py")
    other.bit("b.py")
    mask = other.bit("a.py") | other.searched(Search((b"word",), False), ["a.py"]) | other.bit("c.py")
    ours = one.join(other.plain())
    things = {thing for thing, bit in one._bits.items() if ours(mask) & bit}
    assert things == {"a.py", "c.py", Search((b"word",), False)}
    again = Readings(one.plain())
    assert again._bits == one._bits
    assert again._found == one._found
    assert again.settle(None, {"a.py": b"no such thing"}) == again.bit("a.py") | again.bit(Search((b"word",), False))
    assert ours(EVERYTHING) == EVERYTHING


def test_what_nobody_asked_again_has_moved() -> None:
    readings = Readings()
    search = Search((b"word",), False)
    searched = readings.searched(search, ["a.py"])
    mask = readings.bit(("injection.names",))
    assert readings.settle(None, {"a.py": b"another"}) & searched
    assert readings.found(search) == []
    again = Readings(readings.plain())
    assert again.moved == mask
    assert again.settle(None, {"b.py": b"a word"}) == mask | searched | again.bit("b.py")
    assert again.found(search) == ["b.py"]


def test_what_nobody_read_is_not_kept() -> None:
    readings = Readings()
    for number in range(20):
        readings.bit(f"{number}.py")
    fact = ("database.entity", "a")
    readings.masks[fact] = readings.bit("7.py") | readings.bit("9.py")
    readings.note(fact, None)
    masks = {"a.py": readings.bit("3.py") | readings.bit(fact), "b.py": EVERYTHING, "c.py": 0}
    plain, slim, answers = readings.slim(masks, {("taint.effect", "b.py:f"): readings.bit("9.py")})
    assert [thing for thing, _, _ in plain] == ["3.py", "7.py", "9.py", fact]
    again = Readings(plain)
    assert slim == {"a.py": again.bit("3.py") | again.bit(fact), "b.py": EVERYTHING, "c.py": 0}
    assert again.masks == {fact: again.bit("7.py") | again.bit("9.py")}
    assert answers == {("taint.effect", "b.py:f"): again.bit("9.py")}
