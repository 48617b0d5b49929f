"""Asking a run to stop: Ctrl-C or `kill` once, and it ends what it has in hand, tells what is left, and leaves.

A second signal ends the process at once; what is on the disk is safe all the same. Leaves looking whether a stop was
asked for to whoever does the work.
"""

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

_SIGNALS = (signal.SIGINT, signal.SIGTERM)
_BY_SIGNAL = 128
"""Shells report a process that a signal ended as this and the signal's number."""


class Stop:
    """Whether the run was asked to stop. May be looked at from any thread."""

    def __init__(self) -> None:
        """Nobody has asked."""
        self._signal: int | None = None

    def ask(self, number: int) -> None:
        """Ask for it, as this signal does."""
        self._signal = number

    def is_asked(self) -> bool:
        """Whether somebody has asked."""
        return self._signal is not None

    @property
    def exit_code(self) -> int | None:
        """The exit code of a run that was stopped: 130 for SIGINT, 143 for SIGTERM."""
        return None if self._signal is None else _BY_SIGNAL + self._signal


@contextmanager
def stop_on_signals() -> Iterator[Stop]:
    """While the block runs, the first SIGINT or SIGTERM asks for a stop; the next does what it did before."""
    stop = Stop()
    before = {number: signal.getsignal(number) for number in _SIGNALS}

    def restore() -> None:
        for number, handler in before.items():
            signal.signal(number, handler)

    def ask(number: int, _frame: FrameType | None) -> None:
        stop.ask(number)
        restore()

    for number in _SIGNALS:
        signal.signal(number, ask)
    try:
        yield stop
    finally:
        restore()
