"""What breaks between two OpenAPI documents of FastAPI: a straightforward comparison, for the proof of FAR097 only.

Knows nothing of the code: it reads the documents of two running versions. Told are (method, path, side, kind, name),
the name being the last property, parameter or status on the way there.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterator
from typing import Any, NamedTuple

Schema = dict[str, Any]
Document = dict[str, Any]


class Fact(NamedTuple):
    """One break of one operation."""

    method: str
    path: str
    side: str
    kind: str
    """route, parameter, required, removed, narrowed, widened, status, content or security."""
    name: str


_METHODS = ("get", "post", "put", "patch", "delete", "head", "options", "trace")


def differences(old: Document, new: Document) -> set[Fact]:
    """What clients of the old document cannot rely on in the new one."""
    return set(_Differ(old, new).run())


class _Differ:
    def __init__(self, old: Document, new: Document) -> None:
        self.documents = old, new
        self.found: list[Fact] = []
        self._operation = ("", "")
        self._seen: set[tuple[str, str, str]] = set()

    def run(self) -> list[Fact]:
        before, after = _operations(self.documents[0]), _operations(self.documents[1])
        for key, (path, operation) in before.items():
            self._operation = (key[0].upper(), path)
            if key not in after:
                self._note("request", "route", "")
                continue
            self._compare(operation, after[key][1])
        return self.found

    def _note(self, side: str, kind: str, name: str) -> None:
        self.found.append(Fact(*self._operation, side, kind, name))

    def _compare(self, old: Schema, new: Schema) -> None:
        self._seen = set()
        self._parameters(old, new)
        self._bodies(old.get("requestBody"), new.get("requestBody"))
        self._responses(old["responses"], new["responses"])
        if new.get("security") and not old.get("security"):
            self._note("request", "security", "")

    def _parameters(self, old: Schema, new: Schema) -> None:
        before, after = _parameters(old), _parameters(new)
        for (place, name), parameter in before.items():
            other = after.get((place, name))
            if other is None:
                if place != "path":
                    self._note("request", "parameter", name)
                continue
            if other.get("required") and not parameter.get("required"):
                self._note("request", "required", name)
            self._schemas(parameter["schema"], other["schema"], "request", name, is_text=True)
        for (place, name), parameter in after.items():
            if place != "path" and parameter.get("required") and (place, name) not in before:
                self._note("request", "required", name)

    def _bodies(self, old: Schema | None, new: Schema | None) -> None:
        if new is None:
            return
        if new.get("required") and not (old or {}).get("required"):
            self._note("request", "required", "body")
        if old is None:
            return
        if old["content"].keys() != new["content"].keys():
            self._note("request", "content", "body")
            return
        for content, each in old["content"].items():
            self._schemas(each.get("schema", {}), new["content"][content].get("schema", {}), "request", "body")

    def _responses(self, old: Schema, new: Schema) -> None:
        before, after = ({code: each for code, each in side.items() if code[0] in "23"} for side in (old, new))
        for code in before:
            if code not in after:
                self._note("response", "status", code)
        first, second = (next(iter(side.values()), {}).get("content", {}) for side in (before, after))
        if "application/json" not in first:
            return
        if "application/json" not in second:
            self._note("response", "content", next(iter(before)))
            return
        one, other = (each["application/json"].get("schema", {}) for each in (first, second))
        self._schemas(one, other, "response", next(iter(before)))

    # Schemas

    def _members(self, side: int, schema: Schema) -> tuple[list[tuple[str, Schema]], bool]:
        """(name of the component or "", schema) of each alternative without null; whether null is one."""
        name = ""
        for _ in range(20):
            if "$ref" in schema:
                name = schema["$ref"].rpartition("/")[2]
                schema = self.documents[side]["components"]["schemas"][name]
            elif len(schema.get("allOf", ())) == 1:
                schema = schema["allOf"][0]
            else:
                break
        options = schema.get("anyOf") or schema.get("oneOf")
        if options is None:
            return ([], True) if schema.get("type") == "null" else ([(name, schema)], False)
        members: list[tuple[str, Schema]] = []
        nullable = False
        for option in options:
            inner, is_null = self._members(side, option)
            members += inner
            nullable = nullable or is_null
        return members, nullable

    def _schemas(self, old: Schema, new: Schema, side: str, name: str, is_text: bool = False) -> None:
        before, was_null = self._members(0, old)
        after, is_null = self._members(1, new)
        wide = [_is_any(schema) for _, schema in before], [_is_any(schema) for _, schema in after]
        if any(wide[0]) or any(wide[1]):
            if side == "request" and any(wide[0]) and not any(wide[1]):
                self._note(side, "narrowed", name)
            if side == "response" and any(wide[1]) and not any(wide[0]):
                self._note(side, "widened", name)
            return
        if side == "request" and was_null and not is_null and not is_text:
            self._note(side, "narrowed", name)
        if side == "response" and is_null and not was_null:
            self._note(side, "widened", name)
        gone, added = list(before), list(after)
        pairs: list[tuple[tuple[str, Schema], tuple[str, Schema]]] = []
        for alike in (_same_name, _same_type):
            for one in list(gone):
                other = next((each for each in added if alike(one, each)), None)
                if other is not None:
                    pairs.append((one, other))
                    gone.remove(one)
                    added.remove(other)
        if len(gone) == len(added) == 1 and _shape(gone[0][1]) == _shape(added[0][1]):
            pairs.append((gone.pop(), added.pop()))
        for one, other in pairs:
            self._pair(one, other, side, name, is_text)
        left, kind, others = (gone, "narrowed", after) if side == "request" else (added, "widened", before)
        for each in left:
            if not any(_covers(wide_one[1], each[1], is_text) for wide_one in others):
                self._note(side, kind, name)

    def _pair(self, old: tuple[str, Schema], new: tuple[str, Schema], side: str, name: str, is_text: bool) -> None:
        (first, one), (second, other) = old, new
        if "enum" in one and "enum" in other:
            gone, added = set(map(str, one["enum"])) - set(map(str, other["enum"])), set(map(str, other["enum"]))
            if gone and side == "request":
                self._note(side, "narrowed", name)
            if added - set(map(str, one["enum"])) and side == "response":
                self._note(side, "widened", name)
            return
        if _shape(one) == "object" == _shape(other):
            self._objects(first, one, second, other, side, name)
        elif "prefixItems" in one and "prefixItems" in other:
            for inner, held in zip(one["prefixItems"], other["prefixItems"], strict=False):
                self._schemas(inner, held, side, name, is_text)
        elif _shape(one) == "array" == _shape(other):
            self._schemas(one.get("items", {}), other.get("items", {}), side, name, is_text)
        elif _shape(one) == "map" == _shape(other):
            held_old, held_new = one["additionalProperties"], other["additionalProperties"]
            if isinstance(held_old, dict) and isinstance(held_new, dict):
                self._schemas(held_old, held_new, side, name)
        elif not (_covers(other, one, is_text) if side == "request" else _covers(one, other, False)):
            self._note(side, "narrowed" if side == "request" else "widened", name)
        if side == "request" and _is_narrower(one, other):
            self._note(side, "narrowed", name)

    def _objects(self, first: str, old: Schema, second: str, new: Schema, side: str, name: str) -> None:
        key = (first, second, side)
        if first and key in self._seen:
            return
        self._seen.add(key)
        before, after = old.get("properties", {}), new.get("properties", {})
        required = set(old.get("required", ())), set(new.get("required", ()))
        for inner, schema in before.items():
            if inner in after:
                self._schemas(schema, after[inner], side, inner)
                if side == "request" and inner in required[1] and inner not in required[0]:
                    self._note(side, "required", inner)
            elif side == "response":
                self._note(side, "removed", inner)
            elif new.get("additionalProperties") is False:
                self._note(side, "narrowed", inner)
        if side == "request":
            for inner in after.keys() - before.keys():
                if inner in required[1]:
                    self._note(side, "required", inner)


def _operations(document: Document) -> dict[tuple[str, str], tuple[str, Schema]]:
    return {
        (method, re.sub(r"\{[^{}]*\}", "{}", path)): (re.sub(r"\{[^{}]*\}", "{}", path), operation)
        for path, item in document["paths"].items()
        for method, operation in item.items()
        if method in _METHODS
    }


def _parameters(operation: Schema) -> dict[tuple[str, str], Schema]:
    found = {}
    position = 0
    for each in operation.get("parameters", ()):
        name = each["name"]
        if each["in"] == "header":
            name = name.lower()
        if each["in"] == "path":
            name, position = str(position), position + 1
        found[each["in"], name] = each
    return found


def _shape(schema: Schema) -> str:
    if "enum" in schema or "const" in schema:
        return "enum"
    kind = schema.get("type")
    if kind == "object" or "properties" in schema:
        return "object" if "properties" in schema or "additionalProperties" not in schema else "map"
    return str(kind)


def _is_any(schema: Schema) -> bool:
    return not schema.keys() - {"title", "description", "default", "examples", "deprecated"}


def _stem(name: str) -> str:
    return re.sub(r"-(Input|Output)$", "", name).rpartition("__")[2]


def _same_name(one: tuple[str, Schema], other: tuple[str, Schema]) -> bool:
    return bool(one[0]) and _stem(one[0]) == _stem(other[0])


def _same_type(one: tuple[str, Schema], other: tuple[str, Schema]) -> bool:
    first, second = one[1], other[1]
    return _shape(first) == _shape(second) != "object" and first.get("format") == second.get("format")


def _covers(wide: Schema, narrow: Schema, is_text: bool) -> bool:
    if _is_any(wide):
        return True
    values = [narrow["const"]] if "const" in narrow else narrow.get("enum")
    kind = wide.get("type")
    if _shape(wide) == "enum":
        known = [wide["const"]] if "const" in wide else wide["enum"]
        return values is not None and set(map(str, values)) <= set(map(str, known))
    if values is not None:
        types = {"string": str, "integer": int, "number": (int, float), "boolean": bool}
        return kind in types and all(isinstance(value, types[kind]) for value in values)  # type: ignore[arg-type]
    if kind == "string" and "format" not in wide and is_text:
        return narrow.get("type") in ("string", "integer", "number", "boolean")
    if kind == "number" and narrow.get("type") == "integer":
        return True
    if _shape(wide) == "map" and _shape(narrow) == "object":
        return wide.get("additionalProperties") in (True, {})
    return _shape(wide) == _shape(narrow) and wide.get("format") in (None, narrow.get("format"))


def _is_narrower(old: Schema, new: Schema) -> bool:
    (low, high), (lower, higher) = _bounds(old), _bounds(new)
    if lower > low or higher < high:
        return True
    for name in ("Length", "Items"):
        if new.get(f"min{name}", 0) > old.get(f"min{name}", 0):
            return True
        if new.get(f"max{name}", math.inf) < old.get(f"max{name}", math.inf):
            return True
    if new.get("pattern") not in (None, old.get("pattern")):
        return True
    return "multipleOf" in new and new["multipleOf"] != old.get("multipleOf")


def _bounds(schema: Schema) -> tuple[float, float]:
    step = 1 if schema.get("type") == "integer" else 1e-9
    low = max(schema.get("minimum", -math.inf), schema.get("exclusiveMinimum", -math.inf) + step)
    return low, min(schema.get("maximum", math.inf), schema.get("exclusiveMaximum", math.inf) - step)


def read(path: str) -> Iterator[tuple[str, Document]]:
    """(path of the mount, document) of each application in a file."""
    with open(path, encoding="utf-8") as file:
        yield from json.load(file).items()
