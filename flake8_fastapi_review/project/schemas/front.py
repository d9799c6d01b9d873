"""What may be asked of the schemas of a project."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from ..constants import value_of
from ..readings import remembered
from .models import Models
from .operations import Operations
from .reading import Reader, model_kind

if TYPE_CHECKING:
    from collections.abc import Callable

    from ...config import Version
    from ...module.summary import Expr, Summary
    from ..application import Application, RouteRow
    from ..requests import Requests
    from ..types import Types
    from .nodes import Model, Operation, Schema

_SECOND = (
    b"import ConfigDict",
    b"import TypeAdapter",
    b"import RootModel",
    b"field_validator(",
    b"model_validator(",
    b"model_config = ",
    b".model_dump(",
    b".model_validate(",
)
"""What only code for Pydantic 2 holds."""


class Schemas:
    """Answers are remembered; a class is looked at when it is asked for."""

    def __init__(
        self,
        types: Types,
        requests: Requests,
        application: Callable[[], Application],
        pydantic: Callable[[], Version | None],
    ) -> None:
        """`pydantic`: the version that the project's files state, if they do."""
        self.types = types
        self._requests = requests
        self._application = application
        self._stated = pydantic
        self._version: int | None = None
        self._reader = Reader(types)
        self._models = Models(types, self._reader, lambda: self.version)
        self._operations = Operations(types, self._reader, self._models, lambda row: self._application().inputs(row))
        self._made: dict[tuple[str, tuple[Schema, ...]], Model | None] = {}

    @property
    def version(self) -> int:
        """The major version of Pydantic: by what the project's code calls, else by what its files state, else 2."""
        return self.known_version or 2

    @property
    @remembered()
    def known_version(self) -> int | None:
        """The same; None when neither code nor files tell."""
        if self._version is None:
            stated = self._stated()
            if self.types.modules.mentioning_any(_SECOND):
                self._version = 2
            else:
                self._version = 0 if stated is None else 1 if stated[0] < 2 else 2
        return self._version or None

    def schema(self, summary: Summary, annotation: Expr | None) -> Schema:
        """The type of a value that is annotated so in this module."""
        return self._reader.read(summary, annotation)

    @remembered(lambda self, symbol, arguments=(): (symbol, arguments))
    def model(self, symbol: str, arguments: tuple[Schema, ...] = ()) -> Model | None:
        """The class "path:qualname" as a model, a generic one with its `arguments`; None if it has no fields that JSON
        knows of."""
        key = (symbol, arguments)
        if key not in self._made:
            self._made[key] = self._models.make(symbol, arguments)
        return self._made[key]

    def kind(self, symbol: str) -> str | None:
        """pydantic, settings, dataclass, typeddict or namedtuple; None for any other class. Cheaper than `model`."""
        return model_kind(self.types, symbol)

    def uses(self, symbol: str) -> frozenset[str]:
        """request, response and settings, as far as they fit; nothing for a model that is internal.

        A model is used in requests or responses when a route takes or answers it, alone or inside of others.
        """
        found = {kind for kind in ("request", "response") if self._requests.is_used(symbol, kind)}
        if model_kind(self.types, symbol) == "settings":
            found.add("settings")
        return frozenset(found)

    def checked(self, symbol: str) -> frozenset[str]:
        """The fields of a model that validators look at, its own and those of its bases; "*" for all of them."""
        found: set[str] = set()
        for cls in self.types.mro(symbol):
            own = self.types.project_class(cls)
            if own is None:
                continue
            summary, definition = own
            for method in summary.methods(definition.qualname):
                for decorator in method.decorators:
                    made = decorator[0] == "c"
                    name = self.types.qualified(self.types.eval(summary, decorator[1] if made else decorator))
                    kind = (name or "").rpartition(".")[2]
                    if kind in ("model_validator", "root_validator"):
                        found.add("*")
                    elif made and kind in ("field_validator", "validator"):
                        values = [value_of(self.types, summary, each) for each in decorator[2]]
                        found.update(each if isinstance(each, str) else "*" for each in values)
        return frozenset(found)

    def operation(self, row: RouteRow) -> Operation | None:
        """What a row of the route table takes and answers; None for what FastAPI does not make."""
        return self._operations.make(row)

    def line_of(self, symbol: str, name: str | None = None) -> tuple[str, int] | None:
        """Where a class of the project, or a member in its own body, is declared: path and line from 1."""
        own = self.types.project_class(symbol)
        if own is None:
            return None
        path, first = own[0].path, own[1].line
        if name is None:
            return path, first
        text = (self.types.modules.bytes_of(path) or b"").decode("utf-8", "replace").splitlines()
        starts = re.compile(rf"(\s+)(?:(?:async\s+)?def\s+)?{re.escape(name)}\s*[:=(]")
        outer = len(text[first - 1]) - len(text[first - 1].lstrip()) if first <= len(text) else 0
        inner: int | None = None
        for number, line in enumerate(text[first:], first + 1):
            stripped = line.strip()
            if not stripped or stripped.startswith("#"):
                continue
            indent = len(line) - len(line.lstrip())
            if indent <= outer and not stripped.startswith((")", "]", "}")):
                break
            inner = indent if inner is None else inner
            if indent == inner and starts.match(line):
                return path, number
        return path, first
