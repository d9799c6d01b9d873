"""What `File` answers with: records, whose positions are those of `ast`."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from .records import NamedTuple

if TYPE_CHECKING:
    from .project.application import RouteRow
    from .rule import Related

FunctionNode = ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda


class LoopHazard(NamedTuple):
    """A call in code on the event loop that blocks it, directly or through the project's functions."""

    call: ast.expr
    """The call, or the manager of a `with` whose `__enter__` or `__exit__` blocks."""
    kind: str
    name: str
    """Qualified name of the library function that blocks."""
    remedy: str
    chain: tuple[Related, ...]
    """The calls from here to there; empty when the call itself blocks."""
    text: str
    """The chain for a message: "read_report → load → builtins.open services/files.py:31"; empty when direct."""


class Reached(NamedTuple):
    """Untrusted input that reaches a call which it can harm."""

    node: ast.AST
    """The harmful expression if it is in this file, else the call that leads to it."""
    input: str
    """The input as the client knows it: "query parameter `name`"."""
    route: str
    """" (GET /files/{name})"; empty when no route is known."""
    sink: str
    """The call: `open`, `Session.execute`."""
    chain: str
    """" through load → read files.py:12"; empty when it is made in the same function."""
    related: tuple[Related, ...]
    """The steps from the input to the call."""
    exploit: str
    """A request that shows the harm; empty when no route is known."""
    kind: str
    """See knowledge/flows.py."""
    administrators: bool
    """Only administrators can request it."""
    calls: int
    """Functions of the project on the way to the call."""
    privileges: str
    """What whoever requests it has to have, see Violation.privileges."""
    name: str
    """The last name of the input: "base_url" for `body.provider.base_url`; empty for a whole body."""
    is_whole: bool
    """The text begins with the input: nothing of the program's stands before it, as the folder that a path lies in."""
    is_beside: bool
    """A path: it was made sure that its text begins like a folder, and not that it lies in that folder."""
    source: str
    """What of a request it is: path, query, header, cookie, body, form, file, url, message; database."""


class Logging(NamedTuple):
    """A call that logs."""

    call: ast.Call
    level: int
    """As the standard library counts: 10 debug … 50 critical; 0 when given by an argument."""
    method: str


class Route(NamedTuple):
    """A function that a decorator or a call of `add_api_route` registers as a route."""

    function: ast.FunctionDef | ast.AsyncFunctionDef
    methods: tuple[str, ...]
    """Upper case; empty when not known."""
    path: str | None
    """As written at the decorator, without prefixes."""
    decorator: ast.Call
    """The decorator, or the call, which takes the same arguments."""


class Endpoint(NamedTuple):
    """A function that handles routes of the project's applications."""

    function: FunctionNode
    rows: tuple[RouteRow, ...]
    """One for each method, path and application, in order of registration."""


class Definition(NamedTuple):
    """A function or class of the project."""

    symbol: str
    path: str
    line: int
    qualname: str
    dotted: str
    is_class: bool
    is_async: bool
    is_generator: bool
    parameters: tuple[str, ...]
    """Of a class: those of its constructor as far as it is of the project."""
    defaults: tuple[str, ...]
    """The parameters that need no argument."""


class Marked(NamedTuple):
    """A parameter that says where its value comes from: `Depends(...)`, `Query(...)` …"""

    parameter: ast.arg
    default: ast.Call | None
    """The marker as the default value; None when it stands in `Annotated`."""
    source: str
    """depends, path, query, header, cookie, body, form or file."""


class Injected(NamedTuple):
    """A parameter that `Depends` or `Security` fills."""

    parameter: ast.arg
    called: Definition | None
    """The project's function or class that is called for it; None when it is a library's, or not known."""
    name: str | None
    """Qualified name of what is called."""
    is_fixed: bool
    """Whether it is named itself: an attribute of an object, or a parameter, can hold another one."""


class Layer(NamedTuple):
    """A middleware of an application."""

    name: str
    """"module:qualname", or the dotted name of a library's class."""
    symbol: str | None
    path: str
    line: int
    """Where it is added."""


class Switch(NamedTuple):
    """What makes a library accept every certificate."""

    where: ast.AST
    """The argument, or the call or assignment as a whole."""
    argument: str
    """Its keyword; the attribute that is assigned to."""
    value: ast.expr | None
    """None: the argument is missing."""


class HelperCall(NamedTuple):
    """A call in the body of a project function."""

    name: str
    """Qualified name of what is called."""
    parameters: frozenset[str]
    """Parameters of the function that its receiver or its arguments are computed from."""
    line: int
    arguments: int = 0
    """How many it is given."""


class HandedOn(NamedTuple):
    """An argument of a call of a project function that gets somewhere."""

    argument: ast.expr
    parameter: str
    name: str
    """Qualified name of what is called with it in the end."""
    steps: tuple[str, ...]
    """The parameters that hold it on the way, the first is `parameter`."""
    text: str
    """"record → write → Logger.info app/audit.py:12"."""
    related: tuple[Related, ...]
    is_typed: bool
    """The parameter is annotated with a class of the project."""
    is_guarded: bool
    """The last call stands under a condition that asks a function about some variable."""


class Caller(NamedTuple):
    """A call of a function."""

    path: str
    line: int
    names: tuple[str, ...]
    """Qualified names of what is called in the lines before, in the same function."""
    called: tuple[Definition, ...]
    """Functions of the project among them."""
