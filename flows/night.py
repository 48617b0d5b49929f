"""One night: take in what has arrived in the inbox, each unit's files as a batch, and move each file away as it ends.

Cannot run twice at a time: it holds a lock that dies with its process. What a killed run left is found by the next,
in the inbox and in staging. Leaves when it runs to `flows.nightly`, and the way of a file to `flows.ingest`.
"""

import threading
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import groupby
from pathlib import Path

from flows.ingest import Progress, Runner, Watch, ingest_files
from pipeline.catalogue.nights import NightFacts, NightOrigin, NightReport, NightStatus
from pipeline.clock import today
from pipeline.errors import BusyError, StoppedError, UnavailableError, VanKhoError
from pipeline.model import FileStatus, present_parents
from pipeline.ports import Arrival, Inbox, InboxLook, Stray
from pipeline.steps.intake import Asked, FoundFile, files_at, printable
from pipeline.steps.take_in import Outcome, Rooms
from pipeline.steps.unpack import Unpacked, unpacked

ACTOR = "nightly"
"""Who files what arrives by itself."""


def lock_of(installation: str) -> str:
    """The lock that keeps a second run of this installation away; it dies with whoever holds it."""
    return f"nightly-{installation}"


BUSY = "Một lượt nạp hộp nhận khác đang chạy. Hãy đợi lượt đó xong."

DONE = "Một lượt khác đã làm xong việc của lượt này."

_STEP = 0.5
"""Seconds of waiting between two looks whether the run was asked to stop."""

_LATEST = 20
"""Runs looked at: of these at least one came through, or the inbox is worth another look."""

_STOPPED = "Lượt chạy bị dừng theo yêu cầu. Lượt sau làm tiếp."


@dataclass(frozen=True, slots=True)
class Means:
    """With what a night is run, and of which installation."""

    installation: str
    inboxes: Sequence[Inbox]
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
    nights = by.rooms.catalogue.nights.of(by.installation)
    with by.rooms.catalogue.locks.held(lock_of(by.installation), wait=False, busy=BUSY):
        if appointed is not None and _is_done(nights, appointed):
            raise BusyError(DONE)
        night = nights.begin(origin)
        tally = _Tally(by.watch.progress)
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
        return Night(night, tally.report(), tally.strays(), tuple(tally.problems))


def _is_done(nights: NightFacts, appointed: datetime) -> bool:
    """Whether a run came through that began at that time or later."""
    return any(
        night.status is NightStatus.COMPLETED and night.started_at >= appointed for night in nights.latest(_LATEST)
    )


def _empty(by: Means, tally: "_Tally") -> None:
    """Look, take, and look once more for what was still being copied the first time."""
    units = present_parents(by.rooms.catalogue.organisation.units(), today())
    for is_last in (False, True):
        for number, inbox in enumerate(by.inboxes):
            look = inbox.look(units)
            tally.looks[number] = look
            _take(by, tally, inbox, look)
        _finish_leftovers(by, tally)
        if is_last or not tally.waiting():
            return
        _wait(by)


def _wait(by: Means) -> None:
    """Wait the quiet time, in small steps, so that a stop is heard."""
    left = by.quiet_seconds
    while left > 0:
        if by.watch.is_stopped():
            raise StoppedError(_STOPPED)
        by.sleep(min(left, _STEP))
        left -= _STEP


def _take(by: Means, tally: "_Tally", inbox: Inbox, look: InboxLook) -> None:
    """Take in what is whole, as a batch for each unit, or several where an inbox fetches but so many."""
    for unit, group in groupby(look.settled, key=lambda arrival: arrival.unit):
        arrivals = list(group)
        for start in range(0, len(arrivals), inbox.most_at_once):
            some = arrivals[start : start + inbox.most_at_once]
            with inbox.fetched(some) as paths:
                _ingest(by, tally, unit, paths, _Settling(tally, inbox, some))


def _finish_leftovers(by: Means, tally: "_Tally") -> None:
    """Where nothing arrived, finish at least what earlier runs left; every batch does that."""
    if tally.batches:
        return
    for manifest in list(by.rooms.staging.leftovers())[:1]:
        _ingest(by, tally, manifest.owner_unit, [], _Settling(tally, by.inboxes[0], []))


def _ingest(by: Means, tally: "_Tally", unit: str, paths: Sequence[Path], settling: "_Settling") -> None:
    watch = Watch(settling, by.watch.after_file, by.watch.is_stopped)
    found = unpacked(files_at(paths), by.rooms.archives, is_stopped=by.watch.is_stopped)
    settling.expect(found)
    batch = ingest_files(found.files, Asked(unit, ACTOR), by.rooms, workers=by.workers, runner=by.runner, watch=watch)
    tally.batches.append(batch.id)
    if by.watch.is_stopped():
        raise StoppedError(_STOPPED)


@dataclass(slots=True)
class _Tally:
    """What has come of the night so far; told of by many threads."""

    progress: Progress
    looks: dict[int, InboxLook] = field(default_factory=dict)
    counts: Counter[FileStatus] = field(default_factory=Counter)
    changed: int = 0
    left_behind: int = 0
    batches: list[str] = field(default_factory=list)
    problems: list[Outcome] = field(default_factory=list)
    turn: threading.Lock = field(default_factory=threading.Lock)

    def report(self) -> NightReport:
        return NightReport(
            counts=dict(self.counts),
            waiting=self.waiting() + self.changed,
            strays=len(self.strays()),
            left_behind=self.left_behind,
            batches=tuple(self.batches),
        )

    def waiting(self) -> int:
        """Files that were still being copied at the last look into each inbox."""
        return sum(look.waiting for look in self.looks.values())

    def strays(self) -> tuple[Stray, ...]:
        """What could not be taken as it lay, at the last look into each inbox."""
        return tuple(stray for look in self.looks.values() for stray in look.strays)

    def moved(self, *, is_left: bool, has_changed: bool) -> None:
        with self.turn:
            self.left_behind += is_left
            self.changed += has_changed

    def count(self, outcome: Outcome) -> None:
        with self.turn:
            self.counts[outcome.status] += 1
            if outcome.status not in (FileStatus.STORED, FileStatus.DUPLICATE):
                self.problems.append(outcome)


@dataclass(slots=True)
class _Settling:
    """Moves each arrival out of the inbox when all that was in it has ended. Implements `flows.ingest.Progress`."""

    tally: _Tally
    inbox: Inbox
    arrivals: Sequence[Arrival]
    _expected: Unpacked = field(default_factory=lambda: Unpacked((), ()))
    _left: Counter[int] = field(default_factory=Counter)
    _ended: dict[int, dict[FoundFile, Outcome]] = field(default_factory=dict)

    def expect(self, files: Unpacked) -> None:
        """Be told which arrival each file is of, by its ordinal: a secret one has no path."""
        self._expected = files
        self._left.update(files.origins)

    def begin(self, *, batch: str, files: int) -> None:
        self.tally.progress.begin(batch=batch, files=files)

    def page_done(self) -> None:
        self.tally.progress.page_done()

    def file_done(self, outcome: Outcome) -> None:
        self.tally.count(outcome)
        if outcome.ordinal <= len(self._expected.origins):  # the others were left in staging by an earlier run
            origin = self._expected.origins[outcome.ordinal - 1]
            with self.tally.turn:
                ended = self._ended.setdefault(origin, {})
                ended[self._expected.files[outcome.ordinal - 1]] = outcome
                self._left[origin] -= 1
                is_last = not self._left[origin]
            if is_last:
                self._settle(self.arrivals[origin], ended)
        self.tally.progress.file_done(outcome)

    def _settle(self, arrival: Arrival, ended: Mapping[FoundFile, Outcome]) -> None:
        is_left = any(outcome.may_be_retried for outcome in ended.values())
        has_changed = False
        try:
            has_changed = not is_left and not _move(self.inbox, arrival, ended)
        except UnavailableError:
            is_left = True
        self.tally.moved(is_left=is_left, has_changed=has_changed)


def _move(inbox: Inbox, arrival: Arrival, ended: Mapping[FoundFile, Outcome]) -> bool:
    """Move what has ended to where it belongs. False where it has changed since, and so is another file.

    An archive goes the way of the worst that was in it: one with a secrecy mark is wiped whole.
    """
    statuses = {outcome.status for outcome in ended.values()}
    if FileStatus.QUARANTINED in statuses:
        return inbox.wipe(arrival)
    if statuses <= {FileStatus.STORED, FileStatus.DUPLICATE}:
        return inbox.accept(arrival, None)
    if statuses <= {FileStatus.STORED, FileStatus.DUPLICATE, FileStatus.INCOMPLETE}:
        return inbox.accept(arrival, _note(ended))
    return inbox.reject(arrival, _note(ended))


def _note(ended: Mapping[FoundFile, Outcome]) -> str:
    """What is to be told of a file, or of each in an archive that did not come in whole."""
    faults = {
        file: told for file, told in ended.items() if told.status not in (FileStatus.STORED, FileStatus.DUPLICATE)
    }
    if all(file.inner is None for file in faults):
        return "; ".join(told.reason or "Không nạp được." for told in faults.values())
    lines = [f"Trong {len(ended)} tệp được gói ở đây, {len(ended) - len(faults)} tệp đã nạp đủ. Các tệp còn lại:"]
    by_ordinal = sorted(faults.items(), key=lambda fault: fault[1].ordinal)
    lines += [f"- {printable(file.inner or '')}: {told.reason or 'Không nạp được.'}" for file, told in by_ordinal]
    return "\n".join(lines)
