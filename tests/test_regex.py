"""Regular expressions that are compiled late are as right as those that are compiled at once."""

from __future__ import annotations

import importlib
import pkgutil
import re

import pytest

import flake8_fastapi_review
from flake8_fastapi_review.regex import _Regex, regex


def test_it_is_compiled_once_and_when_it_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    compiled: list[str] = []
    compile = re.compile
    monkeypatch.setattr(re, "compile", lambda source, flags=0: compiled.append(source) or compile(source, flags))
    words = regex(r"(\w+)-(\w+)", re.IGNORECASE)
    assert compiled == []
    assert words.sub(r"\2", "a-b c-d") == "b d"
    assert [found[1] for found in words.finditer("a-b c-d")] == ["a", "c"]
    assert (words.pattern, words.flags, words.groups) == (r"(\w+)-(\w+)", re.IGNORECASE | re.UNICODE, 2)
    assert words.search("x") is None
    assert (words.findall("a-b"), words.split("a-b"), words.match("a"), words.fullmatch("a-b") is None) == (
        [("a", "b")], ["", "a", "b", ""], None, False,
    )  # fmt: skip
    assert compiled.count(words.pattern) == 1
    assert regex(rb"\d").search(b"1") is not None
    with pytest.raises(re.error):
        regex("(").search("")
    with pytest.raises(AttributeError):
        _ = words.nothing  # type: ignore[attr-defined]


def test_all_can_be_compiled() -> None:
    found = 0
    for module in pkgutil.walk_packages(flake8_fastapi_review.__path__, "flake8_fastapi_review."):
        if module.name.endswith("__main__"):
            continue
        for value in vars(importlib.import_module(module.name)).values():
            if isinstance(value, _Regex):
                found += 1
                assert value.pattern
    assert found > 50
