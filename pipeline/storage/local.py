"""The object store in a local folder. Implements `pipeline.ports.ObjectStore`.

Objects are written under `.incoming`, flushed to the disk and linked to their name, which fails if the name is taken:
nothing is overwritten, and a crash leaves the object whole or absent. What a crash leaves in `.incoming` is swept.
"""

import errno
import fcntl
import hashlib
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import BinaryIO

from pipeline.errors import ObjectConflictError, ObjectMissingError, StorageFullError, UnavailableError
from pipeline.ports import StoredObject
from pipeline.storage.keys import require_key

CHUNK = 1 << 20
"""Bytes read at a time."""

_INCOMING = ".incoming"


class LocalStore:
    """Objects as files under a folder; a key is the file's relative path."""

    def __init__(self, folder: Path) -> None:
        """Keep objects under this folder, which is made when first written to."""
        self._folder = folder
        _sweep(folder / _INCOMING)

    def put(self, key: str, source: BinaryIO, *, media_type: str) -> StoredObject:
        """Keep all of `source` under `key`, whole or not at all (see `ObjectStore.put`)."""
        del media_type  # a file system keeps none; the catalogue knows it
        target = self._path(key)
        with storage_errors():
            target.parent.mkdir(parents=True, exist_ok=True)
            with _written(self._folder / _INCOMING, source) as written:
                return self._link(key, written, target)

    def _link(self, key: str, written: Path, target: Path) -> StoredObject:
        new = _described(key, written)
        try:
            os.link(written, target)
        except FileExistsError as error:
            if self.describe(key).sha256 != new.sha256:
                message = f"Đối tượng {key} đã có với nội dung khác; không ghi đè."
                raise ObjectConflictError(message) from error
        else:
            flush_folder(target.parent)
        return new

    @contextmanager
    def open(self, key: str) -> Iterator[BinaryIO]:
        """The object's bytes as a stream."""
        with storage_errors(key), self._path(key).open("rb") as stream:
            yield stream

    def describe(self, key: str) -> StoredObject:
        """Size and SHA-256 as they are now."""
        with storage_errors(key):
            return _described(key, self._path(key))

    def keys(self, prefix: str = "") -> Iterator[str]:
        """All keys that begin with `prefix`, in order."""
        root = self._folder / prefix.rpartition("/")[0]
        paths = root.rglob("*") if root.is_dir() else ()
        found = (path.relative_to(self._folder).as_posix() for path in paths if path.is_file())
        yield from sorted(key for key in found if key.startswith(prefix) and not key.startswith(_INCOMING))

    def remove(self, key: str) -> None:
        """Remove the object if it is there."""
        with storage_errors():
            self._path(key).unlink(missing_ok=True)

    def _path(self, key: str) -> Path:
        require_key(key)
        return self._folder / key


@contextmanager
def _written(folder: Path, source: BinaryIO) -> Iterator[Path]:
    """All of `source` in a temporary file, on the disk, locked while it is ours and gone afterwards."""
    folder.mkdir(parents=True, exist_ok=True)
    with NamedTemporaryFile(dir=folder) as temporary:
        fcntl.flock(temporary.fileno(), fcntl.LOCK_EX)
        shutil.copyfileobj(source, temporary, CHUNK)
        temporary.flush()
        os.fsync(temporary.fileno())
        yield Path(temporary.name)


def _sweep(folder: Path) -> None:
    """Remove temporary files whose writers died: nobody holds their lock."""
    for path in folder.iterdir() if folder.is_dir() else []:
        with suppress(FileNotFoundError, BlockingIOError), path.open("rb") as stream:
            fcntl.flock(stream.fileno(), fcntl.LOCK_EX | fcntl.LOCK_NB)
            path.unlink()


def _described(key: str, path: Path) -> StoredObject:
    with path.open("rb") as stream:
        digest = hashlib.file_digest(stream, "sha256").hexdigest()
    return StoredObject(key, path.stat().st_size, digest)


def flush_folder(folder: Path) -> None:
    """Make a new name in the folder survive a power cut."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


@contextmanager
def storage_errors(key: str | None = None) -> Iterator[None]:
    """Turn the file system's errors into ours. `key` is the object whose absence is an `ObjectMissingError`."""
    try:
        yield
    except FileNotFoundError as error:
        if key is None:
            raise
        message = f"Kho không có đối tượng {key}. Hãy chạy `vankho verify`."
        raise ObjectMissingError(message) from error
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
            message = "Ổ đĩa đã đầy: tệp này chưa được lưu. Hãy giải phóng chỗ rồi nạp lại."
            raise StorageFullError(message) from error
        if error.errno in (errno.EACCES, errno.EPERM, errno.EROFS, errno.EIO):
            message = f"Không ghi hoặc đọc được kho dữ liệu ({error.strerror}). Hãy kiểm tra ổ đĩa và quyền truy cập."
            raise UnavailableError(message) from error
        raise
