"""What is known of the rules that found something: ours, and those that the reviewed projects add themselves."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from . import page

if TYPE_CHECKING:
    from collections.abc import Iterable

    from .finding import Facts
    from .page import Page


class KnownRules:
    """Facts and pages by code, each looked up once."""

    def __init__(self, files: Iterable[tuple[str, str]]) -> None:
        """`files` are (file, code) of the findings: a project's own rules are read only if one of them found
        something."""
        self._facts: dict[str, Facts] = {}
        self._pages: dict[str, Page | None] = {}
        homes = {os.path.dirname(path) or "." for path, code in files if "FAR900" <= code <= "FAR999"}
        self._own = own_pages(homes) if homes else {}

    def facts(self, code: str) -> Facts:
        """What goes into each finding with this code."""
        if code not in self._facts:
            self._facts[code] = self._own[code].facts if code in self._own else page.facts(code)
        return self._facts[code]

    def page(self, code: str) -> Page | None:
        """The page of the rule, None if there is none."""
        if code not in self._pages:
            self._pages[code] = self._own.get(code) or page.find(code)
        return self._pages[code]


def own_pages(directories: Iterable[str]) -> dict[str, Page]:
    """Code → page for the structural rules, FAR900 to FAR999, of the projects that these directories belong to."""
    from flake8_fastapi_review import config as configuration

    found: dict[str, Page] = {}
    for root in sorted({configuration.find_root(directory) for directory in directories}):
        settings = configuration.load(root)
        if not settings.structural_rules:
            continue
        from flake8_fastapi_review.astgrep import load_folders

        rules, _ = load_folders(root, settings.structural_rules)
        found.update((rule.code, page.of(type(rule))) for rule in rules)
    return found
