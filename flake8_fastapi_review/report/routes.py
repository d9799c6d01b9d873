"""The route table as text for people, as JSON and as a Mermaid diagram."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from flake8_fastapi_review.project.application.rows import Link, Node, RouteRow


def as_table(rows: Sequence[RouteRow], statements: Mapping[RouteRow, str] | None = None) -> str:
    """A line for each route: method, path, handler and its place, what guards it, and how many `statements` it sends;
    assumptions below each application."""
    lines: list[str] = []
    for app in dict.fromkeys(row.app for row in rows):
        own = [row for row in rows if row.app == app]
        methods = max(len(row.method) for row in own)
        paths = min(max(len(row.path) for row in own), 60)
        lines += [f"{app}: {_counted(len(own))}", ""]
        for row in own:
            mark = " " if row.complete else "?"
            guards = ", ".join(dict.fromkeys(d.name.rpartition(":")[2] for d in row.dependencies))
            place = f"{row.file}:{row.line}"
            handler = row.endpoint_qualname.rpartition(".")[2]
            lines.append(
                f" {mark}{row.method:{methods}}  {row.path or '/':{paths}}  {handler}  {place}"
                + (f"  [{guards}]" if guards else "")
                + (
                    f"  {statements[row]} statement{'s' if statements[row] != '1' else ''}"
                    if statements is not None
                    else ""
                )
            )
        assumptions = sorted({text for row in own for text in row.assumptions})
        if assumptions:
            lines += ["", "  assuming:", *(f"    {text}" for text in assumptions)]
        if not all(row.complete for row in own):
            lines += ["", "  ? the row may be conditional or not wholly known"]
        lines.append("")
    return "\n".join(lines) if lines else "no application found\n"


def as_json(
    rows: Sequence[RouteRow], shown: Callable[[str], str], statements: Mapping[RouteRow, str] | None = None
) -> str:
    """A list of objects; `file` is put by `shown` as the user sees it; `statements` is there if they were counted."""
    values = [
        {
            "app": row.app,
            "method": row.method,
            "path": row.path,
            "kind": row.kind,
            "endpoint_module": row.endpoint_module,
            "endpoint_qualname": row.endpoint_qualname,
            "file": shown(row.file),
            "line": row.line,
            "is_async": row.is_async,
            "dependencies": [dependency.name for dependency in row.dependencies if dependency.is_own],
            "library_dependencies": [dependency.name for dependency in row.dependencies if not dependency.is_own],
            "dependency_origins": {dependency.name: dependency.origin for dependency in row.dependencies},
            "security": [{"scheme": scheme, "scopes": list(scopes)} for scheme, scopes in row.security],
            "response_model": row.response_model,
            "status_code": row.status_code,
            "tags": list(row.tags),
            "include_in_schema": row.include_in_schema,
            "operation_id": row.operation_id,
            "deprecated": row.deprecated,
            "registered_at": {"file": shown(row.registered_at[0]), "line": row.registered_at[1]},
            "complete": row.complete,
            "assumptions": list(row.assumptions),
            **({"statements": statements[row]} if statements is not None else {}),
        }
        for row in rows
    ]
    return json.dumps(values, indent=2) + "\n"


def as_mermaid(nodes: Sequence[Node], links: Sequence[Link]) -> str:
    """A flowchart: applications, the routers included and mounted in them, what guards them."""
    lines = ["flowchart LR"]
    for node in nodes:
        text = f"{node.kind} {node.name}<br/>{_counted(node.routes)}" + (
            f"<br/>guarded by {', '.join(node.guards)}" if node.guards else ""
        )
        left, right = ("([", "])") if node.kind in ("FastAPI", "Starlette") else ("[", "]")
        lines.append(f"    {node.id}{left}{_quoted(text)}{right}")
    for link in links:
        prefix = "?" if link.prefix is None else link.prefix or "/"
        label = prefix + (f" with {', '.join(link.guards)}" if link.guards else "")
        arrow = "-->" if link.kind == "include" else "==>"
        lines.append(f"    {link.outer} {arrow}|{_quoted(label)}| {link.inner}")
    return "\n".join(lines) + "\n"


def _counted(routes: int) -> str:
    return "1 route" if routes == 1 else f"{routes} routes"


def _quoted(text: str) -> str:
    return '"' + text.replace('"', "#quot;") + '"'
