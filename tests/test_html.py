"""The HTML report: one file that loads nothing; what it does is tried in a real browser, where there is one."""

from __future__ import annotations

import re
import shutil
import subprocess
from html.parser import HTMLParser
from pathlib import Path

import pytest
from test_change import FAST, repository
from test_cli import BARE, CHAIN, lay, run
from test_formats import FIXED, RELATED, report
from test_report import a_finding

from flake8_fastapi_review.report import html
from flake8_fastapi_review.report.finding import Place
from flake8_fastapi_review.rule import Severity

BROWSER = next(
    (found for name in ("chromium", "chromium-browser", "google-chrome") if (found := shutil.which(name))), ""
)
browser = pytest.mark.skipif(not BROWSER, reason="no Chromium on this machine (apt-get install chromium)")

SETTINGS = '[tool.fastapi-review]\nselect = ["FAR001", "FAR012", "FAR013"]\n'


class Parsed(HTMLParser):
    """Checks that elements nest, and collects what a browser would fetch."""

    VOID = ("meta", "input", "br", "link", "img")

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.fetched: list[str] = []
        self.articles: list[dict[str, str | None]] = []
        self.feed(text)
        assert not self.open

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = dict(attrs)
        if tag not in self.VOID:
            self.open.append(tag)
        self.fetched += [str(values[key]) for key in ("src", "srcset", "data", "action") if key in values]
        if tag in ("link", "script", "iframe", "object") and "href" in values:
            self.fetched.append(str(values["href"]))
        if tag == "article":
            self.articles.append(values)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def test_it_is_one_file_that_loads_nothing() -> None:
    text = html.render(
        report(a_finding(related=RELATED, fix=FIXED), a_finding(code="FAR050", rule="unauthenticated-route"))
    )
    page = Parsed(text)
    assert page.fetched == []
    assert [each["data-family"] for each in page.articles] == ["FAR05", "FAR00"]
    assert "default-src 'none'" in text
    assert not re.search(r"url\(|@import|fetch\(|XMLHttp|import\(", html.STYLE + html.SCRIPT)
    assert html.render(report()) == html.render(report()), "the same twice"
    for part in ("<b>Chain</b>", 'class="old"', 'class="new"', "Risk:"):
        assert part in text


def test_nothing_in_the_code_becomes_markup() -> None:
    evil = ("<script>alert(1)</script>", "&amp; \u202e", "z")
    found = a_finding(message="</p><script>`<b>`", file='a"><img src=x>.py', place=Place(1, 1, 2, 1), rule="<i>")
    text = html.render(report(found)._replace(lines=lambda file: evil))
    page = Parsed(text)
    assert page.fetched == []
    assert text.count("<script>") == 1, "our own"
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in text
    assert "&amp;amp; \\u202e" in text


def test_secrets_stay_veiled() -> None:
    made = report(a_finding(code="FAR020", rule="hardcoded-secret", place=Place(1, 7, 1, 21)))
    assert "4242" not in html.render(made._replace(lines=lambda file: ('KEY = "sk_live_4242"',)))


def written(folder: Path, *arguments: str) -> str:
    run(*arguments, "-o", "html=report.html", cwd=folder)
    return (folder / "report.html").read_text("utf-8")


def test_check_and_review_write_it_with_the_map_of_routes(tmp_path: Path) -> None:
    lay(tmp_path, {**CHAIN, "pyproject.toml": SETTINGS})
    text = written(tmp_path, "check")
    Parsed(text)
    assert 'id="routes"><h2>Routes (1)</h2>' in text
    assert re.search(r'<span class="method">GET</span> <code>/\w*</code>.*<a class="dot critical" href="#f0"', text)
    folder = repository(tmp_path / "repo", FAST)
    lay(folder, {"app/client.py": CHAIN["app/client.py"], "app/new.py": BARE})
    text = written(folder, "review")
    Parsed(text)
    assert "Caused elsewhere by the change" in text
    assert "Routes (1)" in text


# In a browser


def shown(folder: Path, text: str, address: str = "", click: str = "") -> tuple[set[str], str]:
    """The ids of the findings that a browser shows, and the line that counts them; `click`: a script run after ours."""
    (folder / "page.html").write_text(text.replace("</body>", f"<script>{click}</script></body>"), "utf-8")
    url = (folder / "page.html").as_uri() + address
    command = [BROWSER, "--headless", "--no-sandbox", "--disable-gpu", f"--user-data-dir={folder / 'profile'}"]
    done = subprocess.run(
        [*command, "--virtual-time-budget=2000", "--dump-dom", url], capture_output=True, timeout=120, check=True
    )
    page = Parsed(done.stdout.decode())
    count = re.search(r'<output id="shown">(.*?)</output>', done.stdout.decode())
    assert count is not None
    return {str(each["id"]) for each in page.articles if "hidden" not in each}, count[1]


@browser
@pytest.mark.slow
def test_filters_work(tmp_path: Path) -> None:
    text = html.render(
        report(
            a_finding(file="a.py"),
            a_finding(
                code="FAR050", rule="unauthenticated-route", file="b.py", severity=Severity.WARNING, cvss_score=9.1
            ),
            a_finding(
                code="FAR012", rule="bare-except", file="a.py", severity=Severity.SUGGESTION, message="odd words"
            ),
        )
    )
    assert shown(tmp_path, text) == ({"f0", "f1", "f2"}, "3 of 3 findings")
    assert shown(tmp_path, text, "#severity=critical") == ({"f0"}, "1 of 3 findings")
    assert shown(tmp_path, text, "#family=FAR05")[0] == {"f1"}
    assert shown(tmp_path, text, "#file=a.py")[0] == {"f0", "f2"}
    assert shown(tmp_path, text, "#file=a.py&severity=minor,important")[0] == {"f2"}
    assert shown(tmp_path, text, "#text=ODD+words")[0] == {"f2"}
    click = "document.querySelector('[name=severity][value=critical]').click()"
    assert shown(tmp_path, text, click=click) == ({"f1", "f2"}, "2 of 3 findings")
    choose = (
        "var s = document.querySelector('[name=family]'); s.value = 'FAR00';"
        "s.dispatchEvent(new Event('input', {bubbles: true}));"
    )
    assert shown(tmp_path, text, click=choose)[0] == {"f0"}


@browser
@pytest.mark.slow
def test_a_browser_finds_nothing_to_complain_of(tmp_path: Path) -> None:
    """No script error, nothing blocked by the page's own policy: either would be logged."""
    lay(tmp_path, {**CHAIN, "pyproject.toml": SETTINGS, "app/bad.py": BARE})
    (tmp_path / "page.html").write_text(written(tmp_path, "check"), "utf-8")
    command = [BROWSER, "--headless", "--no-sandbox", "--disable-gpu", f"--user-data-dir={tmp_path / 'profile'}"]
    done = subprocess.run(
        [*command, "--enable-logging=stderr", "--v=0", "--dump-dom", (tmp_path / "page.html").as_uri()],
        capture_output=True,
        timeout=120,
        check=True,
    )
    assert [line for line in done.stderr.decode().splitlines() if "CONSOLE" in line] == []
    assert done.stdout.decode().count("<article") == 2
