"""Files packed into one: what ZIP archives and mails have in common, and the limits on both.

Nothing is ever unpacked to a folder. An entry is streamed once to be measured and hashed, and once more into its own
staging folder. The size that an archive declares is not believed: bytes are counted as they come. Leaves the formats
to `pipeline.storage.zip_archive` and `pipeline.storage.mail`.
"""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import BinaryIO

from pipeline.errors import FileRefusedError
from pipeline.storage.arrivals import is_litter
from pipeline.storage.local import CHUNK

_ARCHIVE_SUFFIXES = (".zip", ".rar", ".7z", ".tar", ".gz", ".tgz", ".eml")
_ZIP = b"PK\x03\x04"
_EMPTY_ZIP = b"PK\x05\x06"
_OTHER_ARCHIVES = (b"Rar!", b"7z\xbc\xaf", b"\x1f\x8b")
_OFFICE_SUFFIXES = (".docx", ".xlsx", ".pptx", ".odt", ".ods", ".odp")
"""Office files that are ZIP archives inside: they are refused for what they are, when they are looked at."""

_MACOS = "__MACOSX"
"""The folder in which macOS packs its own notes beside each file."""

_HARMLESS_BYTES = 1 << 20
"""What unpacks to less than this is no bomb, whatever its ratio: a blank page of a bilevel TIFF has 500:1."""


@dataclass(frozen=True, slots=True)
class ArchiveLimits:
    """The most entries of an archive, unpacked bytes of all and of one, and unpacked bytes for one packed byte."""

    entries: int = 5_000
    total_bytes: int = 10_000_000_000
    entry_bytes: int = 500_000_000
    ratio: int = 200
    mail_bytes: int = 100_000_000
    """Largest mail: it is read whole."""


@dataclass(frozen=True, slots=True)
class PackedFile:
    """Where a packed file lies: as which entry of which archive, with the hash and size that were measured."""

    archive: Path
    number: int
    sha256: str
    size: int
    is_mail: bool = False


@dataclass(frozen=True, slots=True)
class Entry:
    """An entry of an archive, by its path there: a file, or why it cannot be taken in. `note` is for the report."""

    name: str
    found: PackedFile | FileRefusedError
    note: str | None = None


class Meter:
    """Counts what comes out of one archive against the limits; `packed` is its real size in bytes."""

    def __init__(self, limits: ArchiveLimits, packed: int, *, is_stopped: Callable[[], bool]) -> None:
        """Nothing has come out yet."""
        self._limits = limits
        self._packed = packed
        self._read = 0
        self._taken = 0
        self._is_stopped = is_stopped

    @property
    def is_stopped(self) -> bool:
        """Whether whoever unpacks was asked to stop."""
        return self._is_stopped()

    def measure(self, stream: BinaryIO, *, name: str, packed: int) -> tuple[str, int]:
        """SHA-256 and size of an entry of this name and of so many packed bytes, read to its end.

        Raises:
            FileRefusedError: with code `too_large`, `bomb`, `archive_too_large` or `nested`.
        """
        self.require_room()
        digest = hashlib.sha256()
        size = 0
        while chunk := stream.read(CHUNK):
            if not size:
                require_not_nested(name, chunk)
            size += len(chunk)
            self._read += len(chunk)
            self._require_size(size, packed)
            digest.update(chunk)
        self._taken += size
        return digest.hexdigest(), size

    def require_room(self) -> None:
        """Refuse to unpack more of an archive of which more than enough has come out.

        What was read of a bomb before it was refused counts as read alone: the others in the archive are taken.
        """
        if self._read > self._limits.total_bytes:
            most = f"{self._limits.total_bytes / 1e9:.0f} GB"
            message = f"Tệp nén bung ra quá {most} nên không nạp phần còn lại. Hãy chia thành nhiều tệp nén nhỏ hơn."
            raise FileRefusedError("archive_too_large", message)
        if self._is_bomb(self._taken, self._packed):
            raise _bomb(self._limits.ratio)

    def _require_size(self, size: int, packed: int) -> None:
        if self._is_bomb(size, packed):
            raise _bomb(self._limits.ratio)
        if size > self._limits.entry_bytes:
            most = f"{self._limits.entry_bytes / 1e6:.0f} MB"
            message = f"Tệp quá lớn (giới hạn {most}). Hãy chia thành nhiều tệp nhỏ hơn rồi nạp lại."
            raise FileRefusedError("too_large", message)
        self.require_room()

    def _is_bomb(self, size: int, packed: int) -> bool:
        return size > max(_HARMLESS_BYTES, packed * self._limits.ratio)


def _bomb(ratio: int) -> FileRefusedError:
    message = (
        f"Nội dung bung ra lớn hơn {ratio} lần phần nén: giống “bom nén” nên không nạp."
        " Nếu là tệp thật, hãy gửi riêng tệp đó, không nén."
    )
    return FileRefusedError("bomb", message)


def is_zip(head: bytes) -> bool:
    """Whether the first bytes are those of a ZIP archive, which an office file is too."""
    return head.startswith((_ZIP, _EMPTY_ZIP))


def is_named_as_office(name: str) -> bool:
    """Whether the name is that of an office file."""
    return name.lower().endswith(_OFFICE_SUFFIXES)


def require_not_nested(name: str, head: bytes) -> None:
    """Refuse what is itself an archive or a mail; an office file passes, to be refused for what it is."""
    packed = is_zip(head) or head.startswith(_OTHER_ARCHIVES) or name.lower().endswith(_ARCHIVE_SUFFIXES)
    if packed and not is_named_as_office(name):
        message = "Đây là tệp nén hoặc thư nằm trong một tệp nén hoặc thư khác. Hãy lấy ra rồi nạp riêng."
        raise FileRefusedError("nested", message)


def is_litter_entry(name: str) -> bool:
    """Whether an entry is no document but what the packing system keeps beside documents."""
    path = PurePosixPath(name)
    return _MACOS in path.parts or is_litter(path.name)


def damaged() -> FileRefusedError:
    """The refusal of what cannot be unpacked."""
    return FileRefusedError("damaged", "Tệp nén bị hỏng hoặc chưa chép hết ở chỗ này. Hãy nén lại rồi nạp lại.")
