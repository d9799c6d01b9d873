"""The example has the findings that its comments say, no other, and is an application that runs."""

from __future__ import annotations

import importlib.util
import json
import os
import re
import subprocess
import sys
import time
import urllib.error
import urllib.parse
import urllib.request
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from cases import OF_CHANGES, Expected, Found, differences, expectations, python_files, run

from flake8_fastapi_review import registry
from flake8_fastapi_review.project.cache import DATABASE
from flake8_fastapi_review.rule import Range, Severity, Violation

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parents[1]
BOOKSHOP = ROOT / "examples" / "bookshop"
OFF = set(
    """
    FAR009 FAR013 FAR041 FAR076 FAR105 FAR128 FAR134
    FAR151 FAR155 FAR160 FAR164 FAR168 FAR208 FAR211 FAR213 FAR214
    FAR219 FAR223
    """.split()
)
"""Codes that are reported only when they are selected; others that are off the example switches on itself."""
ALL = "FAR"
NEEDS = (
    "aiosqlite",
    "bcrypt",
    "email_validator",
    "fastapi",
    "greenlet",
    "httpx",
    "jwt",
    "multipart",
    "PIL",
    "pydantic_settings",
    "requests",
    "uvicorn",
)
"""Modules that the application imports."""
PASSWORD = "correct horse battery"


# The findings


def announced() -> list[Expected]:
    return expectations(BOOKSHOP, python_files(BOOKSHOP))


def by_default() -> list[Expected]:
    return [each for each in announced() if each.code not in OFF]


def review(tmp_path: Path, *arguments: str) -> list[dict[str, Any]]:
    """The findings of the command, as JSON."""
    tool = [sys.executable, "-m", "flake8_fastapi_review.cli"]
    command = [*tool, "check", str(BOOKSHOP), "--format", "json", *arguments]
    environment = {**os.environ, "FASTAPI_REVIEW_CACHE_DIR": str(tmp_path)}
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False, env=environment, cwd=ROOT)
    assert done.returncode == 1, done.stdout + done.stderr
    answer = json.loads(done.stdout)
    assert not answer["files"]["skipped"]
    findings: list[dict[str, Any]] = answer["findings"]
    return findings


def found(findings: list[dict[str, Any]]) -> list[Found]:
    """The findings in the form that they are compared in."""
    return [
        Found(
            Path(each["file"]).relative_to("examples/bookshop").as_posix(),
            Violation(
                each["code"], Severity(each["severity"]), each["message"], Range(each["line"], 0, each["line"], 0)
            ),
        )
        for each in findings
    ]


def test_each_rule_has_its_defect() -> None:
    codes = {row.code for row in registry.rows() if row.default != "cfg"} - OF_CHANGES - {registry.INTERNAL}
    assert sorted(codes - {each.code for each in announced()}) == []


def test_findings_by_default(tmp_path: Path) -> None:
    assert differences(by_default(), found(review(tmp_path))) == []


def test_findings_of_all_rules(tmp_path: Path) -> None:
    assert differences(announced(), found(review(tmp_path, "--select", ALL))) == []


def test_findings_out_of_the_cache(tmp_path: Path) -> None:
    cold = review(tmp_path / "cache")
    assert (tmp_path / "cache" / DATABASE).exists()
    assert review(tmp_path / "cache") == cold


def test_findings_through_flake8(tmp_path: Path) -> None:
    form = "%(path)s\t%(row)d\t%(code)s\t%(text)s"
    command = [sys.executable, "-m", "flake8", "--isolated", "--select", "FAR", "--format", form, "."]
    environment = {**os.environ, "FASTAPI_REVIEW_CACHE_DIR": str(tmp_path)}
    done = subprocess.run(
        command, capture_output=True, text=True, timeout=120, check=False, env=environment, cwd=BOOKSHOP
    )
    assert (done.returncode, done.stderr) == (1, "")
    got = []
    for line in done.stdout.splitlines():
        path, row, code, message = line.split("\t")
        place = Range(int(row), 0, int(row), 0)
        got.append(Found(path.removeprefix("./"), Violation(code, Severity.WARNING, message, place)))
    assert differences(by_default(), got) == []


def test_one_file_at_a_time_finds_the_same() -> None:
    paths = python_files(BOOKSHOP)
    codes = {each.code for each in announced()}
    assert run(BOOKSHOP, paths, codes, alone=True) == run(BOOKSHOP, paths, codes)


def test_a_chain_goes_over_three_modules(tmp_path: Path) -> None:
    chains = [each["related"] for each in review(tmp_path, "--select", "FAR001") if each["related"]]
    files = [[step["file"].removeprefix("examples/bookshop/bookshop/") for step in chain] for chain in chains]
    assert files == [["services/mailer.py", "services/files.py"]]


# The application


class Shop:
    """A client of the running application."""

    def __init__(self, address: str) -> None:
        self.address = address
        self.token: str | None = None

    def ask(self, method: str, path: str, body: object = None, form: dict[str, str] | None = None) -> tuple[int, Any]:
        request = urllib.request.Request(self.address + path, method=method)
        if self.token:
            request.add_header("Authorization", f"Bearer {self.token}")
        if body is not None:
            request.add_header("Content-Type", "application/json")
            request.data = json.dumps(body).encode()
        if form is not None:
            request.data = urllib.parse.urlencode(form).encode()
        try:
            with urllib.request.urlopen(request, timeout=10) as response:
                status, content, kind = response.status, response.read(), response.headers.get_content_type()
        except urllib.error.HTTPError as error:
            status, content, kind = error.code, error.read(), error.headers.get_content_type()
        return status, json.loads(content) if kind == "application/json" and content else content.decode()


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shop]:
    missing = [name for name in NEEDS if importlib.util.find_spec(name) is None]
    if missing:
        pytest.skip(f"the example needs {', '.join(missing)}")
    folder = tmp_path_factory.mktemp("bookshop")
    environment = {
        **os.environ,
        "BOOKSHOP_DATABASE": str(folder / "test.db"),
        "BOOKSHOP_COVERS": str(folder / "covers"),
        "BOOKSHOP_STAFF_EMAILS": '["staff@bookshop.example.com"]',
        "PYTHONDONTWRITEBYTECODE": "1",
        "PYTHONUNBUFFERED": "1",
    }
    log = folder / "log"
    command = [sys.executable, "-m", "uvicorn", "bookshop.main:app", "--port", "0"]
    with log.open("wb") as stream:
        server = subprocess.Popen(command, cwd=BOOKSHOP, env=environment, stdout=stream, stderr=subprocess.STDOUT)
    try:
        yield Shop(address_in(log, server))
    finally:
        server.terminate()
        server.wait(10)


def address_in(log: Path, server: subprocess.Popen[bytes]) -> str:
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline and server.poll() is None:
        if said := re.search(r"running on (http://[\d.:]+)", log.read_text()):
            return said[1]
        time.sleep(0.05)
    raise AssertionError(f"uvicorn did not start: {log.read_text()}")


@pytest.fixture
def visitor(shop: Shop) -> Shop:
    return Shop(shop.address)


@pytest.fixture
def staff(shop: Shop) -> Shop:
    return member(shop, "staff@bookshop.example.com")


@pytest.fixture
def customer(shop: Shop) -> Shop:
    return member(shop, "ada@bookshop.example.com")


def member(shop: Shop, email: str) -> Shop:
    client = Shop(shop.address)
    status, _ = client.ask("POST", "/users", {"email": email, "password": PASSWORD})
    assert status in (201, 409)
    status, answer = client.ask("POST", "/users/login", form={"username": email, "password": PASSWORD})
    assert status == 200
    client.token = answer["access_token"]
    return client


def book(staff: Shop, isbn: str, stock: int = 5) -> int:
    new = {"isbn": isbn, "title": "Notes", "author": "A. Lovelace", "price": "12.50", "stock": stock}
    status, answer = staff.ask("POST", "/books", new)
    assert status == 201, answer
    number: int = answer["id"]
    return number


def test_it_is_up_and_describes_itself(visitor: Shop) -> None:
    assert visitor.ask("GET", "/health") == (200, {"status": "ok"})
    status, schema = visitor.ask("GET", "/openapi.json")
    assert status == 200
    assert len(schema["paths"]) > 15


def test_books_are_added_listed_and_found(staff: Shop, visitor: Shop) -> None:
    number = book(staff, "9780000000011")
    status, books = visitor.ask("GET", "/books?limit=100")
    assert (status, [entry["isbn"] for entry in books].count("9780000000011")) == (200, 1)
    status, found = visitor.ask("GET", f"/books/{number}")
    assert (status, found["author"]["name"], found["price"]) == (200, "A. Lovelace", "12.50")
    assert visitor.ask("GET", "/books/987654")[0] == 404
    assert visitor.ask("GET", f"/books/{number}/cover")[0] == 404
    status, found = staff.ask("PUT", f"/books/{number}/price", {"price": "10.00"})
    assert (status, found["price"]) == (200, "10.00")
    again = {"isbn": "9780000000011", "title": "Notes", "author": "A. Lovelace", "price": "1"}
    assert staff.ask("POST", "/books", again)[0] == 409


def test_partners_are_told_what_there_is(staff: Shop, visitor: Shop) -> None:
    book(staff, "9780000000042", stock=1)
    status, page = visitor.ask("GET", "/partners/v1/offers?limit=100")
    assert (status, page["total"]) == (200, len(page["items"]))
    status, news = visitor.ask("GET", "/partners/v1/news?limit=1")
    assert (status, news[0]["isbn"]) == (200, "9780000000042")
    status, offer = visitor.ask("GET", "/partners/v1/offers/9780000000042")
    assert (status, offer["author"]["name"]) == (200, "A. Lovelace")
    status, author = visitor.ask("GET", "/partners/v1/offers/9780000000042/author")
    assert (status, author) == (200, offer["author"])
    answer = {"isbn": "9780000000042", "available": True}
    assert visitor.ask("GET", "/partners/v1/offers/9780000000042/availability") == (200, answer)
    unknown = [f"/partners/v1/offers/9999999999999{rest}" for rest in ("", "/author", "/availability")]
    assert [visitor.ask("GET", path)[0] for path in unknown] == [404, 404, 404]
    assert visitor.ask("GET", "/partners/terms")[0] == 200


def test_an_isbn_is_checked(visitor: Shop) -> None:
    status, answer = visitor.ask("GET", "/books/isbn/9783161484100")
    assert (status, answer["valid"], answer["expected_digit"]) == (200, True, 0)
    assert visitor.ask("GET", "/books/isbn/12")[0] == 422


def test_what_is_for_staff_is_for_staff(visitor: Shop, customer: Shop, staff: Shop) -> None:
    statuses = [who.ask("GET", "/reports/sales?since=2020-01-01")[0] for who in (visitor, customer, staff)]
    assert statuses == [401, 403, 200]
    visitor.token = "forged"
    assert visitor.ask("GET", "/users/me")[0] == 401


def test_a_user_logs_in(customer: Shop, visitor: Shop) -> None:
    status, me = customer.ask("GET", "/users/me")
    assert (status, me["email"], me["is_staff"]) == (200, "ada@bookshop.example.com", False)
    assert set(me) == {"id", "email", "is_staff", "confirmed_at"}
    wrong = {"username": "ada@bookshop.example.com", "password": "wrong"}
    assert visitor.ask("POST", "/users/login", form=wrong)[0] == 401
    assert visitor.ask("POST", "/users/password-reset", {"email": "nobody@bookshop.example.com"})[0] == 202


def test_an_order_is_placed_shown_and_cancelled(staff: Shop, customer: Shop) -> None:
    number = book(staff, "9780000000028", stock=2)
    status, order = customer.ask("POST", "/orders", {"lines": [{"book_id": number, "quantity": 2}]})
    assert (status, order["total"], order["status"]) == (201, "25.00", "placed")
    assert customer.ask("GET", f"/orders/{order['id']}")[0] == 200
    assert staff.ask("GET", f"/orders/{order['id']}")[0] == 404
    status, receipt = customer.ask("GET", f"/orders/{order['id']}/receipt")
    assert (status, "Total: 25.00 EUR" in receipt) == (200, True)
    assert customer.ask("POST", "/orders", {"lines": [{"book_id": number, "quantity": 1}]})[0] == 409
    assert staff.ask("POST", f"/orders/{order['id']}/ship")[0] == 409
    status, cancelled = customer.ask("POST", f"/orders/{order['id']}/cancel")
    assert (status, cancelled["status"]) == (200, "cancelled")
    status, orders = customer.ask("GET", "/orders")
    assert (status, [entry["id"] for entry in orders]) == (200, [order["id"]])


def test_reports(staff: Shop, customer: Shop) -> None:
    number = book(staff, "9780000000035")
    assert customer.ask("POST", "/orders", {"lines": [{"book_id": number, "quantity": 3}]})[0] == 201
    status, rows = staff.ask("GET", "/reports/sales?since=2020-01-01")
    assert (status, rows[0]["copies"]) == (200, 3)
    status, text = staff.ask("GET", "/reports/stock.csv")
    assert (status, "9780000000035,Notes,2" in text or "9780000000035,Notes,5" in text) == (200, True)
    assert staff.ask("POST", "/reports/archive/stock")[0] == 204
    assert staff.ask("POST", "/reports/archive/..%2Fstock")[0] in (404, 422)
