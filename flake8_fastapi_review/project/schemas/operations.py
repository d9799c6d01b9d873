"""What a route takes and answers, as its clients see it: the rules are FastAPI's ("Request Body", "Response Model")."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ...module.index import unnumbered
from ...records import NamedTuple
from ...regex import regex
from ..constants import UNKNOWN, value_of
from ..requests import EXPLICIT, is_special
from .nodes import ANY, NOT_KNOWN, Answer, Body, Field, Operation, Parameter, Schema, constrained

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from ...module.summary import Expr, Function, Summary
    from ..application import RouteRow, Taken
    from ..application.rows import Inputs
    from ..types import Types
    from .models import Models
    from .reading import Reader

_PATH_NAME = regex(r"\{(\w+)(?::\w+)?\}")
_METHODS = frozenset("get post put patch delete head options trace api_route route add_api_route".split())
_REDIRECT = "starlette.responses.RedirectResponse"
_FORM, _MULTIPART, _JSON_BODY = "application/x-www-form-urlencoded", "multipart/form-data", "application/json"
_PLACES = ("path", "query", "header", "cookie")
_STREAMS = frozenset("AsyncIterable AsyncIterator AsyncGenerator Iterable Iterator Generator".split())


class _Declared(NamedTuple):
    """A parameter of a function, or a field of a class that is a dependency."""

    variable: str
    summary: Summary
    annotation: Expr | None
    default: Expr | None
    schema: Schema
    line: int
    field: Field | None
    """Of a class."""


class _Placed(NamedTuple):
    """A parameter with the place that it is filled from."""

    name: str
    place: str
    schema: Schema
    is_required: bool
    declared: _Declared
    keywords: dict[str, Any]
    """Of `Query(…)`, `Body(…)` …."""


class Operations:
    """Makes Operations; the caller remembers them."""

    def __init__(self, types: Types, reader: Reader, models: Models, inputs: Callable[[RouteRow], Inputs]) -> None:
        self.types = types
        self.reader = reader
        self.models = models
        self._inputs = inputs

    def make(self, row: RouteRow) -> Operation | None:
        """What a row of the route table takes and answers; None for what FastAPI does not make, and where the handler
        is not found."""
        found = self._handler(row)
        if found is None or row.kind != "route":
            return None
        summary, function = found
        parameters, body, is_body_known = self._request(row)
        registered = self._registration(row, summary, function)
        status = self._status(row, registered)
        answer = self._answer(row, summary, function, registered, status)
        return Operation(
            row.app,
            row.method,
            row.path,
            parameters,
            body,
            is_body_known,
            status,
            answer,
            row.security,
            f"{row.file}:{function.qualname}",
            row.file,
            row.line,
        )

    def _handler(self, row: RouteRow) -> tuple[Summary, Function] | None:
        summary = self.types.modules.summary(row.file)
        if summary is None:
            return None
        for qualname in (row.endpoint_qualname, *(f"{row.endpoint_qualname}#{number}" for number in range(1, 6))):
            function = summary.functions.get(qualname)
            if function is not None and function.line == row.line:
                return summary, function
        same = [name for name in summary.functions if unnumbered(name) == row.endpoint_qualname]
        return next(
            (
                (summary, summary.functions[name])
                for name in same
                if summary.functions[name].line == row.line or len(same) == 1
            ),
            None,
        )

    # Requests

    def _request(self, row: RouteRow) -> tuple[tuple[Parameter, ...] | None, Body | None, bool]:
        inputs = self._inputs(row)
        if not inputs.complete:
            return None, None, False
        in_path = set(_PATH_NAME.findall(row.path))
        parameters: dict[tuple[str, str], Parameter] = {}
        body: dict[str, _Placed] = {}
        for declared in self._declared(inputs.taken):
            if declared is None:
                return None, None, False
            placed = self._placed(declared, in_path)
            if placed is None:
                continue
            if placed.place == "?":
                return None, None, False
            if placed.place in _PLACES:
                for parameter in self._expanded(placed):
                    parameters.setdefault((parameter.name, parameter.place), parameter)
            else:
                body.setdefault(placed.name, placed)
        return tuple(parameters.values()), self._body(list(body.values())), True

    def _declared(self, taken: Iterable[Taken]) -> Iterator[_Declared | None]:
        seen: set[tuple[str, str]] = set()
        for each in taken:
            if (each.symbol, each.variable) in seen:
                continue
            seen.add((each.symbol, each.variable))
            path, _, qualname = each.symbol.rpartition(":")
            summary = self.types.modules.summary(path)
            if summary is None:
                yield None
                continue
            function = summary.functions.get(qualname)
            if function is not None:
                found = next((one for one in function.parameters if one[0] == each.variable), None)
                if found is None:
                    yield None
                elif found[1] not in (2, 4):
                    schema = self.reader.read(summary, found[2])
                    yield _Declared(each.variable, summary, found[2], found[3], schema, each.line, None)
                continue
            model = self.models.make(each.symbol)
            field = model.field(each.variable) if model is not None else None
            if field is None:
                yield None
                continue
            yield _Declared(each.variable, summary, field.annotation, field.value, field.type, each.line, field)

    def _placed(self, declared: _Declared, in_path: set[str]) -> _Placed | None:
        """None for what is filled by FastAPI itself, and for what is not shown to clients."""
        summary, annotation = declared.summary, declared.annotation
        marker: str | None = None
        keywords: dict[str, Any] = {}
        constraints: dict[str, Any] = {}
        default: Expr | None = declared.default
        for owner, expr in (*self.types.metadata(summary, annotation), (summary, declared.default)):
            if expr is None:
                continue
            named = self.types.qualified(self.types.eval(owner, expr[1] if expr[0] == "c" else expr))
            is_marker = named in EXPLICIT
            if is_marker and EXPLICIT[named or ""] == "depends":
                return None
            if is_marker:
                marker = EXPLICIT[named or ""]
            if expr[0] == "c" and (is_marker or (named or "").rpartition(".")[2] == "Field"):
                given = dict(expr[3])
                if None in given:
                    return _Placed("", "?", NOT_KNOWN, False, declared, {})
                keywords |= {key: value_of(self.types, owner, value) for key, value in given.items() if key}
                constraints |= self.reader.constraints(owner, given)
                if expr is declared.default:
                    default = expr[2][0] if expr[2] else given.get("default")
                    if default is None and "default_factory" in given:
                        default = ("k", None)
        if marker is None and is_special(self.types, summary, annotation):
            return None
        schema = constrained(declared.schema, constraints)
        name = declared.variable
        if marker is None:
            marker = self._place(name, schema, in_path)
        if marker is None:
            return _Placed(name, "?", schema, False, declared, keywords)
        alias = keywords.get("validation_alias") or keywords.get("alias")
        if alias is UNKNOWN or keywords.get("include_in_schema") is UNKNOWN:
            return _Placed(name, "?", schema, False, declared, keywords)
        if isinstance(alias, str):
            name = alias
        elif declared.field is not None:
            name = declared.field.read_as
        elif marker == "header" and keywords.get("convert_underscores") is not False:
            name = name.replace("_", "-")
        if marker == "header":
            name = name.lower()
        required = marker == "path" or default is None or default == ("k", ...)
        if declared.field is not None and marker != "path":
            required = declared.field.is_required
        return _Placed(name, marker, schema, required, declared, keywords)

    @staticmethod
    def _place(name: str, schema: Schema, in_path: set[str]) -> str | None:
        if name in in_path:
            return "path"
        if _holds_file(schema):
            return "file"
        if schema.is_scalar:
            return "query"
        return None if any(each.kind == "unknown" for each in (schema, *schema.members)) else "body"

    def _expanded(self, placed: _Placed) -> Iterator[Parameter]:
        """The parameter, or of `Annotated[Filters, Query()]` one for each field."""
        declared = placed.declared
        path, shown = declared.summary.path, placed.keywords.get("include_in_schema") is not False
        models = [each for each in placed.schema.members if each.kind == "model"]
        model = self.models.make(models[0].name) if len(models) == 1 and len(placed.schema.members) == 1 else None
        if model is None or placed.place == "path":
            yield Parameter(placed.name, placed.place, placed.is_required, placed.schema, path, declared.line, shown)
            return
        for field in model.fields:
            if field.is_computed:
                continue
            name = field.read_as
            if placed.place == "header":
                name = (name if name != field.name else name.replace("_", "-")).lower()
            yield Parameter(name, placed.place, field.is_required, field.type, model.path, model.line, shown)

    def _body(self, parts: list[_Placed]) -> Body | None:
        if not parts:
            return None
        content = _JSON_BODY
        if any(part.place in ("form", "file") for part in parts):
            content = _MULTIPART if any(_holds_file(part.schema) or part.place == "file" for part in parts) else _FORM
        required = any(part.is_required for part in parts)
        if len(parts) == 1 and parts[0].keywords.get("embed") is not True:
            only = parts[0]
            if content == _JSON_BODY or any(each.kind == "model" for each in only.schema.members):
                return Body(content, only.schema, (), required)
        return Body(content, None, tuple(map(_as_field, parts)), required)

    # Answers

    def _registration(self, row: RouteRow, summary: Summary, function: Function) -> list[tuple[Summary, Expr]]:
        """The calls that may have registered the row, as far as they are seen."""
        found = [
            (summary, decorator)
            for decorator in function.decorators
            if decorator[0] == "c" and decorator[1][0] == "a" and decorator[1][2] in _METHODS
        ]
        if len(found) > 1:
            found = [each for each in found if each[1][1][2] in (row.method.lower(), "api_route", "route")] or found
        if len(found) > 1:
            texts = [self._own_path(owner, call) for owner, call in found]
            found = [each for each, text in zip(found, texts, strict=True) if text in (row.own_path, None)] or found
        if found or not {"response_model", "status_code"} & set(row.keywords):
            return found
        path, line = row.registered_at
        other = self.types.modules.summary(path)
        if other is None:
            return []
        return [
            (other, call[0])
            for outer in other.functions.values()
            for call in outer.calls
            if call[1] == line and call[0][1][0] == "a" and call[0][1][2] in _METHODS
        ]

    def _own_path(self, summary: Summary, call: Expr) -> str | None:
        given = call[2][0] if call[2] else dict(call[3]).get("path")
        value = value_of(self.types, summary, given) if given is not None else UNKNOWN
        return value if isinstance(value, str) else None

    def _said(self, registered: list[tuple[Summary, Expr]], name: str) -> tuple[bool, list[tuple[Summary, Expr]]]:
        """What the registrations say for a keyword, each once; whether they agree on saying something."""
        given = [(owner, dict(call[3]).get(name)) for owner, call in registered]
        stated = [(owner, value) for owner, value in given if value is not None]
        distinct = list(dict.fromkeys((owner.path, value) for owner, value in stated))
        return len(distinct) == 1 and len(stated) == len(given), stated

    def _status(self, row: RouteRow, registered: list[tuple[Summary, Expr]]) -> int | None:
        if row.status_code is not None:
            return row.status_code
        if "status_code" in row.keywords:
            agreed, stated = self._said(registered, "status_code")
            if not agreed or value_of(self.types, *stated[0]) is not None:
                return None
        return 307 if row.response_class == _REDIRECT else 200

    def _answer(
        self,
        row: RouteRow,
        summary: Summary,
        function: Function,
        registered: list[tuple[Summary, Expr]],
        status: int | None,
    ) -> Answer | None:
        if status is None or row.response_class == "?":
            return None
        if row.response_class is not None and not self._is_json(row.response_class):
            return Answer(status, "", ANY)
        settings: dict[str, Any] = {}
        for name in ("include", "exclude", "by_alias"):
            keyword = f"response_model_{name}"
            if keyword not in row.keywords:
                continue
            agreed, stated = self._said(registered, keyword)
            value = value_of(self.types, *stated[0]) if agreed else UNKNOWN
            if value is UNKNOWN:
                return None
            settings[name] = value
        schema = self._answered(row, summary, function, registered)
        if schema is None:
            return Answer(status, "", ANY)
        only = settings.get("include")
        return Answer(
            status,
            _JSON_BODY,
            schema,
            None if only is None else frozenset(map(str, only)),
            frozenset(map(str, settings.get("exclude") or ())),
            settings.get("by_alias") is not False,
        )

    def _answered(
        self, row: RouteRow, summary: Summary, function: Function, registered: list[tuple[Summary, Expr]]
    ) -> Schema | None:
        """The declared type of answers; None for a Response of its own."""
        if function.returns == ("k", None) and row.response_model is None:
            # Said of the function, not of the answer.
            return ANY
        if "response_model" in row.keywords:
            agreed, stated = self._said(registered, "response_model")
            if agreed:
                owner, expr = stated[0]
                return ANY if expr == ("k", None) else self.reader.read(owner, expr)
            if stated:
                return NOT_KNOWN
            # Somebody else gave it: routers of projects take it from the annotation, if there is one.
            if function.returns is None:
                return NOT_KNOWN
            if row.response_model is None:
                return self.reader.read(summary, function.returns)
            text = self.types.text_expression(row.response_model)
            declared = function.returns
            if declared[0] == "k" and isinstance(declared[1], str):
                declared = self.types.text_expression(declared[1])
            if text == declared or _last(declared) == row.response_model.rpartition(".")[2]:
                return self.reader.read(summary, function.returns)
            return NOT_KNOWN
        if function.returns is None:
            return ANY
        if row.response_model is None and function.returns != ("k", None):
            return None
        return self.reader.read(summary, function.returns)

    def _is_json(self, name: str) -> bool:
        last = name.rpartition(".")[2]
        return "JSON" in last.upper() or last == "UJSONResponse"


def _as_field(part: _Placed) -> Field:
    declared = part.declared
    owner = declared.field.owner if declared.field is not None else declared.summary.path
    return Field(
        declared.variable,
        part.schema,
        "required" if part.is_required else "value",
        UNKNOWN,
        tuple(part.keywords.items()),
        part.name,
        part.name,
        owner,
        declared.annotation,
        declared.default,
    )


def _holds_file(schema: Schema) -> bool:
    return schema.kind == "file" or any(_holds_file(each) for each in schema.items)


def _last(expr: Expr) -> str:
    return str(expr[-1]) if expr[0] in ("g", "a") else ""


__all__ = ["Operations"]
