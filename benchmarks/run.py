"""Measures speed and memory on a source tree, as ratios within one run.

    python benchmarks/run.py a SOURCE           flake8 with our plugins and with others, against flake8 alone
    python benchmarks/run.py b SOURCE           fastapi-review, ruff and bandit, against parsing every file
    python benchmarks/run.py c SOURCE           again, with nothing changed and with one file changed
    python benchmarks/run.py d SOURCE           one file through flake8, as an editor does it
    python benchmarks/run.py e SOURCE SOURCE…   time a line, memory and size of the index on trees of several sizes
    python benchmarks/run.py ladder SOURCE      what a review without an index costs, layer by layer
    python benchmarks/run.py families SOURCE    what each family of rules adds to a review without an index

The peers are installed into environments of their own below build/benchmarks. Linux only (memory files, wait4).
"""

from __future__ import annotations

import argparse
import ast
import json
import os
import platform
import shutil
import sys
import tempfile
import time
from pathlib import Path
from statistics import median

from environments import Environment, versions
from measure import Variant, difference, in_turns, ratio, run, table

PARSE = """
import ast, gc, os, sys, time, warnings
gc.disable()
warnings.simplefilter("ignore")
files = lines = 0
start = time.process_time()
for folder, folders, names in os.walk(sys.argv[1]):
    folders[:] = [name for name in folders if not name.startswith(".")]
    for name in names:
        if name.endswith(".py"):
            with open(os.path.join(folder, name), "rb") as stream:
                text = stream.read()
            files += 1
            lines += text.count(b"\\n")
            try:
                ast.parse(text)
            except (SyntaxError, ValueError):
                pass
print(time.process_time() - start, files, lines)
"""
IMPORTS = """
import time
import flake8.main.application, flake8.plugins.finder, flake8.style_guide, flake8.checker
import pycodestyle, pyflakes.checker, mccabe
start = time.perf_counter()
import flake8_fastapi_review.plugins
print((time.perf_counter() - start) * 1000)
"""
NO_CACHE = {"FASTAPI_REVIEW_CACHE_DIR": ""}
LADDER = (
    ("names, types, single files", "FAR01,FAR02,FAR12,FAR13,FAR18,FAR19,FAR20,FAR21"),
    ("what blocks the loop, and who calls it", "FAR00"),
    ("models", "FAR10,FAR11,FAR22"),
    ("the assembled application", "FAR05,FAR08,FAR09,FAR14,FAR15"),
    ("the database, without what is loaded when it is read", "FAR06,FAR07,FAR16,FAR17"),
    ("what is loaded when it is read", "FAR070"),
    ("untrusted input: all rules that are on", "FAR03,FAR04,FAR156"),
)
"""Layers of the model, and the rules that ask for no later one; each step has the rules of those before it, too."""
COLD = ("check", ".", "--format", "json", "--jobs", "1", "--no-cache")
FAMILIES = {
    **{name: name for name in (f"FAR{number:02}" for number in range(23)) if name not in ("FAR03", "FAR04")},
    "FAR03, FAR04": "FAR03,FAR04,FAR156",
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=["a", "b", "c", "d", "e", "ladder", "families"])
    parser.add_argument("sources", metavar="SOURCE", type=Path, nargs="+")
    parser.add_argument("--runs", type=int, help="counted runs of each command")
    parser.add_argument("--file", help="c, d: relative to SOURCE (default: FastAPI code of about 420 lines)")
    options = parser.parse_args()
    sources = [source.resolve() for source in options.sources]
    for source in sources:
        if not source.is_dir():
            parser.error(f"{source} is no folder")
    with tempfile.TemporaryDirectory(prefix="fastapi-review-benchmark-") as scratch:
        cache = Path(scratch) / "cache"
        match options.what:
            case "a":
                whole_suite(sources[0], cache, options.runs or 3)
            case "b":
                cold(sources[0], cache, options.runs or 3)
            case "c":
                again(sources[0], cache, options.runs or 7, options.file)
            case "d":
                editor(sources[0], cache, options.runs or 15, options.file)
            case "ladder":
                ladder(sources[0], options.runs or 3)
            case "families":
                families(sources[0], options.runs or 3)
            case _:
                growth(sources, cache, options.runs or 3)


def whole_suite(source: Path, cache: Path, runs: int) -> None:
    """(a) flake8 over a tree, in one process."""
    bare, ours = Environment("bare", "flake8"), Environment("ours", "flake8", own=True)
    bugbear, tools = Environment("bugbear", "flake8", "flake8-bugbear"), Environment("tools", "ruff", "bandit")
    flake8 = ["-j1", "--isolated", "--exit-zero", "."]
    variants = [
        Variant("flake8", [bare.command("flake8"), *flake8], {}, source),
        Variant("+ ours, warm", [ours.command("flake8"), *flake8], {"FASTAPI_REVIEW_CACHE_DIR": str(cache)}, source),
        Variant("+ ours, no cache", [ours.command("flake8"), *flake8], NO_CACHE, source),
        Variant("+ flake8-bugbear", [bugbear.command("flake8"), *flake8], {}, source),
        Variant("bandit alone", [tools.command("bandit"), "-q", "-r", "."], {}, source),
    ]
    print(_about(source, tools, bugbear))
    found = in_turns(variants, runs)
    unit = [usage.cpu for usage in found["flake8"]]
    rows = []
    for name, usages in found.items():
        cpu = [usage.cpu for usage in usages]
        rows.append([name, f"{median(cpu):.2f}", f"{ratio(cpu, unit):.3f}", f"{median(u.peak for u in usages):.0f}"])
    print(table(["command", "cpu s", "x flake8", "peak MB"], rows))


def cold(source: Path, cache: Path, runs: int) -> None:
    """(b) A review of a tree that was never reviewed before."""
    ours, tools = Environment("ours", "flake8", own=True), Environment("tools", "ruff", "bandit")
    check = [ours.command("fastapi-review"), "check", ".", "--format", "concise"]

    def forget() -> None:
        shutil.rmtree(cache, ignore_errors=True)

    ruff = [tools.command("ruff"), "check", "--isolated", "--no-cache", "--exit-zero", "--quiet", "--select"]
    variants = [
        Variant("ast.parse", [sys.executable, "-c", PARSE, "."], {}, source),
        Variant("ours, empty cache", [*check, "-j1", "--cache-dir", str(cache)], {}, source, before=forget),
        Variant("ours, empty cache, 2 jobs", [*check, "-j2", "--cache-dir", str(cache)], {}, source, before=forget),
        Variant("ours, no cache", [*check, "-j1", "--no-cache"], {}, source),
        Variant("ours, nothing changed", [*check, "-j1", "--cache-dir", f"{cache}-warm"], {}, source),
        Variant("ruff F,B,S,ASYNC,FAST", [*ruff, "F,B,S,ASYNC,FAST", "."], {}, source),
        Variant("ruff ALL", [*ruff, "ALL", "."], {}, source),
        Variant("bandit", [tools.command("bandit"), "-q", "-r", "."], {}, source),
    ]
    print(_about(source, tools))
    found = in_turns(variants, runs)
    unit = [float(usage.output.split()[0]) for usage in found["ast.parse"]]
    rows = []
    for name, usages in found.items():
        cpu = unit if name == "ast.parse" else [usage.cpu for usage in usages]
        wall = unit if name == "ast.parse" else [usage.wall for usage in usages]
        row = [name, f"{median(cpu):.2f}", f"{ratio(cpu, unit):.2f}", f"{median(wall):.2f}", f"{ratio(wall, unit):.2f}"]
        rows.append([*row, f"{median(usage.peak for usage in usages):.0f}"])
    print(table(["command", "cpu s", "x ast.parse", "wall s", "x ast.parse", "peak MB"], rows))


def again(source: Path, cache: Path, runs: int, file: str | None) -> None:
    """(c) A tree that was reviewed before: nothing has changed since, or one file has, which is the typical one."""
    ours, tools = Environment("ours", "flake8", own=True), Environment("tools", "ruff", "bandit")
    tree = cache.parent / "tree"
    shutil.copytree(source, tree, symlinks=True, ignore=shutil.ignore_patterns(".fastapi-review-cache"))
    changing = tree / (file or _typical(tree))
    # Stamps of the copy have to settle before they are trusted.
    time.sleep(3)

    leaf = _leaf(tree)

    def change() -> None:
        with changing.open("a", encoding="utf-8") as stream:
            stream.write("# changed\n")

    def change_leaf() -> None:
        with leaf.open("a", encoding="utf-8") as stream:
            stream.write("# changed\n")

    check = [ours.command("fastapi-review"), "check", ".", "--format", "concise", "-j1", "--cache-dir"]
    ruff = [tools.command("ruff"), "check", "--isolated", "--exit-zero", "--quiet", "--select", "ALL", "."]
    variants = [
        Variant("python, click imported", [ours.command("fastapi-review"), "--version"], {}, tree),
        Variant("ours, nothing changed", [*check, f"{cache}-same"], {}, source),
        Variant("ours, one file changed", [*check, f"{cache}-changed"], {}, tree, before=change),
        Variant("ours, a leaf changed", [*check, f"{cache}-changed"], {}, tree, before=change_leaf),
        Variant("ruff ALL, nothing changed", ruff, {"RUFF_CACHE_DIR": f"{cache}-ruff"}, source),
    ]
    print(_about(source, tools))
    print(f"file: {changing.relative_to(tree)}, leaf: {leaf.relative_to(tree)}")
    rows = []
    for name, usages in in_turns(variants, runs).items():
        cpu, wall = median(usage.cpu for usage in usages), median(usage.wall for usage in usages)
        rows.append([name, f"{cpu * 1000:.0f}", f"{wall * 1000:.0f}", f"{median(u.peak for u in usages):.0f}"])
    print(table(["command", "cpu ms", "wall ms", "peak MB"], rows))


def editor(source: Path, cache: Path, runs: int, file: str | None) -> None:
    """(d) One file on the standard input of flake8, the index being there."""
    bare, ours = Environment("bare", "flake8"), Environment("ours", "flake8", own=True)
    bugbear = Environment("bugbear", "flake8", "flake8-bugbear")
    name = file or _typical(source)
    text = (source / name).read_bytes()
    edited = _edited(text)
    flake8 = ["--isolated", "--exit-zero", "--stdin-display-name", name, "-"]
    kept = {"FASTAPI_REVIEW_CACHE_DIR": str(cache)}
    variants = [
        Variant("flake8", [bare.command("flake8"), *flake8], {}, source, text),
        Variant("+ ours, warm", [ours.command("flake8"), *flake8], kept, source, text),
        Variant("+ ours, warm, one line more", [ours.command("flake8"), *flake8], kept, source, edited),
        Variant("+ ours, no cache", [ours.command("flake8"), *flake8], NO_CACHE, source, text),
        Variant("+ flake8-bugbear", [bugbear.command("flake8"), *flake8], {}, source, text),
    ]
    print(_about(source, bugbear))
    print(f"file: {name}, {text.count(10)} lines")
    found = in_turns(variants, runs)
    unit = found["flake8"]
    rows = []
    for label, usages in found.items():
        cpu = difference([u.cpu for u in usages], [u.cpu for u in unit]) * 1000
        wall = difference([u.wall for u in usages], [u.wall for u in unit]) * 1000
        row = [label, f"{median(u.cpu for u in usages) * 1000:.0f}", f"{cpu:+.0f}"]
        rows.append([*row, f"{median(u.wall for u in usages) * 1000:.0f}", f"{wall:+.0f}"])
    print(table(["command", "cpu ms", "over flake8", "wall ms", "over flake8"], rows))
    imports = Variant("imports", [ours.command("python"), "-c", IMPORTS])
    costs = [float(usage.output) for usage in in_turns([imports], runs)["imports"]]
    print(f"import of our plugins inside a loaded flake8: {median(costs):.1f} ms")


def growth(sources: list[Path], cache: Path, runs: int) -> None:
    """(e) The cost of a line, and the memory, as trees grow."""
    ours = Environment("ours", "flake8", own=True)
    print(f"{platform.python_implementation()} {platform.python_version()}")
    rows = []
    for source in sources:
        parse = Variant("ast.parse", [sys.executable, "-c", PARSE, "."], {}, source)
        files, lines = map(int, run(parse).output.split()[1:])
        command = [
            ours.command("fastapi-review"),
            "check",
            ".",
            "--format",
            "json",
            "--jobs",
            "1",
            "--cache-dir",
            str(cache),
        ]
        check = Variant("check", command, {}, source, before=lambda: shutil.rmtree(cache, ignore_errors=True))
        usages = in_turns([check], runs)["check"]
        size = sum(entry.stat().st_size for entry in cache.rglob("*") if entry.is_file())
        reviewed = json.loads(usages[-1].output)["files"]
        row = [source.name, str(files), str(lines), f"{median(u.cpu for u in usages) / lines * 1e6:.1f}"]
        row += [f"{median(u.peak for u in usages):.0f}", f"{size / max(files, 1):.0f}"]
        rows.append([*row, f"{len(reviewed['reviewed'])} / {len(reviewed['skipped'])}"])
    print(table(["tree", "files", "lines", "us a line", "peak MB", "index bytes a file", "reviewed / skipped"], rows))


def ladder(source: Path, runs: int) -> None:
    """The layers that a review consists of: the cost of the rules up to each."""
    ours = Environment("ours", "flake8", own=True)
    variants = [Variant("ast.parse", [sys.executable, "-c", PARSE, "."], {}, source)]
    check = [ours.command("fastapi-review"), *COLD]
    variants.append(Variant("reading, syntax", [*check, "--select", "FAR000"], {}, source))
    variants.append(Variant("+ trees, one rule on constants", [*check, "--select", "FAR020"], {}, source))
    for step, (name, _) in enumerate(LADDER, 1):
        later = ",".join(codes for _, codes in LADDER[step:])
        variants.append(Variant(f"+ {name}", [*check, *(["--ignore", later] if later else [])], {}, source))
    print(_about(source))
    found = in_turns(variants, runs)
    unit = min(float(usage.output.split()[0]) for usage in found["ast.parse"])
    rows, before = [], 0.0
    for name, usages in found.items():
        cpu = unit if name == "ast.parse" else min(usage.cpu for usage in usages)
        rows.append(
            [name, f"{cpu:.2f}", f"{cpu / unit:.1f}", "" if name == "ast.parse" else f"{(cpu - before) / unit:+.1f}"]
        )
        before = 0.0 if name == "ast.parse" else cpu
    print(table(["layers", "cpu s", "x ast.parse", "adds"], rows))


def families(source: Path, runs: int) -> None:
    """What a review saves that leaves a family out; what several need is saved by none."""
    ours = Environment("ours", "flake8", own=True)
    check = [ours.command("fastapi-review"), *COLD]
    variants = [Variant("all", check, {}, source)]
    variants += [Variant(name, [*check, "--ignore", codes], {}, source) for name, codes in FAMILIES.items()]
    print(_about(source))
    found = in_turns(variants, runs, warm_up=False)
    whole = min(usage.cpu for usage in found.pop("all"))
    rows = [["all", f"{whole:.2f}", ""]]
    for name, usages in found.items():
        cpu = min(usage.cpu for usage in usages)
        rows.append([f"without {name}", f"{cpu:.2f}", f"{100 * (whole - cpu) / cpu:+.1f} %"])
    print(table(["rules", "cpu s", "the family adds"], rows))


def _about(source: Path, *environments: Environment) -> str:
    parsed = run(Variant("ast.parse", [sys.executable, "-c", PARSE, "."], {}, source)).output.split()
    known = [f"CPython {platform.python_version()}", f"{os.cpu_count()} processors", *map(versions, environments)]
    return f"{source.name}: {int(parsed[1])} files, {int(parsed[2])} lines; {', '.join(known)}"


def _edited(text: bytes) -> bytes:
    """As while somebody types: a line more at the end of the function in the middle of a file."""
    lines = text.decode().split("\n")
    functions = [
        node for node in ast.walk(ast.parse(text)) if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef))
    ]
    if functions:
        last = functions[len(functions) // 2].body[-1]
        lines.insert(last.lineno - 1, " " * last.col_offset + "number = 1")
    return "\n".join(lines).encode()


def _leaf(tree: Path) -> Path:
    """The largest file whose name no other file holds."""
    texts = {path: path.read_text("utf-8", "replace") for path in sorted(tree.rglob("*.py"))}
    named = [
        path
        for path in texts
        if "def " in texts[path] and not any(path.stem in text for other, text in texts.items() if other != path)
    ]
    return max(named, key=lambda path: len(texts[path]), default=next(iter(texts)))


def _typical(source: Path) -> str:
    """The file with FastAPI code whose length is nearest to 420 lines."""
    found = []
    for path in sorted(source.rglob("*.py")):
        text = path.read_bytes()
        if b"from fastapi" in text and b"async def" in text:
            found.append((abs(text.count(b"\n") - 420), path.relative_to(source).as_posix()))
    if not found:
        sys.exit(f"there is no FastAPI code in {source}; name a file with --file")
    return min(found)[1]


if __name__ == "__main__":
    main()
