"""The inbox as a bucket of MinIO or another S3 server: `<unit>/…` as the beginning of keys. Implements `Inbox`.

An object is whole as soon as it is listed, so nothing waits but names of unfinished copies. What was taken is copied by
the server to `<unit>/done/<date>/…` or `<unit>/failed/<date>/…` and then removed; a crash in between is mended by the
next run, which finds the copy by its ETag. S3 has no removal "only if unchanged": an object that is replaced in the
moment between the look and the removal is lost to it, so uploads should come under new names. A bucket that keeps
versions would keep what is wiped, and is refused.
"""

import io
import shutil
import threading
from collections.abc import Collection, Iterator, Sequence
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path

from minio import Minio
from minio.commonconfig import CopySource
from minio.datatypes import Object
from minio.error import S3Error

from pipeline.clock import today
from pipeline.errors import ObjectMissingError, SettingsError
from pipeline.ports import Arrival, InboxLook, Stray
from pipeline.storage.arrivals import (
    DONE,
    FAILED,
    LEFT_PARTIAL,
    NO_UNIT,
    NOTE,
    OUTSIDE,
    is_left,
    is_litter,
    is_partial,
    names_for,
)
from pipeline.storage.endpoint import Endpoint
from pipeline.storage.local import CHUNK, storage_errors
from pipeline.storage.minio import make_bucket, open_client, translated

_MOST_AT_ONCE = 100
"""Files fetched together: so many lie on this machine until they have ended."""


class BucketInbox:
    """The inbox in a bucket, which is made if it is not there. `work` is a private folder for fetched files."""

    most_at_once = _MOST_AT_ONCE

    def __init__(self, endpoint: Endpoint, bucket: str, work: Path) -> None:
        """Nothing is asked of the server yet."""
        self._client: Minio = open_client(endpoint)
        self._bucket = bucket
        self._work = work
        self._turn = threading.Lock()

    def look(self, units: Collection[str]) -> InboxLook:
        """What lies there now for these units (see `Inbox.look`)."""
        with translated(self._bucket):
            self._require_bucket()
            settled: list[Arrival] = []
            strays = list(self._outside(units))
            waiting = 0
            for unit in sorted(units):
                for found in sorted(self._files_of(unit), key=_key):
                    name = _key(found).removeprefix(f"{unit}/")
                    if not is_partial(name.rpartition("/")[2]):
                        settled.append(Arrival(unit, name, found.etag or ""))
                    elif is_left(_age(found)):
                        strays.append(Stray(_key(found), LEFT_PARTIAL))
                    else:
                        waiting += 1
            return InboxLook(tuple(settled), waiting, tuple(strays))

    @contextmanager
    def fetched(self, arrivals: Sequence[Arrival]) -> Iterator[Sequence[Path]]:
        """The files in a folder of ours, which is wiped before and after. One that has changed is not there."""
        with storage_errors():
            shutil.rmtree(self._work, ignore_errors=True)
            self._work.mkdir(mode=0o700, parents=True)
        try:
            yield [self._fetch(arrival, self._work / f"{number:05d}") for number, arrival in enumerate(arrivals)]
        finally:
            shutil.rmtree(self._work, ignore_errors=True)

    def accept(self, arrival: Arrival, note: str | None) -> bool:
        """Move the object to `done`."""
        with self._turn:
            return self._move(arrival, DONE, note)

    def reject(self, arrival: Arrival, reason: str) -> bool:
        """Move the object to `failed`."""
        with self._turn:
            return self._move(arrival, FAILED, reason)

    def wipe(self, arrival: Arrival) -> bool:
        """Remove the object."""
        if self._etag(_key_of(arrival)) != arrival.stamp:
            return False
        with translated(self._bucket):
            self._client.remove_object(self._bucket, _key_of(arrival))
        return True

    def _require_bucket(self) -> None:
        if not self._client.bucket_exists(self._bucket):
            make_bucket(self._client, self._bucket)
        if self._client.get_bucket_versioning(self._bucket).status is not None:
            message = (
                f"Thùng «{self._bucket}» giữ phiên bản cũ nên không dùng làm hộp nhận được."
                " Hãy đặt inbox.bucket là một thùng khác, không giữ phiên bản."
            )
            raise SettingsError(message)

    def _outside(self, units: Collection[str]) -> Iterator[Stray]:
        """What does not begin with a unit."""
        for found in self._client.list_objects(self._bucket):
            first = _key(found).removesuffix("/")
            if found.is_dir and first not in units:
                yield Stray(first, NO_UNIT)
            elif not found.is_dir and not is_litter(first):
                yield Stray(first, OUTSIDE)

    def _files_of(self, unit: str) -> Iterator[Object]:
        """The objects of a unit that may be documents; not those that were moved away."""
        for found in self._client.list_objects(self._bucket, f"{unit}/"):
            name = _key(found).removeprefix(f"{unit}/")
            if found.is_dir and name not in (f"{DONE}/", f"{FAILED}/"):
                below = self._client.list_objects(self._bucket, _key(found), recursive=True)
                yield from (inner for inner in below if _may_be_document(inner, unit))
            elif not found.is_dir and _may_be_document(found, unit):
                yield found

    def _fetch(self, arrival: Arrival, folder: Path) -> Path:
        folder.mkdir()
        path = folder / next(names_for(arrival.name.rpartition("/")[2]))
        only_this: dict[str, str | list[str] | tuple[str]] = {"If-Match": f'"{arrival.stamp}"'}
        with translated(self._bucket), storage_errors():
            try:
                answer = self._client.get_object(self._bucket, _key_of(arrival), request_headers=only_this)
            except S3Error as error:
                if error.code in ("NoSuchKey", "PreconditionFailed"):
                    return path
                raise
            with closing(answer), path.open("wb") as target:
                shutil.copyfileobj(answer, target, CHUNK)
        return path

    def _move(self, arrival: Arrival, place: str, note: str | None) -> bool:
        """Copy the object to a free name and remove it. The note comes first: no object is there without it.

        One at a time: S3 has no copy "only if nothing is there".
        """
        key = _key_of(arrival)
        if self._etag(key) != arrival.stamp:
            return False
        folder, _, name = arrival.name.rpartition("/")
        start = "/".join(part for part in (arrival.unit, place, today().isoformat(), folder) if part)
        targets = (f"{start}/{free}" for free in names_for(name))
        target, there = next((t, etag) for t in targets if (etag := self._etag(t)) in (None, arrival.stamp))
        with translated(self._bucket):
            if note is not None:
                text = f"{note}\n".encode()
                self._client.put_object(self._bucket, target + NOTE, io.BytesIO(text), len(text), "text/plain")
            if there is None:
                source = CopySource(self._bucket, key, match_etag=arrival.stamp)
                self._client.copy_object(self._bucket, target, source)
            self._client.remove_object(self._bucket, key)
        return True

    def _etag(self, key: str) -> str | None:
        try:
            with translated(self._bucket, key):
                return self._client.stat_object(self._bucket, key).etag
        except ObjectMissingError:
            return None


def _key(found: Object) -> str:
    return found.object_name or ""


def _key_of(arrival: Arrival) -> str:
    return f"{arrival.unit}/{arrival.name}"


def _age(found: Object) -> float:
    """Seconds since it was written, by the server's clock."""
    return (datetime.now(UTC) - (found.last_modified or datetime.now(UTC))).total_seconds()


def _may_be_document(found: Object, unit: str) -> bool:
    """Whether it is no mark of a folder, lies in no hidden one, and is no litter."""
    folders, _, name = _key(found).removeprefix(f"{unit}/").rpartition("/")
    return bool(name) and not is_litter(name) and not any(part.startswith(".") for part in folders.split("/"))
