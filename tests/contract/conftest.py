"""Implementations under contract. A new one is a further parameter here or in its suite, never a further test."""

from collections.abc import Callable, Iterator
from hashlib import blake2b
from pathlib import Path
from typing import Protocol

import pytest

from indexer.embedded import open_embedded
from indexer.opensearch import open_opensearch
from pipeline.catalogue import Catalogue, open_catalogue, sqlite_url
from pipeline.ports import SearchIndex
from tests.services import empty_database, empty_indices, server


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


class OpenAt(Protocol):
    """Opens the search index that belongs to this folder, as each process would. Two folders are two indices."""

    def __call__(self, folder: Path, *, patience: float = 30) -> SearchIndex:
        """`patience` is how long a writer waits for another, in seconds."""


def embedded_at(folder: Path, *, patience: float = 30) -> SearchIndex:
    return open_embedded(folder / "index", patience=patience)


@pytest.fixture(scope="module", params=["embedded", "opensearch"])
def open_at(request: pytest.FixtureRequest) -> Iterator[OpenAt]:
    """Each engine."""
    if request.param == "embedded":
        yield embedded_at
        return
    with empty_indices(server("opensearch")) as of:

        def opensearch_at(folder: Path, *, patience: float = 30) -> SearchIndex:
            prefix = f"{of.prefix}-{blake2b(bytes(folder), digest_size=6).hexdigest()}"
            return open_opensearch(of.model_copy(update={"prefix": prefix}), patience=patience)

        yield opensearch_at


@pytest.fixture
def open_index(open_at: OpenAt, tmp_path: Path) -> Callable[[], SearchIndex]:
    """Opens the same search index anew each time, as another process would."""
    return lambda: open_at(tmp_path)


@pytest.fixture
def index(open_index: Callable[[], SearchIndex]) -> SearchIndex:
    """An empty search index."""
    opened = open_index()
    opened.create()
    return opened


@pytest.fixture
def open_hasty(index: SearchIndex, open_at: OpenAt, tmp_path: Path) -> Callable[[], SearchIndex]:
    """Opens the same index as `index`, for writers that do not wait for others."""
    assert index.is_there()
    return lambda: open_at(tmp_path, patience=0)
