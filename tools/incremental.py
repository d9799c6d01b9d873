"""Random edits in a copy of an application: is a review that knows the earlier one the same as one from nothing?

    python tools/incremental.py path/to/app --edits 40 --seed 1

Prints for each edit what it cost and how many files were reviewed again; ends with status 1 at the first difference.

    python tools/incremental.py path/to/app --edits 40 --buffers

The edits stay in the editor: does flake8 say of a text that was not saved what it says without a cache when it was?
"""

from __future__ import annotations

import argparse
import ast
import os
import random
import shutil
import sys
import tempfile
import time
from typing import TYPE_CHECKING

from flake8_fastapi_review import plugins
from flake8_fastapi_review import review as engine
from flake8_fastapi_review.module import parse
from flake8_fastapi_review.project.cache import _close_all as close_all

if TYPE_CHECKING:
    from collections.abc import Callable

_SKIPPED = shutil.ignore_patterns(".git", "node_modules", ".fastapi-review-cache", "__pycache__")
_METHODS = ("get", "post", "put", "patch", "delete")


class Edit:
    """Changes of a file's text; each gives None where it does not apply."""

    def __init__(self, chance: random.Random) -> None:
        self._chance = chance

    def made(self, text: str) -> tuple[str, str] | None:
        """What was done, and the text that it made of one."""
        kinds: list[Callable[[list[str], ast.Module], str | None]] = [
            self._comment,
            self._without_statement,
            self._renamed,
            self._copied,
            self._without_decorator,
            self._other_method,
            self._constant,
            self._plain,
            self._without_import,
            self._without_parameter,
            self._annotation,
            self._moved,
        ]
        kind = self._chance.choice(kinds)
        try:
            tree = parse(text, "edited.py")
        except Exception:
            return None
        lines = text.splitlines(keepends=True)
        found = kind(lines, tree)
        return None if found is None or found == text else (kind.__name__.strip("_"), found)

    def _one(self, tree: ast.Module, *kinds: type) -> ast.AST | None:
        found = [node for node in ast.walk(tree) if isinstance(node, kinds)]
        return self._chance.choice(found) if found else None

    def _comment(self, lines: list[str], tree: ast.Module) -> str | None:
        node = self._one(tree, ast.stmt)
        if node is None:
            return None
        at = node.lineno - 1  # type: ignore[attr-defined]
        return "".join([*lines[:at], "# a remark\n", *lines[at:]])

    def _without_statement(self, lines: list[str], tree: ast.Module) -> str | None:
        node = self._one(tree, ast.Assign, ast.Expr, ast.Return, ast.If, ast.Raise, ast.AnnAssign)
        if node is None:
            return None
        first, last = node.lineno, node.end_lineno  # type: ignore[attr-defined]
        indent = lines[first - 1][: len(lines[first - 1]) - len(lines[first - 1].lstrip())]
        return "".join([*lines[: first - 1], f"{indent}pass\n", *lines[last:]])

    def _renamed(self, lines: list[str], tree: ast.Module) -> str | None:
        node = self._one(tree, ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
        if node is None:
            return None
        at = node.lineno - 1  # type: ignore[attr-defined]
        name = node.name  # type: ignore[attr-defined]
        return "".join([*lines[:at], lines[at].replace(name, f"{name}_x", 1), *lines[at + 1 :]])

    def _copied(self, lines: list[str], tree: ast.Module) -> str | None:
        found = [node for node in tree.body if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef))]
        if not found:
            return None
        node = self._chance.choice(found)
        first = min([node.lineno, *(each.lineno for each in node.decorator_list)])
        own = "".join(lines[first - 1 : node.end_lineno]).replace(node.name, f"{node.name}_copy")
        return "".join([*lines, "\n\n", own, "\n"])

    def _without_decorator(self, lines: list[str], tree: ast.Module) -> str | None:
        found = [
            each
            for node in ast.walk(tree)
            if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef))
            for each in node.decorator_list
        ]
        if not found:
            return None
        node = self._chance.choice(found)
        return "".join([*lines[: node.lineno - 1], *lines[node.end_lineno :]])

    def _other_method(self, lines: list[str], tree: ast.Module) -> str | None:
        text = "".join(lines)
        known = [each for each in _METHODS if f"router.{each}(" in text]
        if not known:
            return None
        return text.replace(f"router.{self._chance.choice(known)}(", f"router.{self._chance.choice(_METHODS)}(", 1)

    def _constant(self, lines: list[str], tree: ast.Module) -> str | None:
        found = [
            node
            for node in ast.walk(tree)
            if isinstance(node, ast.Constant) and isinstance(node.value, (int, bool)) and node.lineno == node.end_lineno
        ]
        if not found:
            return None
        node = self._chance.choice(found)
        line = lines[node.lineno - 1].encode()
        new = b"None" if isinstance(node.value, bool) else b"7777"
        changed = line[: node.col_offset] + new + line[node.end_col_offset :]
        return "".join([*lines[: node.lineno - 1], changed.decode(), *lines[node.lineno :]])

    def _plain(self, lines: list[str], tree: ast.Module) -> str | None:
        node = self._one(tree, ast.FunctionDef, ast.AsyncFunctionDef)
        if node is None:
            return None
        at = node.lineno - 1  # type: ignore[attr-defined]
        line = lines[at]
        line = line.replace("async def", "def", 1) if "async def" in line else line.replace("def ", "async def ", 1)
        return "".join([*lines[:at], line, *lines[at + 1 :]])

    def _without_import(self, lines: list[str], tree: ast.Module) -> str | None:
        found = [node for node in tree.body if isinstance(node, (ast.Import, ast.ImportFrom))]
        if not found:
            return None
        node = self._chance.choice(found)
        return "".join([*lines[: node.lineno - 1], *lines[node.end_lineno :]])

    def _without_parameter(self, lines: list[str], tree: ast.Module) -> str | None:
        found = [node for node in ast.walk(tree) if isinstance(node, ast.arg) and node.annotation is not None]
        if not found:
            return None
        node = self._chance.choice(found)
        line = lines[node.lineno - 1]
        if not line.strip().startswith(node.arg) or not line.rstrip().endswith(","):
            return None
        return "".join([*lines[: node.lineno - 1], *lines[node.lineno :]])

    def _annotation(self, lines: list[str], tree: ast.Module) -> str | None:
        found = [
            each
            for node in ast.walk(tree)
            if isinstance(node, (ast.arg, ast.AnnAssign)) and (each := node.annotation) is not None
            if each.lineno == each.end_lineno
        ]
        if not found:
            return None
        node = self._chance.choice(found)
        line = lines[node.lineno - 1].encode()
        changed = line[: node.col_offset] + self._chance.choice((b"str", b"dict", b"int")) + line[node.end_col_offset :]
        return "".join([*lines[: node.lineno - 1], changed.decode(), *lines[node.lineno :]])

    def _moved(self, lines: list[str], tree: ast.Module) -> str | None:
        """Two neighbouring functions change places."""
        found = [node for node in tree.body if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef))]
        if len(found) < 2:
            return None
        at = self._chance.randrange(len(found) - 1)
        (a, b), (c, d) = [
            (min([node.lineno, *(each.lineno for each in node.decorator_list)]) - 1, node.end_lineno)
            for node in found[at : at + 2]
        ]
        return "".join([*lines[:a], *lines[c:d], *lines[b:c], *lines[a:b], *lines[d:]])


def _flake8(path: str, text: str, cache: str) -> tuple[list[object], float]:
    """What a process of its own says of a file, and its processor time in seconds."""
    os.environ["FASTAPI_REVIEW_CACHE_DIR"] = cache
    tree = ast.parse(text)
    found: list[object] = []
    moment = time.process_time()
    found += plugins.Run().review(path, text, tree)
    spent = time.process_time() - moment
    close_all()
    return found, spent


def _buffers(files: list[str], kept: str, edit: Edit, chance: random.Random, edits: int) -> int:
    """Status 1 at the first difference between a text in an editor and the same text on the disk."""
    os.environ["FASTAPI_REVIEW_CACHE_DIR"] = kept
    costs: list[float] = []
    while len(costs) < edits:
        path = chance.choice(files)
        with open(path, "rb") as stream:
            content = stream.read()
        made, text = "", content.decode("utf-8", "surrogateescape").replace("\r\n", "\n")
        for _ in range(chance.choice((1, 1, 1, 2, 4))):
            changed = edit.made(text)
            if changed is not None:
                made, text = f"{made} {changed[0]}", changed[1]
        try:
            ast.parse(text)
        except (SyntaxError, ValueError):
            continue
        if not made:
            continue
        found, spent = _flake8(path, text, kept)
        try:
            with open(path, "w", encoding="utf-8", errors="surrogateescape", newline="") as target:
                target.write(text)
            anew, cold = _flake8(path, text, "")
        finally:
            with open(path, "wb") as target:
                target.write(content)
        costs.append(spent)
        print(f"{len(costs):4} {spent:6.2f} s of {cold:6.2f}, {len(anew):3} findings:{made} {path}", flush=True)
        if found != anew or any("internal error" in str(each) for each in anew):
            for each in found:
                if each not in anew:
                    print("only kept:", each)
            for each in anew:
                if each not in found:
                    print("only anew:", each)
            return 1
    costs.sort()
    print(f"median {costs[len(costs) // 2]:.2f} s, mean {sum(costs) / len(costs):.2f} s, most {costs[-1]:.2f} s")
    return 0


def _told(found: engine.Review) -> list[object]:
    return [*found.findings, "suppressed", *found.suppressed, *found.skipped, *found.problems]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("app")
    parser.add_argument("--edits", type=int, default=20)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--jobs", type=int, default=1)
    parser.add_argument("--buffers", action="store_true", help="of texts that are not saved")
    parser.add_argument("--each", type=int, default=1, help="so many edits before each comparison")
    options = parser.parse_args()
    chance = random.Random(options.seed)
    edit = Edit(chance)
    counted = {"all": 0}
    one = engine._Run.one

    def counting(self: engine._Run, task: engine._Task) -> engine._Outcome:
        counted["all"] += 1
        return one(self, task)

    engine._Run.one = counting  # type: ignore[method-assign]
    with tempfile.TemporaryDirectory() as folder:
        root = os.path.join(folder, "app")
        shutil.copytree(options.app, root, ignore=_SKIPPED)
        os.chdir(root)
        kept = os.path.join(folder, "kept")
        files = [os.path.join(where, name) for where, _, names in os.walk(root) for name in names]
        files = sorted(path for path in files if path.endswith(".py") and "/migrations/versions/" not in path)
        before: dict[str, bytes] = {}

        def run(cache: str, jobs: int = 1) -> tuple[engine.Review, float, int]:
            counted["all"] = 0
            moment = time.process_time()
            found = engine.review([root], root=root, cache_dir=cache, jobs=jobs)
            return found, time.process_time() - moment, counted["all"]

        _, spent, _ = run(kept)
        print(f"first run {spent:.2f} s, {len(files)} files to edit", flush=True)
        if options.buffers:
            return _buffers(files, kept, edit, chance, options.edits)
        made = 0
        costs = []
        while made < options.edits:
            done: list[str] = []
            while len(done) < options.each:
                path = chance.choice(files)
                with open(path, "rb") as stream:
                    content = stream.read()
                if path in before and chance.random() < 0.5:
                    changed: tuple[str, bytes] | None = ("back", before.pop(path))
                else:
                    text = edit.made(content.decode("utf-8", "surrogateescape"))
                    changed = None if text is None else (text[0], text[1].encode("utf-8", "surrogateescape"))
                if changed is None:
                    continue
                if changed[0] != "back":
                    before.setdefault(path, content)
                with open(path, "wb") as target:
                    target.write(changed[1])
                done.append(f"{changed[0]} {os.path.relpath(path, root)}")
            made += len(done)
            again, spent, number = run(kept, options.jobs)
            anew, cold, _ = run("")
            costs.append(spent)
            print(f"{made:4} {spent:6.2f} s of {cold:6.2f}, {number:4} files: {'; '.join(done)}", flush=True)
            if _told(again) != _told(anew):
                old, new = _told(again), _told(anew)
                for each in old:
                    if each not in new:
                        print("only kept:", each)
                for each in new:
                    if each not in old:
                        print("only anew:", each)
                return 1
        costs.sort()
        print(f"median {costs[len(costs) // 2]:.2f} s, mean {sum(costs) / len(costs):.2f} s, most {costs[-1]:.2f} s")
    return 0


if __name__ == "__main__":
    sys.exit(main())
