"""The private staging area: where a file waits until every page of it has been screened for secrecy marks.

Each file has a folder of its own, named by a keyed hash of its owner unit and bytes, so that a later run finds it
again and goes on with it. Name, SHA-256 and page results of an unscreened file live here and nowhere else. A folder
belongs to whoever holds its lock; the system lets go of the lock when the holder dies. What leaves the area is wiped.

Where several machines share the work, everything is kept on common ground too (`SharedGround`), so that any of them can
find it and finish it; the folder here is then only a copy to work on.
"""

import hashlib
import hmac
import logging
import os
import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Protocol

from pydantic import TypeAdapter, ValidationError

from pipeline.errors import CorruptObjectError, FileRefusedError
from pipeline.locks import lock_file
from pipeline.model import PageReading, PageResult
from pipeline.storage.keyfile import key_in
from pipeline.storage.local import CHUNK, flush_folder, storage_errors
from pipeline.storage.pages import from_json, to_json

_log = logging.getLogger(__name__)

_KEY_BYTES = 32
_LOCK = "lock"
MANIFEST = "manifest.json"
_ORIGINAL = "original"


@dataclass(frozen=True, slots=True)
class Manifest:
    """What is known of a staged file. `path` is where it came from; `publish_to` the grants asked for, as written."""

    owner_unit: str
    sha256: str
    path: str
    name: str
    size: int
    media_type: str
    pages: int
    actor: str
    publish_to: tuple[str, ...] = ()


_MANIFESTS = TypeAdapter(Manifest)


class SharedFolder(Protocol):
    """One file's folder on common ground, held by us."""

    def names(self) -> frozenset[str]:
        """What is kept there."""

    def save(self, path: Path) -> None:
        """Keep this file under its name, over one of before."""

    def fetch(self, path: Path) -> None:
        """Write what is kept under the name of this path to it, whole or not at all."""

    def clear(self) -> None:
        """Remove everything."""

    def release(self) -> None:
        """Let go of the folder."""


class SharedGround(Protocol):
    """Where staged files lie that any machine may go on with: private, and keeping nothing that was removed."""

    def folders(self) -> Iterator[str]:
        """The names of the folders that hold something."""

    def claim(self, name: str, *, wait: bool) -> SharedFolder | None:
        """Hold a folder; without `wait`, None where another machine holds it."""


class StagedFile:
    """The folder of one file in staging, held by us until it is released or wiped."""

    def __init__(self, folder: Path, lock: int, shared: SharedFolder | None = None) -> None:
        """Take over a locked folder, empty where it is a copy of a shared one; made by `Staging.claim`."""
        self._folder = folder
        self._lock: int | None = lock
        self._shared = shared

    @property
    def original(self) -> Path:
        """Our copy of the file."""
        return self._here(_ORIGINAL)

    def _here(self, name: str) -> Path:
        """Where a part of the staged file is, or would be, fetched if only the common ground has it."""
        path = self._folder / name
        if self._shared is not None and not path.exists() and name in self._shared.names():
            self._shared.fetch(path)
        return path

    def copy_in(self, source: BinaryIO, *, sha256: str) -> None:
        """Copy the file in. Raises `FileRefusedError` if it is no longer the file that was hashed."""
        digest = hashlib.sha256()
        path = self._folder / _ORIGINAL
        with storage_errors(), path.open("wb") as target:
            while chunk := source.read(CHUNK):
                digest.update(chunk)
                target.write(chunk)
            target.flush()
            os.fsync(target.fileno())
        if digest.hexdigest() != sha256:
            message = "Tệp đang được ghi dở hoặc vừa thay đổi. Hãy đợi sao chép xong rồi nạp lại."
            raise FileRefusedError("changing", message)
        if self._shared is not None:
            self._shared.save(path)

    def is_whole(self, sha256: str) -> bool:
        """Whether our copy has these bytes: a power cut or a bad disk may have damaged it since it was made."""
        try:
            with storage_errors(), self.original.open("rb") as stream:
                return hashlib.file_digest(stream, "sha256").hexdigest() == sha256
        except (FileNotFoundError, CorruptObjectError):
            return False

    def save_manifest(self, manifest: Manifest) -> None:
        """Record what the file is; from now on a later run can go on with it."""
        self._save(MANIFEST, _MANIFESTS.dump_json(manifest))

    def manifest(self) -> Manifest | None:
        """What was recorded, or None where the copy was not finished. Raises `CorruptObjectError` if it is damaged."""
        path = self._here(MANIFEST)
        try:
            return _MANIFESTS.validate_json(path.read_bytes()) if path.exists() else None
        except ValidationError:
            message = "Bản ghi của một tệp trong vùng chờ bị hỏng."
            raise CorruptObjectError(message) from None  # what it holds must not be shown

    def has_manifest(self) -> bool:
        """Whether the copy was finished, whatever has become of its manifest."""
        return (self._folder / MANIFEST).exists() or (self._shared is not None and MANIFEST in self._shared.names())

    def save_page(self, reading: PageReading) -> None:
        """Keep a page's result and its text layer."""
        number = reading.result.file_page
        if reading.layer is not None:
            self._save(f"{number:05d}.pdf", reading.layer)
        self._save(f"{number:05d}.json", to_json(reading.result))

    def pages_done(self) -> frozenset[int]:
        """The file pages that have a result."""
        names = {path.name for path in self._folder.iterdir()}
        if self._shared is not None:
            names |= self._shared.names()
        return frozenset(int(name[:-5]) for name in names if name[0].isdigit() and name.endswith(".json"))

    def page(self, file_page: int) -> PageResult:
        """A kept result."""
        return from_json(self._here(f"{file_page:05d}.json").read_bytes())

    def layer(self, file_page: int) -> Path | None:
        """The kept text layer of a page, if it has one."""
        path = self._here(f"{file_page:05d}.pdf")
        return path if path.exists() else None

    def _save(self, name: str, data: bytes) -> None:
        temporary = self._folder / f".{name}"
        with storage_errors():
            with temporary.open("wb") as target:
                target.write(data)
                target.flush()
                os.fsync(target.fileno())
            kept = temporary.replace(self._folder / name)
            flush_folder(self._folder)
        if self._shared is not None:
            self._shared.save(kept)

    def clear(self) -> None:
        """Remove everything but the lock: the file is taken in anew."""
        if self._shared is not None:
            self._shared.clear()
        _clear(self._folder)

    def wipe(self) -> None:
        """Remove the whole folder and let go of it, if it is still held."""
        if self._lock is not None:
            if self._shared is not None:
                self._shared.clear()
            _clear(self._folder)
            shutil.rmtree(self._folder)
            self.release()

    def release(self) -> None:
        """Let go of the folder, if it is still held, and leave it for a later run."""
        if self._lock is not None:
            if self._shared is not None:
                self._shared.release()
            os.close(self._lock)
            self._lock = None


class Staging:
    """The staging area of an installation."""

    def __init__(self, folder: Path, secret: bytes, shared: SharedGround | None = None) -> None:
        """Stage under this folder, with this key for hashes of files, and on common ground if there is one."""
        self._folder = folder
        self._secret = secret
        self._shared = shared

    def fingerprint(self, sha256: str) -> str:
        """The keyed hash of a file: all that is kept of a quarantined one."""
        return self._hmac(f"file:{sha256}")

    @contextmanager
    def claimed(self, owner_unit: str, sha256: str) -> Iterator[StagedFile]:
        """Hold this file's folder, waiting while somebody else does. What is not wiped is left for a later run."""
        name = self._hmac(f"staged:{owner_unit}:{sha256}")
        with storage_errors():
            staged = self._claim(name, wait=True)
        if staged is None:  # a folder that vanishes is claimed again inside
            message = "a waiting claim cannot be refused"
            raise AssertionError(message)
        try:
            yield staged
        finally:
            staged.release()

    def leftovers(self) -> Iterator[Manifest]:
        """What earlier runs left unfinished and nobody holds now.

        One whose manifest is damaged is told of in the log and kept, as it may be the only copy, until the same file is
        taken in again.
        """
        for name in sorted(self._names()):
            with self._unheld(name) as staged:
                manifest = None if staged is None else _readable_manifest(staged, name)
            if manifest is not None:
                yield manifest

    def sweep(self) -> None:
        """Wipe copies that earlier runs did not finish: their files are still where they came from."""
        for name in sorted(self._names()):
            with self._unheld(name) as staged:
                if staged is not None and not staged.has_manifest():
                    staged.wipe()

    @contextmanager
    def _unheld(self, name: str) -> Iterator[StagedFile | None]:
        """Hold a folder for a moment; None where somebody else holds it."""
        staged = self._claim(name, wait=False)
        try:
            yield staged
        finally:
            if staged is not None:
                staged.release()

    def _names(self) -> set[str]:
        here = {folder.name for folder in self._folder.iterdir()} if self._folder.is_dir() else set[str]()
        return here if self._shared is None else here | set(self._shared.folders())

    def is_empty(self) -> bool:
        """Whether nothing waits here."""
        return not self._names()

    def _claim(self, name: str, *, wait: bool) -> StagedFile | None:
        folder = self._folder / name
        while True:
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            try:
                lock = lock_file(folder / _LOCK, wait=wait)
            except FileNotFoundError:
                continue  # its holder wiped the folder between the two lines above
            return None if lock is None else self._with_shared(folder, lock, wait=wait)

    def _with_shared(self, folder: Path, lock: int, *, wait: bool) -> StagedFile | None:
        """The folder, locked by us, with what is shared of it; None where another machine is at it."""
        if self._shared is None:
            return StagedFile(folder, lock)
        try:
            shared = self._shared.claim(folder.name, wait=wait)
        except BaseException:
            os.close(lock)
            raise
        if shared is None:
            os.close(lock)
            return None
        _clear(folder)  # what a crash left here is older than what is shared
        return StagedFile(folder, lock, shared)

    def _hmac(self, text: str) -> str:
        return hmac.new(self._secret, text.encode(), hashlib.sha256).hexdigest()


def _readable_manifest(staged: StagedFile, name: str) -> Manifest | None:
    try:
        return staged.manifest()
    except CorruptObjectError:
        _log.error("the manifest in the staging folder %s is damaged; take the same file in again", name)
        return None


def _clear(folder: Path) -> None:
    """Remove everything but the lock, the manifest first: what a crash leaves is then an unfinished copy."""
    for path in sorted(folder.iterdir(), key=lambda path: path.name != MANIFEST):
        if path.name != _LOCK:
            path.unlink()


def open_staging(folder: Path, *, key_file: Path, shared: SharedGround | None = None) -> Staging:
    """The staging area under this folder; its key is made on first use."""
    with storage_errors():
        return Staging(folder, key_in(key_file, lambda: secrets.token_bytes(_KEY_BYTES)), shared)
