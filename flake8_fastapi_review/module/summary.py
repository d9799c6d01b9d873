"""What other files need to know of a module: plain values without syntax trees, which marshal can write.

Expressions are nested tuples whose first item tells the form:

    ("g", name)                  a name of the module, of a star import or a builtin
    ("v", (index, …))            a local name: the bindings (indices into `Summary.table`) that can reach here
    ("a", value, attribute)      attribute access
    ("c", callee, args, keywords)   call; keywords are (name or None, value) pairs; ("*", value) for `*args`
    ("s", value, index)          subscript
    ("w", value)                 await
    ("k", constant)              str, bytes, int, float, complex, bool, None, ...
    ("t"|"l"|"e", items)         tuple, list, set display
    ("d", keys, values)          dict display; the key of a `**` part is None
    ("b", operator, left, right) binary operation, the operator by its node's name ("BitOr", "Div" …)
    ("o", values)                `and`/`or`
    ("i", body, orelse)          conditional expression
    ("f", parts)                 f-string
    ("m", qualname)              lambda
    ("q", kind, element, key)    comprehension: "ListComp", "SetComp", "DictComp", "GeneratorExp"
    ("n",)                       comparison or `not`: a bool
    ("y", value)                 yield
    ("u", qualname)              `super()` in a class
    ("?",)                       anything else

Bindings in `Summary.table`:

    ("imp", level, module, name)         `name` None: the module itself
    ("=", value, path)                   assignment, unpacked along `path` (scopes.Path)
    (":", annotation, value or None)     annotated assignment
    ("par", qualname, position)          parameter number `position` of a function
    ("def", qualname), ("cls", qualname)
    ("for"|"with", value, path, asynchronous)
    ("exc", type or None, group)         `except type as name`
    ("ins", class)                       an instance of a class, by a class pattern
    ("typ", value)                       PEP 695 alias
    ("?",)
"""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, Any

from ..records import NamedTuple
from .lazy import Lazy

if TYPE_CHECKING:
    from collections.abc import Iterator

Expr = tuple[Any, ...]
UNKNOWN_EXPR: Expr = ("?",)

ASYNC = 1
GENERATOR = 2
TRIVIAL = 4
"""The body does nothing: `...`, `pass`, a docstring, `raise NotImplementedError`."""

AWAITED = 1
CONSUMED = 2
"""The call's value is iterated or entered on the spot: the body of a generator runs here."""

INERT = 4
"""The call fetches a `data:` URL, which reaches nobody, or sleeps for a moment only."""

ONCE = 8
"""The call fills a cache: what it makes is kept, and found there the next time."""

CAUGHT = 16
"""An `except` around the call keeps an HTTPException from leaving the function."""

MODULE = "<module>"
"""The qualified name under which `Summary.functions` keeps what runs at import time."""


class Parameter(NamedTuple):
    name: str
    kind: int
    """0 positional-only, 1 positional or keyword, 2 *args, 3 keyword-only, 4 **kwargs."""
    annotation: Expr | None
    default: Expr | None


class Call(NamedTuple):
    expr: Expr
    line: int
    column: int
    """UTF-8 bytes from 0."""
    flags: int


class Function(NamedTuple):
    qualname: str
    line: int
    flags: int
    owner: str | None
    """Qualified name of the class in whose body it stands."""
    parameters: tuple[Any, ...]
    returns: Expr | None
    """The annotation."""
    decorators: tuple[Expr, ...]
    calls: tuple[Any, ...]
    results: tuple[Expr, ...]
    """Values of `return`; of a lambda its body."""
    yields: tuple[Expr, ...]
    raised: tuple[Expr, ...]
    switched: tuple[tuple[int, int, Expr, bool], ...]
    """First and last line of each branch of `if x.y:` and `if x:`, the expression, and whether it must be true to get
    there. Of `x == "a"`, `x in ("a", "b")` and `x.startswith("a")` the expression is ("b", "Eq"|"In"|"startswith", x,
    value)."""
    caught: tuple[int, ...]
    """Positions in `raised` of those that do not leave the function, as for `CAUGHT`."""


class Class(NamedTuple):
    qualname: str
    line: int
    bases: tuple[Expr, ...]
    keywords: tuple[Any, ...]
    decorators: tuple[Expr, ...]
    members: dict[str, tuple[int, ...]]
    """Name in the class body → its bindings."""
    attributes: dict[str, tuple[int, ...]]
    """Name set on `self` (or `cls`) in a method → its bindings."""


class Summary(NamedTuple):
    path: str
    """Relative to the project's root, with forward slashes."""
    names: dict[str, tuple[int, ...]]
    """Names of the module → their bindings, those made under `global` in functions included."""
    exported: tuple[str, ...] | None
    """`__all__` when it is a literal."""
    stars: tuple[Any, ...]
    """(level, module) of each star import."""
    functions: dict[str, Any]
    classes: dict[str, Any]
    table: tuple[Any, ...]

    def decorated(self) -> Iterator[Function]:
        """The functions with decorators that are calls, as those are that register them."""
        functions = self.functions
        if isinstance(functions, Lazy):
            facts = functions.those(
                lambda name, scope: scope is None or any(isinstance(each, ast.Call) for each in _decorators(scope))
            )
        else:
            facts = list(functions.values())
        return (Function._make(each) for each in facts if any(decorator[0] == "c" for decorator in each[6]))

    def methods(self, owner: str) -> Iterator[Function]:
        """The functions in the body of a class, by its qualified name."""
        functions = self.functions
        if isinstance(functions, Lazy):
            facts = functions.those(lambda name, scope: name.startswith(f"{owner}."))
        else:
            facts = list(functions.values())
        return (Function._make(each) for each in facts if each[3] == owner)

    def complete(self) -> None:
        """Make all parts, and let go of the syntax tree that they are made from."""
        for parts in (self.functions, self.classes):
            if isinstance(parts, Lazy):
                parts.seal()

    def to_plain(self) -> tuple[Any, ...]:
        """Tuples, dicts and scalars alone, for marshal."""
        functions = {name: tuple(value) for name, value in self.functions.items()}
        classes = {name: tuple(value) for name, value in self.classes.items()}
        return (self.path, self.names, self.exported, self.stars, functions, classes, tuple(self.table))

    @classmethod
    def from_plain(cls, plain: tuple[Any, ...]) -> Summary:
        path, names, exported, stars, functions, classes, table = plain
        functions = {name: Function._make(value) for name, value in functions.items()}
        classes = {name: Class._make(value) for name, value in classes.items()}
        return cls(path, names, exported, stars, functions, classes, table)


def _decorators(scope: Any) -> list[Any]:
    found: list[Any] = getattr(scope.node, "decorator_list", [])
    return found
