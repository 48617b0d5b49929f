"""Page images and PDFs are made in processes of their own: a page that hangs or crashes costs itself only.

Decoders are written in C, and what they meet was scanned by anybody. Those that wait for a free process hold no thread,
so that searches go on meanwhile. Leaves what is made to `search_api.papers`.
"""

import os
from collections.abc import Callable
from typing import TypeVar

from anyio import CapacityLimiter, to_thread

from pipeline.errors import PageFailedError
from pipeline.processes import BoundedProcesses, LostError, TimeOverError
from pipeline.settings import IntakeSettings

_MOST = 4
"""Most processes: each may hold a large page decoded."""

_MOST_SECONDS = 30.0
"""Longest time for what has one page; reading one may take longer, but nobody looks at an empty screen for more."""
_SECONDS_A_PAGE = 1.0

Made = TypeVar("Made")


class Drawing:
    """Makes costly things, a few at a time."""

    def __init__(self, limits: IntakeSettings) -> None:
        """With the bound on memory that reading a page has; processes start when first needed."""
        count = min(_MOST, os.cpu_count() or 1)
        self._seconds = min(_MOST_SECONDS, limits.page_seconds)
        self._places = CapacityLimiter(count)
        self._processes = BoundedProcesses(count, worker_bytes=limits.worker_bytes)

    async def in_turn(self, make: Callable[[], Made]) -> Made:
        """Call this in a thread when it is its turn."""
        return await to_thread.run_sync(make, limiter=self._places)

    def apart(self, call: Callable[[], Made], *, pages: int = 1) -> Made:
        """Call this in a process of its own, within the time for so many pages. Call it in one's turn.

        Raises:
            PageFailedError: the process crashed, or took too long or too much memory.
        """
        try:
            seconds = self._seconds + _SECONDS_A_PAGE * (pages - 1)
            return self._processes.submit(call, seconds, lambda: False).result()
        except (LostError, TimeOverError, MemoryError) as error:
            message = "Trang này quá nặng hoặc bị hỏng nên không dựng được. Hãy báo văn thư quét lại."
            raise PageFailedError(message) from error

    def close(self) -> None:
        """Stop all processes."""
        self._processes.close()
