"""The installation that the tests of the API ask."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.api.house import House, open_house, running


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    """An installation with its people and no document, its application running."""
    with running(open_house(tmp_path / "home")) as made:
        yield made
