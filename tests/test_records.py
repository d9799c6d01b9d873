"""Our NamedTuple is that of `typing`, made faster."""

from __future__ import annotations

import ast
import copy
import pickle
import typing
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from flake8_fastapi_review import records

PACKAGE = Path(records.__file__).parent
SOURCE = """\
class Place(NamedTuple):
    '''A place.'''

    line: int
    '''From 1.'''
    name: str = "here"
    more: tuple[int, ...] = ()

    kind = "place"

    @property
    def next(self):
        return self._replace(line=self.line + 1)

    @classmethod
    def first(cls):
        return cls(1)
"""


@pytest.fixture(params=[typing.NamedTuple, records.NamedTuple], ids=["typing", "ours"])
def place(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Any:
    made: dict[str, Any] = {"NamedTuple": request.param, "__name__": __name__}
    exec("from __future__ import annotations\n" + SOURCE, made)
    monkeypatch.setitem(globals(), "Place", made["Place"])
    return made["Place"]


def test_what_it_makes(place: Any) -> None:
    assert (place.__name__, place.__qualname__, place.__module__, place.__doc__) == (
        "Place", "Place", __name__, "A place.",
    )  # fmt: skip
    assert (type(place), place.__mro__) == (type, (place, tuple, object))
    assert (place._fields, place._field_defaults) == (("line", "name", "more"), {"name": "here", "more": ()})
    one = place(1)
    assert one == (1, "here", ()) == place.first() == place._make([1, "here", ()])
    assert hash(one) == hash((1, "here", ()))
    assert one.next == place(more=(), line=2, name="here")
    assert (one.line, one.name, one.more, one.kind) == (1, "here", (), "place")
    assert one._asdict() == {"line": 1, "name": "here", "more": ()}
    assert repr(one) == "Place(line=1, name='here', more=())"
    assert not hasattr(one, "__dict__")
    assert pickle.loads(pickle.dumps(one)) == copy.copy(one) == one
    assert type(copy.deepcopy(one)) is place
    match one:
        case place(line, "here"):
            assert line == 1
        case _:
            pytest.fail("it is no pattern")


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        (lambda place: place(), r"missing 1 required positional argument: 'line'"),
        (lambda place: place(1, 2, 3, 4), "takes from 2 to 4 positional arguments but 5 were given"),
        (lambda place: place(1, other=2), "unexpected keyword argument 'other'"),
        (lambda place: place._make([1]), "Expected 3 arguments, got 1"),
    ],
)
def test_what_it_refuses(place: Any, wrong: Any, said: str) -> None:
    with pytest.raises(TypeError, match=said):
        wrong(place)


def test_other_names_and_assignments_are_refused(place: Any) -> None:
    with pytest.raises((ValueError, TypeError), match="unexpected field names"):
        place(1)._replace(other=1)
    with pytest.raises(AttributeError):
        place(1).line = 2


def test_it_has_no_other_bases() -> None:
    with pytest.raises(TypeError, match="has another base"):
        type(records.NamedTuple)("Both", (records.NamedTuple, SimpleNamespace), {"__qualname__": "Both"})


def test_nobody_defines_them_with_typing() -> None:
    found = [
        path.relative_to(PACKAGE).as_posix()
        for path in sorted(PACKAGE.rglob("*.py"))
        if path.name != "records.py"
        and any(
            isinstance(node, ast.ImportFrom)
            and node.module == "typing"
            and any(name.name == "NamedTuple" for name in node.names)
            for node in ast.walk(ast.parse(path.read_text("utf-8")))
        )
    ]
    assert found == []
