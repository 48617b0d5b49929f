"""Keeps the services of an installation running: starts them, starts a dead one again, and stops all when asked.

A service that keeps dying is started again less and less often. One that says it was used wrongly (exit code 2: a
setting is impossible) will not get better by itself and stops everything. Leaves what the services are to
`flows.installation`.
"""

import os
import signal
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from flows.children import start_python, stop_child

USED_WRONGLY = 2
"""The exit code of a program whose settings or arguments must be changed."""

_FIRST_DELAY = 1.0
_LONGEST_DELAY = 60.0
_LOOK_EVERY = 0.2
_STOP_SECONDS = 40.0
"""How long services may take to end what they have in hand."""


@dataclass(frozen=True, slots=True)
class Service:
    """A program of ours, as words for our interpreter."""

    name: str
    words: tuple[str, ...]
    environment: Mapping[str, str]
    log: Path | None = None


class _Kept:
    """A service that is kept running."""

    def __init__(self, service: Service, tell: Callable[[str], None]) -> None:
        self.service = service
        self.process: subprocess.Popen[bytes] | None = None
        self._tell = tell
        self._delay = _FIRST_DELAY
        self._started = 0.0
        self._start_at = 0.0

    def look(self) -> int | None:
        """Start it if it is time to; its exit code where it has just died."""
        now = time.monotonic()
        if self.process is None:
            if now >= self._start_at:
                self._start(now)
            return None
        code = self.process.poll()
        if code is None:
            return None
        self.process = None
        if now - self._started > _LONGEST_DELAY:
            self._delay = _FIRST_DELAY
        self._start_at = now + self._delay
        self._tell(f"{self.service.name}: đã dừng (mã {code}), chạy lại sau {self._delay:.0f} giây")
        self._delay = min(2 * self._delay, _LONGEST_DELAY)
        return code

    def _start(self, now: float) -> None:
        self.process = start_python(self.service.words, self.service.environment, log=self.service.log)
        self._started = now
        self._tell(f"{self.service.name}: đang chạy (pid {self.process.pid})")

    def ask_to_stop(self) -> None:
        """Ask it and whatever it started."""
        if self.process is not None and self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGTERM)

    def stop(self, *, until: float) -> None:
        """Wait for it, then end it and whatever it started."""
        if self.process is None:
            return
        try:
            self.process.wait(max(0.0, until - time.monotonic()))
        except subprocess.TimeoutExpired:
            self._tell(f"{self.service.name}: không chịu dừng")
        stop_child(self.process, seconds=1)
        self.process = None


def supervise(services: Sequence[Service], *, is_stopped: Callable[[], bool], tell: Callable[[str], None]) -> int:
    """Keep the services running until asked to stop; the exit code. The first is what the others lean on.

    To be called from the main thread.
    """
    kept = [_Kept(service, tell) for service in services]
    try:
        while not is_stopped():
            for one in kept:
                if one.look() == USED_WRONGLY:
                    tell(f"{one.service.name}: thiết lập sai, dừng tất cả")
                    return USED_WRONGLY
            time.sleep(_LOOK_EVERY)
        return 0
    finally:
        _stop(kept[1:])
        _stop(kept[:1])


def _stop(kept: Sequence[_Kept]) -> None:
    """Stop these together: each is asked, and all have the same time."""
    for one in kept:
        one.ask_to_stop()
    until = time.monotonic() + _STOP_SECONDS
    for one in kept:
        one.stop(until=until)
