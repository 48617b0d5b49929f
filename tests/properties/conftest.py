from pathlib import Path

import pytest

from pipeline.catalogue import open_catalogue, sqlite_url


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An empty catalogue with its tables, to be copied."""
    path = tmp_path_factory.mktemp("template") / "catalogue.sqlite3"
    open_catalogue(sqlite_url(path)).close()
    return path
