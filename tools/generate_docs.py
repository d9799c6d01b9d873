"""Writes what the documentation says of each rule: docs/rules/FARnnn.md and the table in README.md.

python tools/generate_docs.py            write
python tools/generate_docs.py --check    write nothing; exit status 1 if something would change
"""

from __future__ import annotations

import sys
from pathlib import Path

from flake8_fastapi_review.report import page

ROOT = Path(__file__).resolve().parent.parent
START = "<!-- rules: written by tools/generate_docs.py -->"
END = "<!-- end of rules -->"


def documents() -> dict[Path, str]:
    """File → what it has to hold."""
    pages = page.every()
    found = {ROOT / "docs" / "rules" / f"{each.code}.md": page.as_markdown(each) for each in pages}
    found[ROOT / "docs" / "rules" / "README.md"] = f"# Rules\n\n{page.table(pages, link='')}"
    readme = ROOT / "README.md"
    found[readme] = _with_table(readme.read_text(encoding="utf-8"), page.table(pages))
    return found


def stale() -> list[Path]:
    """The files that do not hold what they have to, and pages of rules that are no more."""
    wanted = documents()
    wrong = [path for path, text in wanted.items() if not path.exists() or path.read_text(encoding="utf-8") != text]
    return sorted([*wrong, *(path for path in (ROOT / "docs" / "rules").glob("*.md") if path not in wanted)])


def write() -> None:
    """Make every file hold what it has to."""
    wanted = documents()
    for path in stale():
        if path in wanted:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(wanted[path], encoding="utf-8")
        else:
            path.unlink()


def _with_table(readme: str, table: str) -> str:
    before, start, rest = readme.partition(START)
    _, end, after = rest.partition(END)
    if not start or not end:
        raise SystemExit(f"README.md lacks the lines {START} and {END}")
    return f"{before}{START}\n\n{table}\n{END}{after}"


def main() -> int:
    """The command."""
    if "--check" not in sys.argv[1:]:
        write()
        return 0
    wrong = stale()
    for path in wrong:
        print(f"{path.relative_to(ROOT)} is stale: run python tools/generate_docs.py", file=sys.stderr)
    return bool(wrong)


if __name__ == "__main__":
    sys.exit(main())
