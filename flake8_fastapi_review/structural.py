"""What the YAML of a structural rule says: documents in, rows of plain literals or reasons out.

The format is ast-grep's, so that plain `ast-grep scan` reads the same files, with what only this program knows under
`metadata:`; docs/structural-rules.md tells what each key means. Whether ast-grep itself accepts a rule is for
astgrep.py to say. Nothing of this is needed to run a rule that came with the package.
"""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING, Any, TypedDict

from .records import NamedTuple
from .regex import regex
from .rule import ROLES, Applicability, Default, Severity

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

USER_CODES = range(900, 1000)
"""FAR900 to FAR999 belong to the projects."""

BUILT_IN_CODES = range(1, 900)

LANGUAGES: dict[str, tuple[str, ...]] = {
    "python": (".py", ".pyi"),
    "bash": (".sh", ".bash", ".bats", ".ksh", ".zsh"),
    "yaml": (".yml", ".yaml"),
    "json": (".json",),
    "html": (".html", ".htm"),
    "css": (".css",),
    "javascript": (".js", ".cjs", ".mjs", ".jsx"),
    "typescript": (".ts", ".cts", ".mts"),
    "tsx": (".tsx",),
    "hcl": (".hcl", ".tf", ".tfvars"),
}
"""The languages that a rule may name, with the suffixes of their files: of ast-grep's, those around a web service."""

_ALIASES = {"py": "python", "sh": "bash", "yml": "yaml", "js": "javascript", "jsx": "javascript", "ts": "typescript"}
_SEVERITIES = {
    "error": Severity.BLOCKER,
    "warning": Severity.WARNING,
    "info": Severity.SUGGESTION,
    "hint": Severity.SUGGESTION,
}
_KEYS = (
    "id",
    "language",
    "message",
    "note",
    "severity",
    "rule",
    "constraints",
    "utils",
    "transform",
    "fix",
    "files",
    "ignores",
    "url",
    "metadata",
)
_METADATA = ("code", "cwe", "cvss", "default", "roles", "markers", "applicability", "resolve")
_RULE = (
    "pattern",
    "kind",
    "regex",
    "nthChild",
    "range",
    "inside",
    "has",
    "precedes",
    "follows",
    "all",
    "any",
    "not",
    "matches",
)
_RELATIONS = ("inside", "has", "precedes", "follows")
_PARTS: dict[str, tuple[str, ...]] = {
    "pattern": ("context", "selector", "strictness"),
    "nthChild": ("position", "reverse", "ofRule"),
    "range": ("start", "end"),
}
"""The keys of parts of a rule that are mappings."""
VARIABLE = regex(r"\$\$\$([A-Z_][A-Z0-9_]*)|\$\$?([A-Z_][A-Z0-9_]*)")
"""A metavariable: the first group for several nodes (`$$$ARGS`), the second for one (`$CALL`)."""

Path = tuple["str | int", ...]
"""The way to a value of a document: keys of mappings, positions in lists."""


class Row(TypedDict):
    """A rule as plain literals (JSON has them all): all that a run needs, and what the build writes down."""

    code: str
    name: str
    source: str
    """Where the rule was read."""
    language: str
    suffixes: Sequence[str]
    """Of the files that the rule is about."""
    message: str
    page: str
    severity: str
    """A value of `Severity`."""
    default: str
    roles: Sequence[str]
    markers: Sequence[Sequence[str]]
    cwe: int | None
    cvss: str | None
    url: str | None
    config: dict[str, Any]
    """What ast-grep is given: rule, and where there are any, constraints, utils and transform. The names of utils
    carry the code, so that the rules of a file can be joined into one."""
    fix: str | None
    fix_message: str | None
    applicability: str
    resolve: dict[str, Sequence[str]]
    files: Sequence[str]
    """Regular expressions; so are `ignores`."""
    ignores: Sequence[str]


class BadRule(ValueError):
    """A rule that cannot be used: why, and on which line of its file."""

    def __init__(self, message: str, line: int) -> None:
        super().__init__(message)
        self.message = message
        self.line = line


class Document(NamedTuple):
    """One `---` document of a rule file, with the line of each of its keys."""

    value: Any
    lines: dict[Path, int]

    def line(self, *path: str | int) -> int:
        """The line of the key at `path`, or of the nearest key above it."""
        for length in range(len(path), -1, -1):
            if (found := self.lines.get(path[:length])) is not None:
                return found
        return 1

    def line_of(self, key: str) -> int:
        """The line of the first key of this name in a part that ast-grep reads."""
        lines = [line for path, line in self.lines.items() if path and path[-1] == key and path[0] != "metadata"]
        return min(lines, default=self.line("rule"))

    def get(self, *path: str) -> Any:
        """The value at `path`; None if there is none."""
        value = self.value
        for key in path:
            value = value.get(key) if isinstance(value, dict) else None
        return value

    def text(self, *path: str, default: str | None = None) -> str:
        """The text at `path`, which must be there unless it has a default."""
        value = self.get(*path)
        if value is None and default is not None:
            return default
        if value is None:
            raise BadRule(f"`{'.'.join(path)}` is missing", self.line(*path))
        if not isinstance(value, str) or not value.strip():
            raise BadRule(f"`{'.'.join(path)}` is a text", self.line(*path))
        return value

    def texts(self, *path: str) -> tuple[str, ...]:
        """The list of texts at `path`; empty if there is none."""
        value = self.get(*path)
        if value is None:
            return ()
        if not isinstance(value, list) or not all(isinstance(each, str) and each for each in value):
            raise BadRule(f"`{'.'.join(path)}` is a list of texts", self.line(*path))
        return tuple(value)

    def choice(self, known: Iterable[str], default: str, *path: str) -> str:
        """The word at `path`, one of `known`."""
        value = self.get(*path)
        if value is None:
            return default
        if value not in known:
            words = ", ".join(sorted(known))
            raise BadRule(f"`{'.'.join(path)}` is one of {words}, not `{value}`", self.line(*path))
        return str(value)


# Files and documents


def rule_files(folder: str) -> list[str]:
    """The rule files below a folder, sorted: not ast-grep's own configuration, nor its tests of rules."""
    found = [os.path.join(at, name) for at, _, names in os.walk(folder) for name in names]
    return sorted(path for path in found if re.search(r"(?<!-test)(?<!sgconfig)\.ya?ml$", path))


def load_yaml(path: str) -> tuple[list[Document], list[BadRule]]:
    """The documents of a rule file. Of a file that is no YAML those before the fault, and one BadRule."""
    documents: list[Document] = []
    try:
        with open(path, encoding="utf-8-sig") as stream:
            text = stream.read()
        _read_documents(text, documents)
    except BadRule as bad:
        return documents, [bad]
    except ModuleNotFoundError:
        return documents, [BadRule("PyYAML is needed to read it: install `pyyaml`", 1)]
    except RecursionError:
        return documents, [BadRule("the rule contains itself", 1)]
    except UnicodeDecodeError:
        return documents, [BadRule("the file is not UTF-8", 1)]
    except OSError as error:
        return documents, [BadRule(f"the file cannot be read: {error.strerror or error}", 1)]
    return documents, []


def _read_documents(text: str, documents: list[Document]) -> None:
    import yaml

    # YAML 1.2's core types, as ast-grep has them: `off` and `2024-01-01` are texts.
    resolvers = {
        first: [(tag, shape) for tag, shape in pairs if tag.rsplit(":", 1)[1] in ("null", "int", "float", "merge")]
        for first, pairs in yaml.SafeLoader.yaml_implicit_resolvers.items()
    }
    base = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    loader_class: Any = type("Loader", (base,), {"yaml_implicit_resolvers": resolvers})
    words = re.compile(r"^(?:true|True|TRUE|false|False|FALSE)$")
    loader_class.add_implicit_resolver("tag:yaml.org,2002:bool", words, list("tTfF"))
    try:
        loader = loader_class(text)
        while loader.check_node():
            node = loader.get_node()
            lines: dict[Path, int] = {}
            _index(node, (), lines)
            value = loader.construct_document(node)
            if value is not None:
                documents.append(Document(value, lines))
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        reason = " ".join(f"{error.problem or error.context}".split())
        raise BadRule(f"not valid YAML: {reason}", mark.line + 1 if mark else 1) from None
    except yaml.YAMLError as error:
        raise BadRule(f"not valid YAML: {' '.join(str(error).split())}", 1) from None


def _index(node: Any, path: Path, lines: dict[Path, int]) -> None:
    """File the line of every key below a YAML node; a key that is there twice is an error, as it is for ast-grep."""
    lines.setdefault(path, node.start_mark.line + 1)
    if node.id == "mapping":
        for key, value in node.value:
            below = (*path, str(key.value))
            if below in lines:
                raise BadRule(f"not valid YAML: the key `{key.value}` is there twice", key.start_mark.line + 1)
            lines[below] = key.start_mark.line + 1
            _index(value, below, lines)
    elif node.id == "sequence":
        for position, value in enumerate(node.value):
            _index(value, (*path, position), lines)


# A document as a row


def compile_rule(document: Document, source: str, codes: range = BUILT_IN_CODES) -> Row:
    """The row of one document. Raises BadRule.

    `source` is where it was read; `codes` are the numbers that the rule's code may have.
    """
    if not isinstance(document.value, dict):
        raise BadRule("a rule is a mapping of keys", document.line())
    _only(document, _KEYS)
    metadata = document.value.get("metadata", {})
    if not isinstance(metadata, dict):
        raise BadRule("`metadata` is a mapping of keys", document.line("metadata"))
    _only(document, _METADATA, "metadata")

    name = document.text("id")
    if not re.fullmatch(r"[a-z][a-z0-9]*(-[a-z0-9]+)*", name):
        raise BadRule(f"id `{name}` is not in kebab case", document.line("id"))
    code = document.text("metadata", "code")
    if not re.fullmatch(r"FAR\d{3}", code) or int(code[3:]) not in codes:
        allowed = f"FAR{codes[0]:03} to FAR{codes[-1]:03}"
        raise BadRule(f"code `{code}` is not one of {allowed}", document.line("metadata", "code"))
    message = " ".join(document.text("message").split())
    config = _config(document, code)
    _only_captured(document, message, config, "message")
    fix, fix_message = _fix(document, config)
    language = _language(document)
    return Row(
        code=code,
        name=name,
        source=source,
        language=language,
        suffixes=LANGUAGES[language],
        message=message,
        page=document.text("note", default=message).strip(),
        severity=_SEVERITIES[document.choice(_SEVERITIES, "hint", "severity")].value,
        default=document.choice({each.value for each in Default}, "on", "metadata", "default"),
        roles=_roles(document),
        markers=_markers(document, config),
        cwe=_cwe(document),
        cvss=_cvss(document),
        url=document.text("url", default="") or None,
        config=config,
        fix=fix,
        fix_message=fix_message,
        applicability=document.choice({each.value for each in Applicability}, "unsafe", "metadata", "applicability"),
        resolve=_resolve(document, config, language),
        files=tuple(map(_glob, document.texts("files"))),
        ignores=tuple(map(_glob, document.texts("ignores"))),
    )


def _only(document: Document, known: Sequence[str], *path: str | int, given: Any = None) -> None:
    """Refuse a mapping, that at `path` or `given`, with other keys."""
    for key in given if given is not None else document.get(*map(str, path)) or ():
        if key not in known:
            where = f" in `{path[-1]}`" if path else ""
            raise BadRule(f"unknown key `{key}`{where}{nearest(str(key), known)}", document.line(*path, str(key)))


def _only_rules(rule: Any, known: Sequence[str], document: Document, *path: str | int) -> None:
    """Refuse unknown keys anywhere in a rule: ast-grep passes over those in `inside`, `has` and the like."""
    if not isinstance(rule, dict):
        raise BadRule(f"`{path[-1]}` is a mapping of keys", document.line(*path))
    _only(document, known, *path, given=rule)
    for key, value in rule.items():
        here = (*path, key)
        if key in ("all", "any") and isinstance(value, list):
            for position, each in enumerate(value):
                _only_rules(each, _RULE, document, *here, position)
        elif key in _RELATIONS:
            _only_rules(value, (*_RULE, "stopBy", "field"), document, *here)
        elif key in ("not", "ofRule") or (key == "stopBy" and not isinstance(value, str)):
            _only_rules(value, _RULE, document, *here)
        elif key in _PARTS and isinstance(value, dict):
            _only(document, _PARTS[key], *here, given=value)
            if "ofRule" in value:
                _only_rules(value["ofRule"], _RULE, document, *here, "ofRule")


def nearest(word: str, known: Iterable[str]) -> str:
    """The end of a message about an unknown word: the one that was meant, or all that there are."""
    from difflib import get_close_matches

    near = get_close_matches(word, list(known), 1)
    return f", did you mean `{near[0]}`?" if near else f"; known are {', '.join(known)}"


def _language(document: Document) -> str:
    given = document.text("language")
    language = _ALIASES.get(given.lower(), given.lower())
    if language not in LANGUAGES:
        raise BadRule(f"unknown language `{given}`{nearest(given.lower(), LANGUAGES)}", document.line("language"))
    return language


def _config(document: Document, code: str) -> dict[str, Any]:
    config: dict[str, Any] = {}
    for key in ("rule", "constraints", "utils", "transform"):
        value = document.get(key)
        if value is None:
            continue
        if not isinstance(value, dict):
            raise BadRule(f"`{key}` is a mapping of keys", document.line(key))
        config[key] = value
    if "rule" not in config:
        raise BadRule("`rule` is missing", document.line())
    _only_rules(config["rule"], _RULE, document, "rule")
    for key in ("constraints", "utils"):
        for each, rule in config.get(key, {}).items():
            _only_rules(rule, _RULE, document, key, each)
    own = {name: f"{code}-{name}" for name in config.get("utils", {})}
    if own:
        config["utils"] = {own[name]: each for name, each in config["utils"].items()}
        config = {key: _renamed(value, own) for key, value in config.items()}
    return config


def _renamed(rule: Any, names: Mapping[str, str]) -> Any:
    """The same rule with its utils under other names."""
    if isinstance(rule, dict):
        return {
            key: names.get(value, value) if key == "matches" and isinstance(value, str) else _renamed(value, names)
            for key, value in rule.items()
        }
    return [_renamed(each, names) for each in rule] if isinstance(rule, list) else rule


def patterns(rule: Any, path: Path = ()) -> list[tuple[Path, str]]:
    """All patterns of a rule, or of a part of one, with the way to each."""
    found: list[tuple[Path, str]] = []
    for key, value in rule.items() if isinstance(rule, dict) else enumerate(rule) if isinstance(rule, list) else ():
        if key in ("pattern", "context") and isinstance(value, str):
            found.append(((*path, key), value))
        else:
            found += patterns(value, (*path, key))
    return found


def _captured(config: Mapping[str, Any]) -> set[str]:
    """The metavariables that the patterns of a rule capture."""
    return {found[1] or found[2] for _, text in patterns(config) for found in VARIABLE.finditer(text)}


def _only_captured(document: Document, template: str, config: Mapping[str, Any], key: str) -> None:
    known = _captured(config) | set(config.get("transform", {}))
    for found in VARIABLE.finditer(template):
        if (found[1] or found[2]) not in known:
            raise BadRule(f"`{found[0]}` in `{key}` is not captured by the rule", document.line(key))


def _fix(document: Document, config: Mapping[str, Any]) -> tuple[str | None, str | None]:
    template: str | None = None
    title: str | None = None
    match document.get("fix"):
        case None:
            return None, None
        case str(text):
            template = text
        case {"template": str(text), **rest} if rest.keys() <= {"title"}:
            template = text
            title = document.text("fix", "title", default="") or None
        case _:
            raise BadRule("`fix` is a text, or a mapping of `template` and `title`", document.line("fix"))
    _only_captured(document, template, config, "fix")
    return template, title


def _resolve(document: Document, config: Mapping[str, Any], language: str) -> dict[str, Sequence[str]]:
    given = document.get("metadata", "resolve")
    here = document.line("metadata", "resolve")
    if given is None:
        return {}
    if not isinstance(given, dict):
        raise BadRule("`metadata.resolve` is a mapping of metavariables to lists of qualified names", here)
    if language != "python":
        raise BadRule("`metadata.resolve` is for rules about Python", here)
    captured = _captured(config)
    for variable in given:
        if variable not in captured:
            line = document.line("metadata", "resolve", str(variable))
            raise BadRule(f"`{variable}` in `metadata.resolve` is not captured by the rule", line)
    return {variable: document.texts("metadata", "resolve", variable) for variable in given}


def _roles(document: Document) -> tuple[str, ...]:
    roles = document.texts("metadata", "roles")
    for role in roles:
        if role not in ROLES:
            raise BadRule(f"unknown role `{role}`{nearest(role, ROLES)}", document.line("metadata", "roles"))
    return roles or ("app",)


def _cwe(document: Document) -> int | None:
    value = document.get("metadata", "cwe")
    if value is None or (isinstance(value, int) and not isinstance(value, bool) and value > 0):
        return value
    if isinstance(value, str) and (found := re.fullmatch(r"CWE-(\d+)", value)):
        return int(found[1])
    raise BadRule(f"`metadata.cwe` is the number of a weakness, not `{value}`", document.line("metadata", "cwe"))


def _cvss(document: Document) -> str | None:
    value = document.text("metadata", "cvss", default="") or None
    if value is not None and not re.fullmatch(
        r"CVSS:3\.1/AV:[NALP]/AC:[LH]/PR:[NLH]/UI:[NR]/S:[UC]/C:[NLH]/I:[NLH]/A:[NLH]", value
    ):
        raise BadRule("`metadata.cvss` is a CVSS v3.1 base vector", document.line("metadata", "cvss"))
    return value


def _glob(pattern: str) -> str:
    """A regular expression for a glob as ast-grep reads it: `*` also crosses `/`, `**/` may stand for nothing."""
    out, rest = "", pattern.removeprefix("./")
    while rest:
        if rest.startswith("**/"):
            out, rest = out + "(?:.*/)?", rest[3:]
        elif rest[0] == "*":
            out, rest = out + ".*", rest.lstrip("*")
        elif rest[0] == "?":
            out, rest = out + ".", rest[1:]
        elif rest[0] == "{" and "}" in rest:
            inner, rest = rest[1:].split("}", 1)
            out += "(?:" + "|".join(map(_glob, inner.split(","))) + ")"
        elif rest[0] == "[" and "]" in rest[2:]:
            end = rest.index("]", 2)
            inner = rest[1:end].replace("\\", "\\\\")
            out, rest = out + "[" + ("^" + inner[1:] if inner[0] in "!^" else inner) + "]", rest[end + 1 :]
        else:
            out, rest = out + re.escape(rest[0]), rest[1:]
    return out


# Markers


def _markers(document: Document, config: Mapping[str, Any]) -> tuple[tuple[str, ...], ...]:
    """The markers that the rule states, else those that follow from its patterns.

    Stated: a list of words each of which must be in the file, or of lists of words one of which must be.
    """
    value = document.get("metadata", "markers")
    if value is None:
        return tuple(sorted(_implied(config["rule"], config.get("utils", {}), ())))
    groups = [(each,) if isinstance(each, str) else each for each in value] if isinstance(value, list) else [()]
    for group in groups:
        if (
            not isinstance(group, (tuple, list))
            or not group
            or not all(isinstance(each, str) and each for each in group)
        ):
            line = document.line("metadata", "markers")
            raise BadRule("`metadata.markers` is a list of words, or of lists of words", line)
    return tuple(map(tuple, groups))


def _implied(rule: Any, utils: Mapping[str, Any], using: tuple[str, ...]) -> set[tuple[str, ...]]:
    """Groups of words of which any file that the rule matches holds one each. Too few only cost time."""
    groups: set[tuple[str, ...]] = set()
    for key, value in rule.items() if isinstance(rule, dict) else ():
        match key, value:
            case "pattern", str() | {"context": str()}:
                groups |= _words(value)
            case "all", list():
                for each in value:
                    groups |= _implied(each, utils, using)
            case "any", list() if value:
                best = [max(_implied(each, utils, using), key=_rarity, default=()) for each in value]
                if all(best):
                    groups.add(tuple(sorted({word for group in best for word in group})))
            case (("has" | "inside" | "precedes" | "follows"), dict()):
                groups |= _implied({name: part for name, part in value.items() if name != "stopBy"}, utils, using)
            case "matches", str() if value in utils and value not in using:
                groups |= _implied(utils[value], utils, (*using, value))
            case _:
                pass  # `kind`, `regex`, `not` and the like name no word that must be there
    return groups


def _words(pattern: str | Mapping[str, Any]) -> set[tuple[str, ...]]:
    """The words of a pattern, each of which stands in any code that it matches."""
    if not isinstance(pattern, str):
        if "selector" in pattern or pattern.get("strictness", "smart") not in ("cst", "smart"):
            return set()
        pattern = str(pattern["context"])
    return {(word,) for word in re.findall(r"[^\W\d]\w{2,}", VARIABLE.sub(" ", pattern))}


def _rarity(group: tuple[str, ...]) -> tuple[int, int, tuple[str, ...]]:
    """Fewer and longer words are rarer."""
    return -len(group), min(map(len, group)), group
