"""Unpack: what lies in the archives and mails among the files that were found, each as a file of its own.

Nothing is written: an entry is measured and hashed here, and streamed into its own staging folder when its turn comes.
What cannot be taken in is there with its reason, so that every entry has an outcome. Leaves the formats to
`pipeline.storage.zip_archive` and `pipeline.storage.mail`.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from pipeline.errors import FileRefusedError
from pipeline.steps.intake import FoundFile
from pipeline.storage import mail, zip_archive
from pipeline.storage.packed import ArchiveLimits, Entry, Meter, PackedFile, is_zip

_HEAD = 16

_NOTHING = "Tệp nén không có tệp nào để nạp."
_NOTHING_ATTACHED = (
    "Thư không có tệp đính kèm; nội dung thư không phải là văn bản. Nếu cần lưu thư, hãy in ra PDF rồi nạp."
)


@dataclass(frozen=True, slots=True)
class Unpacked:
    """Files, and for each by its place among them, which of the files that were given it is or lies in."""

    files: tuple[FoundFile, ...]
    origins: tuple[int, ...]


def unpacked(found: Sequence[FoundFile], limits: ArchiveLimits, *, is_stopped: Callable[[], bool]) -> Unpacked:
    """These files in their order, each archive and mail replaced by what is in it: at least one file or reason.

    Where the run is to stop, archives that were not gone through to their end stand for themselves.
    """
    each = [(place, file) for place, one in enumerate(found) for file in _within(one, limits, is_stopped)]
    return Unpacked(tuple(file for _, file in each), tuple(place for place, _ in each))


def _within(found: FoundFile, limits: ArchiveLimits, is_stopped: Callable[[], bool]) -> Sequence[FoundFile]:
    try:
        head, size = _head(found)
    except OSError:
        return [found]  # hashing it will tell
    if is_zip(head) and not zip_archive.is_office(found.path, found.name):
        form, nothing = zip_archive.entries, _NOTHING
    elif mail.is_mail(found.name) and not head.startswith((b"%PDF", b"\x89PNG", b"\xff\xd8\xff")):
        form, nothing = mail.entries, _NOTHING_ATTACHED
    else:
        return [found]
    try:
        inner = list(_files(found.path, form(found.path, limits, Meter(limits, size, is_stopped=is_stopped))))
    except FileRefusedError as refusal:
        return [replace(found, problem=refusal)]
    except OSError:
        return [found]
    if is_stopped():
        return [found]
    return inner or [replace(found, problem=FileRefusedError("empty", nothing))]


def _head(found: FoundFile) -> tuple[bytes, int]:
    """The first bytes of a file and its size; nothing of one that cannot be taken in anyway."""
    if found.problem is not None:
        return b"", 0
    with found.path.open("rb") as stream:
        return stream.read(_HEAD), stream.seek(0, 2)


def _files(archive: Path, entries: Iterator[Entry]) -> Iterator[FoundFile]:
    for entry in entries:
        path = Path(f"{archive}/{entry.name}")
        if isinstance(entry.found, PackedFile):
            yield FoundFile(path, packed=entry.found, inner=entry.name, note=entry.note)
        else:
            yield FoundFile(path, problem=entry.found, inner=entry.name)
