"""The libraries that the rules on outbound calls know."""

from __future__ import annotations

METHODS = ("get", "post", "put", "patch", "delete", "head", "options", "request")
HTTPX = ("httpx", "httpx2")
REQUESTS = (*(f"requests.{method}" for method in METHODS), *(f"requests.Session.{method}" for method in METHODS))
MARKERS = ("requests", "httpx", "aiohttp", "urllib", "smtplib", "redis", "ftplib", "socket", "http.client", "timeout")
"""One of these words is in every file that calls out."""
