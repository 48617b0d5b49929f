"""Intake: find the files, hash them, say which are known, and stage the others.

Hashing and the questions to the catalogue come before anything expensive is started, so that a second run over
known files is cheap. Leaves reading to `pipeline.steps.recognise`.
"""

import hashlib
import os
import unicodedata
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import BinaryIO

from pipeline.errors import CorruptObjectError, FileRefusedError
from pipeline.ports import FileReader
from pipeline.storage import mail, zip_archive
from pipeline.storage.local import CHUNK
from pipeline.storage.packed import PackedFile
from pipeline.storage.staging import Manifest, StagedFile
from pipeline.text import clean

_CONTROL = "C"
_REPLACEMENT = "\ufffd"

_MISSING = "Không có tệp hoặc thư mục này. Hãy kiểm tra đường dẫn."
_NO_FILE = "Đây không phải là tệp thường nên không nạp được."


@dataclass(frozen=True, slots=True)
class Asked:
    """What somebody asks with an ingest: for which unit, as whom, and to whom the documents are to be published."""

    unit: str
    actor: str
    publish_to: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class FoundFile:
    """A file that was found; `problem` says why it cannot be taken in, where that shows already.

    One in an archive or a mail (`packed`) has its path there (`inner`) after the archive's: `batch.zip/2024/one.pdf`.
    `note` is for the report, where the file comes in all the same.
    """

    path: Path
    problem: FileRefusedError | None = None
    packed: PackedFile | None = None
    inner: str | None = None
    note: str | None = None

    @property
    def shown_path(self) -> str:
        """The path for a report: any bytes in the name become text."""
        return os.fsencode(self.path).decode("utf-8", "replace")

    @property
    def name(self) -> str:
        """The file's name for the catalogue: NFC, with control characters replaced."""
        return printable(self.shown_path.rpartition(os.sep)[2])


@dataclass(frozen=True, slots=True)
class HashedFile:
    """A found file with its SHA-256."""

    found: FoundFile
    sha256: str


def printable(text: str) -> str:
    """Text safe to show in a terminal and to keep as a name."""
    shown = "".join(_REPLACEMENT if unicodedata.category(c).startswith(_CONTROL) else c for c in clean(text))
    return shown or _REPLACEMENT


def find_files(roots: Sequence[Path]) -> list[FoundFile]:
    """Every file under these files and folders, of any depth, in the order of their names, each once."""
    found = [file for root in roots for file in _under(root)]
    return list({file.path.absolute(): file for file in found}.values())


def files_at(paths: Sequence[Path]) -> list[FoundFile]:
    """These files, one for one and in their order. What is no file any more, or a link, is there with its problem."""
    return [_plain(path) for path in paths]


def _plain(path: Path) -> FoundFile:
    if path.is_symlink() or (path.exists() and not path.is_file()):
        return _problem(path, "not_a_file", _NO_FILE)
    return FoundFile(path) if path.exists() else _problem(path, "missing", _MISSING)


def _under(root: Path) -> Iterator[FoundFile]:
    if not root.exists():
        yield _problem(root, "missing", _MISSING)
    elif not root.is_dir():
        yield _checked(root, root.resolve().parent)
    else:
        yield from _walk(root, root.resolve())


def _walk(folder: Path, root: Path) -> Iterator[FoundFile]:
    try:
        entries = sorted(folder.iterdir())
    except OSError as error:
        yield _problem(folder, "unreadable", f"Không mở được thư mục ({error.strerror}). Hãy kiểm tra quyền đọc.")
        return
    for entry in entries:
        if entry.is_dir() and not entry.is_symlink():
            yield from _walk(entry, root)
        else:
            yield _checked(entry, root)


def _checked(path: Path, root: Path) -> FoundFile:
    """A file, unless it is a link that leads out of the folder or nowhere, or not a file at all."""
    if path.is_symlink() and not path.resolve().is_relative_to(root):
        return _problem(
            path, "link", "Liên kết trỏ ra ngoài thư mục được nạp nên không đi theo. Hãy chép tệp thật vào."
        )
    if path.is_symlink() and path.is_dir():
        return _problem(path, "link", "Liên kết tới thư mục không được đi theo; thư mục thật đã được nạp riêng.")
    if not path.exists():
        return _problem(path, "link", "Liên kết trỏ tới tệp không còn. Hãy chép tệp thật vào.")
    if not path.is_file():
        return _problem(path, "not_a_file", _NO_FILE)
    return FoundFile(path)


def _problem(path: Path, code: str, message: str) -> FoundFile:
    return FoundFile(path, FileRefusedError(code, message))


def hash_file(found: FoundFile) -> HashedFile:
    """The file with its SHA-256. Raises `FileRefusedError` if it cannot be taken in or read."""
    if found.problem is not None:
        raise found.problem
    if found.packed is not None:  # hashed when it was measured
        return HashedFile(found, found.packed.sha256)
    return HashedFile(found, _digest(found))


def _digest(found: FoundFile) -> str:
    try:
        with _opened(found) as stream:
            digest = hashlib.sha256()
            while chunk := stream.read(CHUNK):
                digest.update(chunk)
            return digest.hexdigest()
    except OSError as error:
        raise unreadable(error) from error


@contextmanager
def _opened(found: FoundFile) -> Iterator[BinaryIO]:
    """The file's bytes, out of its archive where it is packed."""
    if found.packed is None:
        with found.path.open("rb") as stream:
            yield stream
    else:
        form = mail if found.packed.is_mail else zip_archive
        with form.opened_entry(found.packed) as stream:
            yield stream


def unreadable(error: OSError) -> FileRefusedError:
    """The refusal of a file that the system does not let us read."""
    message = f"Không đọc được tệp ({error.strerror}). Hãy kiểm tra quyền đọc và ổ đĩa rồi nạp lại."
    return FileRefusedError("unreadable", message)


def stage(staged: StagedFile, hashed: HashedFile, asked: Asked, reader: FileReader) -> Manifest:
    """Copy the file into staging and look what it is; the copy of an earlier run is gone on with, if it is whole.

    Raises:
        FileRefusedError: the file cannot be taken in.
        CorruptObjectError: the copy of an earlier run is damaged, and the file is not where it came from.
        StorageFullError: no space.
    """
    known = _whole_manifest(staged, hashed)
    if known is not None:
        resumed = replace(known, actor=asked.actor, publish_to=asked.publish_to)
        staged.save_manifest(resumed)
        return resumed
    if staged.has_manifest():
        _require_source(hashed)
    staged.clear()
    try:
        with _opened(hashed.found) as source:
            staged.copy_in(source, sha256=hashed.sha256)
    except (PermissionError, FileNotFoundError, NotADirectoryError) as error:
        raise unreadable(error) from error
    manifest = _manifest(staged, hashed, asked, reader)
    staged.save_manifest(manifest)
    return manifest


def _whole_manifest(staged: StagedFile, hashed: HashedFile) -> Manifest | None:
    """What an earlier run recorded, unless that or its copy of the file is damaged."""
    try:
        known = staged.manifest()
    except CorruptObjectError:
        return None
    return known if known is not None and staged.is_whole(hashed.sha256) else None


def _require_source(hashed: HashedFile) -> None:
    """Refuse to give up a damaged copy, which may be the last of the file, before there is a whole one."""
    if not is_still_there(hashed):
        message = (
            "Bản sao của tệp trong vùng chờ bị hỏng, và tệp không còn ở chỗ cũ."
            " Hãy tìm hoặc quét lại bản gốc rồi nạp lại."
        )
        raise CorruptObjectError(message)


def is_still_there(hashed: HashedFile) -> bool:
    """Whether the file is still where it was found, with the same bytes."""
    try:
        return _digest(hashed.found) == hashed.sha256
    except FileRefusedError:
        return False


def _manifest(staged: StagedFile, hashed: HashedFile, asked: Asked, reader: FileReader) -> Manifest:
    facts = reader.inspect(staged.original, name=hashed.found.name)
    return Manifest(
        owner_unit=asked.unit,
        sha256=hashed.sha256,
        path=hashed.found.shown_path,
        name=hashed.found.name,
        size=staged.original.stat().st_size,
        media_type=facts.media_type,
        pages=facts.pages,
        actor=asked.actor,
        publish_to=asked.publish_to,
    )
