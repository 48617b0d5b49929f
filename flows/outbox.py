"""The service that tells the index of what others have changed: `python -m flows.outbox`."""

import logging
import os
import sys
import time

from flows.cli import OWNER_ONLY
from flows.stopping import Stop, stop_on_signals
from flows.wiring import drainer
from indexer.drainer import Drainer
from pipeline.errors import VanKhoError
from pipeline.settings import load_settings
from pipeline.wiring import catalogue_of

_log = logging.getLogger(__name__)

_EVERY = 2.0
"""Seconds between two looks into the outbox: what was changed is searchable, or hidden, within five."""


def main() -> int:
    """Run until asked to stop; the exit code."""
    os.umask(OWNER_ONLY)
    try:
        of = load_settings(os.environ)
        facts = catalogue_of(of)
        telling = drainer(of, facts)
    except VanKhoError as error:
        print(f"Lỗi: {error}", file=sys.stderr)  # noqa: T201
        return error.exit_code
    try:
        with stop_on_signals() as stop:
            keep_telling(telling, stop)
    finally:
        facts.close()
    return 0


def keep_telling(telling: Drainer, stop: Stop) -> None:
    """Drain the outbox again and again. A failure is logged once until it goes well again."""
    was_well = True
    while not stop.is_asked():
        try:
            telling.drain()
            was_well = True
        except VanKhoError as error:
            if was_well:
                _log.warning("the index could not be told of changes, which wait: %s", error)
            was_well = False
        time.sleep(_EVERY)


if __name__ == "__main__":
    sys.exit(main())
