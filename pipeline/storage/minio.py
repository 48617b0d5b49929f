"""Objects in a bucket of MinIO or any other S3 server, by plain S3 calls. Implements `pipeline.ports.ObjectStore`.

An object's SHA-256 is kept with it as metadata and compared whenever the whole object is read. Every request's body is
checked by the server against its hash, part by part for large objects. A request that fails on its way is repeated with
growing, jittered pauses; a read that breaks off goes on where it stopped. Nothing is overwritten: the key is looked at
first, and the upload says "only if there is none", which servers that know conditional writes obey in a race too.
"""

import hashlib
import io
import random
import ssl
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from tempfile import SpooledTemporaryFile
from typing import Any, BinaryIO, cast
from urllib.parse import urlsplit

from minio import Minio
from minio.error import MinioException, S3Error
from urllib3 import PoolManager, Retry, Timeout
from urllib3.exceptions import HTTPError
from urllib3.response import BaseHTTPResponse

from pipeline.errors import (
    BusyError,
    CorruptObjectError,
    ObjectConflictError,
    ObjectMissingError,
    SettingsError,
    StorageFullError,
    UnavailableError,
)
from pipeline.ports import StoredObject
from pipeline.storage.endpoint import Endpoint
from pipeline.storage.keys import require_key
from pipeline.storage.local import CHUNK, storage_errors

_IN_MEMORY = 8 << 20
"""Bytes of an object held in memory while it is hashed; a longer one goes through a temporary file."""
_PART = 16 << 20
"""Bytes of one part of a large upload."""
_CONNECT_SECONDS, _READ_SECONDS = 5, 60
_RETRIES = 4
_BACKOFF = 0.2
_TEMPORARY = (429, 500, 502, 503, 504)
_HASH = "sha256"
_HASH_HEADER = f"x-amz-meta-{_HASH}"

_MISSING = ("NoSuchKey", "NoSuchObject")
_FULL = ("XMinioStorageFull", "XMinioAdminBucketQuotaExceeded", "QuotaExceeded", "InsufficientStorage")
_REFUSED = ("AccessDenied", "InvalidAccessKeyId", "SignatureDoesNotMatch", "RequestTimeTooSkewed", "AllAccessDisabled")
_RACES = ("PreconditionFailed", "ConditionalRequestConflict", "NoSuchUpload")
"""Somebody else, or an earlier try whose answer was lost, has written the object."""
_UNKNOWN_CALL = ("NotImplemented", "MethodNotAllowed")


class BucketStore:
    """Objects in a bucket, which is made when first written to."""

    def __init__(self, endpoint: Endpoint, bucket: str) -> None:
        """Keep objects in this bucket; nothing is asked of the server yet."""
        self._pool = _pool(endpoint)
        self._client = _client(endpoint, self._pool)
        self._bucket = bucket

    def put(self, key: str, source: BinaryIO, *, media_type: str) -> StoredObject:
        """Keep all of `source` under `key`, whole or not at all (see `ObjectStore.put`)."""
        require_key(key)
        with SpooledTemporaryFile(max_size=_IN_MEMORY) as spool:
            with storage_errors():
                new = StoredObject(key, *_copied(source, spool))
            for _ in _tries():
                if self._is_kept(new):
                    return new
                spool.seek(0)
                if self._is_uploaded(new, cast("BinaryIO", spool), media_type):
                    return new
        message = f"Kho không nhận đối tượng {key}: có nơi khác đang ghi. Hãy thử lại sau."
        raise BusyError(message)

    def _is_kept(self, new: StoredObject) -> bool:
        """Whether the key holds these bytes. Raises `ObjectConflictError` where it holds others."""
        try:
            kept = self.describe(new.key)
        except ObjectMissingError:
            return False
        if kept.sha256 != new.sha256:
            message = f"Đối tượng {new.key} đã có với nội dung khác; không ghi đè."
            raise ObjectConflictError(message)
        return True

    def _is_uploaded(self, new: StoredObject, data: BinaryIO, media_type: str) -> bool:
        """Upload it; False where that is to be tried again, or somebody else was quicker."""
        with translated(self._bucket, new.key):
            try:
                self._client.put_object(
                    self._bucket, new.key, data, new.size, media_type, metadata={_HASH: new.sha256}, part_size=_PART
                )
            except S3Error as error:
                if error.code == "NoSuchBucket":
                    make_bucket(self._client, self._bucket)
                elif error.code in _UNKNOWN_CALL and self._pool.is_conditional:
                    self._pool.is_conditional = False  # it knows no conditional writes; the look before must do
                elif error.code not in _RACES:
                    raise
                return False
        return True

    @contextmanager
    def open(self, key: str) -> Iterator[BinaryIO]:
        """The object's bytes as a stream that can be sought in. Altered ones are a `CorruptObjectError` at its end."""
        require_key(key)
        with translated(self._bucket, key):
            found = self._client.stat_object(self._bucket, key)
        metadata = {name.lower(): value for name, value in (found.metadata or {}).items()}
        entity = _Entity(key, found.size or 0, found.etag or "", metadata.get(_HASH_HEADER))
        with io.BufferedReader(_ObjectStream(self._client, self._bucket, entity), CHUNK) as stream:
            yield stream

    def describe(self, key: str) -> StoredObject:
        """Size and SHA-256 as they are now, altered or not."""
        digest, size = hashlib.sha256(), 0
        with self.open(key) as stream, suppress(CorruptObjectError):
            while chunk := stream.read(CHUNK):
                digest.update(chunk)
                size += len(chunk)
        return StoredObject(key, size, digest.hexdigest())

    def keys(self, prefix: str = "") -> Iterator[str]:
        """All keys that begin with `prefix`, in order."""
        yield from list_keys(self._client, self._bucket, prefix)

    def remove(self, key: str) -> None:
        """Remove the object if it is there."""
        require_key(key)
        with translated(self._bucket), _no_bucket():
            self._client.remove_object(self._bucket, key)


class PrivateBucket(BucketStore):
    """A bucket for what must not last: objects may be replaced, and what is removed is gone.

    A bucket that keeps versions would keep what was wiped, and is refused.
    """

    def __init__(self, endpoint: Endpoint, bucket: str) -> None:
        """Keep objects in this bucket; nothing is asked of the server yet."""
        super().__init__(endpoint, bucket)
        self._pool.is_conditional = False
        self._is_checked = False

    def _is_kept(self, new: StoredObject) -> bool:
        """No: it is written anew, over what was there."""
        del new
        if not self._is_checked:
            self._require_unversioned()
            self._is_checked = True
        return False

    def _require_unversioned(self) -> None:
        with translated(self._bucket), _no_bucket():
            if self._client.get_bucket_versioning(self._bucket).status is not None:
                message = (
                    f"Thùng «{self._bucket}» giữ phiên bản cũ nên không dùng làm vùng đệm được."
                    " Hãy đặt store.staging_bucket là một thùng khác, không giữ phiên bản."
                )
                raise SettingsError(message)


@dataclass(frozen=True, slots=True)
class _Entity:
    """An object as it was when it was opened: its ETag tells it from any later one; `sha256` is what was kept."""

    key: str
    size: int
    etag: str
    sha256: str | None


class _ObjectStream(io.RawIOBase):
    """The bytes of an object. Reading that breaks off goes on where it stopped; all of them are held to their hash."""

    def __init__(self, client: Minio, bucket: str, entity: _Entity) -> None:
        """Read this object; nothing is fetched yet."""
        self._client = client
        self._bucket = bucket
        self._entity = entity
        self._position = 0
        self._response: BaseHTTPResponse | None = None
        self._digest = hashlib.sha256()
        self._hashed = 0

    def readable(self) -> bool:
        """It can be read."""
        return True

    def seekable(self) -> bool:
        """It can be sought in: the next read asks the server for what follows."""
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        """Go to a place."""
        start = {io.SEEK_SET: 0, io.SEEK_CUR: self._position, io.SEEK_END: self._entity.size}[whence]
        if start + offset != self._position:
            self._drop()
            self._position = max(0, start + offset)
        return self._position

    def tell(self) -> int:
        """The place of the next byte."""
        return self._position

    def readinto(self, buffer: Any) -> int:  # noqa: ANN401 - any writable buffer, for which 3.11 has no type
        """The next bytes into the buffer; how many."""
        if self._position >= self._entity.size:
            self._check()
            return 0
        data = self._next(len(buffer))
        buffer[: len(data)] = data
        if self._position == self._hashed:
            self._digest.update(data)
            self._hashed += len(data)
        self._position += len(data)
        return len(data)

    def _next(self, length: int) -> bytes:
        for _ in _tries():
            with translated(self._bucket, self._entity.key):
                self._response = self._response or self._opened()
            with suppress(HTTPError, OSError):
                data = self._response.read(length)
                if data:
                    return data
            self._drop()
        raise _unreachable()

    def _opened(self) -> BaseHTTPResponse:
        headers: dict[str, str | list[str] | tuple[str]] = {"If-Match": f'"{self._entity.etag}"'}
        return self._client.get_object(self._bucket, self._entity.key, offset=self._position, request_headers=headers)

    def _check(self) -> None:
        is_whole = self._hashed == self._entity.size
        if is_whole and self._entity.sha256 not in (None, self._digest.hexdigest()):
            message = f"Đối tượng {self._entity.key} trong kho đã bị thay đổi. Hãy chạy `vankho verify`."
            raise CorruptObjectError(message)

    def _drop(self) -> None:
        if self._response is not None:
            self._response.close()
            self._response.release_conn()
            self._response = None

    def close(self) -> None:
        """Let go of the connection."""
        self._drop()
        super().close()


def _tries() -> Iterator[int]:
    """A few tries with growing, jittered pauses between them."""
    for attempt in range(_RETRIES + 1):
        if attempt:
            time.sleep(_BACKOFF * 2**attempt * random.uniform(0.5, 1.5))  # noqa: S311 - spreads load, hides nothing
        yield attempt


@contextmanager
def translated(bucket: str, key: str | None = None) -> Iterator[None]:
    """Turn the client's errors into ours. `key` is the object whose absence is an `ObjectMissingError`."""
    try:
        yield
    except S3Error as error:
        raise _meaning(error, bucket, key) from error
    except (MinioException, HTTPError) as error:
        raise _unreachable() from error


def _meaning(error: S3Error, bucket: str, key: str | None) -> Exception:
    code = error.code or ""
    if code in _MISSING and key is not None:
        return ObjectMissingError(f"Kho không có đối tượng {key}. Hãy chạy `vankho verify`.")
    if code == "NoSuchBucket":
        return UnavailableError(f"Kho không có thùng «{bucket}». Hãy kiểm tra store.bucket, hoặc khôi phục nó.")
    if code in _FULL:
        return StorageFullError("Kho đã đầy: tệp này chưa được lưu. Hãy mở rộng kho rồi nạp lại.")
    if code in _REFUSED:
        return UnavailableError(f"Kho từ chối truy cập ({code}). Hãy kiểm tra khóa truy cập, quyền và đồng hồ máy.")
    return UnavailableError(f"Kho trả lời lỗi ({code}). Hãy kiểm tra máy chủ lưu trữ rồi thử lại.")


def _unreachable() -> UnavailableError:
    return UnavailableError("Không kết nối được tới kho. Hãy kiểm tra máy chủ lưu trữ và mạng rồi thử lại.")


class _Pool(PoolManager):
    """Connections on which the upload of an object of the store says "only if there is none"."""

    is_conditional = True

    def urlopen(self, method: str, url: str, redirect: bool = True, **kw: Any) -> BaseHTTPResponse:  # type: ignore[override] # noqa: ANN401, FBT001, FBT002
        """Send the request. The client has no parameter for the header, and it need not be signed."""
        headers = kw.get("headers")
        is_upload = method == "PUT" and headers is not None and _HASH_HEADER in headers
        is_end_of_parts = method == "POST" and "uploadId=" in urlsplit(url).query
        if headers is not None and self.is_conditional and (is_upload or is_end_of_parts):
            headers["If-None-Match"] = "*"
        return super().urlopen(method, url, redirect=redirect, **kw)


def _pool(endpoint: Endpoint) -> _Pool:
    try:
        trust = ssl.create_default_context(cafile=endpoint.ca)
    except OSError as error:
        message = f"Không đọc được store.ca {endpoint.ca}: {error.strerror or error}"
        raise SettingsError(message) from error
    return _Pool(
        maxsize=32,
        timeout=Timeout(connect=_CONNECT_SECONDS, read=_READ_SECONDS),
        retries=Retry(
            total=_RETRIES,
            backoff_factor=_BACKOFF,
            backoff_jitter=_BACKOFF,
            status_forcelist=_TEMPORARY,
            allowed_methods=None,  # each may be repeated: the same part or object again changes nothing
            raise_on_status=False,
        ),
        ssl_context=trust,
    )


def _client(endpoint: Endpoint, pool: PoolManager) -> Minio:
    parts = urlsplit(endpoint.url)
    return Minio(
        parts.netloc,
        access_key=endpoint.access_key,
        secret_key=endpoint.secret_key,
        secure=parts.scheme == "https",
        region=endpoint.region,
        http_client=pool,
    )


def open_client(endpoint: Endpoint) -> Minio:
    """A client with our time limits, retries and trust; its calls belong into `translated`."""
    return _client(endpoint, _pool(endpoint))


def make_bucket(client: Minio, bucket: str) -> None:
    """Make the bucket, unless somebody was quicker."""
    try:
        client.make_bucket(bucket)
    except S3Error as error:
        if error.code not in ("BucketAlreadyOwnedByYou", "BucketAlreadyExists"):
            raise


def list_keys(client: Minio, bucket: str, prefix: str) -> Iterator[str]:
    """The keys that begin with `prefix`, in order; none where the bucket was never made."""
    with translated(bucket), _no_bucket():
        for found in client.list_objects(bucket, prefix, recursive=True):
            if found.object_name is not None:
                yield found.object_name


@contextmanager
def _no_bucket() -> Iterator[None]:
    """A bucket that was never made holds nothing."""
    try:
        yield
    except S3Error as error:
        if error.code != "NoSuchBucket":
            raise


def _copied(source: BinaryIO, target: Any) -> tuple[int, str]:  # noqa: ANN401 - a spooled file has no common type
    """Copy everything; its size and SHA-256."""
    digest, size = hashlib.sha256(), 0
    while chunk := source.read(CHUNK):
        digest.update(chunk)
        target.write(chunk)
        size += len(chunk)
    return size, digest.hexdigest()
