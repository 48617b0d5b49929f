"""Whether an object of the store is what its key says, as far as its own bytes can tell.

An original is wholly told by its hash. Of the products of reading no hash is kept: words must be the page that the key
names, a layer of text must be a PDF from its beginning to its end.
"""

import hashlib
from typing import BinaryIO

from pipeline.errors import CorruptObjectError
from pipeline.storage import keys
from pipeline.storage.pages import from_json

_CHUNK = 1 << 20


def is_sound(key: str, stream: BinaryIO) -> bool:
    """Whether these are the bytes of the object with this key."""
    if key.startswith(keys.ORIGINALS):
        return _sha256(stream) == keys.sha256_of(key)
    data = stream.read()
    if key.endswith(".pdf"):
        return data.startswith(b"%PDF-") and data.rstrip().endswith(b"%%EOF")
    try:
        return from_json(data).file_page == keys.page_of(key)
    except CorruptObjectError:
        return False


def _sha256(stream: BinaryIO) -> str:
    digest = hashlib.sha256()
    while chunk := stream.read(_CHUNK):
        digest.update(chunk)
    return digest.hexdigest()
