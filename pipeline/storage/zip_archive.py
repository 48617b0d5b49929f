"""ZIP archives: their entries, each measured, and one entry's bytes once more.

An entry that leads out of the archive, is a link, has a password, is an archive itself or unpacks to too much is
refused alone; the others are taken. Only stored and deflated entries are read (what Windows, macOS and scanners write):
the others' decompressors cannot be held to a few bytes at a time. Leaves what becomes of entries to
`pipeline.steps.unpack`.
"""

import io
import stat
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path, PurePosixPath, PureWindowsPath
from typing import BinaryIO, cast

from pipeline.errors import FileRefusedError
from pipeline.storage.packed import (
    ArchiveLimits,
    Entry,
    Meter,
    PackedFile,
    damaged,
    is_litter_entry,
    is_named_as_office,
    require_not_nested,
)
from pipeline.text import clean

_IS_UTF8 = 0x800
_IS_ENCRYPTED = 0x1
_READ = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
_DIRECTORY_BYTES = 1_024
"""Bytes of the archive's directory for each entry allowed: one entry takes 46 and its names."""
_OFFICE_PARTS = ("[Content_Types].xml", "mimetype")
"""An archive with one of these in its top folder is an office file (OOXML, ODF), under whatever name."""

_BROKEN = (zipfile.BadZipFile, zlib.error, EOFError, OSError, ValueError, RuntimeError, NotImplementedError)
"""What reading a damaged archive raises: `zipfile` has no one error for it."""

ODD_NAME = "Tên tệp trong tệp nén không rõ bảng mã nên có thể hiện sai chữ; nội dung không bị ảnh hưởng."


def entries(path: Path, limits: ArchiveLimits, meter: Meter) -> Iterator[Entry]:
    """Every file of the archive, in its order; folders and what packing systems add are left out.

    Raises:
        FileRefusedError: the archive as a whole cannot be read, or has too many entries.
    """
    with _opened(path, limits) as archive:
        infos = [info for info in archive.infolist() if not info.is_dir()]
        if len(infos) > limits.entries:
            message = f"Tệp nén có hơn {limits.entries} tệp. Hãy chia thành nhiều tệp nén nhỏ hơn."
            raise FileRefusedError("too_many_entries", message)
        for number, info in enumerate(archive.infolist()):
            if meter.is_stopped:
                return
            name, note = _name(info)
            if not info.is_dir() and not is_litter_entry(name):
                yield Entry(name, _measured(archive, info, name, PackedFile(path, number, "", 0), meter), note)


def is_office(path: Path, name: str) -> bool:
    """Whether a ZIP archive of this name is an office file and no archive of documents."""
    if is_named_as_office(name):
        return True
    try:
        with _opened(path, ArchiveLimits()) as archive:
            return any(part in archive.namelist() for part in _OFFICE_PARTS)
    except FileRefusedError:
        return False


@contextmanager
def opened_entry(found: PackedFile) -> Iterator[BinaryIO]:
    """The entry's bytes, as long as they were measured to be.

    Raises:
        FileRefusedError: with code `changing`, the archive is no longer the one that was measured.
    """
    try:
        with zipfile.ZipFile(found.archive) as archive:
            info = archive.infolist()[found.number]
            with archive.open(info) as stream:
                yield cast("BinaryIO", _Bounded(cast("BinaryIO", stream), found.size))
    except (FileNotFoundError, PermissionError, NotADirectoryError):
        raise
    except (IndexError, *_BROKEN) as error:
        raise FileRefusedError("changing", "Tệp nén vừa thay đổi. Hãy đợi sao chép xong rồi nạp lại.") from error


def _measured(
    archive: zipfile.ZipFile, info: zipfile.ZipInfo, name: str, place: PackedFile, meter: Meter
) -> PackedFile | FileRefusedError:
    try:
        _require_plain(info, name)
        require_not_nested(name, b"")
        with archive.open(info) as stream:
            sha256, size = meter.measure(cast("BinaryIO", stream), name=name, packed=info.compress_size)
    except FileRefusedError as refusal:
        return refusal
    except _BROKEN:
        return damaged()
    return replace(place, sha256=sha256, size=size)


def _require_plain(info: zipfile.ZipInfo, name: str) -> None:
    """Refuse an entry that is no plain file within the archive, or that cannot be read."""
    path = PurePosixPath(name)
    if path.is_absolute() or ".." in path.parts or PureWindowsPath(name).drive:
        message = "Đường dẫn trong tệp nén trỏ ra ngoài tệp nén nên không nạp. Hãy nén lại từ thư mục chứa tệp."
        raise FileRefusedError("outside", message)
    kind = stat.S_IFMT(info.external_attr >> 16)
    if kind == stat.S_IFLNK:
        raise FileRefusedError("link", "Đây là liên kết chứ không phải tệp. Hãy nén tệp thật rồi nạp lại.")
    if kind not in (0, stat.S_IFREG):
        raise FileRefusedError("not_a_file", "Đây không phải là tệp thường nên không nạp được.")
    if info.flag_bits & _IS_ENCRYPTED:
        message = "Tệp trong tệp nén có mật khẩu. Hãy giải nén bằng mật khẩu rồi nạp các tệp bên trong."
        raise FileRefusedError("encrypted", message)
    if info.compress_type not in _READ:
        message = "Cách nén này chưa đọc được. Hãy giải nén rồi nạp các tệp, hoặc nén lại bằng ZIP thường (Deflate)."
        raise FileRefusedError("unknown_method", message)


def _name(info: zipfile.ZipInfo) -> tuple[str, str | None]:
    """The entry's path as text, and what is to be told of it.

    Without its flag a name is to be code page 437 (APPNOTE 4.4.4, D.1), but macOS and many others write UTF-8 all the
    same; what is neither is shown as it came.
    """
    name = info.filename
    note = None
    if not info.flag_bits & _IS_UTF8 and not name.isascii():
        try:
            name = name.encode("cp437").decode("utf-8")
        except UnicodeError:
            note = ODD_NAME
    return clean(name.replace("\\", "/")), note


@contextmanager
def _opened(path: Path, limits: ArchiveLimits) -> Iterator[zipfile.ZipFile]:
    """The archive with its directory read, which must not be larger than so many entries need."""
    try:
        with path.open("rb") as stream, zipfile.ZipFile(cast("BinaryIO", _Careful(stream, limits))) as archive:
            yield archive
    except FileRefusedError:
        raise
    except _BROKEN as error:
        raise FileRefusedError("damaged", "Tệp nén bị hỏng hoặc chưa chép hết. Hãy nén lại rồi nạp lại.") from error


class _Careful:
    """An archive's bytes, of which no more are read at once than the directory of as many entries may take."""

    def __init__(self, stream: BinaryIO, limits: ArchiveLimits) -> None:
        self._stream = stream
        self._most = max(limits.entries * _DIRECTORY_BYTES, 1 << 20)
        self._limits = limits
        self.seekable, self.seek, self.tell = stream.seekable, stream.seek, stream.tell

    def read(self, size: int = -1) -> bytes:
        """Read so many bytes."""
        if size > self._most:
            message = f"Tệp nén có quá nhiều tệp (giới hạn {self._limits.entries}). Hãy chia thành nhiều tệp nén."
            raise FileRefusedError("too_many_entries", message)
        return self._stream.read(size)


class _Bounded(io.RawIOBase):
    """A stream of which so many bytes are read and one more: what has grown since it was measured shows in its hash."""

    def __init__(self, stream: BinaryIO, size: int) -> None:
        super().__init__()
        self._stream = stream
        self._left = size + 1

    def read(self, size: int = -1) -> bytes:
        """Read what is left, at most so many bytes."""
        data = self._stream.read(self._left if size < 0 else min(size, self._left))
        self._left -= len(data)
        return data
