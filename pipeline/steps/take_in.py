"""The whole way of one file: staged, read, screened, described, filed. Every way ends in an outcome, never in silence.

Leaves the order of files, how many at once, and telling the index to the caller.
"""

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from pipeline.catalogue import Catalogue
from pipeline.catalogue.batches import BatchItem
from pipeline.catalogue.documents import FilingPlace
from pipeline.errors import (
    FileRefusedError,
    MissingProgramError,
    StoppedError,
    UnavailableError,
    UnscreenedError,
    VanKhoError,
)
from pipeline.model import FileStatus, PageResult, QuarantineRecord
from pipeline.ports import Describer, FileReader, ObjectStore
from pipeline.steps.file import Filed, describe, file, pages_of, promote
from pipeline.steps.intake import Asked, FoundFile, HashedFile, hash_file, stage
from pipeline.steps.recognise import recognise
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


@dataclass(frozen=True, slots=True)
class Outcome:
    """How the intake of one file ended. `path` is None for a quarantined one: its name may be secret too.

    `may_be_retried` says that nothing is wrong with the file: something of ours could not be used, or we were stopped.
    """

    ordinal: int
    path: str | None
    status: FileStatus
    reason: str | None = None
    documents: tuple[str, ...] = ()
    may_be_retried: bool = False


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
    except FileRefusedError as refusal:
        return ended(place, hashed.found, FileStatus.REFUSED, str(refusal), rooms.catalogue)
    except UnavailableError as error:
        failed = ended(place, hashed.found, FileStatus.FAILED, str(error), rooms.catalogue)
        return replace(failed, may_be_retried=True)
    except VanKhoError as error:
        return ended(place, hashed.found, FileStatus.FAILED, str(error), rooms.catalogue)
    except Exception as error:  # noqa: BLE001
        # The outer edge of one file: whatever it was must not stop the batch. The log names no content.
        _log.error("file %d of batch %s failed: %s", place.ordinal, place.batch, type(error).__name__)
        reason = f"Lỗi ngoài dự kiến ({type(error).__name__}). Tệp chưa được nạp; hãy báo cho quản trị."
        return ended(place, hashed.found, FileStatus.FAILED, reason, rooms.catalogue)


@contextmanager
def _kept_or_wiped(staged: StagedFile, hashed: HashedFile) -> Iterator[None]:
    """What becomes of our copy of a file that does not come in.

    It is wiped where the file itself is at fault, and where it can be taken in again from where it came from. Our
    copy may be the only one: an earlier run was cut short, and the folder has been tidied since. Then it waits here.
    """
    try:
        yield
    except (MissingProgramError, StoppedError):
        raise
    except (FileRefusedError, UnscreenedError):
        staged.wipe()
        raise
    except Exception:
        if _is_still_there(hashed):
            staged.wipe()
        raise


def _is_still_there(hashed: HashedFile) -> bool:
    try:
        return hash_file(FoundFile(hashed.found.path)).sha256 == hashed.sha256
    except FileRefusedError:
        return False


def ended(place: Place, found: FoundFile, status: FileStatus, reason: str | None, catalogue: Catalogue) -> Outcome:
    """The outcome of a file that was not filed, recorded in the catalogue by its ordinal and reason alone.

    A disk that is full may keep even that from being recorded: then the outcome is told all the same.
    """
    try:
        catalogue.batches.record(place.batch, [BatchItem(place.ordinal, status, reason)])
    except UnavailableError as error:
        _log.error("how file %d of batch %s ended was not recorded: %s", place.ordinal, place.batch, error)
    return Outcome(place.ordinal, found.shown_path, status, reason)


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
    manifest = stage(staged, hashed, asked, rooms.reader)
    mark = recognise(staged, manifest, rooms.reader, on_page=on_page)
    if mark is not None and mark.level not in rooms.allowed_marks:
        staged.wipe()
        return quarantined(mark.level, manifest.sha256, manifest.actor, place, rooms)
    pages = pages_of(staged, manifest)
    _require_screened(pages)
    filed = _file(staged, manifest, pages, place, rooms)
    staged.wipe()
    return Outcome(place.ordinal, hashed.found.shown_path, filed.status, filed.reason, filed.documents)


def _file(staged: StagedFile, manifest: Manifest, pages: tuple[PageResult, ...], place: Place, rooms: Rooms) -> Filed:
    description = describe(pages, manifest, rooms.describer, rooms.catalogue)
    promote(staged, manifest, pages, rooms.store)
    filing = FilingPlace(actor=manifest.actor, batch=place.batch, ordinal=place.ordinal)
    return file(manifest, pages, description, rooms.catalogue, filing)


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
    return Outcome(place.ordinal, found.shown_path, FileStatus.DUPLICATE, KNOWN, documents)


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
