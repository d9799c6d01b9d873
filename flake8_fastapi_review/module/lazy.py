"""A mapping whose values are made when they are asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from _collections_abc import dict_items, dict_keys, dict_values
    from collections.abc import Callable, Iterator

V = TypeVar("V")


class Lazy(dict[str, V]):
    """All keys are there from the start; `get`, `[]`, `values` and `items` make what is missing."""

    def __init__(self, sources: dict[str, Any], make: Callable[[Any], V]) -> None:
        super().__init__()
        self._sources = sources
        self._make = make

    def add(self, key: str, source: Any) -> None:
        """`make(source)` will be the value of `key`."""
        self._sources[key] = source

    def __contains__(self, key: object) -> bool:
        return key in self._sources

    def __iter__(self) -> Iterator[str]:
        return iter(self._sources)

    def keys(self) -> dict_keys[str, V]:
        return self._sources.keys()

    def those(self, wanted: Callable[[str, Any], bool]) -> list[V]:
        """The values for which `wanted(key, source)` is true, in order; only these are made. The source is None for a
        value that was there without one."""
        return [self[key] for key, source in tuple(self._sources.items()) if wanted(key, source)]

    def __missing__(self, key: str) -> V:
        value = self[key] = self._make(self._sources[key])
        return value

    def get(self, key: str, default: Any = None) -> Any:
        return self[key] if key in self._sources else default

    @property
    def is_complete(self) -> bool:
        return len(self) == len(self._sources)

    def values(self) -> dict_values[str, V]:
        self.complete()
        return super().values()

    def items(self) -> dict_items[str, V]:
        self.complete()
        return super().items()

    def seal(self) -> None:
        """Make all that is missing and let go of what it is made from."""
        self.complete()
        self._sources = dict.fromkeys(self)
        self._make = _nothing

    def complete(self) -> None:
        """Make all that is missing, in the order of the keys."""
        made = {key: self[key] for key in self._sources}
        self.clear()
        self.update(made)


def _nothing(source: Any) -> Any:
    raise KeyError(source)
