"""What is made in a process of its own: one that hangs, crashes or wants all memory costs only itself."""

import os
import time
from collections.abc import Callable, Iterator
from functools import partial

import pytest

from pipeline.errors import PageFailedError
from pipeline.settings import IntakeSettings
from search_api.drawing import Drawing


@pytest.fixture
def drawing() -> Iterator[Drawing]:
    made = Drawing(IntakeSettings(page_seconds=3, worker_bytes=500_000_000))
    yield made
    made.close()


@pytest.mark.parametrize("call", [partial(time.sleep, 600), os.abort, partial(bytes, 1 << 40)])
def test_what_goes_wrong_is_a_failed_page_and_the_next_is_made(drawing: Drawing, call: Callable[[], object]) -> None:
    with pytest.raises(PageFailedError, match="quá nặng hoặc bị hỏng"):
        drawing.apart(call)
    assert drawing.apart(partial(sum, [1, 2]), pages=100) == 3


def test_it_is_made_in_another_process(drawing: Drawing) -> None:
    assert drawing.apart(os.getpid) != os.getpid()
