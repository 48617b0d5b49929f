"""How far a batch is, as an artifact of its flow in Prefect: ids and counts. To be imported when Prefect may be."""

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import cast
from uuid import UUID

from prefect.artifacts import create_progress_artifact, update_progress_artifact

from pipeline.catalogue.jobs import JobProgress

_log = logging.getLogger(__name__)

KEY = "ingest"
_EVERY = 2.0
"""Seconds between two updates."""
_PERCENT = 100.0


@dataclass(slots=True)
class ProgressArtifact:
    """Shows what it is told, from inside a flow. A server that does not take it costs the picture, not the run."""

    told: Callable[[], JobProgress]
    _id: UUID | None = None
    _next: float = 0.0
    _is_given_up: bool = False

    def show(self, *, is_last: bool = False) -> None:
        """Show how far it is, unless that was shown a moment ago."""
        if self._is_given_up or (time.monotonic() < self._next and not is_last):
            return
        try:
            self._show(self.told())
        except Exception as error:  # noqa: BLE001 - the edge to a vendor, for a picture
            _log.warning("progress cannot be shown in Prefect: %s", type(error).__name__)
            self._is_given_up = True
        self._next = time.monotonic() + _EVERY

    def _show(self, now: JobProgress) -> None:
        percent = _PERCENT * now.files_done / now.files if now.files else _PERCENT
        text = f"Đợt {now.batch}: {now.files_done}/{now.files} tệp, {now.pages_done} trang"
        if self._id is None:
            # outside an event loop it is what it says, not a coroutine
            self._id = cast("UUID", create_progress_artifact(percent, key=KEY, description=text))
        else:
            update_progress_artifact(self._id, percent, description=text)
