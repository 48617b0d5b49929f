"""Tells the index of changes: at once after a change made here, and in the background of what others left.

Which process may drain is settled by `indexer.drainer`.
"""

import logging
import time
from dataclasses import dataclass
from threading import Event

from indexer.drainer import Drainer
from pipeline.catalogue.documents import DocumentFacts
from pipeline.errors import UnavailableError
from search_api.errors import log_unforeseen

_LOG = logging.getLogger(__name__)
_PATIENCE = 5.0
"""Seconds that a change waits for another drainer before it is left to the background."""
_PAUSE = 0.05
_INTERVAL = 2.0
"""Seconds between two looks into the outbox."""


@dataclass(frozen=True, slots=True)
class OutboxWatch:
    """Keeps an installation's index true while the service runs."""

    facts: DocumentFacts
    drainer: Drainer

    def after_change(self) -> None:
        """Make a committed change searchable now if that can be; if not, it is kept and the background does it."""
        until = time.monotonic() + _PATIENCE
        try:
            while self.facts.pending(1):
                if not self.drainer.drain():
                    if time.monotonic() > until:
                        return _LOG.warning("the index is being written by another process; a change waits")
                    time.sleep(_PAUSE)
        except UnavailableError as error:
            _LOG.warning("the index could not be told of a change, which waits: %s", error)
        except Exception as error:  # noqa: BLE001 - the change is made: whoever made it must not be told that it failed
            log_unforeseen(error, _LOG)
        return None

    def keep_draining(self, stop: Event) -> None:
        """Drain whatever others left, until told to stop. A failure is logged once until it goes well again.

        Whatever fails, it goes on: nothing else would hide what others take back.
        """
        was_well = True
        while not stop.wait(_INTERVAL):
            try:
                if self.facts.pending(1):
                    self.drainer.drain()
                was_well = True
            except UnavailableError as error:
                if was_well:
                    _LOG.warning("the outbox could not be drained: %s", error)
                was_well = False
            except Exception as error:  # noqa: BLE001 - the outer edge of this thread
                if was_well:
                    log_unforeseen(error, _LOG)
                was_well = False
