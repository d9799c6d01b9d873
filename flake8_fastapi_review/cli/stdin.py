"""The review of one file whose text is not the one on the disk: an editor's buffer, a staged version."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from flake8_fastapi_review.review import Review

    from .running import Selectors


def review_text(name: str, data: bytes, selectors: Selectors, cache: str | None) -> tuple[Review, dict[str, str]]:
    """The review of the file `name` as if it held `data`, seen inside its project; and the text by the shown name.

    The file need not exist. What its project excludes is not reviewed, here as everywhere.
    """
    from flake8_fastapi_review import config as configuration
    from flake8_fastapi_review import registry
    from flake8_fastapi_review.baseline import of, parted
    from flake8_fastapi_review.identity import contexts
    from flake8_fastapi_review.module import Unreadable, decode
    from flake8_fastapi_review.project import Project
    from flake8_fastapi_review.review import Review, cache_folder, review_file, shown, voice
    from flake8_fastapi_review.suppression import comments, split

    path = os.path.abspath(name)
    root = configuration.find_root(path)
    settings = configuration.load(root)
    selection = registry.select(settings, *selectors)
    project = Project(root, settings, cache_folder(root, cache))
    relative = os.path.relpath(path, root).replace(os.sep, "/")
    file = shown(path)
    problems = selection.problems
    findings = [(shown(problem.path), voice(problem.message, problem.line)) for problem in problems]
    if configuration.excluded(settings, relative):
        return Review((), ((file, "excluded by the configuration"),), tuple(findings), (), problems), {}
    try:
        text = decode(data, path)
        seen = project.file(relative, text)
        kept, dropped = split(review_file(seen, selection), text)
        baseline, broken = of(settings, settings.files)
        if broken is not None:
            problems = (*problems, broken)
            findings.append((shown(broken.path), voice(broken.message, broken.line)))
        ceilings = baseline.ceilings.get(relative) if baseline is not None else None
        kept, held = parted(kept, contexts(seen.tree, [violation.range.line for violation in kept]), ceilings)
    except Unreadable as error:
        findings.append((file, voice(f"not reviewed: {error.reason}", error.line)))
        text = data.decode("utf-8", "replace")
        return Review((), ((file, error.reason),), tuple(findings), (), problems), {file: text}
    findings += [(file, violation) for violation in kept]
    suppressed = tuple((file, violation) for violation in dropped)
    baselined = tuple((file, violation) for violation in held)
    review = Review(
        (file,), (), tuple(findings), suppressed, problems, comments={file: comments(text)}, baselined=baselined
    )
    return review, {file: text}
