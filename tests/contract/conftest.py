"""Implementations under contract. A new one is a further parameter here or in its suite, never a further test."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from pipeline.catalogue import Catalogue, open_catalogue, sqlite_url


@pytest.fixture(params=["sqlite"])
def catalogue_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """An empty database."""
    return {"sqlite": sqlite_url(tmp_path / "catalogue.sqlite3")}[request.param]


@pytest.fixture
def catalogue(catalogue_url: str) -> Iterator[Catalogue]:
    """An empty catalogue."""
    opened = open_catalogue(catalogue_url)
    yield opened
    opened.close()
