"""The installation that the tests of the API ask."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from tests.api.house import House, open_house


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    """An installation with its people and no document, its application running."""
    made = open_house(tmp_path / "home")
    with TestClient(made.app):
        yield made
