"""Files on their way in: taken from the request's body piece by piece and laid down in a private folder.

Never whole in memory, and nowhere else on the disk: nobody has screened them. Leaves what becomes of them to
`search_api.routes.batches`.
"""

import hashlib
import json
import os
import re
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Protocol

from anyio import CancelScope, to_thread
from fastapi import Request
from multipart import MultipartError, MultipartSegment, PushMultipartParser, parse_options_header
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect

from pipeline.errors import UsageError
from pipeline.steps.intake import printable
from pipeline.storage.local import storage_errors

FIELD = "files"
"""The field of the form that holds the files."""

_LONGEST_NAME = 255
"""Bytes of a name that every file system takes."""
_SEPARATORS = re.compile(r"[/\\]")
_NO_FORM = "Nội dung gửi lên không phải biểu mẫu `multipart/form-data` đúng với các tệp trong trường «files»."
_NO_FILES = "Chưa có tệp nào được gửi lên. Hãy chọn ít nhất một tệp."


@dataclass(frozen=True, slots=True)
class UploadLimits:
    """The most files of one upload, and the bytes that are kept of each."""

    files: int
    file_bytes: int


class Room(Protocol):
    """Where an upload is laid down."""

    @property
    def folder(self) -> Path:
        """The folder, which is there and empty."""

    def clear(self) -> None:
        """Remove all of it."""


async def receive(request: Request, room: Room, limits: UploadLimits) -> str:
    """Lay down all files of a request's body; a hash that tells this upload from every other. All or nothing.

    Each file lies in a folder of its own, whose name is its place among them, under the name it came with. Of one
    that is larger than the limit so much is kept that its size will be the reason for which it is refused.

    Raises:
        UsageError: the body is no form, or has no files, or too many, or something else.
        HTTPException: the body is too long (413), or broke off.
        UnavailableError: the disk is full.
    """
    try:
        upload = _Upload(room.folder, _boundary(request), limits)
        try:
            async for chunk in request.stream():
                if chunk:
                    await to_thread.run_sync(upload.feed, chunk)
            return await to_thread.run_sync(upload.end)
        finally:
            upload.close()
    except BaseException as error:
        with CancelScope(shield=True):
            await to_thread.run_sync(room.clear)
        if isinstance(error, ClientDisconnect):
            raise HTTPException(status_code=400) from error  # nobody hears it
        raise


def _boundary(request: Request) -> str:
    kind, options = parse_options_header(request.headers.get("content-type", ""))
    boundary: str = options.get("boundary", "")
    if kind != "multipart/form-data" or not boundary:
        raise UsageError(_NO_FORM)
    return boundary


class _Upload:
    """Files as they come out of the body. To be used by one thread at a time."""

    def __init__(self, folder: Path, boundary: str, limits: UploadLimits) -> None:
        self._folder = folder
        self._limits = limits
        # Any bytes are Latin letters: a name that is not UTF-8 must not stop the other files.
        self._parser = PushMultipartParser(boundary, header_charset="latin1")
        self._laid: list[_Laid] = []
        self._present: _Laid | None = None

    def feed(self, chunk: bytes) -> None:
        """Lay down what has come."""
        try:
            for event in self._parser.parse(chunk):
                if isinstance(event, MultipartSegment):
                    self._begin(event)
                elif event is None:
                    self._end_one()
                elif self._present is not None:
                    self._present.write(event, most=self._limits.file_bytes + 1)
        except MultipartError as error:
            raise UsageError(_NO_FORM) from error

    def end(self) -> str:
        """The hash of all of it: names, sizes and bytes in their order."""
        try:
            self._parser.close()
        except MultipartError as error:
            raise UsageError(_NO_FORM) from error
        if not self._laid:
            raise UsageError(_NO_FILES)
        told = [(laid.name, laid.size, laid.digest.hexdigest()) for laid in self._laid]
        return hashlib.sha256(json.dumps(told).encode()).hexdigest()

    def close(self) -> None:
        """Close the file that is being written, if one is."""
        if self._present is not None:
            self._present.file.close()

    def _begin(self, segment: MultipartSegment) -> None:
        if segment.name != FIELD or segment.filename is None:
            raise UsageError(_NO_FORM)
        if not segment.filename:
            return  # what a browser sends of a field in which nothing was chosen
        if len(self._laid) >= self._limits.files:
            message = f"Quá nhiều tệp: mỗi lần gửi nhiều nhất {self._limits.files} tệp. Hãy chia thành nhiều lần."
            raise UsageError(message)
        name = file_name(segment.filename)
        with storage_errors():
            folder = self._folder / f"{len(self._laid) + 1:06d}"
            folder.mkdir(mode=0o700)
            self._present = _Laid(name, (folder / name).open("xb"))
        self._laid.append(self._present)

    def _end_one(self) -> None:
        if self._present is not None:
            self._present.end()
            self._present = None


class _Laid:
    """A file that is being laid down, or has been."""

    def __init__(self, name: str, file: BinaryIO) -> None:
        self.name = name
        self.file = file
        self.size = 0
        self.digest = hashlib.sha256()

    def write(self, data: bytes, *, most: int) -> None:
        """Add to it; beyond `most` bytes nothing is kept."""
        self.digest.update(data)
        room = max(0, most - self.size)
        self.size += len(data)
        with storage_errors():
            self.file.write(data[:room])

    def end(self) -> None:
        """Have it on the disk: whoever sent it may remove theirs now."""
        with storage_errors():
            self.file.flush()
            os.fsync(self.file.fileno())
            self.file.close()


def file_name(sent: str) -> str:
    """A name to lay a file down under: the last part of the one that was sent, as text, not too long.

    `sent` has each byte of the header as one letter.
    """
    text = sent.encode("latin1", "replace").decode("utf-8", "replace")
    name = printable(_SEPARATORS.split(text)[-1])
    if name in {".", ".."}:
        return "_"
    suffix = Path(name).suffix if len(Path(name).suffix) < _LONGEST_NAME // 10 else ""
    stem = name.removesuffix(suffix).encode()[: _LONGEST_NAME - len(suffix.encode())]
    return stem.decode(errors="ignore") + suffix
