"""The whole way of one file: staged, read, screened, described, filed. Every way ends in an outcome, never in silence.

Leaves the order of files, how many at once, and telling the index to the caller.
"""

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import PurePath

from pipeline.catalogue import Catalogue
from pipeline.catalogue.batches import BatchItem
from pipeline.catalogue.documents import FilingPlace
from pipeline.errors import (
    CorruptObjectError,
    FileRefusedError,
    MissingProgramError,
    StoppedError,
    UnavailableError,
    UnscreenedError,
    VanKhoError,
)
from pipeline.model import FileStatus, PageResult, QuarantineRecord
from pipeline.ports import Describer, FileReader, ObjectStore, Splitter, one_document
from pipeline.steps.file import Filed, describe, file, pages_of, promote
from pipeline.steps.intake import Asked, FoundFile, HashedFile, is_still_there, printable, stage
from pipeline.steps.recognise import recognise
from pipeline.storage.packed import ArchiveLimits
from pipeline.storage.staging import Manifest, StagedFile, Staging

_log = logging.getLogger(__name__)

KNOWN = "Đơn vị đã có tệp này; không lưu lần nữa."

MARK_NAMES = {"mat": "MẬT", "toi_mat": "TỐI MẬT", "tuyet_mat": "TUYỆT MẬT"}


@dataclass(frozen=True, slots=True)
class Rooms:
    """What the way of a file leads through. `allowed_marks` are secrecy levels this installation may keep."""

    store: ObjectStore
    staging: Staging
    catalogue: Catalogue
    reader: FileReader
    describer: Describer
    allowed_marks: tuple[str, ...] = ()
    archives: ArchiveLimits = field(default_factory=ArchiveLimits)
    splitter: Splitter = one_document


@dataclass(frozen=True, slots=True)
class Outcome:
    """How the intake of one file ended. `path` is None for one with a secrecy mark: its name may be secret too.

    `inner` is the end of the path within an archive or a mail. `may_be_retried` says that nothing is wrong with the
    file: something of ours could not be used, or we were stopped.
    """

    ordinal: int
    path: str | None
    status: FileStatus
    reason: str | None = None
    documents: tuple[str, ...] = ()
    may_be_retried: bool = False
    inner: str | None = None

    @property
    def name(self) -> str | None:
        """The file's name, of one that was packed with that of the archive: `archive.zip/folder/name.pdf`."""
        if self.path is None:
            return None
        outer = self.path.removesuffix(f"/{self.inner}") if self.inner else self.path
        return printable("/".join(filter(None, (PurePath(outer).name, self.inner))))


@dataclass(frozen=True, slots=True)
class Batch:
    """A batch that has ended: its id and how each file ended, in order."""

    id: str
    outcomes: tuple[Outcome, ...]


@dataclass(frozen=True, slots=True)
class Place:
    """As which file of which batch."""

    batch: str
    ordinal: int


def take_in(hashed: HashedFile, asked: Asked, place: Place, rooms: Rooms, *, on_page: Callable[[], None]) -> Outcome:
    """Take one file in, from its hash to its documents in the catalogue.

    Raises:
        MissingProgramError: the recogniser is not installed; staging keeps the file for the next run.
        StoppedError: the run was asked to stop; the same.
    """
    try:
        with rooms.staging.claimed(asked.unit, hashed.sha256) as staged, _kept_or_wiped(staged, hashed):
            return _through(staged, hashed, asked, place, rooms, on_page)
    except (MissingProgramError, StoppedError):
        raise
    except _MarkedError as marked:
        # Nothing may name it any more, nor say that it is done with: the next run finds the mark again.
        return replace(
            _failed(marked.cause, place, hashed.found, rooms.catalogue), path=None, inner=None, may_be_retried=True
        )
    except Exception as error:  # noqa: BLE001 - the outer edge of one file: whatever it was must not stop the batch
        return _failed(error, place, hashed.found, rooms.catalogue)


class _MarkedError(Exception):
    """A file with a secrecy mark could not be quarantined."""

    def __init__(self, cause: Exception) -> None:
        """`cause` says why."""
        super().__init__()
        self.cause = cause


def _failed(error: Exception, place: Place, found: FoundFile, catalogue: Catalogue) -> Outcome:
    """The outcome of a file that did not come in."""
    match error:
        case FileRefusedError():
            return ended(place, found, FileStatus.REFUSED, str(error), catalogue)
        case UnavailableError() | CorruptObjectError():  # the fault is ours, not the file's
            failed = ended(place, found, FileStatus.FAILED, str(error), catalogue)
            return replace(failed, may_be_retried=True)
        case VanKhoError():
            return ended(place, found, FileStatus.FAILED, str(error), catalogue)
        case _:
            # The log names no content.
            _log.error("file %d of batch %s failed: %s", place.ordinal, place.batch, type(error).__name__)
            reason = f"Lỗi ngoài dự kiến ({type(error).__name__}). Tệp chưa được nạp; hãy báo cho quản trị."
            return ended(place, found, FileStatus.FAILED, reason, catalogue)


@contextmanager
def _kept_or_wiped(staged: StagedFile, hashed: HashedFile) -> Iterator[None]:
    """What becomes of our copy of a file that does not come in.

    It is wiped where the file itself is at fault, and where it can be taken in again from where it came from. Our
    copy may be the only one: an earlier run was cut short, and the folder has been tidied since. Then it waits here,
    as does a marked one that could not be quarantined, for the next run to do that.
    """
    try:
        yield
    except (MissingProgramError, StoppedError, _MarkedError):
        raise
    except (FileRefusedError, UnscreenedError):
        staged.wipe()
        raise
    except Exception:
        if is_still_there(hashed):
            staged.wipe()
        raise


def ended(place: Place, found: FoundFile, status: FileStatus, reason: str | None, catalogue: Catalogue) -> Outcome:
    """The outcome of a file that was not filed, recorded in the catalogue by its ordinal and reason alone.

    A disk that is full may keep even that from being recorded: then the outcome is told all the same.
    """
    try:
        catalogue.batches.record(place.batch, [BatchItem(place.ordinal, status, reason)])
    except UnavailableError as error:
        _log.error("how file %d of batch %s ended was not recorded: %s", place.ordinal, place.batch, error)
    return Outcome(place.ordinal, found.shown_path, status, reason, inner=found.inner)


def _through(
    staged: StagedFile,
    hashed: HashedFile,
    asked: Asked,
    place: Place,
    rooms: Rooms,
    on_page: Callable[[], None],
) -> Outcome:
    known = rooms.catalogue.documents.file_id(asked.unit, hashed.sha256)
    if known is not None:
        staged.wipe()
        return duplicate(place, hashed.found, known, rooms.catalogue)
    found = hashed.found
    manifest = stage(staged, hashed, asked, rooms.reader)
    mark = recognise(staged, manifest, rooms.reader, on_page=on_page)
    if mark is not None and mark.level not in rooms.allowed_marks:
        return _quarantine(staged, mark.level, manifest, place, rooms)
    pages = pages_of(staged, manifest)
    _require_screened(pages)
    filed = _file(staged, manifest, pages, place, rooms, found.note)
    staged.wipe()
    return Outcome(place.ordinal, found.shown_path, filed.status, filed.reason, filed.documents, inner=found.inner)


def _quarantine(staged: StagedFile, level: str, manifest: Manifest, place: Place, rooms: Rooms) -> Outcome:
    """Record a file with a mark and wipe it: in this order, or a file that is gone might never be told of."""
    try:
        outcome = quarantined(level, manifest.sha256, manifest.actor, place, rooms)
        staged.wipe()
    except Exception as error:
        raise _MarkedError(error) from error
    return outcome


def _file(
    staged: StagedFile,
    manifest: Manifest,
    pages: tuple[PageResult, ...],
    place: Place,
    rooms: Rooms,
    note: str | None,
) -> Filed:
    documents = describe(rooms.splitter(pages), manifest, rooms.describer, rooms.catalogue)
    promote(staged, manifest, pages, rooms.store)
    filing = FilingPlace(actor=manifest.actor, batch=place.batch, ordinal=place.ordinal)
    return file(manifest, documents, rooms.catalogue, filing, note=note)


def _require_screened(pages: tuple[PageResult, ...]) -> None:
    """Refuse to keep a file of which a page could not be looked at for secrecy marks."""
    unscreened = [str(page.file_page) for page in pages if not page.is_screened]
    if unscreened:
        message = (
            f"Không kiểm tra được dấu chỉ độ mật ở trang {', '.join(unscreened)} nên không lưu tệp này."
            " Hãy quét lại các trang đó rồi nạp lại."
        )
        raise UnscreenedError(message)


def duplicate(place: Place, found: FoundFile, file_id: str, catalogue: Catalogue) -> Outcome:
    """The outcome of a file that the unit has already, with the documents that it became."""
    catalogue.batches.record(place.batch, [BatchItem(place.ordinal, FileStatus.DUPLICATE, KNOWN, file_id)])
    documents = catalogue.documents.ids_of_file(file_id)
    return Outcome(place.ordinal, found.shown_path, FileStatus.DUPLICATE, KNOWN, documents, inner=found.inner)


def quarantined(level: str, sha256: str, actor: str, place: Place, rooms: Rooms) -> Outcome:
    """The outcome of a file with a secrecy mark, found now or known by its keyed hash."""
    reason = (
        f"Tệp mang dấu {MARK_NAMES.get(level, level)}: không được lưu trên máy nối mạng và đã bị xóa khỏi hệ thống."
        " Hãy cất bản giấy và xử lý theo quy định bảo vệ bí mật nhà nước; xóa cả tệp quét gốc."
    )
    record = QuarantineRecord(
        hmac=rooms.staging.fingerprint(sha256),
        mark=level,
        at=datetime.now(UTC),
        actor=actor,
        batch=place.batch,
        ordinal=place.ordinal,
    )
    rooms.catalogue.batches.quarantine(record, reason=reason)
    return Outcome(place.ordinal, None, FileStatus.QUARANTINED, reason)
