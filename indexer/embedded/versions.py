"""The folders of an embedded index: numbered versions side by side, of which one is current.

    folder/CURRENT     the name of the version that is searched, replaced by one atomic rename
    folder/v7/SCHEMA   the fingerprint that this version was built with

Only the holder of the write lock makes or swaps versions, and only a rebuild removes any. What is in a version is
`indexer.embedded.store`'s.
"""

import os
import re
import shutil
from pathlib import Path

_NAME = re.compile(r"v([1-9]\d*)")


class Versions:
    """The versions in a folder."""

    def __init__(self, folder: Path) -> None:
        """Versions in this folder, which is made with its first version."""
        self._folder = folder

    def current(self) -> Path | None:
        """The version that is searched now; None before there is one."""
        try:
            name = (self._folder / "CURRENT").read_text("ascii", errors="replace").strip()
        except FileNotFoundError:
            return None
        return self._folder / name

    def prepare(self, schema: str) -> Path:
        """A new version's empty folder."""
        last = max(map(_number, self._all()), default=0)
        path = self._folder / f"v{last + 1}"
        path.mkdir(mode=0o700, parents=True)
        (path / "SCHEMA").write_text(schema, "ascii")
        return path

    def make_current(self, version: Path) -> None:
        """Let this version be searched from now on; a crash leaves the one or the other."""
        _flush(version / "SCHEMA")
        _flush(version)
        written = self._folder / "CURRENT.new"
        written.write_text(version.name, "ascii")
        _flush(written)
        written.replace(self._folder / "CURRENT")
        _flush(self._folder)

    def clear(self) -> None:
        """Remove every version but the current one."""
        current = self.current()
        for path in self._all():
            if path != current:
                shutil.rmtree(path, ignore_errors=True)

    def discard(self, version: Path) -> None:
        """Remove a version that did not come to be searched."""
        if version != self.current():
            shutil.rmtree(version, ignore_errors=True)

    def _all(self) -> list[Path]:
        return [path for path in self._folder.glob("v*") if _NAME.fullmatch(path.name)]


def _number(version: Path) -> int:
    return int(version.name[1:])


def schema_of(version: Path) -> str | None:
    """The fingerprint that a version was built with; None where it is not there."""
    try:
        return (version / "SCHEMA").read_text("ascii", errors="replace")
    except FileNotFoundError:
        return None


def _flush(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
