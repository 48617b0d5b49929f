"""The installation that the tests of the API ask."""

from collections.abc import Callable, Iterator
from pathlib import Path
from uuid import uuid4

import pytest

from pipeline.settings import IndexSettings
from tests.api.house import House, open_house, running
from tests.services import empty_indices, server

NewIndex = Callable[[], IndexSettings]


@pytest.fixture(scope="module", params=["embedded", "opensearch"])
def new_index(request: pytest.FixtureRequest) -> Iterator[NewIndex]:
    """Names another empty index of each engine each time."""
    if request.param == "embedded":
        yield IndexSettings
        return
    with empty_indices(server("opensearch")) as of:
        yield lambda: of.model_copy(update={"prefix": f"{of.prefix}-{uuid4().hex[:8]}"})


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    """An installation with its people and no document, its application running."""
    with running(open_house(tmp_path / "home")) as made:
        yield made
