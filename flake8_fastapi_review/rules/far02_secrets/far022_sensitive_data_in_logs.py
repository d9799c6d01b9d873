from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING

from ...file import Aim
from ...knowledge.secrets import secret_name
from ...rule import Related, Rule, Severity
from ...shapes import named_parameters
from .exposure import exposed
from .models import WHOLE, credential_field
from .targets import leaf

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ...file import File
    from ...rule import Violation

_WRAPPER = re.compile(r"log_(?:debug|info|warning|warn|error|critical|exception)")
"""Functions of projects that log what they are given."""
_MAKING = re.compile(r"_?(?:add|create|generate|issue|make|new|regenerate|rotate)_")
_STAND_INS = re.compile(r"(?i)mock|console|dummy|fake|stub|debug|demo")
"""Classes that print instead of sending, for developers."""
_NOT_MESSAGE = frozenset(("exc_info", "stack_info", "stacklevel", "file", "sep", "end", "flush"))
_NO_MODELS = frozenset(("Any", "Request", "Response", "AsyncSession", "Session", "Optional", "List", "Dict", "Union"))
_WRITTEN = Aim(
    names=("builtins.print", "rich.print"),
    methods=frozenset(
        """
        debug trace info success warning warn error exception critical fatal log adebug ainfo awarning aerror aexception
        acritical
        """.split()
    ),
)
"""Where a function of the project may write what it is given."""

_FOR_SETUP = re.compile(r"(?i)(?:^|_|\.)(?:first|initial|install|installation|setup|bootstrap)_")
"""What somebody has to read who sets the service up, as the first thing: "first_install_token"."""


class SensitiveDataInLogs(Rule):
    """A password, a token or other secret is written to the log.

    Logs are copied to aggregators, tickets and laptops and are read by many more people than may know the secret, and
    they are kept for years. That somebody logged in is worth a line; what they typed is not.

    Bad:

        import logging

        logger = logging.getLogger(__name__)

        def login(username: str, password: str) -> None:
            logger.info("login of %s with %s", username, password)

    Good:

        import logging

        logger = logging.getLogger(__name__)

        def login(username: str, password: str) -> None:
            logger.info("login of %s, password given: %s", username, bool(password))

    Exploit:

        $ grep -rhoE "login of [^ ]+ with .+" /var/log/shop/
        login of ada@example.org with correct-horse-battery
    """

    code = "FAR022"
    severity = Severity.BLOCKER
    cwe = 532
    cvss = "CVSS:3.1/AV:L/AC:L/PR:L/UI:N/S:U/C:H/I:N/A:N"
    message = "`{what}` is written to {sink}, whose readers then have the {kind}: log an id, its presence or a mask"
    markers = (("log", "print"),)

    def check(self, file: File) -> Iterator[Violation]:
        telling = _calls_with_secrets(file)
        for call in file.nodes(ast.Call):
            if not (call.args or call.keywords):
                continue
            sink = self._sink(file, call)
            if sink is None and call not in telling:
                continue
            owner = file.enclosing(call, ast.ClassDef)
            if owner is not None and _STAND_INS.search(owner.name):
                continue
            if sink == "the output" and file.prints_for_somebody(call) and not _in_route(file, call):
                continue
            if sink is None:
                yield from self._through_helper(file, call)
                continue
            found = list(self._shown(file, call))
            if not found or file.only_in_development(call):
                continue
            for node, what, kind in found:
                yield self.at(node, what=what, sink=sink, kind=kind)

    def _through_helper(self, file: File, call: ast.Call) -> Iterator[Violation]:
        """`record("login", body.password)` where `record` is a function of the project that logs its parameter."""
        definition = file.definition_of(call.func)
        if definition is None or _STAND_INS.search(definition.qualname):
            return
        seen = set()
        for each in file.handed_on(call, _WRITTEN):
            if (
                each.is_guarded
                or file.value_of(each.argument) is not file.UNKNOWN
                or any(_is_told_there(step) for step in each.steps)
            ):
                continue
            sink = "the output" if each.name.endswith("print") else "the log"
            related: tuple[Related, ...] = each.related
            found = [(node, what, kind) for node, what, kind in exposed(file, each.argument)]
            keyword = next((k.arg for k in call.keywords if k.value is each.argument and k.arg), None)
            models = () if each.is_typed else credential_field(file, each.argument)
            found += [(part, _field_of(part, field), f"{field} in it") for part, field in models]
            for node, what, kind in found:
                if what not in seen and not (keyword and _is_told_there(keyword) and keyword == each.parameter):
                    seen.add(what)
                    yield self.at(node, what=what, sink=f"{sink} ({each.text})", kind=kind, related=related)

    def _sink(self, file: File, call: ast.Call) -> str | None:
        """What the call writes to, if it writes."""
        match call.func:
            case ast.Name(id="print") if file.resolved(call) in ("builtins.print", "rich.print"):
                return "the output"
            case ast.Name(id=name) if _WRAPPER.fullmatch(name) and file.definition_of(call.func):
                return "the log"
            case ast.Attribute() if file.logging_call(call):
                return "the log"
        return None

    def _shown(self, file: File, call: ast.Call) -> Iterator[tuple[ast.expr, str, str]]:
        seen = set()
        arguments = [*call.args, *(k.value for k in call.keywords if k.arg not in _NOT_MESSAGE)]
        for argument in arguments:
            for found in exposed(file, argument):
                if found.what in seen or _FOR_SETUP.search(found.what):
                    continue
                if not (file.talks_to_terminal and _is_new(file, found.node)):
                    seen.add(found.what)
                    yield found
            for part, field in credential_field(file, argument):
                yield part, _field_of(part, field), f"{field} in it"


def _in_route(file: File, call: ast.Call) -> bool:
    above = set(file.ancestors(call))
    return any(route.function in above for route in file.routes)


def _field_of(model: ast.expr, field: str) -> str:
    return f"{leaf(model)}{'()' if isinstance(model, ast.Call) else ''}.{field}"


def _is_new(file: File, node: ast.expr) -> bool:
    """Whether it was made a moment ago: `key = add_api_key()`. A command has to show it, for once."""
    return any(isinstance(value, ast.Call) and _MAKING.match(leaf(value.func)) for value in file.values(node))


def _calls_with_secrets(file: File) -> set[ast.AST]:
    """The calls with something among their arguments that is named like a secret, or can be a model with one."""
    names, attributes, keywords = file.nodes(ast.Name), file.nodes(ast.Attribute), file.nodes(ast.keyword)
    used = {node.id for node in names} | {node.attr for node in attributes} | {node.arg for node in keywords}
    telling = {name for name in used if name and (name == "headers" or secret_name(name) is not None)}
    told: list[ast.AST] = [node for node in attributes if node.attr in telling]
    told += [node for node in keywords if node.arg in telling]
    annotated = _annotations(file)
    typed = {name for given in annotated.values() for name, text in given.items() if _may_be_model(text)}
    models: dict[str, bool] = {}
    for node in names:
        if node.id in telling or (
            node.id in typed and _is_whole(file, node) and _is_model(file, node, annotated, models)
        ):
            told.append(node)
    found: set[ast.AST] = set()
    for node in told:
        for above in file.ancestors(node):
            if isinstance(above, ast.stmt):
                break
            if isinstance(above, ast.Call):
                found.add(above)
    return found


def _annotations(file: File) -> dict[ast.AST, dict[str, str]]:
    """Function → parameter → the last name of its annotation, "" without one."""
    return {
        function: {
            each.arg: leaf(each.annotation) if each.annotation is not None else ""
            for each in named_parameters(function.args)
        }
        for function in file.nodes(ast.FunctionDef, ast.AsyncFunctionDef)
    }


def _may_be_model(name: str) -> bool:
    return name[:1].isupper() and name not in _NO_MODELS


def _is_whole(file: File, node: ast.Name) -> bool:
    """Whether a name may stand for all that it holds: nothing but all of it is read of it."""
    parent = file.parent(node)
    return not isinstance(parent, ast.Attribute) or parent.attr in WHOLE


def _is_model(file: File, node: ast.Name, annotated: dict[ast.AST, dict[str, str]], known: dict[str, bool]) -> bool:
    """Whether a name is an annotated parameter that holds a secret; asked once for each annotation."""
    function = file.function(node) if isinstance(node.ctx, ast.Load) else None
    text = annotated[function].get(node.id, "") if function in annotated else ""
    if text not in known:
        known[text] = _may_be_model(text) and any(True for _ in credential_field(file, node))
    return known[text]


def _is_told_there(parameter: str) -> bool:
    """The function itself is reported, since its parameter promises a secret."""
    judged = secret_name(parameter)
    return judged is not None and judged.strong and not judged.plural
