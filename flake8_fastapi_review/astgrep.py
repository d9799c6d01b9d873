"""Structural rules: a Rule whose check is a YAML rule of ast-grep. The only module that knows ast-grep.

Rules that come with the package are compiled to rows when it is built, so no YAML is read for them; a project's own
are read by structural.py. ast_grep_py is imported once a file holds the markers of a rule (for a project's own rules:
at once, to judge them).

ast-grep counts columns in code points; every position that leaves this module is one of `ast` (rule.py).
"""

from __future__ import annotations

import ast
import os
import re
from typing import TYPE_CHECKING, Any, ClassVar, cast

from .rule import Applicability, Default, Edit, Fix, MalformedRule, Range, Rule, Severity, Violation

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from ast_grep_py import Config as Question
    from ast_grep_py import SgNode

    from .config import Problem
    from .file import File
    from .structural import BadRule, Document, Row

_SHOWN = 80
"""Characters of captured code that a message shows at most."""


class Company:
    """Rules that are asked about a file together.

    ast-grep reads a rule anew in each call, so a joined question, nearly always answered "no", costs a fraction of one
    call a rule.
    """

    def __init__(self) -> None:
        self.rules: list[AstGrepRule] = []
        self._last: tuple[str, str, frozenset[str]] | None = None

    def candidates(self, text: str, language: str) -> frozenset[str]:
        """The codes of the rules that can find something in the text; the answer for the last text is kept."""
        if self._last is None or self._last[0] != language or self._last[1] != text:
            present: dict[str, bool] = {}
            rules = [rule for rule in self.rules if rule.row["language"] == language and _marked(rule, text, present)]
            found = frozenset(rule.code for rule in _matching(rules, text, language))
            self._last = (language, text, found)
        return self._last[2]


class AstGrepRule(Rule):
    """A shape of the syntax tree that should not be there.

    A subclass is made from each row. This base bears the tool's own code only because no Rule can be without one.
    """

    code = "FAR000"
    severity = Severity.WARNING
    message = "a structural rule"

    row: ClassVar[Row]
    company: Company

    def check(self, file: File) -> Iterator[Violation]:
        """Yield what the rule finds in a Python file; names under `resolve:` are confirmed by the file."""
        if self.applies_to(file.path):
            yield from self.search(file.text, file)

    def applies_to(self, path: str) -> bool:
        """The rule's language, `files` and `ignores` take in the file at `path` (relative to the root, posix)."""
        row = self.row
        if os.path.splitext(path)[1].lower() not in row["suffixes"]:
            return False
        if row["files"] and not any(re.fullmatch(each, path) for each in row["files"]):
            return False
        return not any(re.fullmatch(each, path) for each in row["ignores"])

    def search(self, text: str, file: File | None = None) -> Iterator[Violation]:
        """Yield what the rule finds in `text`, by position.

        Without a `file` (other languages, Python that does not parse) a rule with `resolve:` finds nothing: what
        cannot be confirmed is not reported.
        """
        row = self.row
        if row["resolve"] and file is None:
            return
        text = _with_newlines(text)
        if self.code not in self.company.candidates(text, row["language"]):
            return
        lines = text.split("\n")
        matches = _find_all(text, row)
        if file is not None and row["resolve"]:
            matches = _confirmed(matches, row["resolve"], lines, file)
        for match in matches:
            message = " ".join(_filled(row["message"], match, row, text).split())
            fix = self._fix(match, lines, text)
            yield Violation(self.code, self.severity, message, _anchor(match, lines), (), fix)

    def _fix(self, match: SgNode, lines: Sequence[str], text: str) -> Fix | None:
        template = self.row["fix"]
        if template is None:
            return None
        new = _rendered(template, match, self.row, text)
        if any(comment.text() not in new for comment in match.find_all(kind="comment")):
            return None  # a comment would be lost
        label = f"Replace by `{_shortened(new)}`" if new.strip() else f"Remove `{_shortened(match.text())}`"
        edit = _smallest(text, match.range().start.index, match.range().end.index, new)
        return Fix(self.row["fix_message"] or label, (edit,), Applicability(self.row["applicability"]))


def rules_for_path(rules: Iterable[Rule], path: str) -> list[AstGrepRule]:
    """The structural rules that are about the file at `path` (relative to the root), whatever it holds."""
    return [rule for rule in rules if isinstance(rule, AstGrepRule) and rule.applies_to(path)]


def suffixes(rules: Iterable[Rule]) -> tuple[str, ...]:
    """The suffixes of files besides Python's that these rules are about: what the command collects for them."""
    others = [rule.row for rule in rules if isinstance(rule, AstGrepRule) and rule.row["language"] != "python"]
    return tuple(sorted({suffix for row in others for suffix in row["suffixes"]}))


# Making rules


_BUILT_IN = Company()


def load_rule(payload: str) -> AstGrepRule:
    """A rule of the package from what `dump_rule` made of its row."""
    import json

    return _made(json.loads(payload), _BUILT_IN)


def dump_rule(row: Row) -> str:
    """A row as one line of text."""
    import json

    return json.dumps(row, ensure_ascii=False, sort_keys=True)


def built_in_rows(folder: str) -> list[Row]:
    """The rows of the rules below a folder of the package, by code. Raises MalformedRule with file and line."""
    from .structural import BUILT_IN_CODES

    rows, bad = _read([folder], BUILT_IN_CODES, folder)
    if bad:
        raise MalformedRule("; ".join(f"{path}:{reason.line}: {reason}" for path, reason in bad))
    return sorted(rows, key=lambda row: row["code"])


def load_folders(root: str, folders: Sequence[str]) -> tuple[list[AstGrepRule], list[Problem]]:
    """A project's own rules from folders relative to `root`: those that can be used, and one Problem for each other."""
    from .config import Problem, near, problem
    from .structural import USER_CODES

    present = [folder for folder in folders if os.path.isdir(os.path.join(root, folder))]
    problems = [
        problem(root, f"`structural-rules`: there is no folder `{folder}`{near(root, folder)}", "structural-rules")
        for folder in folders
        if folder not in present
    ]
    rows, bad = _read([os.path.join(root, folder) for folder in present], USER_CODES, root)
    company = Company()
    problems += [Problem(path, reason.line, reason.message) for path, reason in bad]
    return [_made(row, company) for row in rows], problems


def _made(row: Row, company: Company) -> AstGrepRule:
    cls: type[AstGrepRule] = type(
        "".join(part.capitalize() for part in row["name"].split("-")),
        (AstGrepRule,),
        {
            "__doc__": row["page"],
            "__module__": __name__,
            "code": row["code"],
            "severity": Severity(row["severity"]),
            "message": row["message"],
            "default": Default(row["default"]),
            "roles": tuple(row["roles"]),
            "markers": tuple(map(tuple, row["markers"])),
            "cwe": row["cwe"],
            "cvss": row["cvss"],
            "row": row,
        },
    )
    cls.name = row["name"]  # the class name would not give `a-2` back
    rule = cls()
    rule.company = company
    company.rules = [other for other in company.rules if other.code != rule.code] + [rule]
    return rule


def _read(folders: Iterable[str], codes: range, root: str) -> tuple[list[Row], list[tuple[str, BadRule]]]:
    """The rows of all rule files in these folders, and what is wrong with the others, with the path of each."""
    from .structural import BadRule, load_yaml, rule_files

    rows: dict[str, Row] = {}
    names: dict[str, Row] = {}

    def take(document: Document, source: str) -> None:
        row = compile_rule(document, source, codes)
        if other := rows.get(row["code"]):
            line = document.line("metadata", "code")
            raise BadRule(f"code {row['code']} is already that of {other['source']}", line)
        if other := names.get(row["name"]):
            raise BadRule(f"id `{row['name']}` is already that of {other['source']}", document.line("id"))
        rows[row["code"]] = names[row["name"]] = row

    def read(path: str) -> Iterator[BadRule]:
        documents, broken = load_yaml(path)
        for document in documents:
            try:
                take(document, os.path.relpath(path, root).replace(os.sep, "/"))
            except BadRule as reason:
                yield reason
        yield from broken

    paths = dict.fromkeys(path for folder in folders for path in rule_files(os.path.normpath(folder)))
    bad = [(path, reason) for path in paths for reason in read(path)]
    return list(rows.values()), bad


def compile_rule(document: Document, source: str, codes: range) -> Row:
    """The row of a document of a rule file, which ast-grep accepts. Raises structural.BadRule.

    `source` is where it was read; `codes` are the numbers that the rule's code may have.
    """
    from . import structural

    try:
        row = structural.compile_rule(document, source, codes)
        for path, pattern in structural.patterns(document.value):
            _judge_pattern(pattern, row["language"], document.line(*path))
        _judge(row, document)
    except RecursionError:
        raise structural.BadRule("the rule contains itself", document.line()) from None
    return row


def _judge_pattern(pattern: str, language: str, line: int) -> None:
    """ast-grep takes a pattern that is no code, and then finds nothing with it."""
    from .structural import VARIABLE, BadRule

    code = VARIABLE.sub(lambda found: found[0].replace("$", "µ"), pattern).replace("$$$", "µµµ")
    if not pattern.strip() or _root(code, language).find(kind="ERROR") is not None:
        raise BadRule(f"the pattern `{_shortened(pattern)}` is no {language}", line)


def _judge(row: Row, document: Document) -> None:
    """Ask ast-grep itself."""
    from .structural import BadRule, nearest

    try:
        _find_all("", row)
    except Exception as error:
        text = str(error).split("Stack backtrace")[0].replace(f"`{row['code']}-", "`")
    else:
        return
    if found := re.search(r"unknown field `([^`]+)`, expected one of (.*)", text):
        known = re.findall(r"`([^`]+)`", found[2])
        raise BadRule(f"unknown key `{found[1]}`{nearest(found[1], known)}", document.line_of(found[1]))
    causes = [re.sub(r"^\s*\d+: ", "", line).strip().rstrip(".") for line in text.splitlines()]
    reason = ": ".join(each for each in causes if each and each not in ("cannot get matcher", "Caused by:"))
    key = next((each for each in ("constraints", "utils", "transform") if f"`{each}`" in reason), "rule")
    raise BadRule(f"ast-grep refuses the rule: {reason}", document.line(key))


# Asking ast-grep


_parsed: tuple[str, str, SgNode] | None = None


def _root(text: str, language: str) -> SgNode:
    """The syntax tree; that of the last text is kept, since several rules ask for it one after the other."""
    global _parsed  # noqa: PLW0603
    if _parsed is None or _parsed[0] != language or _parsed[1] != text:
        from ast_grep_py import SgRoot

        _parsed = (language, text, SgRoot(text, language).root())
    return _parsed[2]


def _find_all(text: str, row: Row) -> list[SgNode]:
    try:
        return _root(text, row["language"]).find_all(cast("Question", row["config"]))
    except BaseException as error:
        if type(error).__name__ != "PanicException":
            raise
        # A panic of ast-grep is no Exception: it would end the whole run.
        raise RuntimeError(f"ast-grep failed: {error}") from None


def _matching(rules: list[AstGrepRule], text: str, language: str) -> list[AstGrepRule]:
    """The rules that match something, their constraints left aside, in a few looks at the tree.

    Each alternative of the joined question captures the node that it matches under a name of its own. Only the first
    that matches a node does so; hence the question is put again without the rules that are known to match.
    """
    found: list[AstGrepRule] = []
    while len(rules) > 1:
        utils = {name: util for rule in rules for name, util in rule.row["config"].get("utils", {}).items()}
        alternatives = [{"all": [rule.row["config"]["rule"], {"pattern": f"$RULE_{rule.code}"}]} for rule in rules]
        joined: dict[str, Any] = {"rule": {"any": alternatives}}
        if utils:
            joined["utils"] = utils
        try:
            hits = _root(text, language).find_all(cast("Question", joined))
        except Exception:
            break  # which of them is to blame shows when each is asked alone
        if not hits:
            return found
        new: list[AstGrepRule] = []
        for hit in hits:
            if not any(hit.get_match(f"RULE_{rule.code}") for rule in new):
                new += [rule for rule in rules if rule not in new and hit.get_match(f"RULE_{rule.code}")]
        found += new
        rules = [rule for rule in rules if rule not in new]
    return found + rules


def _marked(rule: Rule, text: str, present: dict[str, bool]) -> bool:
    """The text holds the markers of a rule; `present` remembers the words that others asked for."""
    for group in rule.markers:
        for word in group:
            if word not in present:
                present[word] = word in text
            if present[word]:
                break
        else:
            return False
    return True


def _with_newlines(text: str) -> str:
    """Lines as `ast` counts them: it takes a lone carriage return for a line's end, ast-grep does not."""
    return text.replace("\r\n", "\n").replace("\r", "\n") if "\r" in text else text


# Positions


def _range(node: SgNode, lines: Sequence[str]) -> Range:
    place = node.range()  # ast-grep counts the column anew in each call
    start, end = place.start, place.end
    start_column, end_column = _bytes(lines, start.line, start.column), _bytes(lines, end.line, end.column)
    return Range(start.line + 1, start_column, end.line + 1, end_column)


def _bytes(lines: Sequence[str], line: int, column: int) -> int:
    """A column in code points as one in UTF-8 bytes."""
    if line >= len(lines) or lines[line].isascii():
        return column
    return len(lines[line][:column].encode("utf-8", "surrogatepass"))


def _anchor(match: SgNode, lines: Sequence[str]) -> Range:
    """Where a match is reported. A `def` or `class`: from its keyword to its name, so not at a decorator."""
    definition = match.field("definition") if match.kind() == "decorated_definition" else match
    if definition is not None and definition.kind() in ("function_definition", "class_definition"):
        name = definition.field("name")
        if name is not None:
            start, end = _range(definition, lines), _range(name, lines)
            return Range(start.line, start.column, end.end_line, end.end_column)
    return _range(match, lines)


# Names


def _confirmed(
    matches: list[SgNode], resolve: Mapping[str, Sequence[str]], lines: Sequence[str], file: File
) -> list[SgNode]:
    """The matches all of whose captured names refer to what the rule is about."""
    places = [{variable: _place(match.get_match(variable), lines) for variable in resolve} for match in matches]
    wanted = {place for each in places for place in each.values()}
    nodes: dict[Range | None, ast.expr] = {}
    for node in file.nodes(ast.Name, ast.Attribute, ast.Call, ast.Subscript):
        if isinstance(node, ast.expr) and (place := _exact(node)) in wanted:
            nodes[place] = node

    def hold(captured: Mapping[str, Range | None]) -> bool:
        return all(_refers_to(nodes.get(captured[variable]), names, file) for variable, names in resolve.items())

    return [match for match, captured in zip(matches, places, strict=True) if hold(captured)]


def _place(node: SgNode | None, lines: Sequence[str]) -> Range | None:
    while node is not None and node.kind() == "parenthesized_expression":  # `ast` has no node for the brackets
        node = next((child for child in node.children() if child.is_named() and child.kind() != "comment"), None)
    return None if node is None else _range(node, lines)


def _exact(node: ast.expr) -> Range:
    return Range(node.lineno, node.col_offset, node.end_lineno or node.lineno, node.end_col_offset or node.col_offset)


def _refers_to(node: ast.expr | None, names: Sequence[str], file: File) -> bool:
    """The expression is one of `names`, a member of a class named with `.*`, or a class that derives from one of them;
    or, for a name with `()`, an instance of that class."""
    if node is None:
        return False
    instances = [name[:-2] for name in names if name.endswith("()")]
    if instances and file.is_a(node, *instances) is True:
        return True
    things = [name for name in names if not name.endswith("()")]
    if things and file.is_named(node, *things):
        return True
    classes = [name for name in things if not name.endswith(".*")]
    return bool(classes) and file.is_subclass(node, *classes) is True


# Templates: messages and fixes


def _filled(template: str, match: SgNode, row: Row, text: str) -> str:
    """A message with its `$VAR`, each in one line."""
    if "$" not in template:
        return template
    from .structural import VARIABLE

    def piece(found: re.Match[str]) -> str:
        name = found[1] or found[2]
        if name in row["config"].get("transform", {}):
            return _shortened(match.get_transformed(name) or "")
        start, end = _captured(match, found)
        return _shortened(text[start:end])

    return VARIABLE.sub(piece, template)


def _shortened(text: str) -> str:
    flat = " ".join(text.split())
    return flat if len(flat) <= _SHOWN else flat[: _SHOWN - 1] + "…"


def _captured(match: SgNode, variable: re.Match[str]) -> tuple[int, int]:
    """Offsets of the text of a metavariable; of nothing, if this match has not captured it."""
    one = match.get_match(variable[2]) if variable[2] else None
    nodes = match.get_multiple_matches(variable[1]) if variable[1] else [] if one is None else [one]
    return (nodes[0].range().start.index, nodes[-1].range().end.index) if nodes else (0, 0)


def _rendered(template: str, match: SgNode, row: Row, text: str) -> str:
    """A fix with its `$VAR`, indented as ast-grep does it: captured lines move with the place they are put at."""
    from .structural import VARIABLE

    def piece(found: re.Match[str]) -> str:
        name, indent = found[1] or found[2], _indent(template, found.start())
        if name in row["config"].get("transform", {}):
            return _moved(match.get_transformed(name) or "", 0, indent)
        start, end = _captured(match, found)
        return _moved(text[start:end], _indent(text, start), indent)

    return _moved(VARIABLE.sub(piece, template), 0, _indent(text, match.range().start.index))


def _indent(text: str, offset: int) -> int:
    """The blanks before the first other character of the line that holds `offset`."""
    line = text[text.rfind("\n", 0, offset) + 1 : offset]
    return len(line) - len(line.lstrip(" "))


def _moved(text: str, old: int, new: int) -> str:
    """The lines after the first, moved from indentation `old` to `new`."""
    first, *rest = text.split("\n")
    if not rest or old == new:
        return text
    if new > old:
        rest = [" " * (new - old) + line if line else line for line in rest]
    else:
        rest = [line.removeprefix(" " * (old - new)) for line in rest]
    return "\n".join((first, *rest))


def _smallest(text: str, start: int, end: int, new: str) -> Edit:
    """The edit that makes `new` of `text[start:end]`, without what both have in common at either end."""
    old = text[start:end]
    ahead = _common(old, new)
    behind = _common(old[ahead:][::-1], new[ahead:][::-1])
    place = Range(*_position(text, start + ahead), *_position(text, end - behind))
    return Edit(place, new[ahead : len(new) - behind])


def _common(one: str, other: str) -> int:
    """How many characters two texts have in common at their beginning."""
    return next((at for at, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other)))


def _position(text: str, offset: int) -> tuple[int, int]:
    """Line and column in bytes of an offset in code points."""
    before = text[text.rfind("\n", 0, offset) + 1 : offset]
    return text.count("\n", 0, offset) + 1, len(before.encode("utf-8", "surrogatepass"))
