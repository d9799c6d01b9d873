"""What the route table consists of."""

from __future__ import annotations

from typing import Any

from ...records import NamedTuple


class Dependency(NamedTuple):
    """A dependency that applies to a route."""

    name: str
    """"module:qualname", or the dotted name of a library's callable."""
    origin: str
    """app, router, include, decorator, parameter, class or nested."""
    path: str | None
    """File of the definition, None for a library's."""
    line: int
    scopes: tuple[str, ...]
    is_own: bool
    """Whether it is code of the project (or an object that a module of the project holds)."""
    symbol: str | None = None
    """"path:qualname" of the project's function or class that runs; None for a library's."""
    library: str | None = None
    """The library's callable or class that it is or derives from."""
    lenient: bool = False
    """A security scheme with `auto_error=False`: it refuses nobody."""


class Middleware(NamedTuple):
    """A middleware around an application or one that is mounted in it."""

    name: str
    """"module:qualname", or the dotted name of a library's class."""
    symbol: str | None
    """"path:qualname" of the project's class or function."""
    values: tuple[tuple[str, Any], ...]
    """The keyword arguments that are constants, and of lists the items that are."""
    file: str
    line: int
    """Where it is added."""


class RouteRow(NamedTuple):
    """One method of one route of one application."""

    app: str
    method: str
    """An HTTP method, or WEBSOCKET."""
    path: str
    endpoint_module: str
    endpoint_qualname: str
    file: str
    line: int
    is_async: bool
    dependencies: tuple[Dependency, ...]
    security: tuple[tuple[str, tuple[str, ...]], ...]
    """(scheme's class, scopes)."""
    response_model: str | None
    status_code: int | None
    tags: tuple[str, ...]
    include_in_schema: bool
    operation_id: str | None
    deprecated: bool
    registered_at: tuple[str, int]
    """File and line of the registration."""
    complete: bool
    """Whether nothing about the row is uncertain."""
    assumptions: tuple[str, ...]
    kind: str
    """route, plain (Starlette's) or websocket."""
    placed: bool = False
    """Whether it is certain that the route exists, with this method and path."""
    own_path: str = ""
    """The path without the prefixes of routers."""
    mounted_at: str = ""
    """The path at which the application that the route belongs to is mounted in `app`."""
    keywords: tuple[str, ...] = ()
    """What the registration gives by keyword."""
    response_class: str | None = None
    """Dotted name of the class of its responses, the defaults of routers and of the application included."""
    located: bool = True
    """Whether the whole path is known."""
    documented: bool = True
    """Whether the application has an OpenAPI document at all."""
    responses: tuple[str, ...] | None = ()
    """The statuses whose responses the registration or something around it documents, "404", "4XX", "default"; None
    when not all are known."""


class Habits(NamedTuple):
    """How many of the routes that the schema of an application shows do what not all need to do."""

    routes: int
    tagged: int
    declaring: int
    """Document, where they are registered, another error than the 422 of a failed validation."""


class Late(NamedTuple):
    """A registration on a router that was included before."""

    file: str
    line: int
    path: str
    kind: str
    """route, plain, websocket or include."""
    included_file: str
    included_line: int


class Taken(NamedTuple):
    """A parameter that is filled from the request."""

    name: str
    """As the request has it: the alias, if there is one."""
    variable: str
    marker: str | None
    """"Path", "Query" …; None when FastAPI decides."""
    path: str
    line: int
    optional: bool
    """Whether it has a default."""
    symbol: str = ""
    """"path:qualname" of the function, or of the class whose field it is."""


class Inputs(NamedTuple):
    """What a route takes from a request."""

    taken: tuple[Taken, ...]
    complete: bool
    """Whether the parameters of all its dependencies are known."""
    reads_request: bool
    """Whether some of its code is given the request and may look at its path there."""


class Link(NamedTuple):
    """An include or mount: how one application or router is a part of another."""

    outer: str
    inner: str
    kind: str
    prefix: str | None
    """None when not known."""
    guards: tuple[str, ...]
    """Names of the dependencies given at this place."""


class Node(NamedTuple):
    """An application or router."""

    id: str
    kind: str
    """The class's name: FastAPI, APIRouter …"""
    name: str
    routes: int
    """Registered on itself."""
    guards: tuple[str, ...]
