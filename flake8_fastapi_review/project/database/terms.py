"""Expressions with the values of the parameters around them, followed to where they are made.

A model is often put together by functions: `def fk(table): return Column(ForeignKey(f"{table}.id"))`. A Term is an
expression of a module together with what the parameters of the functions that led there were given.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from ...module.summary import Expr, Function, Summary
from ...records import NamedTuple
from ..constants import UNKNOWN, value_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ..type_terms import Type
    from ..types import Types

_MAX_DEPTH = 40
_SLICED = 60
"""The shortest limit of the names that databases have."""
_TEXT_METHODS = frozenset(
    "lower upper strip lstrip rstrip replace title capitalize removeprefix removesuffix format".split()
)


class Packed(NamedTuple):
    """What `*args` or `**kwargs` of a call hold."""

    args: tuple[Term, ...]
    keywords: dict[str, Term]


class Term(NamedTuple):
    summary: Summary
    expr: Expr
    env: dict[tuple[str, str, int], Any] | None = None
    """(path, function, position of the parameter) → Term, Packed, or the symbol of the class that `cls` is."""

    def at(self, expr: Expr) -> Term:
        return Term(self.summary, expr, self.env)


class Arguments(NamedTuple):
    args: tuple[Term, ...]
    keywords: dict[str, Term]
    complete: bool
    """Whether `*` and `**` could be looked into."""

    def get(self, position: int, name: str) -> Term | None:
        if name in self.keywords:
            return self.keywords[name]
        return self.args[position] if 0 <= position < len(self.args) else None


class Terms:
    """Follows Terms."""

    def __init__(self, types: Types) -> None:
        self.types = types

    # Following

    def resolve(self, term: Term, depth: int = 0) -> Term:
        """The expression that makes the value: names, attributes of modules and classes, and calls of the project's
        functions with one result are followed."""
        while depth < _MAX_DEPTH:
            depth += 1
            following = self._next(term, depth)
            if following is None:
                return term
            term = following
        return term

    def _next(self, term: Term, depth: int) -> Term | None:
        expr = term.expr
        match expr[0]:
            case "g":
                return self._global(term, expr[1])
            case "v":
                return self._bound(term, expr[1])
            case "a":
                return self._attribute(term, expr)
            case "c":
                return self._inlined(term, depth)
            case "i" | "o":
                return None
        return None

    def _global(self, term: Term, name: str) -> Term | None:
        summary = term.summary
        found = summary.names.get(name)
        if found:
            return self._bound(term, found)
        source = self.types.starred(summary, name)
        return Term(source, ("g", name)) if source is not None else None

    def _bound(self, term: Term, indices: tuple[int, ...]) -> Term | None:
        for index in reversed(indices):
            found = self._binding(term, term.summary.table[index])
            if found is not None:
                return found
        return None

    def _binding(self, term: Term, fact: Expr) -> Term | None:
        match fact:
            case ("=", value, ()):
                return term.at(value)
            case (":", _, value) if value is not None:
                return term.at(value)
            case ("imp", level, module, name) if name is not None:
                return self._imported(term.summary, level, module, name)
            case ("par", qualname, position):
                held = self.parameter(term, qualname, position)
                return held if isinstance(held, Term) else None
        return None

    def _imported(self, summary: Summary, level: int, module: str | None, name: str) -> Term | None:
        path = self.types.modules.resolve(summary.path, level, module)
        other = self.types.modules.summary(path) if path is not None else None
        return Term(other, ("g", name)) if other is not None else None

    def parameter(self, term: Term, qualname: str, position: int) -> Any:
        """What a parameter was given: a Term (its default, if nothing), Packed, a symbol, or None."""
        held = (term.env or {}).get((term.summary.path, qualname, position))
        if held is not None:
            return held
        function = term.summary.functions.get(qualname)
        if function is None or (term.env or {}).get((term.summary.path, qualname, -1)) is None:
            return None
        default = Function._make(function).parameters[position][3]
        return Term(term.summary, default) if default is not None else None

    def _attribute(self, term: Term, expr: Expr) -> Term | None:
        _, owner, name = expr
        cls = self.class_of(term.at(owner))
        if cls is not None:
            return self.member(cls, name)
        held = self.types.eval(term.summary, owner)
        if held is not None and held[0] == "mod":
            other = self.types.modules.summary(held[1])
            return Term(other, ("g", name)) if other is not None else None
        return None

    def member(self, cls: str, name: str) -> Term | None:
        """The value of a class's attribute, by the order of its bases."""
        for base in self.types.mro(cls):
            own = self.types.project_class(base)
            if own is None:
                continue
            summary, definition = own
            for index in reversed(definition.members.get(name, ())):
                found = self._binding(Term(summary, ("?",)), summary.table[index])
                if found is not None:
                    return found
        return None

    def class_of(self, term: Term) -> str | None:
        """The symbol of the project's class that an expression names."""
        if term.expr[0] == "v":
            for index in term.expr[1]:
                match term.summary.table[index]:
                    case ("par", qualname, position):
                        held = self.parameter(term, qualname, position)
                        if isinstance(held, str):
                            return held
                        if isinstance(held, Term):
                            return self.class_of(held)
        found = self.types.eval(term.summary, term.expr)
        if found is not None and found[0] == "union":
            found = next((each for each in found[1] if each[0] == "type"), None)
        return found[1] if found is not None and found[0] == "type" and ":" in found[1] else None

    def _inlined(self, term: Term, depth: int) -> Term | None:
        """The result of a call of a project function, its parameters bound to the arguments."""
        callee = self._callee(term)
        if callee is None or callee[0] not in ("func", "bound"):
            return None
        own = self.types.function(callee[1])
        if own is None or depth > _MAX_DEPTH // 2:
            return None
        summary, function = own
        results = [each for each in function.results if each != ("k", None)]
        if len(results) != 1 or not function.results:
            return None
        return Term(summary, results[0], self.bound(term, summary, function, callee))

    def _callee(self, term: Term) -> Type | None:
        target = term.expr[1]
        if target[0] == "a":
            cls = self.class_of(term.at(target[1]))
            if cls is not None:
                return self.types.attribute(("type", cls, ()), target[2])
        return self.types.eval(term.summary, target)

    def bound(self, term: Term, summary: Summary, function: Function, callee: Type) -> dict[tuple[str, str, int], Any]:
        """The parameters of a function as a call gives them; -1 marks that the function was called."""
        given = self.arguments(term)
        env: dict[tuple[str, str, int], Any] = {(summary.path, function.qualname, -1): ""}
        args = list(given.args)
        keywords = dict(given.keywords)
        positional = [p for p, each in enumerate(function.parameters) if each[1] < 2]
        if callee[0] == "bound" and positional:
            receiver = callee[2]
            if receiver is not None and receiver[0] in ("type", "inst") and ":" in receiver[1]:
                env[summary.path, function.qualname, positional[0]] = receiver[1]
            positional = positional[1:]
        for position, (name, kind, _, _) in enumerate(function.parameters):
            key = (summary.path, function.qualname, position)
            if kind in (0, 1) and position in positional and args:
                env[key] = args.pop(0)
            elif kind in (1, 3) and name in keywords:
                env[key] = keywords.pop(name)
        for position, (_, kind, _, _) in enumerate(function.parameters):
            key = (summary.path, function.qualname, position)
            if kind == 2:
                env[key] = Packed(tuple(args), {})
            elif kind == 4:
                env[key] = Packed((), keywords)
        return env

    # Calls

    def called(self, term: Term) -> str | None:
        """The qualified name of what a call calls; of SQLAlchemy and SQLModel the last part alone is kept, since their
        classes can be imported from many places: "Column", "mapped_column", "relationship"."""
        if term.expr[0] != "c":
            return None
        target = term.expr[1]
        if target[0] == "v" and any(term.expr in term.summary.table[index] for index in target[1]):
            # `registry = registry()` in a class's body calls what the module knows by that name.
            target = ("g", name_in_class(term.summary, target) or "?")
        name = self.types.qualified(self.types.eval(term.summary, target))
        return None if name is None else leaf(name)

    def arguments(self, term: Term) -> Arguments:
        """The arguments of a call, `*` and `**` looked into."""
        args: list[Term] = []
        keywords: dict[str, Term] = {}
        complete = True
        for arg in term.expr[2]:
            if arg[0] != "*":
                args.append(term.at(arg))
                continue
            items = self.items(term.at(arg[1]))
            complete = complete and items is not None
            args += items or ()
        for name, value in term.expr[3]:
            if name is not None:
                keywords[name] = term.at(value)
                continue
            held = self.mapping(term.at(value))
            complete = complete and held is not None
            keywords.update(held or {})
        return Arguments(tuple(args), keywords, complete)

    def items(self, term: Term) -> tuple[Term, ...] | None:
        """The items of a tuple, list or set; None when they are not known."""
        packed = self._packed(term)
        if packed is not None:
            return packed.args
        found = self.resolve(term)
        match found.expr:
            case ("t" | "l" | "e", elements):
                items: list[Term] = []
                for element in elements:
                    if element[0] == "*":
                        inner = self.items(found.at(element[1]))
                        if inner is None:
                            return None
                        items += inner
                    else:
                        items.append(found.at(element))
                return tuple(items)
            case ("b", "Add", left, right):
                first, second = self.items(found.at(left)), self.items(found.at(right))
                return None if first is None or second is None else first + second
            case ("c", ("g", "tuple" | "list"), (inner,), ()):
                return self.items(found.at(inner))
        return None

    def mapping(self, term: Term) -> dict[str, Term] | None:
        """The items of a dictionary with texts for keys; None when they are not known."""
        packed = self._packed(term)
        if packed is not None:
            return packed.keywords
        found = self.resolve(term)
        match found.expr:
            case ("d", keys, values):
                held: dict[str, Term] = {}
                for key, value in zip(keys, values, strict=False):
                    if key is None:
                        inner = self.mapping(found.at(value))
                        if inner is None:
                            return None
                        held.update(inner)
                        continue
                    name = self.constant(found.at(key))
                    if not isinstance(name, str):
                        return None
                    held[name] = found.at(value)
                return held
            case ("c", ("g", "dict"), (), _):
                given = self.arguments(found)
                return given.keywords if given.complete else None
            case ("b", "BitOr", left, right):
                first, second = self.mapping(found.at(left)), self.mapping(found.at(right))
                return None if first is None or second is None else first | second
        return None

    def _packed(self, term: Term) -> Packed | None:
        if term.expr[0] == "v" and len(term.expr[1]) == 1:
            match term.summary.table[term.expr[1][0]]:
                case ("par", qualname, position):
                    held = self.parameter(term, qualname, position)
                    return held if isinstance(held, Packed) else None
        return None

    # Constants

    def constant(self, term: Term | None, depth: int = 0) -> Any:
        """A constant, or a list of them; UNKNOWN otherwise. Texts that are made from the name of a class by the usual
        methods are computed."""
        if term is None or depth > _MAX_DEPTH:
            return UNKNOWN
        depth += 1
        if term.expr[0] == "o":
            first = self.constant(term.at(term.expr[1][0]), depth)
            if first is UNKNOWN:
                return UNKNOWN
            return first if first or len(term.expr[1]) == 1 else self.constant(term.at(term.expr[1][1]), depth)
        found = self._class_name(term)
        if found is not None:
            return found
        term = self.resolve(term)
        match term.expr:
            case ("k", value):
                return value
            case ("f", parts):
                return self._joined([self.constant(term.at(part), depth) for part in parts])
            case ("t" | "l", items):
                values = [self.constant(term.at(item), depth) for item in items]
                return UNKNOWN if any(value is UNKNOWN for value in values) else values
            case ("b", "Add", left, right):
                first, second = self.constant(term.at(left), depth), self.constant(term.at(right), depth)
                return first + second if isinstance(first, str) and isinstance(second, str) else UNKNOWN
            case ("c", _, _, _):
                return self._computed(term, depth)
            case ("s", value, ("?",)):
                # A slice: of a text that limits its length.
                text = self.constant(term.at(value), depth)
                return text if isinstance(text, str) and len(text) < _SLICED else UNKNOWN
            case ("s", value, index):
                return self._part(self.constant(term.at(value), depth), self.constant(term.at(index), depth))
            case ("a", owner, "value"):
                return self.constant(term.at(owner), depth)
            case ("a", owner, "__name__"):
                cls = self.class_of(term.at(owner))
                return cls.rpartition(":")[2].rpartition(".")[2] if cls is not None else UNKNOWN
            case ("o", _):
                return self.constant(term, depth)
        return value_of(self.types, term.summary, term.expr)

    def _class_name(self, term: Term) -> str | None:
        match term.expr:
            case ("a", owner, "__name__" | "__qualname__"):
                cls = self.class_of(term.at(owner))
                return cls.rpartition(":")[2].rpartition(".")[2] if cls is not None else None
        return None

    @staticmethod
    def _joined(parts: list[Any]) -> Any:
        return UNKNOWN if any(part is UNKNOWN for part in parts) else "".join(map(str, parts))

    @staticmethod
    def _part(value: Any, index: Any) -> Any:
        if isinstance(value, (str, list)) and isinstance(index, int) and -len(value) <= index < len(value):
            return value[index]
        return UNKNOWN

    def _computed(self, term: Term, depth: int) -> Any:
        _, callee, args, _ = term.expr
        if callee[0] == "a" and callee[2] == "join" and len(args) == 1:
            separator, texts = self.constant(term.at(callee[1]), depth), self._texts(term.at(args[0]), depth)
            return separator.join(texts) if isinstance(separator, str) and texts is not None else UNKNOWN
        values = [self.constant(term.at(arg), depth) for arg in args]
        if any(not isinstance(value, (str, int)) for value in values):
            return UNKNOWN
        name = self.types.qualified(self.types.eval(term.summary, callee))
        try:
            if name == "re.sub" and len(values) >= 3:
                return re.sub(*values[:3])
            if name in ("builtins.str", "sqlalchemy.quoted_name") and values:
                return str(values[0])
            if callee[0] == "a":
                return self._method(term.at(callee[1]), callee[2], values, depth)
        except (re.error, TypeError, ValueError, AttributeError, IndexError):
            pass
        return UNKNOWN

    def _texts(self, term: Term, depth: int) -> list[str] | None:
        items = self.items(term)
        values = [self.constant(item, depth) for item in items or ()]
        return values if items is not None and all(isinstance(value, str) for value in values) else None

    def _method(self, receiver: Term, name: str, values: list[Any], depth: int) -> Any:
        if name == "sub" and len(values) == 2:
            pattern = self.resolve(receiver)
            if pattern.expr[0] == "c" and self.called(pattern) == "re.compile" and pattern.expr[2]:
                text = self.constant(pattern.at(pattern.expr[2][0]), depth)
                return re.sub(text, values[0], values[1]) if isinstance(text, str) else UNKNOWN
            return UNKNOWN
        held = self.constant(receiver, depth)
        return getattr(held, name)(*values) if isinstance(held, str) and name in _TEXT_METHODS else UNKNOWN

    def facts(self, cls: str) -> Iterator[tuple[str, Summary, Expr]]:
        """The names in the body of a class itself, each with what it is bound to last."""
        own = self.types.project_class(cls)
        if own is None:
            return
        summary, definition = own
        for name, indices in definition.members.items():
            for index in indices:
                yield name, summary, summary.table[index]


def name_in_class(summary: Summary, expr: Expr) -> str | None:
    """The name in a class's body whose binding an expression is."""
    if expr[0] != "v":
        return None
    wanted = set(expr[1])
    for definition in summary.classes.values():
        for name, indices in definition.members.items():
            if wanted & set(indices):
                return str(name)
    return None


def leaf(name: str) -> str:
    """The last part of a name of SQLAlchemy, SQLModel or their companions; other names as they are."""
    top = name.partition(".")[0]
    return (
        name.rpartition(".")[2] if top in ("sqlalchemy", "sqlmodel", "sqlalchemy_utils", "flask_sqlalchemy") else name
    )
