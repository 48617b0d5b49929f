"""The spool: what was asked of a worker, in a private folder for each job, until the job has ended.

Paths and names of files that nobody has screened lie here and not in the catalogue. A request may bring its files
with it (`files`). The report of an ended job, which names files, waits here for whoever asked. Nothing here outlives
its use: what nobody fetches is swept, except files that came with a request and have not been taken in.
"""

import os
import shutil
import time
from collections.abc import Callable, Collection, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

from pydantic import TypeAdapter

from pipeline.errors import NotFoundError
from pipeline.storage.local import storage_errors

_REQUEST = "request.json"
_REPORT = "report.json"
_FILES = "files"
_EARLIER = "report-{}.json"


@dataclass(frozen=True, slots=True)
class Request:
    """What a job is to take in. Without `paths` it is what lies in the job's own `files`."""

    paths: tuple[str, ...] = ()
    publish_to: tuple[str, ...] = ()
    workers: int | None = None


_REQUESTS = TypeAdapter(Request)


def own_name(path: Path) -> str:
    """The random name of an installation, kept in this file. It is linked whole, so that two first starts agree."""
    with storage_errors():
        if not path.exists():
            temporary = path.with_name(f".{path.name}-{uuid4()}")
            temporary.write_text(str(uuid4()), "ascii")
            with suppress(FileExistsError):
                os.link(temporary, path)
            temporary.unlink()
        return path.read_text("ascii")


class Spool:
    """The spool of an installation."""

    def __init__(self, folder: Path, name: str = "") -> None:
        """Keep requests under this folder. Those of several installations with one catalogue differ in `name`."""
        self._folder = folder
        self.name = name

    def files(self, job: str) -> Path:
        """The folder for files that come with the job, made for its owner alone."""
        with storage_errors():
            folder = self._made(job) / _FILES
            folder.mkdir(mode=0o700, exist_ok=True)
        return folder

    def ask(self, job: str, request: Request) -> None:
        """Keep what is asked. Comes before the job's row: a row without its request would be an empty promise."""
        self._write(job, _REQUEST, _REQUESTS.dump_json(request))

    def request(self, job: str) -> Request:
        """What was asked. Raises `NotFoundError` where it is gone."""
        return _REQUESTS.validate_json(self._read(job, _REQUEST))

    def answer(self, job: str, report: bytes, *, keep: Collection[Path] = ()) -> None:
        """Keep the report for whoever asked, and remove what was asked with its files.

        Files to `keep` stay with the request: they may be the only copies of what did not come in for reasons of ours.
        """
        self._write(job, _REPORT, report)
        files = self._folder / job / _FILES
        with storage_errors():
            left = [path for path in sorted(files.rglob("*")) if not path.is_dir()]
            for path in left:
                if path not in keep:
                    path.unlink()
            if not set(left) & set(keep):
                shutil.rmtree(files, ignore_errors=True)
                (self._folder / job / _REQUEST).unlink(missing_ok=True)

    def report(self, job: str) -> bytes:
        """The report. Raises `NotFoundError` where there is none, or none any more."""
        return self._read(job, _REPORT)

    def report_of(self, job: str, batch: str) -> bytes:
        """The report that was set aside when the job was asked for again after this batch. Raises as `report` does."""
        return self._read(job, _EARLIER.format(batch))

    def reopen(self, job: str, batch: str | None) -> None:
        """Set the report aside, if there is one: what is left of the job is to be done once more."""
        folder = self._folder / job
        with storage_errors(), suppress(FileNotFoundError):
            (folder / _REPORT).rename(folder / _EARLIER.format(batch))

    def has_files(self, job: str) -> bool:
        """Whether files that came with the request are still here."""
        with storage_errors():
            return any(not path.is_dir() for path in (self._folder / job / _FILES).rglob("*"))

    def discard(self, job: str) -> None:
        """Remove everything of a job, its files too, taken in or not."""
        shutil.rmtree(self._folder / job, ignore_errors=True)

    def fetch(self, job: str) -> bytes:
        """The report, once: it is removed. Raises `NotFoundError` as `report` does."""
        report = self.report(job)
        self.wipe(job)
        return report

    def wipe(self, job: str) -> None:
        """Remove everything of a job, but not files that came with a request and have not been taken in."""
        folder = self._folder / job
        if (folder / _REQUEST).exists() and (folder / _FILES).exists():
            for report in [folder / _REPORT, *folder.glob(_EARLIER.format("*"))]:
                report.unlink(missing_ok=True)
        else:
            self.discard(job)

    def sweep(self, *, but: Collection[str], seconds: float, is_job: Callable[[str], bool]) -> None:
        """Remove what nobody has touched for so long, except of jobs that have not ended.

        What has no job was never promised to anybody: whoever was asking was cut off, and asks again.
        """
        for folder in self._folders():
            with suppress(FileNotFoundError):
                if folder.name not in but and time.time() - folder.stat().st_mtime > seconds:
                    (self.wipe if is_job(folder.name) else self.discard)(folder.name)

    def _folders(self) -> Iterator[Path]:
        if self._folder.is_dir():
            yield from sorted(self._folder.iterdir())

    def _write(self, job: str, name: str, data: bytes) -> None:
        with storage_errors():
            folder = self._made(job)
            temporary = folder / f".{name}"
            temporary.write_bytes(data)
            temporary.replace(folder / name)

    def _made(self, job: str) -> Path:
        folder = self._folder / job
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        return folder

    def _read(self, job: str, name: str) -> bytes:
        try:
            with storage_errors():
                return (self._folder / job / name).read_bytes()
        except FileNotFoundError as error:
            message = "Yêu cầu hoặc báo cáo của việc này không còn."
            raise NotFoundError(message) from error
