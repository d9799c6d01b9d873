"""Lazy: a mapping that has all of its keys before any of its values."""

from __future__ import annotations

from flake8_fastapi_review.module.lazy import Lazy


def test_keys_are_there_before_their_values() -> None:
    made: list[str] = []

    def make(source: str) -> str:
        made.append(source)
        return source.upper()

    lazy = Lazy({"first": "a"}, make)
    lazy.add("second", "b")
    assert [*lazy] == [*lazy.keys()] == sorted(lazy) == ["first", "second"]
    assert "second" in lazy
    assert made == []
    assert lazy["second"] == "B"
    assert [*lazy] == ["first", "second"]
    assert made == ["b"]
    assert not lazy.is_complete
    assert [*lazy.items()] == [("first", "A"), ("second", "B")]
    assert lazy.is_complete
    lazy.seal()
    assert {**lazy} == {"first": "A", "second": "B"}
