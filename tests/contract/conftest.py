"""Implementations under contract. A new one is a further parameter here or in its suite, never a further test."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from indexer.embedded import open_embedded
from pipeline.catalogue import Catalogue, open_catalogue, sqlite_url
from pipeline.ports import SearchIndex
from tests.services import empty_database, server


@pytest.fixture(params=["sqlite", "postgresql"])
def catalogue_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """An empty database."""
    if request.param == "sqlite":
        yield sqlite_url(tmp_path / "catalogue.sqlite3")
    else:
        with empty_database(server("postgresql")) as url:
            yield url


@pytest.fixture
def catalogue(catalogue_url: str) -> Iterator[Catalogue]:
    """An empty catalogue."""
    opened = open_catalogue(catalogue_url)
    yield opened
    opened.close()


@pytest.fixture(scope="module", params=["embedded"])
def open_at(request: pytest.FixtureRequest) -> Callable[[Path], SearchIndex]:
    """Opens the search index that belongs to this folder, as each process would. Two folders are two indices."""
    openers: dict[str, Callable[[Path], SearchIndex]] = {"embedded": lambda folder: open_embedded(folder / "index")}
    return openers[request.param]


@pytest.fixture
def open_index(open_at: Callable[[Path], SearchIndex], tmp_path: Path) -> Callable[[], SearchIndex]:
    """Opens the same search index anew each time, as another process would."""
    return lambda: open_at(tmp_path)


@pytest.fixture
def index(open_index: Callable[[], SearchIndex]) -> SearchIndex:
    """An empty search index."""
    opened = open_index()
    opened.create()
    return opened


@pytest.fixture
def open_hasty(index: SearchIndex, tmp_path: Path) -> Callable[[], SearchIndex]:
    """Opens the same index as `index`, for writers that do not wait for others."""
    assert index.is_there()
    return lambda: open_embedded(tmp_path / "index", patience=0)
