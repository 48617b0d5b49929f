"""Backup and restore of an installation in one folder: the facts of one moment, and the objects they speak of.

A backup is a folder laid out as the data folder: `catalogue.sqlite3`, `store/`, `keys/`, `vankho.toml`, the noted heads
of the audit. It may be made while the program runs. Only files of the copied catalogue are copied, so that it is whole
by itself; objects that are there already are read again and stay where they are sound. The catalogue is replaced last
and at once, so that a backup which is cut short leaves the one before it whole. Leaves installations on servers to the
servers' own means.
"""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from pipeline.audit_heads import FILE as HEADS
from pipeline.audit_heads import note_head
from pipeline.catalogue import Catalogue, open_catalogue, sqlite_url
from pipeline.errors import UsageError
from pipeline.second_factor import KEY as SECOND_FACTOR_KEY
from pipeline.settings import Settings
from pipeline.storage import keys
from pipeline.storage.local import CHUNK, LocalStore, storage_errors
from pipeline.storage.soundness import is_sound
from pipeline.wiring import INSTALLATION

CATALOGUE = "catalogue.sqlite3"
_PART = ".part"
_STORE = "store"
_KEYS = (Path("keys") / "quarantine.key", SECOND_FACTOR_KEY)
_SETTINGS = Path("vankho.toml")


@dataclass(frozen=True, slots=True)
class Copied:
    """What was copied: files of the catalogue, objects that were not there or no longer sound.

    `faults` are objects that are damaged where they come from, and missing originals.
    """

    files: int
    objects: int
    faults: tuple[str, ...]


def back_up(of: Settings, facts: Catalogue, target: Path) -> Copied:
    """Back up into this folder, which may hold an earlier backup of the same installation.

    Raises:
        UsageError: the folder lies in the data folder, or the installation keeps something on a server.
        StorageFullError: no space; the backup of before is whole.
    """
    _require_local(of)
    if target.resolve().is_relative_to(of.home.resolve()):
        raise UsageError("Nơi sao lưu nằm trong thư mục dữ liệu. Hãy chọn thư mục ở ổ đĩa khác.")
    with storage_errors():
        target.mkdir(mode=0o700, parents=True, exist_ok=True)
        part = _new_part(target / _PART)
        note_head(of.home, facts.audit)
        noted = of.home / HEADS  # not there before the first line of the audit
        heads = (
            noted.read_bytes() if noted.exists() else b""
        )  # before the catalogue, which then has all lines noted here
        facts.database.copy_to(part)
        copied = _copy_objects(LocalStore(of.home / _STORE), target / _STORE, _files_of(part))
        for path in (*_KEYS, _SETTINGS, Path(INSTALLATION)):
            _copy_file(of.home / path, target / path)
        _put_in_place(part, target / CATALOGUE)
        _new_part(part).write_bytes(heads)
        _put_in_place(part, target / HEADS)
    return copied


def restore(source: Path, of: Settings) -> Copied:
    """Make a new installation of a backup. All sessions and tokens end; the index is to be built anew.

    Raises:
        UsageError: there is no backup, the data folder holds an installation, or the settings name a server.
        StorageFullError: no space; restoring again goes on.
    """
    _require_local(of)
    if not (source / CATALOGUE).is_file():
        raise UsageError(f"Trong {source} không có bản sao lưu (thiếu {CATALOGUE}).")
    if (of.home / CATALOGUE).exists():
        raise UsageError(f"Thư mục dữ liệu {of.home} đã có dữ liệu. Hãy khôi phục vào một thư mục trống.")
    with storage_errors():
        of.home.mkdir(mode=0o700, parents=True, exist_ok=True)
        part = _new_part(of.home / _PART)
        shutil.copyfile(source / CATALOGUE, part)
        with _opened(part) as facts:
            facts.accounts.end_all_credentials()  # some may have been ended since
        copied = _copy_objects(LocalStore(source / _STORE), of.home / _STORE, _files_of(part))
        for path in (*_KEYS, _SETTINGS, Path(HEADS), Path(INSTALLATION)):
            _copy_file(source / path, of.home / path)
        _remove_journals(of.home / CATALOGUE)
        _put_in_place(part, of.home / CATALOGUE)
    return copied


def _require_local(of: Settings) -> None:
    if of.store.url is not None or of.catalogue.url is not None:
        raise UsageError("Kho hoặc danh mục ở trên máy chủ: hãy sao lưu bằng công cụ của máy chủ (docs/operations.md).")


@contextmanager
def _opened(path: Path) -> Iterator[Catalogue]:
    facts = open_catalogue(sqlite_url(path))
    try:
        yield facts
    finally:
        facts.close()


def _files_of(path: Path) -> frozenset[str]:
    """The hashes of the files that a copied catalogue speaks of."""
    with _opened(path) as facts:
        return frozenset(file.sha256 for file in facts.documents.files())


def _copy_objects(source: LocalStore, folder: Path, wanted: frozenset[str]) -> Copied:
    """Copy what belongs to these files and is not there, or is there and damaged; all is checked on the way."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    target = LocalStore(folder)
    there = {key for key in _keys(target) if keys.sha256_of(key) in wanted and _is_sound(key, target)}
    new = [key for key in _keys(source) if keys.sha256_of(key) in wanted and key not in there]
    faults = [key for key in new if not _copy_object(key, source, folder)]
    missing = {keys.original(sha256) for sha256 in wanted} - there - set(new)
    os.sync()  # all of it is on the disk before the catalogue that speaks of it
    return Copied(len(wanted), len(new) - len(faults), tuple(sorted([*faults, *missing])))


def _is_sound(key: str, store: LocalStore) -> bool:
    with store.open(key) as stream:
        return is_sound(key, stream)


def _keys(store: LocalStore) -> Iterator[str]:
    for prefix in (keys.ORIGINALS, keys.DERIVED):
        yield from store.keys(prefix)


def _copy_object(key: str, source: LocalStore, folder: Path) -> bool:
    """Copy one object; whether it is what its key says. One that is not is not kept, and what was there stays.

    Unlike the store itself this needs no hard links: disks that are carried about often have none.
    """
    part = _new_part(folder / _PART)
    with source.open(key) as stream, part.open("wb") as copy:
        shutil.copyfileobj(stream, copy, CHUNK)
    with part.open("rb") as copied:
        if not is_sound(key, copied):
            part.unlink()
            return False
    (folder / key).parent.mkdir(parents=True, exist_ok=True)
    _put_in_place(part, folder / key)
    return True


def _copy_file(source: Path, target: Path) -> None:
    """Copy a small file, if there is one."""
    if source.exists():
        target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        part = _new_part(target.with_name(f".{target.name}.part"))
        shutil.copyfile(source, part)
        _put_in_place(part, target)


def _new_part(path: Path) -> Path:
    """An empty file, for its owner alone, to be filled and then put in place."""
    path.unlink(missing_ok=True)
    _remove_journals(path)
    path.touch(mode=0o600, exist_ok=False)
    return path


def _remove_journals(path: Path) -> None:
    """Remove what a killed run left beside its database: SQLite would replay it into another one of the same name."""
    for suffix in ("-wal", "-shm", "-journal"):
        path.with_name(path.name + suffix).unlink(missing_ok=True)


def _put_in_place(part: Path, target: Path) -> None:
    """Give a finished file its name, on the disk before anybody relies on it."""
    with part.open("rb") as stream:
        os.fsync(stream.fileno())
    part.replace(target)
