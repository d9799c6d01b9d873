"""What all tests start from."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from flake8_fastapi_review import config


@pytest.fixture(autouse=True)
def fresh() -> Iterator[None]:
    """Nothing that is remembered of the disk outlives a test."""
    config.forget()
    yield
    config.forget()
