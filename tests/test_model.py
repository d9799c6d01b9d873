"""What the semantic layers know, asked through File.

tests/model holds code whose comments tell the answers; the statement on the line is a bare expression:

    client  # reveals: httpx.Client     File.type_of; None: not known
    nap     # names: time.sleep         File.name_of
    LIMIT   # is: 100                   File.value_of; UNKNOWN: not known
    LIMIT   # variable: shop.py:LIMIT   File.module_variable; None: no variable of the project

A case is a file or a folder that is a project of its own. What a file named `…_py312.py` holds needs that Python.
"""

from __future__ import annotations

import ast
import re
import sys
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from flake8_fastapi_review.config import load
from flake8_fastapi_review.file import File
from flake8_fastapi_review.module import Module, Unreadable, decode
from flake8_fastapi_review.module.index import children
from flake8_fastapi_review.module.parse import parse, split_lines
from flake8_fastapi_review.module.scopes import bindings_of, reaching, scope_binding
from flake8_fastapi_review.project import Project
from flake8_fastapi_review.project.sources import Sources

MODEL = Path(__file__).parent / "model"
_COMMENT = re.compile(r"#\s*(reveals|names|is|variable):\s*(.*?)\s*(?=#\s*(?:reveals|names|is|variable):|$)")
_VERSION = re.compile(r"_py(\d)(\d+)(?:\.py)?$")


class Question(NamedTuple):
    """What a comment claims about the expression on its line."""

    path: str
    line: int
    ask: str
    answer: str


def cases() -> list[Path]:
    """The files and folders of tests/model."""
    return sorted(
        path for path in MODEL.iterdir() if path.suffix == ".py" or (path.is_dir() and path.name != "__pycache__")
    )


def readable(case: Path) -> bool:
    """Whether the running Python knows the syntax of a case."""
    found = _VERSION.search(case.name)
    return found is None or sys.version_info >= (int(found[1]), int(found[2]))


def questions(root: Path, path: str) -> list[Question]:
    lines = (root / path).read_text("utf-8").split("\n")
    return [
        Question(path, number, ask, answer)
        for number, line in enumerate(lines, 1)
        for ask, answer in _COMMENT.findall(line)
    ]


def answers(file: File, asked: list[Question]) -> list[str]:
    """A line for each wrong answer."""
    statements = {node.lineno: node.value for node in file.nodes(ast.Expr)}
    wrong = []
    for question in asked:
        expression = statements.get(question.line)
        assert expression is not None, f"{question.path}:{question.line} is no bare expression"
        found = answer(file, question.ask, expression)
        if found != question.answer:
            wrong.append(
                f"{question.path}:{question.line}: {ast.unparse(expression)} {question.ask}: "
                f"{found}, not {question.answer}"
            )
    return wrong


def answer(file: File, ask: str, expression: ast.expr) -> str:
    if ask == "reveals":
        return str(file.type_of(expression))
    if ask == "names":
        return str(file.name_of(expression))
    if ask == "variable":
        return str(file.module_variable(expression))
    return repr(file.value_of(expression))


def project(root: Path) -> Project:
    return Project(str(root), load(str(root)))


@pytest.mark.parametrize("case", [pytest.param(case, id=case.name) for case in cases()])
def test_model(case: Path) -> None:
    if not readable(case):
        pytest.skip("newer syntax")
    root = case if case.is_dir() else MODEL
    paths = sorted(path.relative_to(root).as_posix() for path in case.rglob("*.py")) if case.is_dir() else [case.name]
    together = project(root)
    wrong = []
    asked = 0
    for path in paths:
        claims = questions(root, path)
        asked += len(claims)
        wrong += answers(together.file(path), claims)
        wrong += [f"alone: {line}" for line in answers(project(root).file(path), claims)]
        together.close(path)
    assert wrong == []
    assert asked


def made(text: str, path: str = "x.py") -> Module:
    return Module(path, text)


def names_in(module: Module, name: str) -> list[ast.Name]:
    return [node for node in module.index.nodes(ast.Name) if node.id == name and isinstance(node.ctx, ast.Load)]


class TestParse:
    @pytest.mark.parametrize(
        ("data", "text"),
        [
            (b"x = '\xc3\xa9'", "x = 'é'"),
            (b"\xef\xbb\xbfx = 1", "x = 1"),
            (b"# -*- coding: latin-1 -*-\nx = '\xe9'", "# -*- coding: latin-1 -*-\nx = 'é'"),
            (
                b"#!/usr/bin/python\n# vim: set fileencoding=cp1252 :\nx = '\x80'",
                "#!/usr/bin/python\n# vim: set fileencoding=cp1252 :\nx = '€'",
            ),
            (b"", ""),
        ],
    )
    def test_decodes(self, data: bytes, text: str) -> None:
        assert decode(data, "x.py") == text

    @pytest.mark.parametrize(
        ("data", "line", "reason"),
        [
            (b"a = 1\nb = '\xe9'", 2, "is not utf-8: byte 0xe9"),
            (b"# coding: no-such-codec\n", 1, "unknown encoding"),
            (b"\xef\xbb\xbf# coding: latin-1\n", 1, "encoding problem"),
        ],
    )
    def test_undecodable(self, data: bytes, line: int, reason: str) -> None:
        with pytest.raises(Unreadable) as caught:
            decode(data, "x.py")
        assert caught.value.path == "x.py"
        assert caught.value.line == line
        assert reason in caught.value.reason

    def test_lines_are_those_of_the_tokenizer(self) -> None:
        assert split_lines("a\r\nb\rc\n\x0cd\x0b\u2028e\n") == ["a", "b", "c", "\x0cd\x0b\u2028e"]
        assert split_lines("a") == ["a"]
        assert split_lines("") == []

    @pytest.mark.parametrize(
        "line", ["except A, B:", "except* A, B:", "except a.A , b.B, C:  # why: this", "except A,B: pass"]
    )
    def test_unparenthesised_except(self, line: str) -> None:
        if "*" in line and sys.version_info < (3, 11):
            pytest.skip("`except*` came with Python 3.11")
        text = f"try:\n    pass\n{line}\n    pass\n" if not line.endswith("pass") else f"try:\n    pass\n{line}\n"
        tree = parse(text, "x.py")
        handler = tree.body[0].handlers[0]  # type: ignore[attr-defined]
        names = [node for node in ast.walk(handler.type) if isinstance(node, ast.Name)]
        assert [text.split("\n")[2][name.col_offset : name.end_col_offset] for name in names] == [
            name.id for name in names
        ]
        assert len(names) >= 2

    @pytest.mark.parametrize("text", ["except A, B as e:", "def f(:", "x = ", "print 'a'", "if x:\npass", "f'{'"])
    def test_what_is_no_python(self, text: str) -> None:
        with pytest.raises(Unreadable) as caught:
            parse(text, "x.py")
        assert caught.value.reason.startswith("syntax error")
        assert caught.value.line is not None

    def test_null_bytes(self) -> None:
        with pytest.raises(Unreadable):
            parse("x = 1\0", "x.py")

    def test_deep_nesting(self) -> None:
        with pytest.raises(Unreadable):
            parse("(" * 5000 + ")" * 5000, "x.py")

    def test_form_feed(self) -> None:
        assert [type(node).__name__ for node in parse("\x0cx = 1\n\x0c\ndef f():\n    pass\n", "x.py").body] == [
            "Assign",
            "FunctionDef",
        ]

    def test_invalid_escapes_are_silent(self, recwarn: pytest.WarningsRecorder) -> None:
        parse("x = '\\d'", "x.py")
        assert not recwarn.list

    def test_long_chains(self) -> None:
        module = made("x = " + " + ".join(["1"] * 900) + "\ny = a" + ".b" * 500)
        assert module.summary.names.keys() == {"x", "y"}

    def test_long_reassignments(self) -> None:
        module = made("def f(q):\n" + "    q = q.where(q)\n" * 600 + "    return q\n")
        use = names_in(module, "q")[-1]
        assert module.expression(use)[0] == "v"


SAMPLE = '''
import os as o, sys

@decorate(lambda d: d)
class A(Base, metaclass=Meta):
    """Doc."""
    field: int = default()

    def method(self, a: Annotation = dflt, *args, k=kw, **kwargs) -> Returned:
        values = [v for row in rows if row for v in row]
        return lambda z=values: (y := z)

async def f():
    async with m as (a, [b, *c]):
        pass
    match a:
        case {"k": K(x=p), **rest} | [p, *rest]:
            pass
    try:
        pass
    except (E, F) as error:
        raise
    finally:
        print(f"{a!r:>{b}}")
'''


class TestIndex:
    def test_every_node_has_its_parent(self) -> None:
        module = made(SAMPLE)
        for node, parent in module.index.parents.items():
            # `arguments` and `arg` are passed over: defaults and annotations belong to the function.
            # The first iterable of a comprehension runs outside of it and is a child of the whole.
            near = list(ast.iter_child_nodes(parent))
            near += [deeper for child in near if isinstance(child, ast.arguments) for deeper in ast.walk(child)]
            near += [generator.iter for generator in getattr(parent, "generators", ())]
            assert node in near

    def test_every_expression_and_statement_is_found_once(self) -> None:
        module = made(SAMPLE)
        walked = {node for node in ast.walk(module.tree) if isinstance(node, (ast.expr, ast.stmt))}
        found = [
            node
            for scope in module.index.scopes
            for nodes in scope.nodes.values()
            for node in nodes
            if isinstance(node, (ast.expr, ast.stmt))
        ]
        assert len(found) == len(set(found))
        assert set(found) == walked

    def test_source_order(self) -> None:
        module = made(SAMPLE)
        for types in ((ast.Name,), (ast.Call, ast.FunctionDef), (ast.Name, ast.Constant)):
            positions = [(node.lineno, node.col_offset) for node in module.index.nodes(*types)]
            assert positions == sorted(positions)

    def test_scopes_are_those_of_python(self) -> None:
        module = made(SAMPLE)
        scopes = {
            name: module.index.scope_of(names_in(module, name)[0]).qualname
            for name in "decorate Base default Annotation dflt kw Returned rows row v values m".split()
        }
        assert scopes == {
            "decorate": "", "Base": "", "default": "A", "Annotation": "A", "dflt": "A", "kw": "A", "Returned": "A",
            "rows": "A.method", "row": "A.method.<locals>.<comprehension>", "v": "A.method.<locals>.<comprehension>",
            "values": "A.method", "m": "f",
        }  # fmt: skip

    def test_children_in_source_order(self) -> None:
        call = ast.parse("f(a, *b, k=c)").body[0].value  # type: ignore[attr-defined]
        assert [ast.unparse(child) for child in children(call)] == ["f", "a", "*b", "k=c"]

    def test_qualified_names(self) -> None:
        module = made(
            "def f():\n    class C:\n        def f(self): ...\n        f = lambda: 0\n"
            "    def g(): ...\n    def g(): ...\n"
        )
        assert [scope.qualname for scope in module.index.scopes] == [
            "", "f", "f.<locals>.C", "f.<locals>.C.f", "f.<locals>.C.<lambda>", "f.<locals>.g", "f.<locals>.g#2",
        ]  # fmt: skip


class TestBindings:
    @pytest.mark.parametrize(
        ("text", "kinds"),
        [
            ("x = 1\nx", ["assign"]),
            ("x = 1\nx = 2\nx", ["assign"]),
            ("x = 1\nif c:\n    x = 2\nx", ["assign", "assign"]),
            ("if c:\n    x = 1\nelse:\n    import x\nx", ["assign", "import"]),
            ("def x(): ...\nx", ["define"]),
            ("class x: ...\nx", ["class"]),
            ("for x in y:\n    x", ["for"]),
            ("with y as x:\n    x", ["with"]),
            ("try: ...\nexcept E as x:\n    x", ["except"]),
            ("x: int = 1\nx", ["annotate"]),
            ("from y import x\nx", ["from"]),
            ("import x.y\nx", ["import"]),
            ("if x := 1:\n    x", ["assign"]),
            ("[x for x in y]", ["for"]),
            ("lambda x: x", ["parameter"]),
            ("def f(x):\n    x", ["parameter"]),
            ("def f(x):\n    x = 1\n    x", ["assign"]),
            ("while c:\n    x\n    x = 1\n", ["assign"]),
            ("x = 1\nwhile c:\n    x\n    x = 2\n", ["assign", "assign"]),
            ("x = 1\ntry:\n    x = 2\nexcept E:\n    x\n", ["assign", "assign"]),
            ("a, (b, *x) = y\nx", ["assign"]),
            ("match y:\n    case x:\n        x", ["assign"]),
            ("match y:\n    case C() as x:\n        x", ["instance"]),
            ("match y:\n    case [*x]:\n        x", ["unknown"]),
        ],
    )
    def test_what_reaches_a_use(self, text: str, kinds: list[str]) -> None:
        module = made(text)
        use = names_in(module, "x")[0]
        scope = module.index.scope_of(use)
        owner = scope_binding(module.index, scope, "x")
        assert owner is not None
        assert [binding.kind for binding in reaching(module.index, owner, "x", use)] == kinds

    @pytest.mark.parametrize(
        ("text", "owner"),
        [
            ("x = 1\nclass C:\n    x = 2\n    def f(self):\n        return x\n", ""),
            ("x = 1\nclass C:\n    x = 2\n    y = x\n", "C"),
            ("class C:\n    x = [1]\n    y = [i for i in x]\n", "C"),
            ("x = 1\ndef f():\n    global x\n    x = 2\n    return x\n", ""),
            ("def f():\n    x = 1\n    def g():\n        nonlocal x\n        x = 2\n        return x\n", "f"),
            ("def f(x):\n    return [x for _ in y]\n", "f"),
            ("def f():\n    [x := 1 for _ in y]\n    return x\n", "f"),
            ("def f():\n    return x\n", None),
        ],
    )
    def test_whose_name_it_is(self, text: str, owner: str | None) -> None:
        module = made(text)
        use = names_in(module, "x")[-1]
        found = scope_binding(module.index, module.index.scope_of(use), "x")
        assert (found.qualname if found else None) == owner

    def test_comprehension_does_not_see_the_class(self) -> None:
        module = made("x = 1\nclass C:\n    x = 2\n    y = [x for i in (1, 2)]\n")
        use = names_in(module, "x")[0]
        found = scope_binding(module.index, module.index.scope_of(use), "x")
        assert found is module.index.scopes[0]

    def test_bindings_are_in_source_order(self) -> None:
        module = made("from a import x\ndef x(): ...\nx = 1\n")
        assert [binding.kind for binding in bindings_of(module.index, module.index.scopes[0])["x"]] == [
            "from",
            "define",
            "assign",
        ]


def tree(root: Path, *paths: str) -> Sources:
    for path in paths:
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text("", "utf-8")
    return Sources(str(root))


class TestSources:
    @pytest.mark.parametrize(
        ("importer", "level", "module", "path"),
        [
            ("app/main.py", 0, "app.db", "app/db.py"),
            ("app/main.py", 0, "app", "app/__init__.py"),
            ("app/main.py", 1, "db", "app/db.py"),
            ("app/main.py", 1, None, "app/__init__.py"),
            ("app/api/routes.py", 2, "db", "app/db.py"),
            ("app/api/routes.py", 1, "deps", "app/api/deps.py"),
            ("app/api/__init__.py", 1, "routes", "app/api/routes.py"),
            ("app/api/routes.py", 5, "db", None),
            ("app/main.py", 0, "app.missing", None),
            ("app/main.py", 0, "requests", None),
            ("app/main.py", 0, "app.spaces", "app/spaces/"),
            ("app/main.py", 0, "app.spaces.one", "app/spaces/one.py"),
            ("app/main.py", 0, "app.db.name", None),
            ("main.py", 0, "app.db", "app/db.py"),
            ("main.py", 0, "tool", "tool.py"),
        ],
    )
    def test_resolves(self, tmp_path: Path, importer: str, level: int, module: str | None, path: str | None) -> None:
        sources = tree(
            tmp_path,
            "app/__init__.py",
            "app/main.py",
            "app/db.py",
            "app/api/__init__.py",
            "app/api/routes.py",
            "app/api/deps.py",
            "app/spaces/one.py",
            "tool.py",
        )
        assert sources.resolve(importer, level, module) == path

    def test_source_folder(self, tmp_path: Path) -> None:
        sources = tree(tmp_path, "src/shop/__init__.py", "src/shop/db.py", "tests/test_shop.py")
        assert sources.resolve("src/shop/db.py", 0, "shop.db") == "src/shop/db.py"
        assert sources.resolve("tests/test_shop.py", 0, "shop.db") == "src/shop/db.py"
        assert sources.dotted("src/shop/db.py") == "shop.db"

    def test_packages_of_one_name(self, tmp_path: Path) -> None:
        sources = tree(
            tmp_path,
            "a/app/__init__.py",
            "a/app/db.py",
            "a/app/main.py",
            "b/app/__init__.py",
            "b/app/db.py",
            "b/app/main.py",
        )
        assert sources.resolve("a/app/main.py", 0, "app.db") == "a/app/db.py"
        assert sources.resolve("b/app/main.py", 0, "app.db") == "b/app/db.py"

    def test_the_standard_library_is_not_shadowed_by_a_folder(self, tmp_path: Path) -> None:
        sources = tree(tmp_path, "app/__init__.py", "app/logging/__init__.py", "logging/__init__.py", "app/main.py")
        assert sources.resolve("app/main.py", 0, "logging") is None
        assert sources.resolve("app/main.py", 1, "logging") == "app/logging/__init__.py"

    def test_package_before_module(self, tmp_path: Path) -> None:
        sources = tree(tmp_path, "app/__init__.py", "app/db.py", "app/db/__init__.py")
        assert sources.resolve("app/__init__.py", 0, "app.db") == "app/db/__init__.py"

    def test_module_before_namespace(self, tmp_path: Path) -> None:
        sources = tree(tmp_path, "app/__init__.py", "app/db.py", "app/db/readme.txt")
        assert sources.resolve("app/__init__.py", 0, "app.db") == "app/db.py"

    def test_submodule(self, tmp_path: Path) -> None:
        sources = tree(tmp_path, "app/__init__.py", "app/db.py", "space/one.py")
        assert sources.submodule("app/__init__.py", "db") == "app/db.py"
        assert sources.submodule("space/", "one") == "space/one.py"
        assert sources.submodule("app/db.py", "x") is None
        assert sources.submodule("app/__init__.py", "missing") is None

    @pytest.mark.parametrize(
        ("path", "dotted"),
        [("app/__init__.py", "app"), ("app/db.py", "app.db"), ("main.py", "main"), ("space/one.py", "space.one")],
    )
    def test_dotted(self, tmp_path: Path, path: str, dotted: str) -> None:
        assert tree(tmp_path, "app/__init__.py", "app/db.py", "main.py", "space/one.py").dotted(path) == dotted

    def test_buffer_without_file(self, tmp_path: Path) -> None:
        sources = tree(tmp_path, "app/__init__.py")
        sources.overlay("app/new.py")
        assert sources.resolve("app/__init__.py", 1, "new") == "app/new.py"


APART = """
import asyncio
from contextlib import asynccontextmanager
from functools import wraps
from fastapi import FastAPI, APIRouter

router = APIRouter()

async def never_called(): ...
async def called_by_route(): ...
async def called_at_start(): await deeper()
async def deeper(): ...
async def called_by_both(): ...
async def handed_over(): ...
async def main(): await of_script()
async def of_script(): ...
async def one(): await other()
async def other(): await one()

@asynccontextmanager
async def lifespan(app: FastAPI):
    await called_at_start()
    await called_by_both()
    yield

@router.get("/")
async def route():
    await called_by_route()
    await called_by_both()
    asyncio.create_task(handed_over())

@router.on_event("startup")
async def start(): ...

def command(f):
    @wraps(f)
    def wrapper():
        return asyncio.run(f())
    return wrapper

@command
async def from_shell(): await of_command()
async def of_command(): ...

@unknown
async def decorated(): ...

if __name__ == "__main__":
    asyncio.run(main())
"""


def test_apart(tmp_path: Path) -> None:
    (tmp_path / "app.py").write_text(APART, "utf-8")
    execution = project(tmp_path).execution
    functions = [node.name for node in ast.parse(APART).body if isinstance(node, ast.AsyncFunctionDef)]
    assert [name for name in functions if execution.apart(f"app.py:{name}")] == [
        "called_at_start", "deeper", "main", "of_script", "lifespan", "start", "from_shell", "of_command",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "name", "edits"),
    [
        ("import asyncio\nX", "asyncio", []),
        ("import asyncio as aio\nX", "aio", []),
        ("import asyncio.subprocess\nX", "asyncio", []),
        ("import asyncio.subprocess as s\nX", "asyncio", [(1, "import asyncio\n")]),
        ("import json\nimport zlib\nX", "asyncio", [(1, "import asyncio\n")]),
        ("import abc\nimport os\nX", "asyncio", [(2, "import asyncio\n")]),
        ("import abc\nX", "asyncio", [(2, "import asyncio\n")]),
        (
            '"""Doc."""\nfrom __future__ import annotations\n\nfrom a import b\n\nX',
            "asyncio",
            [(4, "import asyncio\n")],
        ),
        ("X", "asyncio", [(1, "import asyncio\n")]),
        ("def f():\n    import asyncio\nX", "asyncio", [(1, "import asyncio\n")]),
        ("@decorated\ndef f():\n    X", "asyncio", [(1, "import asyncio\n")]),
        ("asyncio = 1\nX", None, []),
        ("def f(asyncio):\n    X", None, []),
        ("import asyncio\nasyncio = 1\nX", None, []),
    ],
)
def test_module_name(tmp_path: Path, text: str, name: str | None, edits: list[tuple[int, str]]) -> None:
    file = project(tmp_path).file("x.py", text)
    use = next(node for node in file.nodes(ast.Name) if node.id == "X")
    found: Any = file.module_name("asyncio", use)
    assert (found and found[0]) == name
    assert [(edit.range.line, edit.text) for edit in (found[1] if found else ())] == edits
