"""The listing of a project, with the help of an earlier one: a folder that did not change need not be listed again."""

from __future__ import annotations

import marshal
from typing import TYPE_CHECKING

from ..files import DISK
from ..unchanged import HAS_CHANGE_TIME
from .cache import content_digest
from .disk import scan

if TYPE_CHECKING:
    from ..config import Config
    from .cache import Cache
    from .disk import Listing, Seen


def listed(cache: Cache | None, config: Config, suffixes: tuple[str, ...] = (".py",)) -> Listing:
    """What `scan` tells of the whole project. What it learnt is kept in the cache."""
    if cache is None or config.files is not DISK or not HAS_CHANGE_TIME:
        return scan(config.root, config, suffixes)
    facts = repr((config.root, config.exclude, suffixes))
    name = f"listing {content_digest(facts.encode('utf-8', 'surrogatepass')).hex()}"
    payload = cache.page(name)
    try:
        known: Seen = marshal.loads(payload) if payload else {}
    except (ValueError, EOFError, TypeError):
        known = {}
    made: Seen = {}
    found = scan(config.root, config, suffixes, "", known, made)
    if made != known:
        plain = marshal.dumps(made)
        cache.put_page(name, lambda there: plain)
    return found
