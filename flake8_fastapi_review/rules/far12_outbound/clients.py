"""The libraries that the rules on outbound calls know."""

from __future__ import annotations

METHODS = ("get", "post", "put", "patch", "delete", "head", "options", "request")
HTTPX = ("httpx", "httpx2")
REQUESTS = (*(f"requests.{method}" for method in METHODS), *(f"requests.Session.{method}" for method in METHODS))
RESPONSES = ("requests.Response", "httpx.Response", "httpx2.Response", "aiohttp.ClientResponse")
MARKERS = ("requests", "httpx", "aiohttp", "urllib", "smtplib", "redis", "ftplib", "socket", "http.client", "timeout")
"""One of these words is in every file that calls out."""
CLIENTS = {
    "httpx.Client": "HTTP",
    "httpx.AsyncClient": "HTTP",
    "httpx2.Client": "HTTP",
    "httpx2.AsyncClient": "HTTP",
    "requests.Session": "HTTP",
    "aiohttp.ClientSession": "HTTP",
    "redis.Redis": "Redis",
    "redis.Redis.from_url": "Redis",
    "redis.from_url": "Redis",
    "redis.asyncio.Redis": "Redis",
    "redis.asyncio.Redis.from_url": "Redis",
    "redis.asyncio.from_url": "Redis",
    "boto3.client": "AWS",
    "boto3.resource": "AWS",
    "openai.OpenAI": "LLM",
    "openai.AsyncOpenAI": "LLM",
    "openai.AzureOpenAI": "LLM",
    "openai.AsyncAzureOpenAI": "LLM",
    "anthropic.Anthropic": "LLM",
    "anthropic.AsyncAnthropic": "LLM",
}
"""What makes a client that holds connections, and of what."""
