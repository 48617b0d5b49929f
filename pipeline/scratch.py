"""Where pictures of pages lie while they are read: in memory, in a folder of this run alone, gone at its end.

The pages were not yet screened for secrecy marks, so nothing of them may stay. A killed run cannot tidy up: the next
run of the same installation does. Where there is no memory file system they lie in the data folder. There too, and
never in memory, lie copies of whole files while something is made of them: these are screened, and may be large.
"""

import hashlib
import os
import shutil
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from tempfile import mkdtemp

from pipeline.locks import lock_file
from pipeline.storage.local import storage_errors

_MEMORY = Path("/dev/shm")  # noqa: S108 - the folder made in it is ours alone, and that is checked
_LOCK = "lock"


@contextmanager
def scratch_folder(home: Path, *, memory: Path | None = _MEMORY) -> Iterator[Path]:
    """A folder of our own, removed at the end; what killed runs of this installation left is removed first.

    It is in memory if it can be; in the data folder where `memory` is None.
    """
    with storage_errors():
        folder, lock = _made(home, memory)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        with suppress(OSError):  # another run is at work there
            folder.parent.rmdir()
        os.close(lock)


def _made(home: Path, memory: Path | None) -> tuple[Path, int]:
    """A new folder, and its lock, held by us."""
    while True:
        root = _root(home, memory)
        _sweep(root)
        try:
            folder = Path(mkdtemp(prefix="run-", dir=root))
            lock = lock_file(folder / _LOCK, wait=True)
        except FileNotFoundError:
            continue  # another run has just ended, or swept what nobody held yet, and taken the folder with it
        if lock is not None:
            return folder, lock


def _root(home: Path, memory: Path | None) -> Path:
    """This installation's folder for scratch; in memory if it can be, and if it is really ours."""
    name = hashlib.sha256(os.fsencode(home.resolve())).hexdigest()[:16]
    in_memory = [memory / f"vankho-{name}"] if memory else []
    for root in (*in_memory, home / "scratch"):
        try:
            root.mkdir(mode=0o700, parents=root.parent == home, exist_ok=True)
        except OSError:
            continue
        if _is_ours(root):
            return root
    return home


def _is_ours(folder: Path) -> bool:
    """Whether it is a real folder that nobody else can look into; anybody may make one in shared memory."""
    found = folder.lstat()
    return stat.S_ISDIR(found.st_mode) and found.st_uid == os.getuid() and not found.st_mode & 0o077


def _sweep(root: Path) -> None:
    """Remove the folders whose runs have died: nobody holds their lock."""
    for folder in root.glob("run-*"):
        try:
            lock = lock_file(folder / _LOCK, wait=False)
        except FileNotFoundError:
            continue
        if lock is not None:
            shutil.rmtree(folder, ignore_errors=True)
            os.close(lock)
