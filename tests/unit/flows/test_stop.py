"""The first signal asks, the second does what it always did, and nothing of it outlives the run."""

import signal
from collections.abc import Iterator

import pytest

from flows.stopping import Stop, stop_on_signals

SIGNALS = [(signal.SIGINT, 130), (signal.SIGTERM, 143)]


@pytest.fixture
def seen() -> Iterator[list[int]]:
    """The signals that reach the handlers of before."""
    reached: list[int] = []
    before = {number: signal.signal(number, lambda reaching, _frame: reached.append(reaching)) for number, _ in SIGNALS}
    yield reached
    for number, handler in before.items():
        signal.signal(number, handler)


def test_nobody_has_asked_at_first() -> None:
    stop = Stop()
    assert not stop.is_asked()
    assert stop.exit_code is None


@pytest.mark.parametrize(("number", "code"), SIGNALS)
def test_the_first_signal_asks_and_the_second_goes_through(seen: list[int], number: int, code: int) -> None:
    with stop_on_signals() as stop:
        signal.raise_signal(number)
        assert stop.is_asked()
        assert stop.exit_code == code
        assert seen == []
        signal.raise_signal(number)
        assert seen == [number]


@pytest.mark.parametrize(("number", "_code"), SIGNALS)
def test_afterwards_signals_do_what_they_did_before(seen: list[int], number: int, _code: int) -> None:
    with stop_on_signals() as stop:
        pass
    signal.raise_signal(number)
    assert seen == [number]
    assert not stop.is_asked()
