"""The bytes of documents on their way out: an original as a file on this machine or as a stream, and file names."""

import io
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import BinaryIO
from urllib.parse import quote

from pipeline.ports import ObjectStore
from pipeline.storage import keys

_CHUNK = 1 << 20
_LONGEST_NAME = 150


@contextmanager
def local_original(store: ObjectStore, sha256: str) -> Iterator[Path]:
    """The original as a file, to be read only: the store's own where it is one on this machine, else a copy."""
    with store.open(keys.original(sha256)) as stream:
        if isinstance(stream, io.BufferedReader) and Path(str(stream.name)).is_file():
            yield Path(str(stream.name))
            return
        with NamedTemporaryFile() as copy:
            shutil.copyfileobj(stream, copy, _CHUNK)
            copy.flush()
            yield Path(copy.name)


def chunks(store: ObjectStore, sha256: str) -> Iterator[bytes]:
    """The original in pieces. It is opened now, so that an error still finds an answer to be said in."""
    opened = store.open(keys.original(sha256))
    stream = opened.__enter__()

    def pieces(stream: BinaryIO) -> Iterator[bytes]:
        try:
            while piece := stream.read(_CHUNK):
                yield piece
        finally:
            opened.__exit__(None, None, None)

    return pieces(stream)


def attachment(name: str) -> str:
    """The `Content-Disposition` of a download (RFC 6266, RFC 8187): Vietnamese names for all, a plain one beside."""
    suffix = "".join(Path(name).suffix.split())
    plain = "".join(letter if letter.isprintable() and letter not in "/\\" else "-" for letter in name)
    shown = plain[:_LONGEST_NAME] if len(plain) <= _LONGEST_NAME else plain[: _LONGEST_NAME - len(suffix)] + suffix
    is_plain_suffix = suffix.isascii() and suffix[1:].isalnum()
    fallback = f"van-ban{suffix if is_plain_suffix else ''}"
    return f"attachment; filename=\"{fallback}\"; filename*=UTF-8''{quote(shown.encode(errors='replace'), safe='')}"
