"""What is written into the searched version while another is being built, so that the new one has it too.

    folder/CHANGES     one JSON line for each write or removal since the rebuild began

The writers append, each under the lock of the one writer, before they commit; the rebuild reads. Versions of documents
decide which write wins, so a line read twice, or one that its writer did not live to commit, does no harm.
"""

from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import Self

from pydantic import TypeAdapter

from pipeline.ports import IndexedDocument, IndexWriter

Change = IndexedDocument | tuple[str, int]
"""A document that was to be written, or one that was to be removed, with the version of its removal."""

_CHANGES: TypeAdapter[Change] = TypeAdapter(Change)


class Journal:
    """The end of a writer: appends to the journal."""

    def __init__(self, path: Path) -> None:
        """Append to the journal that a rebuild has begun. A line that a dead writer left unfinished is taken off."""
        self._file = path.open("a+b")
        end = self._file.tell()
        self._file.seek(max(0, end - 1))
        if self._file.read() not in (b"", b"\n"):
            self._file.seek(0)
            self._file.truncate(self._file.read().rfind(b"\n") + 1)

    def note(self, change: Change) -> None:
        """Note what was to be done."""
        self._file.write(_CHANGES.dump_json(change) + b"\n")

    def flush(self) -> None:
        """Let the rebuild see what was noted."""
        self._file.flush()

    def close(self) -> None:
        """Append no more."""
        self._file.close()


class Replay:
    """The end of a rebuild: begins the journal empty, and tells the new version what was noted since it last looked."""

    def __init__(self, path: Path) -> None:
        """Begin a journal. Whatever a dead rebuild left at its place is gone."""
        path.unlink(missing_ok=True)
        self._path = path
        self._file = path.open("x+b")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._file.close()
        self._path.unlink(missing_ok=True)

    def into(self, writer: IndexWriter) -> None:
        """Write all that was noted since the last call."""
        for line in self._lines():
            change = _CHANGES.validate_json(line)
            if isinstance(change, IndexedDocument):
                writer.write([change])
            else:
                writer.remove([change])

    def _lines(self) -> Iterator[bytes]:
        """Whole lines. The beginning of one that is just being written waits for the next call."""
        while True:
            at = self._file.tell()
            line = self._file.readline()
            if not line.endswith(b"\n"):
                self._file.seek(at)
                return
            yield line
