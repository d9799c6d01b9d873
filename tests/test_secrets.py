"""The judgements that the rules about secrets share: what a secret is called, and what one looks like."""

from __future__ import annotations

import ast
import random
import re
import sys
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
from cases import FIXTURES, copy, run

from flake8_fastapi_review.knowledge import secrets, token_formats
from flake8_fastapi_review.knowledge.secrets import (
    authenticator_name,
    could_be_secret,
    is_placeholder,
    is_usable_default,
    looks_random,
    looks_secret,
    made_secret,
    secret_name,
    words,
)
from flake8_fastapi_review.knowledge.token_formats import FORMATS, TokenFormat

# The parser of the regular expression library knows what a pattern matches; it moved in Python 3.11.
_MOVED = sys.version_info >= (3, 11)
sre: Any = import_module("re._constants" if _MOVED else "sre_constants")
parser: Any = import_module("re._parser" if _MOVED else "sre_parse")

RANDOM_KEY = "wNFbczH3QhUVcPALwtWZCPi0lrDlGV3P1DPRVEQCPbM"


# Names


@pytest.mark.parametrize(
    ("name", "parts"),
    [
        ("DEFAULT_NACL_SECRET_KEY", "default nacl secret key"),
        ("apiKey", "api key"),
        ("APIKey", "api key"),
        ("X-Api-Key", "x api key"),
        ("accesstoken", "access token"),
        ("DBPassword2", "db password 2"),
    ],
)
def test_words(name: str, parts: str) -> None:
    assert words(name) == tuple(parts.split())


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("password", secrets.PASSWORD),
        ("DB_PASSWORD", secrets.PASSWORD),
        ("password_confirm", secrets.PASSWORD),
        ("smtp_pass", secrets.PASSWORD),
        ("newPassword", secrets.PASSWORD),
        ("client_secret", secrets.SECRET),
        ("SECRET_KEY_DEFAULT", secrets.KEY),
        ("api_key", secrets.KEY),
        ("openai_key", secrets.KEY),
        ("aws_secret_access_key", secrets.KEY),
        ("ssh_private_key", secrets.KEY),
        ("access_token", secrets.TOKEN),
        ("X-Auth-Token", secrets.TOKEN),
        ("jwt", secrets.TOKEN),
        ("otp", secrets.CODE),
        ("cvv", secrets.CARD),
        ("card_number", secrets.CARD),
        ("credentials", secrets.CREDENTIALS),
    ],
)
def test_names_of_secrets(name: str, kind: str) -> None:
    judged = secret_name(name)
    assert judged is not None
    assert judged.kind == kind


@pytest.mark.parametrize("name", ["password", "api_key", "access_token", "client_secret", "private_key", "csrf_token"])
def test_strong_names(name: str) -> None:
    assert secret_name(name) is not None
    assert secret_name(name).strong  # type: ignore[union-attr]


@pytest.mark.parametrize("name", ["token", "secret", "credentials", "ssh_key", "access_key", "foo_token"])
def test_names_that_mean_other_things_too(name: str) -> None:
    assert secret_name(name) is not None
    assert not secret_name(name).strong  # type: ignore[union-attr]


@pytest.mark.parametrize(
    "name",
    """
    token_url token_type token_count max_tokens num_tokens total_tokens prompt_tokens completion_tokens
    tokenizer next_token nextToken NextPageToken pagination_token eos_token pad_token stop_token lock_token
    cancellation_token
    idempotency_token token_fail_reason token_prefix TOKEN_PREFIX
    token_expiry TOKEN_AUDIENCE RESET_PASSWORD_TOKEN_AUDIENCE
    password_reset_url password_length password_hash hashed_password encrypted_password is_password has_password
    require_password_change reset_password_template_id invalid_password wrong_password masked_token public_key
    api_key_id api_key_name API_KEY_HEADER secret_name secret_id secret_type SECRET_NAME_REGEX key cache_key primary_key
    foreign_key partition_key publishable_key compass pass passed author authority keyboard secretary no_password
    show_password dummy_secret fake_token pinned pinecone hash payment_hash description forgot_password _
    """.split(),
)
def test_names_of_other_things(name: str) -> None:
    assert secret_name(name) is None


@pytest.mark.parametrize("name", ["create_access_token", "generateOtp", "get_api_key", "make_password", "issue_jwt"])
def test_functions_that_make_secrets(name: str) -> None:
    assert made_secret(name) is not None


@pytest.mark.parametrize("name", ["token", "get_user", "create_token_table", "get_token_count", "verify_password", ""])
def test_functions_that_make_other_things(name: str) -> None:
    assert made_secret(name) is None


@pytest.mark.parametrize(
    "name", ["signature", "expected_signature", "token_hash", "hashed_password", "x_hub_signature_256"]
)
def test_names_of_authenticators(name: str) -> None:
    assert authenticator_name(name) is not None


@pytest.mark.parametrize(
    "name", ["file_hash", "content_hash", "etag", "checksum", "digest", "function_signature", "mac"]
)
def test_names_of_public_hashes(name: str) -> None:
    assert authenticator_name(name) is None


# Values


def convicted(name: str, value: str) -> bool:
    judged = secret_name(name)
    return judged is not None and looks_secret(judged, value)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("secret_key", RANDOM_KEY),
        ("api_key", "0a8f93bc4d7e2615f0c9e83ab47d2165"),
        ("client_secret", "3f2b8c1e-9d47-4a60-b5e1-7c8a2f9d0e64"),
        ("access_token", "a8Kd93hfLq0ZpXm27vRtUnB1"),
        ("private_key", "q8Kd93hf/Lq0ZpXm27vRt+UnB1cE4aJ6s=="),
        ("secret_key", "s3cr3t-k3y-0f-sh0p"),
        ("password", "1234"),
        ("password", "admin"),
        ("password", "hunter2"),
        ("password", "Tr0ub4dor&3"),
        ("DEFAULT_PASSWORD", "changeme"),
        ("admin_password", "change_me_immediately"),
    ],
)
def test_values_that_are_secret(name: str, value: str) -> None:
    assert could_be_secret(value)
    assert convicted(name, value)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("password", ""),
        ("password", "password"),
        ("password", "user.credentials.password"),
        ("password", "oauth2_password"),
        ("password", "Enter 8 characters or more"),
        ("secret", "^[A-Za-z0-9-_]{1,200}$"),
        ("secret_key", "SECRET_KEY_V2"),
        ("secret_key", "${SECRET_KEY_1}"),
        ("secret_key", "{{ secret_1 }}"),
        ("secret_key", "xxxxxxxxxxxxxxxx1"),
        ("secret_key", "0000000000000000"),
        ("secret_key", "abcdefghijklmnopqrstuvwxyz012345"),
        ("secret_key", "12345678901234567890abcdefabcdef"),
        ("client_secret", "**********"),
        ("api_key", "your-api-key-123"),
        ("api_key", "<key1>"),
        ("api_key", "phc_YeUxaojbKk5KPi8hNlx1bBKHzuZ4FDtl67kH1blv8Bh"),
        ("api_key", "X-API-Key-2"),
        ("api_key", "sk_test_51H8d93hfLq0ZpXm27vRtUnB1"),
        ("access_token", "https://example.org/token?v=2"),
        ("access_token", "/run/secrets/token1"),
        ("access_token", "fastapi-users:reset2"),
        ("access_token", "errors.token_expired_401"),
        ("private_key", "certs/server1.pem"),
        ("private_key", "~/.ssh/id_ed25519"),
        ("signing_key", "AccessTokenSigningKeyV2"),
        ("verify_token", "frame_token1"),
    ],
)
def test_values_that_are_not(name: str, value: str) -> None:
    assert not convicted(name, value)


def test_random_values_are_told_from_words() -> None:
    source = random.Random(7)
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
    made = ["".join(source.choices(alphabet, k=32)) for _ in range(500)]
    assert sum(map(looks_random, made)) >= 495
    assert sum(looks_random("".join(source.choices("0123456789abcdef", k=32))) for _ in range(500)) >= 495
    spoken = """
        ModuleNotFoundErrorHandler reservation_confirmation_template2 internalServiceName oauth2-authorization-code
        gpt-4.1-mini-2025-04-14 claude-3-7-sonnet-20250219 DownstreamTasksSkipped
    """
    assert not any(map(looks_random, spoken.split()))


@pytest.mark.parametrize(
    ("name", "value", "usable"),
    [
        ("SECRET_KEY", "changeme", True),
        ("POSTGRES_PASSWORD", "postgres", True),
        ("JWT_SECRET", "secret", True),
        ("OPENAI_API_KEY", "EMPTY", False),
        ("OLLAMA_API_KEY", "dummy", False),
        ("STRIPE_KEY", "a8Kd93hfLq0ZpXm27vRtUnB1", True),
        ("SECRET_KEY", "", False),
        ("SECRET_KEY", "none", False),
        ("PRIVATE_KEY", "/etc/shop/key.pem", False),
    ],
)
def test_fallbacks_that_work(name: str, value: str, usable: bool) -> None:
    judged = secret_name(name)
    assert judged is not None
    assert is_usable_default(judged, value) is usable


@pytest.mark.parametrize("value", ["your-key", "xxxxxxxx", "<token>", "EXAMPLE", "changeme", "aaaaaaaaaaab", "..."])
def test_placeholders(value: str) -> None:
    assert is_placeholder(value)


# Known formats


class _Sampler:
    """Makes a text that a pattern of FORMATS matches."""

    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed)

    def text(self, pattern: str) -> str:
        return self._all(parser.parse(pattern))

    def _all(self, items: Any) -> str:
        return "".join(self._one(kind, value) for kind, value in items)

    def _one(self, kind: Any, value: Any) -> str:
        if kind is sre.LITERAL:
            return chr(value)
        if kind is sre.IN:
            return self._random.choice(self._members(value))
        if kind is sre.MAX_REPEAT:
            least, most, inner = value
            return "".join(self._all(inner) for _ in range(least or min(most, 1)))
        if kind is sre.SUBPATTERN:
            return self._all(value[3])
        if kind is sre.BRANCH:
            return self._all(self._random.choice(value[1]))
        assert kind in (sre.ASSERT_NOT, sre.AT), kind
        return ""

    def _members(self, value: Any) -> str:
        members = ""
        for kind, part in value:
            if kind is sre.LITERAL:
                members += chr(part)
            elif kind is sre.RANGE:
                members += "".join(map(chr, range(part[0], part[1] + 1)))
            else:
                known = {sre.CATEGORY_DIGIT: "0123456789", sre.CATEGORY_WORD: "abcXYZ019_", sre.CATEGORY_SPACE: "\n"}
                members += known[part]
        return members


def test_there_are_many_formats() -> None:
    assert len(FORMATS) >= 40
    assert all(each.url.startswith("https://") for each in FORMATS)


@pytest.mark.parametrize("known", FORMATS, ids=lambda known: known.name)
def test_format_is_found(known: TokenFormat) -> None:
    found = 0
    for seed in range(40):
        sample = _Sampler(seed).text(known.pattern)
        assert re.search(known.pattern, sample)
        assert any(prefix in sample for prefix in known.prefixes)
        found += token_formats.find(sample) is not None and token_formats.find(f"Bearer {sample}") is not None
    assert found >= 30, "samples drawn from a small alphabet may look like examples, most must not"


@pytest.mark.parametrize(
    "text",
    [
        "AKIAIOSFODNN7EXAMPLE",
        "ghp_xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
        "xoxb-your-token-goes-in-this-place",
        "postgresql://user:password@localhost/db",
        "postgresql://postgres:postgres@localhost:5432/app",
        "postgresql+asyncpg://{user}:{password}@{host}/{db}",
        "mongodb://[username:password@]host1[:port1]",
        "https://user:pass@example.com/",
        "redis://:%s@%s:6379",
        "-----BEGIN PRIVATE KEY-----",
        "sk-learn-compatible-estimators-are-great-for-this-2024",
        "the key-value store holds hf_models and npm_packages, see api-reference 2024-11",
        "urn:uuid:3f2b8c1e-9d47-4a60-b5e1-7c8a2f9d0e64",
        "",
    ],
)
def test_look_alikes_of_formats(text: str) -> None:
    assert token_formats.find(text) is None


def test_password_in_a_url() -> None:
    assert token_formats.find("postgresql+asyncpg://shop:k8dPz3Lq@db.internal/shop") == "password in a URL"
    assert token_formats.find("amqps://shop:k8dPz3Lq@") == "password in a URL"


# Messages


@pytest.mark.parametrize(
    "name", ["far020_known_formats.py", "far020_hardcoded_secret.py", "far021_insecure_secret_default.py"]
)
def test_no_message_holds_the_secret(name: str, tmp_path: Path) -> None:
    root, paths = copy(FIXTURES / "secrets" / name, tmp_path)
    text = (root / name).read_text("utf-8")
    values = {node.value for node in ast.walk(ast.parse(text)) if isinstance(node, ast.Constant)}
    values |= {value.decode() for value in values if isinstance(value, bytes)}
    long = [value for value in values if isinstance(value, str) and could_be_secret(value) and len(value) > 7]
    for _, violation in run(root, paths, {"FAR020", "FAR021"}):
        told = " ".join([violation.message, *(step.message for step in violation.related)])
        if violation.fix is not None:
            told += " ".join([violation.fix.message, *(edit.text for edit in violation.fix.edits)])
        assert not any(value in told or value[:12] in told for value in long if len(value) > 12)
