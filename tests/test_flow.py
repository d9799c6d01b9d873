"""Every shape of control flow, asked through the questions of `Flow`.

In the snippets a line `name()` is known as the step `name`; compound steps are known by a trailing comment `# name`.
"""

from __future__ import annotations

import ast
import itertools
import random
import sys
import textwrap
from typing import Any

import pytest

from flake8_fastapi_review.module.flow import Flow, catches, parts


class Shape:
    """A snippet as the body of a function, with its steps by name."""

    def __init__(self, text: str, **callbacks: Any) -> None:
        source = "async def function():\n" + textwrap.indent(textwrap.dedent(text).strip("\n"), "    ")
        function = ast.parse(source).body[0]
        assert isinstance(function, ast.AsyncFunctionDef)
        self.function = function
        self.flow = Flow(function, **callbacks)
        lines = source.splitlines()
        self.steps: dict[str, ast.AST] = {}
        for node in ast.walk(function):
            if not isinstance(node, (ast.stmt, ast.ExceptHandler, ast.match_case)) or node is function:
                continue
            line = lines[(node.pattern if isinstance(node, ast.match_case) else node).lineno - 1]
            match node:
                case _ if "# " in line:
                    self.steps[line.split("# ")[1]] = node
                case ast.Expr(value=ast.Call(func=ast.Name(id=name))):
                    self.steps.setdefault(name, node)

    def __getitem__(self, name: str) -> Any:
        return self.steps[name]

    def exits(self, start: str | None = None, *, errors: bool = False, stop: str | None = None) -> list[str]:
        """The ways out as "kind" or "kind name"."""
        names = {node: name for name, node in self.steps.items()}
        ways = self.flow.exits(self[start] if start else None, calls(stop) if stop else None, errors=errors)
        return [
            f"{way.kind} {names.get(way.statement or self.function, '')}".strip() if way.kind != "end" else "end"
            for way in ways
        ]

    def passes(self, start: str | None, name: str, to: str = "exit", **kwargs: Any) -> bool:
        goal: Any = self.steps.get(to, to)
        return self.flow.always_passes(self[start] if start else None, calls(name), to=goal, **kwargs)

    def reaches(self, first: str | None, second: str) -> bool:
        return self.flow.can_reach(self[first] if first else None, self[second])

    def dominates(self, first: str, second: str) -> bool:
        return self.flow.dominates(self[first], self[second])

    def before(self, first: str, second: str) -> bool:
        return self.flow.before(self[first], self[second])

    def handlers(self, name: str) -> list[str]:
        return [
            ast.unparse(handler.type) if handler.type else "" for handler in self.flow.exception_handlers(self[name])
        ]


def calls(name: str) -> Any:
    def predicate(part: ast.AST) -> bool:
        return any(isinstance(node, ast.Call) and ast.unparse(node.func) == name for node in ast.walk(part))

    return predicate


def falls(text: str, **callbacks: Any) -> bool:
    shape = Shape(text, **callbacks)
    return shape.flow.falls_through(shape.function.body)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("pass", True),
        ("return", False),
        ("raise ValueError", False),
        ("a()\nreturn 1\nb()", False),
        ("if x:\n    return\nelse:\n    raise E", False),
        ("if x:\n    return", True),
        ("if x:\n    return\nelif y:\n    return\nelse:\n    return", False),
        ("if x:\n    return\nelif y:\n    pass\nelse:\n    return", True),
        ("if True:\n    return", False),
        ("if False:\n    return", True),
        ("while True:\n    a()", False),
        ("while 1:\n    a()", False),
        ("while True:\n    if a():\n        break", True),
        ("while True:\n    if a():\n        return\n    continue", False),
        ("while x:\n    return", True),
        ("while x:\n    a()\nelse:\n    return", False),
        ("while x:\n    break\nelse:\n    return", True),
        ("for x in y:\n    return", True),
        ("for x in y:\n    a()\nelse:\n    raise E", False),
        ("for x in y:\n    if x:\n        break\nelse:\n    raise E", True),
        ("while True:\n    for x in y:\n        break", False),
        ("async for x in y:\n    return", True),
        ("with a():\n    return", False),
        ("with suppress(E):\n    return a()", True),
        ("with contextlib.suppress(E):\n    raise E", True),
        ("with suppress(E):\n    return 1", False),
        ("try:\n    return a()\nexcept E:\n    b()", True),
        ("try:\n    return a()\nexcept E:\n    raise", False),
        ("try:\n    a()\nexcept E:\n    return", True),
        ("try:\n    a()\nexcept E:\n    pass\nelse:\n    return", True),
        ("try:\n    a()\nexcept E:\n    raise\nelse:\n    return", False),
        ("try:\n    return a()\nfinally:\n    b()", False),
        ("try:\n    a()\nfinally:\n    b()", True),
        ("try:\n    a()\nfinally:\n    return", False),
        ("while True:\n    try:\n        raise E\n    finally:\n        break", True),
        ("while True:\n    try:\n        break\n    finally:\n        a()", True),
        ("while True:\n    try:\n        break\n    finally:\n        continue", False),
        ("try:\n    raise ValueError\nexcept ValueError:\n    pass", True),
        ("try:\n    raise ValueError\nexcept KeyError:\n    pass", False),
        ("match x:\n    case 1:\n        return\n    case _:\n        return", False),
        ("match x:\n    case 1:\n        return\n    case other:\n        return", False),
        ("match x:\n    case 1:\n        return\n    case _ if y:\n        return", True),
        ("match x:\n    case 1:\n        return", True),
        ("match x:\n    case 1 | _:\n        return", False),
        ("assert x", True),
        ("assert False", False),
        ("sys.exit(1)", False),
        ("x = os.abort()", False),
        ("def inner():\n    return\na()", True),
        ("break", False),
    ],
)
def test_falls_through(text: str, expected: bool) -> None:
    assert falls(text) is expected


def test_an_empty_list_falls_through() -> None:
    assert Flow([]).falls_through([]) is True


def test_a_function_that_never_returns_is_told_by_the_caller() -> None:
    def fails(call: ast.Call) -> bool:
        return ast.unparse(call.func) == "fail"

    assert falls("fail()")
    assert not falls("fail()", never_returns=fails)
    assert not falls("await fail()", never_returns=fails)
    assert not falls("x = fail()", never_returns=fails)
    assert Shape("if x:\n    fail()\na()", never_returns=fails).exits() == ["raise fail", "end"]


def test_context_managers_that_swallow_are_told_by_the_caller() -> None:
    text = "with quiet():\n    raise ValueError"
    assert not falls(text)
    assert falls(text, swallows=lambda item: "quiet" in ast.unparse(item.context_expr))


def test_exits_name_what_leaves() -> None:
    shape = Shape(
        """
        if x:
            return 1  # early
        elif y:
            raise E  # failure
        last()
        """
    )
    assert shape.exits() == ["return early", "raise failure", "end"]
    assert shape.exits(errors=True) == ["return early", "raise failure", "error last", "end"]


def test_exits_through_finally_name_the_return_not_the_cleanup() -> None:
    shape = Shape(
        """
        try:
            if x:
                return 1  # one
            if y:
                return 2  # two
            raise E  # failure
        finally:
            close()
        """
    )
    assert shape.exits() == ["return one", "return two", "raise failure"]
    assert shape.exits(stop="close") == []


def test_exits_of_a_block_cut_out_of_its_loop() -> None:
    shape = Shape(
        """
        for x in y:  # loop
            if x:
                break  # stop
            elif y:
                continue  # next
            a()
        """
    )
    block = shape.flow.part(shape["loop"].body)
    assert [way.kind for way in block.exits()] == ["break", "continue", "end"]
    assert shape.exits() == ["end"]


def test_exits_from_a_handler() -> None:
    shape = Shape(
        """
        try:
            work()
        except KeyError:  # handler
            if x:
                raise  # again
            return None  # nothing
        return 1  # result
        """
    )
    assert shape.exits("handler") == ["raise again", "return nothing"]
    assert shape.exits("work") == ["return result"]
    assert shape.exits() == ["raise again", "return nothing", "return result"]


def test_a_handled_raise_is_no_exit() -> None:
    shape = Shape(
        """
        try:
            raise ValueError  # inner
        except ValueError:
            a()
        """
    )
    assert shape.exits() == ["end"]
    assert shape.exits(errors=True) == ["error a", "end"]


def test_released_on_every_path() -> None:
    assert Shape("open()\ntry:\n    work()\nfinally:\n    close()").passes("open", "close")
    assert not Shape("open()\nwork()\nclose()").passes("open", "close")
    assert Shape("open()\nwork()\nclose()").passes("open", "close", errors=False)
    assert Shape("open()\nwork()\nclose()").passes("open", "close", to="normal-exit")
    assert not Shape("open()\nif x:\n    return\nclose()").passes("open", "close", errors=False)
    assert not Shape("open()\nprepare()\ntry:\n    work()\nfinally:\n    close()").passes("open", "close")
    assert Shape("open()\ntry:\n    if a():\n        return 1\n    raise E\nfinally:\n    close()").passes(
        "open", "close"
    )
    assert not Shape("open()\ntry:\n    work()\nexcept E:\n    close()\n    raise").passes("open", "close")
    assert Shape("open()\ntry:\n    work()\nexcept:\n    close()\n    raise\nclose()").passes("open", "close")
    assert Shape("open()\ntry:\n    work()\nexcept Exception:\n    close()\n    raise\nelse:\n    close()").passes(
        "open", "close"
    )


def test_a_release_in_a_header_counts_and_one_in_a_body_does_not_count_for_its_header() -> None:
    assert Shape("open()\nif close():\n    pass").passes("open", "close")
    assert Shape("open()\nwith close():\n    work()").passes("open", "close")
    assert Shape("open()\nfor x in close():\n    work()").passes("open", "close")
    assert not Shape("open()\nif x:\n    close()").passes("open", "close")
    assert not Shape("open()\nfor x in y:\n    close()").passes("open", "close")
    assert not Shape("open()\ndef later():\n    close()").passes("open", "close")
    assert Shape("open()\n@close()\ndef later():\n    pass").passes("open", "close")


def test_paths_through_finally_are_not_mixed() -> None:
    shape = Shape(
        """
        open()
        try:
            if x:
                close()
                return 1
        finally:
            log = 1
        close()
        """
    )
    assert shape.passes("open", "close")
    assert not Shape("open()\ntry:\n    if x:\n        return 1\nfinally:\n    log = 1\nclose()").passes(
        "open", "close"
    )


def test_passing_on_the_way_to_a_step() -> None:
    shape = Shape(
        """
        if x:
            check()
        operate()
        """
    )
    assert not shape.passes(None, "check", to="operate")
    assert Shape("check()\nif x:\n    operate()").passes(None, "check", to="operate")
    assert Shape("if x:\n    check()\nelse:\n    return\noperate()").passes(None, "check", to="operate")
    assert Shape("return\noperate()").passes(None, "check", to="operate")


def test_can_reach() -> None:
    shape = Shape(
        """
        a()
        if x:  # test
            b()
        else:
            c()
        for x in y:
            d()
            e()
        return
        f()
        """
    )
    assert shape.reaches("a", "e")
    assert not shape.reaches("e", "a")
    assert not shape.reaches("b", "c")
    assert shape.reaches("e", "d")
    assert shape.reaches("d", "d")
    assert not shape.reaches("a", "a")
    assert shape.reaches(None, "a")
    assert not shape.reaches(None, "f")
    assert not shape.reaches("f", "f")
    assert shape.reaches("test", "b")


def test_can_reach_a_handler_only_from_its_body() -> None:
    shape = Shape(
        """
        a()
        try:
            b()
        except E:  # handler
            c()
        else:
            d()
        """
    )
    assert shape.reaches("b", "c")
    assert shape.reaches("a", "handler")
    assert not shape.reaches("d", "c")
    assert not shape.reaches("c", "d")


def test_statements_that_cannot_fail_do_not_reach_handlers() -> None:
    assert not Shape("try:\n    x = 1\nexcept E:\n    a()").reaches(None, "a")
    assert not Shape("try:\n    x = lambda: b()\nexcept E:\n    a()").reaches(None, "a")
    for text in (
        "x = y.z",
        "x = y[0]",
        "x, y = z",
        "import x",
        "assert x",
        "x = y / z",
        "yield",
        "x = 1 if y() else 2",
    ):
        assert Shape(f"try:\n    {text}\nexcept E:\n    a()").reaches(None, "a"), text


def test_dominates() -> None:
    shape = Shape(
        """
        a()
        if x:
            b()
        else:
            c()
        d()
        try:
            e()
        finally:
            f()
        g()
        """
    )
    assert shape.dominates("a", "g")
    assert shape.dominates("d", "f")
    assert shape.dominates("e", "g")
    assert shape.dominates("a", "a")
    assert not shape.dominates("b", "d")
    assert not shape.dominates("g", "a")
    assert not shape.dominates("g", "f")
    assert not Shape("a()\nreturn\nb()").dominates("a", "b")
    assert Shape("if x:\n    a()\nelse:\n    raise E\nb()").dominates("a", "b")
    assert Shape("while True:\n    if a():\n        b()\n        break\nc()").dominates("b", "c")


def test_a_failed_step_was_still_begun() -> None:
    assert Shape("try:\n    a()\nexcept E:\n    pass\nb()").dominates("a", "b")
    assert not Shape("try:\n    x()\n    a()\nexcept E:\n    pass\nb()").dominates("a", "b")


def test_before_stays_in_one_round_of_a_loop() -> None:
    shape = Shape(
        """
        for x in y:
            a()
            if x:
                b()
                continue
            c()
        d()
        """
    )
    assert shape.before("a", "c")
    assert not shape.before("c", "a")
    assert not shape.before("b", "c")
    assert not shape.before("b", "a")
    assert shape.reaches("c", "a")
    assert not shape.before("d", "a")


def test_exception_handlers() -> None:
    shape = Shape(
        """
        try:
            try:
                a()
                raise KeyError  # key
                raise Special()  # special
            except LookupError:
                b()
            except (ValueError, Other):
                pass
            else:
                c()
            finally:
                d()
        except OSError:
            pass
        except Exception:
            e()
        except:
            pass
        f()
        """
    )
    assert shape.handlers("a") == ["LookupError", "(ValueError, Other)", "OSError", "Exception"]
    assert shape.handlers("key") == ["LookupError"]
    assert shape.handlers("special") == ["LookupError", "(ValueError, Other)", "OSError", "Exception"]
    assert shape.handlers("b") == ["OSError", "Exception"]
    assert shape.handlers("c") == ["OSError", "Exception"]
    assert shape.handlers("d") == ["OSError", "Exception"]
    assert shape.handlers("e") == []
    assert shape.handlers("f") == []


@pytest.mark.parametrize(
    ("handler", "raised", "expected"),
    [
        ("", None, True),
        ("", "KeyboardInterrupt", True),
        ("BaseException", "CancelledError", True),
        ("Exception", None, True),
        ("Exception", "HTTPException", True),
        ("Exception", "CancelledError", False),
        ("Exception", "SystemExit", False),
        ("ValueError", None, None),
        ("ValueError", "UnicodeDecodeError", True),
        ("OSError", "ConnectionError", True),
        ("KeyError", "ValueError", False),
        ("(KeyError, ValueError)", "ValueError", True),
        ("fastapi.HTTPException", "HTTPException", True),
        ("ValueError", "ProjectError", None),
        ("ERRORS", "ValueError", None),
        ("(KeyError, *ERRORS)", "ValueError", None),
    ],
)
def test_catches(handler: str, raised: str | None, expected: bool | None) -> None:
    tree = ast.parse(f"try:\n    pass\nexcept {handler}:\n    pass").body[0]
    assert isinstance(tree, ast.Try)
    assert catches(tree.handlers[0], raised) is expected


def test_a_caught_raise_does_not_visit_the_next_handler() -> None:
    shape = Shape("try:\n    raise KeyError\nexcept KeyError:\n    a()\nexcept Exception:\n    b()")
    assert shape.reaches(None, "a")
    assert not shape.reaches(None, "b")


def test_exceptions_leave_through_every_finally_outside() -> None:
    shape = Shape(
        """
        open()
        try:
            try:
                work()
            finally:
                inner()
        finally:
            close()
        after()
        """
    )
    assert shape.passes("open", "inner")
    assert shape.passes("inner", "close")
    assert shape.exits("work", errors=True) == ["error inner", "error close", "error after", "end"]
    assert "error work" in shape.exits(errors=True)


def test_jumps_out_of_loops_run_the_finally_bodies_in_between() -> None:
    text = """
        open()
        for x in y:
            try:
                if x:
                    {}
                a = 1
            finally:
                close()
            b = 2
        c()
    """
    for jump in ("break", "continue", "return"):
        shape = Shape(text.format(jump))
        assert not shape.passes("open", "close")  # the loop may have no round
        assert shape.reaches("close", "c") is True
    assert not Shape("while True:\n    try:\n        return\n    finally:\n        close()\nc()").reaches("close", "c")


@pytest.mark.skipif(sys.version_info < (3, 11), reason="`except*` came with Python 3.11")
def test_groups_go_through_several_handlers() -> None:
    shape = Shape(
        """
        try:
            work()
        except* KeyError:  # first
            a()
        except* ValueError:  # second
            b()
        c()
        """
    )
    assert shape.before("a", "b")
    assert not shape.before("b", "a")
    assert shape.reaches("first", "c")
    assert shape.handlers("work") == ["KeyError", "ValueError"]


def test_match_tries_its_cases_in_order() -> None:
    shape = Shape(
        """
        match subject():  # match
            case 1 if guard():  # first
                a()
            case _:  # rest
                b()
        """
    )
    assert shape.dominates("first", "rest")
    assert shape.dominates("match", "b")
    assert not shape.before("a", "b")
    assert shape.passes(None, "guard", errors=False)
    assert not shape.passes(None, "guard")  # the subject may raise


def test_a_lambda_is_its_body() -> None:
    node = ast.parse("lambda: a()", mode="eval").body
    assert isinstance(node, ast.Lambda)
    assert [way.kind for way in Flow(node).exits()] == ["return"]
    assert Flow(node).always_passes(None, calls("a"))


def test_yield_may_raise() -> None:
    assert not Shape("open()\nyield x\nclose()").passes("open", "close")
    assert Shape("open()\ntry:\n    yield x\nfinally:\n    close()").passes("open", "close")


def test_parts_leave_out_the_blocks() -> None:
    def text(source: str) -> list[str]:
        return [ast.unparse(part) for part in parts(ast.parse(source).body[0])]

    assert text("x = 1") == ["x = 1"]
    assert text("if a:\n    b") == ["a"]
    assert text("for a in b:\n    c") == ["b", "a"]
    assert text("with a() as b, c:\n    d") == ["a() as b", "c"]
    assert text("try:\n    a\nfinally:\n    b") == []
    assert text("@a\ndef b(c=d, *, e, f=g):\n    h") == ["a", "d", "g"]


def test_long_chains_and_deep_nests_are_no_matter() -> None:
    chain = (
        "if x:\n    a()\n" + "".join(f"elif x == {number}:\n    b()\n" for number in range(900)) + "else:\n    raise E"
    )
    function = ast.parse(chain).body
    assert Flow(function).falls_through(function)
    nest = "".join("    " * depth + "try:\n" for depth in range(15)) + "    " * 15 + "return a()\n"
    nest += "".join("    " * depth + "finally:\n" + "    " * (depth + 1) + "b()\n" for depth in reversed(range(15)))
    body = ast.parse(nest).body
    flow = Flow(body)
    assert not flow.falls_through(body)
    assert flow.always_passes(None, calls("b"))


class Interpreter:
    """Runs a random program with random decisions, and keeps the order of its steps."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)
        self.trace: list[int] = []

    def step(self, number: int) -> bool:
        self.trace.append(number)
        if len(self.trace) > 60:
            raise Endless
        if self.random.random() < 0.15:
            raise self.random.choice([KeyError, ValueError, RuntimeError])
        return self.random.random() < 0.5


class Endless(BaseException):
    """A run that is given up."""


class Writer:
    """Writes random programs of `step(n)` calls."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)
        self.number = 0

    def call(self) -> str:
        self.number += 1
        return f"step({self.number})"

    def block(self, depth: int, *, loop: bool, indent: str) -> list[str]:
        lines = []
        for _ in range(self.random.randint(1, 3)):
            lines += self.statement(depth, loop=loop, indent=indent)
        return lines

    def statement(self, depth: int, *, loop: bool, indent: str) -> list[str]:
        kinds = ["call", "call", "return", "raise", "raise"] + ["break", "continue"] * loop
        kind = self.random.choice(
            kinds if depth == 0 else [*kinds, *["if", "while", "for", "try", "finally", "match"] * 3]
        )

        def block(*, loop: bool = loop) -> list[str]:
            return self.block(depth - 1, loop=loop, indent=indent + "    ")

        match kind:
            case "call":
                return [indent + self.call()]
            case "return":
                return [f"{indent}return {self.call()}"]
            case "raise":
                return [indent + "raise " + self.random.choice(["KeyError", "ValueError", "RuntimeError"])]
            case "break" | "continue":
                return [indent + kind]
            case "if":
                lines = [f"{indent}if {self.call()}:", *block()]
                return lines + ([indent + "else:", *block()] if self.random.random() < 0.5 else [])
            case "while":
                test = self.random.choice(["True", self.call()])
                lines = [f"{indent}while {test}:", f"{indent}    {self.call()}", *block(loop=True)]
                return lines + ([indent + "else:", *block()] if self.random.random() < 0.3 else [])
            case "for":
                return [f"{indent}for _ in [0] * {self.call()} * 2:", *block(loop=True)]
            case "match":
                return [
                    f"{indent}match {self.call()}:",
                    f"{indent}    case True:",
                    *("    " + line for line in block()),
                ]
        lines = [indent + "try:", *block()]
        if kind == "try":
            for handler in self.random.sample(["KeyError", "ValueError", "Exception"], self.random.randint(1, 2)):
                lines += [f"{indent}except {handler}:", *block()]
            if self.random.random() < 0.3:
                lines += [indent + "else:", *block()]
        if kind == "finally" or self.random.random() < 0.3:
            lines += [indent + "finally:", *block()]
        return lines


@pytest.mark.filterwarnings("ignore::SyntaxWarning")
@pytest.mark.parametrize("seed", range(80))
def test_whatever_a_run_does_the_graph_allows(seed: int) -> None:
    text = "\n".join(["def function(step):", *Writer(seed).block(3, loop=False, indent="    ")])
    function = ast.parse(text).body[0]
    assert isinstance(function, ast.FunctionDef)
    flow = Flow(function)
    steps: dict[int, ast.AST] = {}
    for node in ast.walk(function):
        if isinstance(node, ast.stmt) and node is not function:
            for part in parts(node):
                for call in ast.walk(part):
                    if isinstance(call, ast.Call):
                        steps[ast.literal_eval(call.args[0])] = node
    namespace: dict[str, Any] = {}
    exec(compile(text, "random", "exec"), namespace)
    ways = {way.kind for way in flow.exits(errors=True)}
    dominators: dict[int, set[int]] = {}
    for run in range(25):
        interpreter = Interpreter(run)
        leaves = {"end", "return"}
        try:
            namespace["function"](interpreter.step)
        except Endless:
            leaves = set()
        except Exception:
            leaves = {"raise", "error"}
        assert not leaves or leaves & ways, text
        trace = interpreter.trace
        for first, second in itertools.pairwise(trace):
            assert flow.can_reach(steps[first], steps[second]), (first, second, text)
        for number in set(trace):
            if number not in dominators:
                dominators[number] = {other for other in steps if flow.dominates(steps[other], steps[number])}
            assert dominators[number] <= set(trace[: trace.index(number) + 1]), (number, text)
            assert flow.can_reach(None, steps[number]), (number, text)
