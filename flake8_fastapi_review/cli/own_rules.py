"""The structural rules that a project adds itself, FAR900 to FAR999: the registry does not know them."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from flake8_fastapi_review.report.page import Page


def pages(directories: Iterable[str]) -> dict[str, Page]:
    """Code → page for the rules of the projects that these directories belong to."""
    from flake8_fastapi_review import config as configuration

    found: dict[str, Page] = {}
    for root in sorted({configuration.find_root(directory) for directory in directories}):
        settings = configuration.load(root)
        if not settings.structural_rules:
            continue
        from flake8_fastapi_review.astgrep import load_folders
        from flake8_fastapi_review.report import page

        rules, _ = load_folders(root, settings.structural_rules)
        found.update((rule.code, page.of(type(rule))) for rule in rules)
    return found
