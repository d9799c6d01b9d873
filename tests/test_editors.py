"""What editors and report readers make of flake8's output over our findings.

python-lsp-server is run for real. The others are represented by the expressions with which they read flake8's output,
written down from their sources; each is tried on lines that flake8 printed.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
import threading
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from toy import SLEEP, environment, flake8, project, snippet

if TYPE_CHECKING:
    from collections.abc import Iterator

EMOJI = SLEEP.replace("    time.sleep(1)\n", '    note = "héé"; time.sleep(1)\n')
PATIENCE = 60
"""Seconds for all that a test asks of a server."""
VS_CODE_FORMAT = "--format='%(row)d,%(col)d,%(code).1s,%(code)s:%(text)s'"
NVIM_LINT_FORMAT = "--format=%(path)s:%(row)d:%(col)d:%(code)s:%(text)s"
LOCATION_IN_A_MESSAGE = """
import flake8_fastapi_review.review as review
from flake8_fastapi_review.rule import Range, Severity, Violation
def found(file, selection):
    message = "reached from `other.py:2:1: word` and a::: b, see http://host:80/x: then `d[1:2:3]`:4:5:  end"
    return [Violation("FAR002", Severity.WARNING, message, Range(10, 4, 10, 9))]
review.review_file = found
"""

READERS = {
    # name: (format, expression, how it is applied)
    "pylsp": ("--format=default", r"(?P<path>.*):(?P<line>\d*):(?P<col>\d*): (?P<code>\w*) (?P<text>.*)", re.match),
    "ALE": (
        "--format=default",
        r"^[a-zA-Z]?:?[^:]+:(?P<line>\d+):?(?P<col>\d+)?: (?P<code>[A-Za-z0-9]+):? (?P<text>.*)$",
        re.match,
    ),
    "nvim-lint": (NVIM_LINT_FORMAT, r"[^:]+:(?P<line>\d+):(?P<col>\d+):(?P<code>[A-Za-z0-9]+):(?P<text>.*)", re.search),
    "none-ls": (
        "--format=default",
        r":(?P<line>\d+):(?P<col>\d+): (?P<code>[A-Z][A-Za-z0-9]+) (?P<text>.*)",
        re.search,
    ),
    "VS Code": (
        VS_CODE_FORMAT,
        r"(?P<line>\d+),(?P<col>-?\d+),(?P<type>\w+),(?P<code>\w+\d+):(?P<text>[^\r\n]*)",
        re.match,
    ),
    "SonarQube": (
        "--format=default",
        r"(?P<path>.+):(?P<line>\d+):(?P<col>\d+): (?P<code>\S+[^:]):? (?P<text>.*)",
        re.fullmatch,
    ),
    "our problem matcher": ("--format=default", "", re.search),
}


def read(reader: str, output: str) -> list[dict[str, str]]:
    """The findings that a reader finds in flake8's output, one a line."""
    _, expression, apply = READERS[reader]
    found = []
    for line in output.splitlines():
        quoted = reader == "VS Code" and line.startswith("'") and line.endswith("'")
        if match := apply(expression or matcher(), line[1:-1] if quoted else line):
            found.append(match.groupdict())
    return found


def matcher() -> str:
    """The expression of the problem matcher that the documentation offers, with its groups named as it names them."""
    root = Path(__file__).parent.parent
    described = json.loads((root / "docs" / "problem-matcher.json").read_text("utf-8"))["problemMatcher"][0]["pattern"][
        0
    ]
    names = {described["file"]: "path", described["line"]: "line", described["column"]: "col"}
    names |= {described["code"]: "code", described["message"]: "text"}
    numbers = iter(range(1, 10))
    return re.sub(r"\((?!\?)", lambda _: f"(?P<{names[next(numbers)]}>", described["regexp"])


@pytest.mark.parametrize("reader", READERS)
def test_readers(tmp_path: Path, reader: str) -> None:
    project(tmp_path, {"app.py": SLEEP})
    plain = flake8(tmp_path, "--select=FAR", "app.py").lines[0]
    found = read(reader, flake8(tmp_path, "--select=FAR", READERS[reader][0], "app.py").stdout)
    assert [(int(item["line"]), int(item["col"]), item["code"], item["text"]) for item in found] == [plain[1:]]


@pytest.mark.parametrize("reader", READERS)
def test_readers_of_a_message_with_a_location(tmp_path: Path, reader: str) -> None:
    project(tmp_path, {"app.py": SLEEP})
    output = flake8(tmp_path, "--select=FAR", READERS[reader][0], "app.py", before=LOCATION_IN_A_MESSAGE).stdout
    (found,) = read(reader, output)
    assert (found["line"], found["col"], found["code"]) == ("10", "5", "FAR002")
    assert found["text"].startswith("reached from `other.py:2:1")
    assert found["text"].endswith("end")


def test_severity_in_vs_code() -> None:
    severity: dict[str, str] = json.loads(snippet("vscode"))["flake8.severity"]

    def shown(code: str) -> str:  # the longest prefix, then the first letter, then Error
        return next((severity[code[:end]] for end in range(len(code), 0, -1) if code[:end] in severity), "Error")

    assert (shown("FAR002"), shown("F401"), shown("W291")) == ("Warning", "Error", "Warning")


def test_the_readme_shows_the_settings_of_the_documentation() -> None:
    root = Path(__file__).parent.parent
    readme, page = ((root / name).read_text("utf-8") for name in ("README.md", "docs/integrations.md"))
    assert json.loads(re.findall(r"```json\n(.*?)```", readme, re.DOTALL)[0]) == json.loads(snippet("vscode"))
    assert re.findall(r"```toml\n(\[tool\.ruff.*?)```", readme, re.DOTALL) == [snippet("ruff") + "\n"]
    hook = re.findall(r"```yaml\n(- repo: .*?)```", readme, re.DOTALL)
    assert len(hook) == 1
    assert hook[0] in page


# A real language server


class Server:
    """A language server and just enough of a client to open a buffer and to read what is said of it."""

    def __init__(self, root: Path) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", "pylsp"],
            cwd=root,
            env=environment(),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )
        self.root = root
        # A server that has lost its way says nothing more, and nothing is what this would wait for.
        self.patience = threading.Timer(PATIENCE, self.process.kill)
        self.patience.start()
        settings = json.loads(snippet("pylsp"))
        settings["pylsp"]["plugins"]["flake8"]["select"] = ["FAR"]
        self._call("initialize", {"processId": None, "rootUri": root.as_uri(), "capabilities": {}}, wait=True)
        self._call("initialized", {})
        self._call("workspace/didChangeConfiguration", {"settings": settings})

    def diagnostics(self, name: str, text: str) -> list[dict[str, Any]]:
        """Open `text` as an unsaved buffer of the file `name`; what the server publishes for it."""
        uri = (self.root / name).as_uri()
        self._call(
            "textDocument/didOpen",
            {"textDocument": {"uri": uri, "languageId": "python", "version": 1, "text": text}},
        )
        for message in self._messages():
            if message.get("method") == "textDocument/publishDiagnostics" and message["params"]["uri"] == uri:
                found: list[dict[str, Any]] = message["params"]["diagnostics"]
                return found
        raise AssertionError("the server went away")

    def close(self) -> None:
        """End the server."""
        self.patience.cancel()
        self.process.kill()
        self.process.communicate()

    def _call(self, method: str, params: dict[str, Any], *, wait: bool = False) -> None:
        message = {"jsonrpc": "2.0", "method": method, "params": params, **({"id": 1} if wait else {})}
        body = json.dumps(message).encode()
        assert self.process.stdin
        self.process.stdin.write(b"Content-Length: %d\r\n\r\n" % len(body) + body)
        self.process.stdin.flush()
        if wait:
            next(answer for answer in self._messages() if answer.get("id") == 1)

    def _messages(self) -> Iterator[dict[str, Any]]:
        assert self.process.stdout
        while header := self.process.stdout.readline():
            length = 0
            while header.strip():
                if header.lower().startswith(b"content-length:"):
                    length = int(header.partition(b":")[2])
                header = self.process.stdout.readline()
            yield json.loads(self.process.stdout.read(length))


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    project(tmp_path, {"app.py": "# what the disk holds\n"})
    running = Server(tmp_path)
    yield running
    running.close()


def test_pylsp_shows_the_buffer(server: Server) -> None:
    (found,) = server.diagnostics("app.py", SLEEP)
    assert (found["code"], found["source"]) == ("FAR002", "flake8")
    assert found["range"]["start"] == {"line": 9, "character": 4}
    assert found["message"].startswith("FAR002 ")


def test_pylsp_underlines_the_right_characters(server: Server) -> None:
    (found,) = server.diagnostics("app.py", EMOJI)
    start = found["range"]["start"]
    assert EMOJI.splitlines()[start["line"]][start["character"] :] == "time.sleep(1)"


def test_pylsp_survives_odd_buffers(server: Server) -> None:
    assert server.diagnostics("empty.py", "") == []
    assert server.diagnostics("broken.py", "def (:\n") == []
    cut = SLEEP.partition("    return")[0].rstrip("\n")
    assert [item["code"] for item in server.diagnostics("new.py", cut)] == ["FAR002"]
