"""`NamedTuple` whose classes are made in about a tenth of the time that those of `typing` take.

The modules of the tool define some two hundred of them, and a start pays for each that it imports. `typing` compiles
every annotation; nobody here asks for annotations at run time. What is made is the same otherwise: a subclass of tuple
with `_fields`, `_replace`, `_make`, `_asdict`, defaults and patterns.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from typing import NamedTuple as NamedTuple  # noqa: PLC0414
else:
    from _collections import _tuplegetter
    from functools import cache
    from sys import intern
    from types import FunctionType

    class _Maker(type):
        """The class of `NamedTuple`: what is derived from it is a plain class that knows nothing of it."""

        def __new__(cls, name, bases, namespace):
            if not bases:
                return super().__new__(cls, name, bases, namespace)
            if len(bases) > 1:
                raise TypeError(f"{name} has another base besides NamedTuple")
            fields = tuple(map(intern, namespace.pop("__annotations__", ())))
            defaults = tuple(namespace.pop(field) for field in fields if field in namespace)
            with_defaults = fields[len(fields) - len(defaults) :]
            template = _template(len(fields)).__code__
            code = template.replace(co_varnames=("_cls", *fields), co_name="__new__")
            new = FunctionType(code, {"_new": tuple.__new__, "__builtins__": {}}, "__new__", defaults)
            new.__qualname__ = f"{namespace['__qualname__']}.__new__"
            getters = {field: _tuplegetter(number, field) for number, field in enumerate(fields)}
            given = {
                "__slots__": (),
                "__match_args__": fields,
                "_fields": fields,
                "_field_defaults": dict(zip(with_defaults, defaults, strict=True)),
                "__new__": new,
                "_make": _make,
                "_replace": _replace,
                "_asdict": _asdict,
                "__repr__": _repr,
                "__getnewargs__": _values,
            }
            return type(name, (tuple,), {**given, **getters, **namespace})

    @cache
    def _template(size):
        """What makes a tuple of so many values; its parameters are then given the names of the fields."""
        names = "".join(f"_{number}, " for number in range(size))
        return eval(f"lambda _cls, {names}: _new(_cls, ({names}))")

    @classmethod
    def _make(cls, values):
        made = tuple.__new__(cls, values)
        if len(made) != len(cls._fields):
            raise TypeError(f"Expected {len(cls._fields)} arguments, got {len(made)}")
        return made

    def _replace(self, /, **values):
        made = self._make(map(values.pop, self._fields, self))
        if values:
            raise ValueError(f"Got unexpected field names: {list(values)!r}")
        return made

    def _asdict(self):
        return dict(zip(self._fields, self, strict=True))

    def _values(self):
        return tuple(self)

    def _repr(self):
        values = ", ".join(f"{name}={value!r}" for name, value in zip(self._fields, self, strict=True))
        return f"{type(self).__name__}({values})"

    class NamedTuple(metaclass=_Maker):
        """As `typing.NamedTuple`."""
