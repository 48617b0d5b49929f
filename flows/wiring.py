"""Puts the rooms together for a run: store, staging, catalogue, readers, describer and index, from settings."""

import logging
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager

from extractors.batch_split import split
from extractors.describe import open_describer
from flows.ingest import Progress, Runner, Watch
from flows.night import Means
from flows.progress import Paced
from flows.reading import PooledReader
from indexer.drainer import Drainer
from indexer.search import open_index
from pipeline.catalogue import Catalogue
from pipeline.errors import BusyError
from pipeline.ports import Inbox
from pipeline.scratch import scratch_folder
from pipeline.settings import Settings
from pipeline.steps.take_in import Rooms
from pipeline.storage.packed import ArchiveLimits
from pipeline.wiring import inboxes_of, installation_of, staging_of, store_of

_log = logging.getLogger(__name__)

BUCKET_LOCK = "nightly-bucket"
"""The lock of whoever empties the inbox's bucket."""


@contextmanager
def ingest_rooms(of: Settings, facts: Catalogue, *, workers: int, is_stopped: Callable[[], bool]) -> Iterator[Rooms]:
    """All that a file meets on its way; the reading processes end with the block."""
    with scratch_folder(of.home) as scratch:
        reader = PooledReader(of.intake, of.ocr, workers=workers, scratch=scratch, is_stopped=is_stopped)
        try:
            yield Rooms(
                store=store_of(of),
                staging=staging_of(of),
                catalogue=facts,
                reader=reader,
                describer=open_describer(),
                allowed_marks=of.secrecy.allow,
                splitter=split,
                archives=ArchiveLimits(
                    entries=of.intake.archive_entries,
                    total_bytes=of.intake.archive_bytes,
                    entry_bytes=of.intake.max_file_bytes,
                    ratio=of.intake.archive_ratio,
                ),
            )
        finally:
            reader.close()


def drainer(of: Settings, facts: Catalogue) -> Drainer:
    """The drainer of this installation's index."""
    return Drainer(facts, open_index(of, facts.documents))


@contextmanager
def _inboxes(of: Settings, facts: Catalogue) -> Iterator[Sequence[Inbox]]:
    """This installation's folder, and the bucket that it may share with others, unless one of them empties that now."""
    inboxes = inboxes_of(of)
    with ExitStack() as stack:
        if of.inbox.bucket is not None:
            try:
                stack.enter_context(facts.locks.held(BUCKET_LOCK, wait=False, busy=""))
            except BusyError:
                _log.warning("the inbox's bucket is being emptied by another run and is left to it")
                inboxes = inboxes[:1]
        yield inboxes


@contextmanager
def night_means(
    of: Settings, facts: Catalogue, *, runner: Runner, progress: Progress, is_stopped: Callable[[], bool]
) -> Iterator[Means]:
    """With what a night is run; the reading processes end with the block."""
    workers = of.intake.workers
    with (
        _inboxes(of, facts) as inboxes,
        ingest_rooms(of, facts, workers=workers, is_stopped=is_stopped) as rooms,
    ):
        yield Means(
            installation=installation_of(of),
            inboxes=inboxes,
            rooms=rooms,
            quiet_seconds=of.inbox.quiet_seconds,
            workers=workers,
            runner=runner,
            watch=Watch(progress, Paced(drainer(of, facts)), is_stopped),
        )
