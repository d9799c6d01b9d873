from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from ...rule import Default, Rule, Severity, option
from ...shapes import all_arguments, named_parameters

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ...file import File
    from ...rule import Violation

_BY_MAPPING = ("values", "update", "on_conflict_do_update", "on_duplicate_key_update")
_IN_BULK = ("execute", "scalars", "bulk_insert_mappings", "bulk_update_mappings")
"""Methods that are given a model, or a statement about it, and rows."""


class UnencryptedCredentialColumn(Rule):
    """A column that holds credentials is assigned a value that was not encrypted.

    Whoever reads the table, a backup of it or its replica has the keys to the accounts of all customers.

    `columns` are named with their model (`app.models.Integration.credentials`), `encrypt` are the functions that
    encrypt. A value has passed if one of them, or a function of the project that only returns after one, made it.
    Values that callers hand in are asked of the callers. A column whose type encrypts (`EncryptedType`) needs nothing.

    Configuration:

        [tool.fastapi-review.rules.FAR029]
        columns = ["Integration.credentials"]
        encrypt = ["encrypt"]

    Bad:

        class Integration:
            credentials: str

        def encrypt(text: str) -> str: ...

        def connect(integration: Integration, token: str) -> None:
            integration.credentials = token.strip()

    Good:

        class Integration:
            credentials: str

        def encrypt(text: str) -> str: ...

        def connect(integration: Integration, token: str) -> None:
            integration.credentials = encrypt(token.strip())

    Exploit:

        psql -c "SELECT credentials FROM integrations" replica
    """

    code = "FAR029"
    severity = Severity.WARNING
    default = Default.CONFIGURED
    cwe = 312
    cvss = "CVSS:3.1/AV:N/AC:L/PR:L/UI:N/S:U/C:H/I:N/A:N"
    message = "`{column}` gets a value that was not encrypted: pass it through `{encrypt}` first"

    columns: frozenset[str] = option(frozenset(), "Columns with their model: `app.models.Integration.credentials`.")
    encrypt: frozenset[str] = option(frozenset(), "Qualified names of functions that encrypt.")

    def check(self, file: File) -> Iterator[Violation]:
        for column in sorted(self.columns):
            model, _, attribute = column.rpartition(".")
            if attribute not in file.text or _is_encrypted_type(file, model, attribute):
                continue
            for value in _written(file, model, attribute):
                if not _is_encrypted(file, value, attribute, self.encrypt):
                    encrypt = min(self.encrypt, default="encrypt").rpartition(".")[2]
                    shown = f"{model.rpartition('.')[2]}.{attribute}"
                    yield self.at(value, column=shown, encrypt=encrypt)


def _is_encrypted_type(file: File, model: str, attribute: str) -> bool:
    if not file.database.is_used:
        return False
    for entity in file.database.entities:
        column = entity.column(attribute) if entity.name == model.rpartition(".")[2] else None
        if column is not None and "encrypt" in column.type.lower():
            return True
    return False


def _written(file: File, model: str, attribute: str) -> Iterator[ast.expr]:
    """The values that the column of a model is given in this file."""
    wanted = frozenset((model,))
    for call in file.nodes(ast.Call):
        for name, value in file.keywords(call) or [(each.arg, each.value) for each in call.keywords]:
            if name != attribute:
                continue
            is_made = file.refers_to(call.func, wanted)
            if (
                not is_made
                and isinstance(call.func, ast.Attribute)
                and call.func.attr in ("values", "update", "create")
            ):
                is_made = any(file.refers_to(each, wanted) for each in file.within(call.func, ast.Name, ast.Attribute))
            if is_made:
                yield value
        yield from _in_mapping(file, call, wanted, attribute)
        match call:
            case ast.Call(func=ast.Name(id="setattr"), args=[held, ast.Constant(value=str(name)), value]):
                entity = file.database.entity_of(held) if name == attribute and file.database.is_used else None
                if entity is not None and wanted & {file.dotted_name(entity.symbol), entity.name}:
                    yield value
    for target in file.nodes(ast.Attribute):
        if target.attr == attribute and isinstance(target.ctx, ast.Store):
            statement = file.parent(target)
            owner = file.type_of(target.value) or (file.holder(target) if file.database.is_used else None)
            if owner is None or not wanted & {owner, owner.rpartition(".")[2]}:
                continue
            if isinstance(statement, (ast.Assign, ast.AnnAssign)) and statement.value is not None:
                yield statement.value


def _in_mapping(file: File, call: ast.Call, wanted: frozenset[str], attribute: str) -> Iterator[ast.expr]:
    """`insert(Model).values({"credentials": text})`, `on_conflict_do_update(set_={"credentials": text})`."""
    if not isinstance(call.func, ast.Attribute) or call.func.attr not in (*_BY_MAPPING, *_IN_BULK):
        return
    about = (call.args[0] if call.args else call) if call.func.attr in _IN_BULK else call.func
    rows = [each for given in all_arguments(call) for each in (given, *getattr(given, "elts", ()))]
    for given in rows:
        if not isinstance(given, ast.Dict):
            continue
        for key, value in zip(given.keys, given.values, strict=True):
            if not isinstance(key, (ast.Constant, ast.Attribute)) or _name_of(key) != attribute:
                continue
            if any(file.refers_to(each, wanted) for each in file.within(about, ast.Name, ast.Attribute)):
                yield value


def _name_of(key: ast.Constant | ast.Attribute) -> object:
    return key.attr if isinstance(key, ast.Attribute) else key.value


def _is_encrypted(file: File, value: ast.expr, attribute: str, encrypt: frozenset[str]) -> bool:
    for each in file.values(value):
        if not isinstance(each, ast.Name):
            if not _passed(file, each, attribute, encrypt):
                return False
            continue
        function = file.function(each)
        if function is None or not _is_parameter(function, each.id):
            continue
        is_given = any(isinstance(other, ast.arg) for other in file.binding_nodes(each))
        if is_given and not file.always_given(function, each.id, encrypt):
            return False
    return True


def _is_parameter(function: ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda, name: str) -> bool:
    arguments = function.args
    return name in [each.arg for each in named_parameters(arguments)]


def _passed(file: File, made: ast.AST, attribute: str, encrypt: frozenset[str]) -> bool:
    match made:
        case ast.Constant(value=None | "" | b""):
            return True
        case ast.Attribute(attr=name) if name == attribute:
            return True  # moved from one row to another
        case ast.IfExp(body=body, orelse=orelse):
            return all(_is_encrypted(file, each, attribute, encrypt) for each in (body, orelse))
        case ast.BoolOp(values=values):
            return all(_is_encrypted(file, each, attribute, encrypt) for each in values)
    return any(file.surely_runs(call.func, encrypt) for call in file.within(made, ast.Call))
