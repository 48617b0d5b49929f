"""Files on their way out: streamed, by a name that every browser understands, whole or the part that was asked for.

Leaves which bytes those are to `search_api.papers`, and who may have them to `search_api.visit`.
"""

import re
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO
from urllib.parse import quote

from fastapi import Request
from fastapi.responses import StreamingResponse
from starlette.exceptions import HTTPException

from search_api.guards import IS_HEAD

_CHUNK = 1 << 20
_LONGEST_NAME = 150
_FORBIDDEN = frozenset('/\\:*?"<>|')
"""Letters that some file system does not take in a name."""
_ONE_RANGE = re.compile(r"bytes=\s*(?:(\d{1,18})-(\d{0,18})|-(\d{1,18}))\s*", re.ASCII)


@dataclass(frozen=True, slots=True)
class Download:
    """An open file of so many bytes. `etag` identifies its bytes for ever; without it no parts are given out."""

    content: BinaryIO
    closing: ExitStack
    size: int
    media_type: str
    etag: str | None = None


def download(file: Download, name: str, request: Request) -> StreamingResponse:
    """Answer with a file, or the part of it that was asked for; it is closed when all is sent.

    Raises:
        HTTPException: 416, the part lies beyond the file.
    """
    headers = {"Content-Disposition": attachment(name), "Content-Length": str(file.size)}
    if file.etag:
        headers |= {"ETag": file.etag, "Accept-Ranges": "bytes"}
    try:
        part = _wanted(file, request)
        if part:
            headers["Content-Range"] = f"bytes {part.start}-{part.stop - 1}/{file.size}"
            headers["Content-Length"] = str(len(part))
    except HTTPException:
        file.closing.close()
        raise
    is_head = IS_HEAD in request.scope
    pieces = _pieces(file, range(0) if is_head else part or range(file.size))
    return StreamingResponse(pieces, 206 if part else 200, media_type=file.media_type, headers=headers)


def attachment(name: str) -> str:
    """The `Content-Disposition` of a download (RFC 6266, RFC 8187): Vietnamese names for all, a plain one beside."""
    suffix = "".join(Path(name).suffix.split())
    plain = "".join("-" if letter in _FORBIDDEN or not letter.isprintable() else letter for letter in name)
    shown = plain[:_LONGEST_NAME] if len(plain) <= _LONGEST_NAME else plain[: _LONGEST_NAME - len(suffix)] + suffix
    is_plain_suffix = suffix.isascii() and suffix[1:].isalnum()
    fallback = f"van-ban{suffix if is_plain_suffix else ''}"
    return f"attachment; filename=\"{fallback}\"; filename*=UTF-8''{quote(shown.encode(errors='replace'), safe='')}"


def wanted_range(header: str, size: int) -> range | None:
    """The bytes that a `Range` header asks for (RFC 9110, 14.1.2). None for one that may be passed over.

    That is one with several parts or in words that we do not know: the whole file answers it.

    Raises:
        HTTPException: 416, the part lies beyond the file.
    """
    match = _ONE_RANGE.fullmatch(header)
    if match is None:
        return None
    first, last, suffix = match.groups()
    if suffix is not None:
        part = range(max(0, size - int(suffix)), size)
    else:
        part = range(int(first), min(int(last) + 1, size) if last else size)
        if last and int(last) < int(first):
            return None
    if not part:
        raise HTTPException(status_code=416, headers={"Content-Range": f"bytes */{size}"})
    return part


def _wanted(file: Download, request: Request) -> range | None:
    """The part asked for, if the file gives parts and is still the one of which the asker has another part."""
    header = request.headers.get("range")
    if header is None or file.etag is None or request.headers.get("if-range", file.etag) != file.etag:
        return None
    return wanted_range(header, file.size)


def _pieces(file: Download, part: range) -> Iterator[bytes]:
    with file.closing:
        if file.content.seekable():
            file.content.seek(part.start)
        left = len(part)
        while left and (piece := file.content.read(min(_CHUNK, left))):
            left -= len(piece)
            yield piece
