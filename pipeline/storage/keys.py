"""The keys of the object store. They are made of hashes and versions only, so no key says what a document is."""

READING_VERSION = "r1"
"""The version of the readers whose products lie under it; changed when words or layers would come out differently."""

ORIGINALS = "originals/"
DERIVED = "derived/"


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
