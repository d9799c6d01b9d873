"""The libraries that the rules on outbound calls know."""

from __future__ import annotations

METHODS = ("get", "post", "put", "patch", "delete", "head", "options", "request")
HTTPX = ("httpx", "httpx2")
REQUESTS = (*(f"requests.{method}" for method in METHODS), *(f"requests.Session.{method}" for method in METHODS))
CALLS = frozenset(
    (
        *REQUESTS,
        *(f"{library}.{method}" for library in HTTPX for method in METHODS),
        *(
            f"{library}.{kind}.{method}"
            for library in HTTPX
            for kind in ("Client", "AsyncClient")
            for method in METHODS
        ),
        *(f"aiohttp.ClientSession.{method}" for method in METHODS),
    )
)
"""Functions and methods that send a request and give its response."""
MARKERS = tuple(
    (
        "requests httpx aiohttp urllib smtplib imaplib poplib redis ftplib socket http.client telnetlib grpc timeout"
    ).split()
)
"""One of these words is in every file that calls out."""
