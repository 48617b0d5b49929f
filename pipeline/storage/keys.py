"""The keys of the object store. They are made of hashes and versions only, so no key says what a document is."""

import re

READING_VERSION = "r1"
"""The version of the readers whose products lie under it; changed when words or layers would come out differently."""

ORIGINALS = "originals/"
DERIVED = "derived/"

_KEY = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9._-]*(?:/[A-Za-z0-9_-][A-Za-z0-9._-]*)*")


def require_key(key: str) -> None:
    """Raise `ValueError` for what is no key of the store: it could lead elsewhere."""
    if not _KEY.fullmatch(key):
        message = f"not an object key: {key!r}"
        raise ValueError(message)


def original(sha256: str) -> str:
    """The original file, bit for bit."""
    return f"{ORIGINALS}{sha256}"


def words(sha256: str, file_page: int) -> str:
    """The page's result with its words and boxes, JSON (`pipeline.storage.pages`)."""
    return f"{DERIVED}{sha256}/{READING_VERSION}/{file_page:05d}.json"


def layer(sha256: str, file_page: int) -> str:
    """The page's invisible words as a one-page PDF, for pages read by OCR."""
    return f"{DERIVED}{sha256}/{READING_VERSION}/{file_page:05d}.pdf"


def sha256_of(key: str) -> str:
    """The hash of the file that an object belongs to."""
    return key.split("/")[1]


def page_of(key: str) -> int:
    """The page of the file that a product of reading is of."""
    return int(key.rpartition("/")[2].partition(".")[0])
