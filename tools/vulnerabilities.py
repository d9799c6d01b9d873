"""Reviews the vulnerable and the fixed versions of published advisories; prints a table of what was found where.

    python tools/vulnerabilities.py FOLDER [NAME…] [--cache FOLDER]

FOLDER is one with `lay` (fetches sources), `cases.jsonl` (the places) and `score` (counts). Sources are laid once
into the cache folder, the findings of security rules are written there too. Exit status 1 if a look-alike or a fixed
place is reported.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
from collections import defaultdict
from pathlib import Path
from typing import Any

from flake8_fastapi_review import config as configuration
from flake8_fastapi_review import registry
from flake8_fastapi_review.project import Project
from flake8_fastapi_review.review import review_file

ROOT = Path(__file__).resolve().parent.parent
NEAR = 3
AUTHORISATION = {"CWE-306", "CWE-639", "CWE-862", "CWE-915", "CWE-347"}
WORDS = {True: "yes", False: "no"}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("names", nargs="*", help="only sources whose name holds one of these")
    parser.add_argument("--cache", type=Path, default=ROOT / "build" / "vulnerabilities")
    args = parser.parse_args()
    lines = (args.folder / "cases.jsonl").read_text("utf-8").splitlines()
    cases = [json.loads(line) for line in lines]
    sources = sorted({case[key] for case in cases for key in ("source", "fixed_source") if case.get(key)})
    sources = [source for source in sources if not args.names or any(name in source for name in args.names)]
    args.cache.mkdir(parents=True, exist_ok=True)
    missing = [source for source in sources if not (args.cache / source.replace("/", "+")).is_dir()]
    if missing:
        subprocess.run([sys.executable, str(args.folder / "lay"), str(args.cache), *missing], check=False)
    wanted = {cwe for case in cases for cwe in (case["cwe"], *case.get("cwe_also", []))}
    findings: list[dict[str, Any]] = []
    for source in sources:
        folder = args.cache / source.replace("/", "+")
        findings += reviewed(source, folder, wanted, files_of(source, cases)) if folder.is_dir() else []
    target = args.cache / "findings.jsonl"
    target.write_text("".join(json.dumps(each) + "\n" for each in findings), "utf-8")
    print(as_markdown([case for case in cases if case["source"] in sources], findings))
    counted = [sys.executable, str(args.folder / "score"), str(target), "--misses"]
    report = subprocess.run(counted, check=True, capture_output=True, text=True).stdout
    print(report)
    return 0 if report.count(": 0 of ") == 2 or args.names else 1


def files_of(source: str, cases: list[dict[str, Any]]) -> list[str]:
    """The files of a source at which something is expected or not."""
    found: set[str] = set()
    for case in cases:
        if case["source"] == source:
            found |= {case["file"], *(place["file"] for place in case.get("also_at", []))}
            found |= {case[key] for key in ("entry_file",) if case.get(key)}
        if case.get("fixed_source") == source and case.get("fixed_file"):
            found.add(case["fixed_file"])
    return sorted(found)


def reviewed(source: str, folder: Path, wanted: set[str], paths: list[str]) -> list[dict[str, Any]]:
    """The findings in some files, of all rules that stand for one of some weaknesses, off by default or not."""
    config = configuration.Config(str(folder.resolve()))
    weaknesses = {row.code: row.cwe for row in registry.rows() if f"CWE-{row.cwe}" in wanted}
    selection = registry.select(config, sorted(weaknesses))
    project = Project(config.root, config)
    found = []
    for relative in (path for path in paths if (folder / path).is_file()):
        file = project.file(relative)
        for violation in review_file(file, selection):
            if violation.code in weaknesses:
                place = {"source": source, "file": relative, "line": violation.range.line}
                found.append({**place, "cwe": f"CWE-{weaknesses[violation.code]}", "code": violation.code})
        project.close(relative)
    print(f"{source}: {len(found)}", file=sys.stderr, flush=True)
    return found


def hits(case: dict[str, Any], findings: list[dict[str, Any]]) -> list[str]:
    """The rules that report a case at its place."""
    at = [(case["file"], case["line"]), *((place["file"], place["line"]) for place in case.get("also_at", []))]
    if "entry_line" in case:
        at.append((case["entry_file"], case["entry_line"]))
    if case["cwe"] in AUTHORISATION and case.get("def_line"):
        at.append((case["file"], case["def_line"]))
    wanted = {case["cwe"], *case.get("cwe_also", [])}
    tolerance = case.get("tolerance", NEAR)
    return near(findings, case["source"], at, wanted, tolerance)


def near(
    findings: list[dict[str, Any]], source: str, at: list[tuple[str, int]], wanted: set[str], tolerance: int
) -> list[str]:
    found = {
        each["code"]
        for each in findings
        for file, line in at
        if each["source"] == source
        and each["cwe"] in wanted
        and each["file"] == file
        and abs(each["line"] - line) <= tolerance
    }
    return sorted(found)


def after_the_fix(case: dict[str, Any], findings: list[dict[str, Any]]) -> str:
    """Whether the fixed version is silent at the place."""
    match case.get("fixed_expect"):
        case "silent" if "fixed_line" in case:
            at = [(case["fixed_file"], case["fixed_line"])]
            return WORDS[not near(findings, case["fixed_source"], at, {case["cwe"]}, NEAR)]
        case "still":
            return "guarded elsewhere"
        case "gone":
            return "code removed"
    return ""


def as_markdown(cases: list[dict[str, Any]], findings: list[dict[str, Any]]) -> str:
    lines = [
        "| package | weakness | place | route | reported by | fixed version silent |",
        "|---|---|---|---|---|---|",
    ]
    by_source: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for each in findings:
        by_source[each["source"]].append(each)
    for case in cases:
        if case["expect"] == "silent":
            continue
        own = by_source[case["source"]] + by_source[case.get("fixed_source") or ""]
        codes = ", ".join(hits(case, own)) or ("—" if case["expect"] == "finding" else "(optional) —")
        advisory = f"{case['cwe']}, {case['advisory']}" if case.get("advisory") else case["cwe"]
        place = f"`{case['file']}:{case['line']}`"
        route = "`{}`".format(case["route"].replace("|", ", ")) if case.get("route") else ""
        lines.append(f"| {case['source']} | {advisory} | {place} | {route} | {codes} | {after_the_fix(case, own)} |")
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    sys.exit(main())
