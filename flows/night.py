"""One night: take in what has arrived in the inbox, each unit's files as a batch, and move each file away as it ends.

Cannot run twice at a time: it holds a lock that dies with its process. What a killed run left is found by the next,
in the inbox and in staging. Leaves when it runs to `flows.nightly`, and the way of a file to `flows.ingest`.
"""

import threading
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import groupby

from flows.ingest import Progress, Runner, Watch, ingest
from pipeline.catalogue.nights import NightFacts, NightOrigin, NightReport, NightStatus
from pipeline.catalogue.organisation import present_parents
from pipeline.clock import today
from pipeline.errors import BusyError, StoppedError, UnavailableError, VanKhoError
from pipeline.model import FileStatus
from pipeline.ports import Arrival, Inbox, InboxLook, Stray
from pipeline.steps.intake import Asked
from pipeline.steps.take_in import Outcome, Rooms

ACTOR = "nightly"
"""Who files what arrives by itself."""

LOCK = "nightly"
"""The lock that keeps a second run away; it dies with whoever holds it."""

BUSY = "Một lượt nạp hộp nhận khác đang chạy. Hãy đợi lượt đó xong."

DONE = "Một lượt khác đã làm xong việc của lượt này."

_LATEST = 20
"""Runs looked at: of these at least one came through, or the inbox is worth another look."""

_STOPPED = "Lượt chạy bị dừng theo yêu cầu. Lượt sau làm tiếp."


@dataclass(frozen=True, slots=True)
class Means:
    """With what a night is run."""

    inbox: Inbox
    rooms: Rooms
    quiet_seconds: float
    workers: int
    runner: Runner
    watch: Watch
    sleep: Callable[[float], None] = time.sleep


@dataclass(frozen=True, slots=True)
class Night:
    """A night that has ended. `strays` and `problems` have names, for whoever runs it by hand; nothing keeps them."""

    id: str
    report: NightReport
    strays: tuple[Stray, ...]
    problems: tuple[Outcome, ...]


def run_night(by: Means, origin: NightOrigin, *, appointed: datetime | None = None) -> Night:
    """Empty the inbox, and record what came of it. `appointed` is when this run was to start, if it was.

    Raises:
        BusyError: another run is at it, or one that began after the appointed time has done it; this one has done
            nothing and leaves no record.
        StoppedError: it was asked to stop; what was done is recorded.
        VanKhoError: it could not come through; what was done is recorded, with the reason.
    """
    nights = by.rooms.catalogue.nights
    with by.rooms.catalogue.locks.held(LOCK, wait=False, busy=BUSY):
        if appointed is not None and _is_done(nights, appointed):
            raise BusyError(DONE)
        night = nights.begin(origin)
        tally = _Tally(by.inbox, by.watch.progress, InboxLook((), 0, ()))
        try:
            _empty(by, tally)
        except VanKhoError as error:
            status = NightStatus.INTERRUPTED if isinstance(error, StoppedError) else NightStatus.FAILED
            nights.end(night, status, tally.report(), reason=str(error))
            raise
        except BaseException as error:
            reason = f"Lỗi ngoài dự kiến ({type(error).__name__}). Hãy báo cho quản trị."
            nights.end(night, NightStatus.FAILED, tally.report(), reason=reason)
            raise
        nights.end(night, NightStatus.COMPLETED, tally.report())
        return Night(night, tally.report(), tally.look.strays, tuple(tally.problems))


def _is_done(nights: NightFacts, appointed: datetime) -> bool:
    """Whether a run came through that began at that time or later."""
    return any(
        night.status is NightStatus.COMPLETED and night.started_at >= appointed for night in nights.latest(_LATEST)
    )


def _empty(by: Means, tally: "_Tally") -> None:
    """Look, take, and look once more for what was still being copied the first time."""
    units = present_parents(by.rooms.catalogue.organisation.units(), today())
    for is_last in (False, True):
        tally.look = by.inbox.look(units)
        _take(by, tally)
        if is_last or not tally.look.waiting:
            return
        by.sleep(by.quiet_seconds)


def _take(by: Means, tally: "_Tally") -> None:
    """Take in what is whole, a batch for each unit; where nothing arrived, at least what earlier runs left."""
    for unit, group in groupby(tally.look.settled, key=lambda arrival: arrival.unit):
        _take_unit(by, tally, unit, list(group))
    if not tally.batches:
        for manifest in list(by.rooms.staging.leftovers())[:1]:
            _take_unit(by, tally, manifest.owner_unit, [])


def _take_unit(by: Means, tally: "_Tally", unit: str, arrivals: Sequence[Arrival]) -> None:
    settling = _Settling(tally, arrivals)
    watch = Watch(settling, by.watch.after_file, by.watch.is_stopped)
    with by.inbox.fetched(arrivals) as paths:
        batch = ingest(paths, Asked(unit, ACTOR), by.rooms, workers=by.workers, runner=by.runner, watch=watch)
    tally.batches.append(batch.id)
    if by.watch.is_stopped():
        raise StoppedError(_STOPPED)


@dataclass(slots=True)
class _Tally:
    """What has come of the night so far; told of by many threads."""

    inbox: Inbox
    progress: Progress
    look: InboxLook
    counts: Counter[FileStatus] = field(default_factory=Counter)
    changed: int = 0
    left_behind: int = 0
    batches: list[str] = field(default_factory=list)
    problems: list[Outcome] = field(default_factory=list)
    turn: threading.Lock = field(default_factory=threading.Lock)

    def report(self) -> NightReport:
        return NightReport(
            counts=dict(self.counts),
            waiting=self.look.waiting + self.changed,
            strays=len(self.look.strays),
            left_behind=self.left_behind,
            batches=tuple(self.batches),
        )

    def count(self, outcome: Outcome, *, is_left: bool, has_changed: bool) -> None:
        with self.turn:
            self.counts[outcome.status] += 1
            self.left_behind += is_left
            self.changed += has_changed
            if outcome.status not in (FileStatus.STORED, FileStatus.DUPLICATE):
                self.problems.append(outcome)


@dataclass(frozen=True, slots=True)
class _Settling:
    """Moves each file out of the inbox when it has ended. Implements `flows.ingest.Progress`."""

    tally: _Tally
    arrivals: Sequence[Arrival]

    def begin(self, *, files: int) -> None:
        self.tally.progress.begin(files=files)

    def page_done(self) -> None:
        self.tally.progress.page_done()

    def file_done(self, outcome: Outcome) -> None:
        is_left = has_changed = False
        if outcome.ordinal <= len(self.arrivals):  # the others were left in staging by an earlier run
            arrival = self.arrivals[outcome.ordinal - 1]
            try:
                is_left = outcome.may_be_retried
                has_changed = not is_left and not _move(self.tally.inbox, arrival, outcome)
            except UnavailableError:
                is_left = True
        self.tally.count(outcome, is_left=is_left, has_changed=has_changed)
        self.tally.progress.file_done(outcome)


def _move(inbox: Inbox, arrival: Arrival, outcome: Outcome) -> bool:
    """Move a file that has ended to where it belongs. False where it has changed since, and so is another file."""
    match outcome.status:
        case FileStatus.STORED | FileStatus.DUPLICATE:
            return inbox.accept(arrival, None)
        case FileStatus.INCOMPLETE:
            return inbox.accept(arrival, outcome.reason)
        case FileStatus.QUARANTINED:
            return inbox.wipe(arrival)
        case _:
            return inbox.reject(arrival, outcome.reason or "Không nạp được.")
