"""The inbox as a folder: `<unit>/…` at any depth. Implements `pipeline.ports.Inbox`.

A file is whole when it has been left alone for the quiet time, as the file system's own clock and its time of the
last change (ctime) say: copying tools set the other times back. What was taken goes to `<unit>/done/<date>/…` or
`<unit>/failed/<date>/…`, a reason beside it. Leaves what becomes of a file to `flows.night`.
"""

import os
import stat
import sys
import threading
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from pipeline.clock import today
from pipeline.errors import UnavailableError
from pipeline.ports import Arrival, InboxLook, Stray
from pipeline.storage.arrivals import (
    DONE,
    FAILED,
    LEFT_PARTIAL,
    NO_UNIT,
    NOTE,
    OUTSIDE,
    PROBE,
    is_left,
    is_litter,
    is_partial,
    names_for,
)


@dataclass(frozen=True, slots=True)
class _Found:
    """A file below a unit's folder, by its path there."""

    name: str
    status: os.stat_result


class FolderInbox:
    """The inbox under a local folder, which is made with a folder for each unit."""

    most_at_once = sys.maxsize

    def __init__(self, folder: Path, *, quiet_seconds: float) -> None:
        """Take files that have been left alone for so long."""
        self._folder = folder
        self._quiet = quiet_seconds
        self._turn = threading.Lock()

    def look(self, units: Collection[str]) -> InboxLook:
        """What lies there now for these units (see `Inbox.look`)."""
        with _unusable():
            self._make(units)
            now = self._now()
            settled: list[Arrival] = []
            strays = list(self._outside(units))
            waiting = 0
            for unit in sorted(units):
                for found in _files_under(self._folder / unit, "", without={DONE, FAILED}):
                    told = found if isinstance(found, Stray) else _judged(found, now, self._quiet)
                    if told is None:
                        waiting += 1
                    elif isinstance(told, Stray):
                        strays.append(Stray(f"{unit}/{told.name}", told.reason))
                    else:
                        settled.append(Arrival(unit, told.name, _stamp(told.status)))
                _prune(self._folder / unit, now - self._quiet)
            return InboxLook(tuple(settled), waiting, tuple(strays))

    @contextmanager
    def fetched(self, arrivals: Sequence[Arrival]) -> Iterator[Sequence[Path]]:
        """The files where they lie."""
        yield [self._path(arrival) for arrival in arrivals]

    def accept(self, arrival: Arrival, note: str | None) -> bool:
        """Move the file to `done`."""
        return self._move(arrival, DONE, note)

    def reject(self, arrival: Arrival, reason: str) -> bool:
        """Move the file to `failed`."""
        return self._move(arrival, FAILED, reason)

    def wipe(self, arrival: Arrival) -> bool:
        """Remove the file."""
        with _unusable():
            if not self._is_still(arrival):
                return False
            self._path(arrival).unlink()
            return True

    def _make(self, units: Collection[str]) -> None:
        for unit in units:
            (self._folder / unit).mkdir(mode=0o700, parents=True, exist_ok=True)

    def _now(self) -> float:
        probe = self._folder / PROBE
        probe.touch(mode=0o600)
        return probe.stat().st_ctime

    def _outside(self, units: Collection[str]) -> Iterator[Stray]:
        """What lies beside the units' folders."""
        for entry in sorted(self._folder.iterdir()):
            if entry.name in units or is_litter(entry.name):
                continue
            if entry.is_dir():
                yield Stray(entry.name, NO_UNIT)
            else:
                yield Stray(entry.name, OUTSIDE)

    def _path(self, arrival: Arrival) -> Path:
        return self._folder / arrival.unit / arrival.name

    def _is_still(self, arrival: Arrival) -> bool:
        try:
            return _stamp(self._path(arrival).lstat()) == arrival.stamp
        except (FileNotFoundError, NotADirectoryError):
            return False

    def _move(self, arrival: Arrival, place: str, note: str | None) -> bool:
        """Move the file under a free name, one file at a time."""
        with _unusable(), self._turn:
            if not self._is_still(arrival):
                return False
            wanted = self._folder / arrival.unit / place / today().isoformat() / arrival.name
            if not wanted.parent.resolve().is_relative_to((self._folder / arrival.unit).resolve()):
                message = f"{place} trong hộp nhận của {arrival.unit} là liên kết dẫn ra ngoài. Hãy xóa liên kết đó."
                raise UnavailableError(message)
            wanted.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            names = names_for(wanted.name)
            return any(_moved(self._path(arrival), wanted.with_name(name), note) for name in names)


def _files_under(folder: Path, prefix: str, *, without: Collection[str] = ()) -> Iterator[_Found | Stray]:
    """Every file below the folder that may be a document, in the order of names; nothing in the folders `without`."""
    try:
        entries = sorted(folder.iterdir())
    except PermissionError:
        yield Stray(prefix, "không mở được thư mục; hãy kiểm tra quyền đọc")
        return
    for path in entries:
        with suppress(FileNotFoundError):  # gone since
            if path.is_dir() and not path.is_symlink():
                if path.name not in without and not path.name.startswith("."):
                    yield from _files_under(path, f"{prefix}{path.name}/")
            elif not is_litter(path.name):
                yield _Found(f"{prefix}{path.name}", path.lstat())


def _judged(found: _Found, now: float, quiet: float) -> _Found | Stray | None:
    """The file if it is whole, None if it may still be being copied, or why it will never be taken."""
    age = now - found.status.st_ctime
    if not stat.S_ISREG(found.status.st_mode):
        return Stray(found.name, "đây là liên kết hoặc tệp đặc biệt; hãy chép tệp thật vào")
    if is_partial(found.name.rpartition("/")[2]):
        return Stray(found.name, LEFT_PARTIAL) if is_left(age) else None
    return found if age >= quiet else None


def _prune(folder: Path, before: float) -> None:
    """Remove folders below this one that have been empty since then: their files were moved away."""
    below: list[Path] = []
    for at, names, _ in os.walk(folder):
        if Path(at) == folder:
            names[:] = [name for name in names if name not in (DONE, FAILED)]
        below += [Path(at, name) for name in names]
    for path in reversed(below):
        with suppress(OSError):  # not empty, or in use
            if path.stat().st_ctime < before:
                path.rmdir()


def _stamp(status: os.stat_result) -> str:
    """What changes when the file does."""
    return f"{status.st_dev}-{status.st_ino}-{status.st_size}-{status.st_ctime_ns}"


def _moved(path: Path, target: Path, note: str | None) -> bool:
    """Move the file, unless the name is taken. The note comes first, so that no file is ever there without it."""
    has_both_names = os.path.lexists(target) and os.path.samestat(target.lstat(), path.lstat())
    if os.path.lexists(target) and not has_both_names:
        return False
    if note is not None:
        _note_beside(target).write_text(f"{note}\n", "utf-8")
    try:
        if has_both_names:  # a move that was cut short
            path.unlink()
        else:
            _move_over_nothing(path, target)
    except FileExistsError:
        if note is not None:
            _note_beside(target).unlink()
        return False
    return True


def _move_over_nothing(path: Path, target: Path) -> None:
    """Move the file. Raises `FileExistsError` if the name was taken in the meantime: a plain move would replace it.

    Where the file system has no second names, or does not let us give one to somebody else's file, the new name is
    made first and moved over.
    """
    try:
        os.link(path, target, follow_symlinks=False)
    except FileExistsError:
        raise
    except OSError:
        target.touch(mode=0o600, exist_ok=False)
        try:
            path.rename(target)
        except BaseException:
            target.unlink()
            raise
    else:
        path.unlink()


def _note_beside(path: Path) -> Path:
    return path.with_name(path.name + NOTE)


@contextmanager
def _unusable() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        message = f"Không dùng được hộp nhận ({error.strerror}). Hãy kiểm tra thư mục, ổ đĩa và quyền ghi."
        raise UnavailableError(message) from error
