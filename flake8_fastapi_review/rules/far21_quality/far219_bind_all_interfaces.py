from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from ...rule import Default, Rule, Severity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ...file import File
    from ...rule import Violation

_HOSTS = {
    "uvicorn.run": (-1, "host"),
    "uvicorn.Config": (-1, "host"),
    "granian.Granian": (1, "address"),
    "granian.server.Granian": (1, "address"),
    "aiohttp.web.run_app": (-1, "host"),
    "asyncio.start_server": (1, "host"),
    "socketserver.TCPServer": (0, "server_address"),
    "http.server.HTTPServer": (0, "server_address"),
    "http.server.ThreadingHTTPServer": (0, "server_address"),
    "socket.create_server": (0, "address"),
    "socket.socket.bind": (0, "address"),
}
"""Position and keyword of the address; `create_server` and the servers take a pair of host and port."""
_EVERYWHERE = ("0.0.0.0", "::", "")


class BindAllInterfaces(Rule):
    """A server listens on every network interface, and the code says so.

    Whatever network the machine is in, be it a café's, can talk to the server then. In a container it is what one
    wants; the address belongs into the command line or the settings, with the machine itself as the default. Off by
    default, since most services run in containers.

    Bad:

        import uvicorn

        uvicorn.run("main:app", host="0.0.0.0", port=8000)

    Good:

        import uvicorn

        uvicorn.run("main:app", host="127.0.0.1", port=8000)

    Exploit:

        $ curl http://192.0.2.17:8000/admin     # from any machine in the same network
    """

    code = "FAR219"
    severity = Severity.SUGGESTION
    default = Default.OFF
    roles = ("app", "script")
    cwe = 605
    cvss = "CVSS:3.1/AV:A/AC:L/PR:N/UI:N/S:U/C:L/I:N/A:N"
    message = "`{call}` listens on every interface: take the address from the settings, `127.0.0.1` by default"
    markers = (("0.0.0.0", "::", '""', "''"), ("uvicorn", "granian", "aiohttp", "asyncio", "socket", "http.server"))

    def check(self, file: File) -> Iterator[Violation]:
        for name, (place, keyword) in _HOSTS.items():
            for call in file.calls_to(name):
                given = file.argument(call, place, keyword)
                if given is None or (name == "socket.socket.bind" and not _listens(file, call)):
                    continue
                host = given.elts[0] if isinstance(given, ast.Tuple) and given.elts else given
                value = file.value_of(host)
                pair = isinstance(given, ast.Tuple)
                if value in _EVERYWHERE and (value or pair):
                    yield self.at(given, call=f"{ast.unparse(call.func)}({ast.unparse(given)})")


def _listens(file: File, call: ast.Call) -> bool:
    """Whether the function that binds a socket listens, too; else it only tries whether a port is free."""
    function = file.function(call)
    inside = file.within(function if function is not None else file.tree, ast.Attribute)
    return any(each.attr in ("listen", "accept") for each in inside)
