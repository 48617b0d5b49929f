"""Names in an inbox, the same in every kind of it: what is no document, what is not whole yet, where things are moved.

Leaves where the inbox is to `pipeline.storage.inbox` and `pipeline.storage.inbox_bucket`.
"""

import os
import unicodedata
from collections.abc import Iterator
from itertools import count
from pathlib import PurePath

DONE = "done"
FAILED = "failed"
NOTE = ".lý-do.txt"
"""What the name of a note beside a file ends in."""

PROBE = ".vankho"
"""A file of ours whose time of change says what time it is for the file system."""

_LITTER = frozenset({".ds_store", "thumbs.db", "desktop.ini", ".directory", PROBE})
_LITTER_PREFIXES = ("~$", ".~lock.", "._", ".nfs", ".fuse_hidden")
"""Files that programs leave beside documents: never a document."""

_PARTIAL_SUFFIXES = (".part", ".partial", ".filepart", ".crdownload", ".download", ".tmp")
"""Names that copying programs use until a file is whole, as do names with a dot in front."""

_PARTIAL_SECONDS = 24 * 3600
"""A temporary file older than this will not become whole by itself, and is told of."""

_NAME_BYTES = 255
"""Longest name in a folder, of Linux and of most file systems."""

NO_UNIT = "không có đơn vị nào đang hoạt động mang mã này"
OUTSIDE = "tệp nằm ngoài thư mục của các đơn vị"
LEFT_PARTIAL = "tệp tạm của một lần sao chép dở, đã quá một ngày; hãy chép lại hoặc xóa đi"


def is_litter(name: str) -> bool:
    """Whether a file of this name is none of ours and no document, or a note of ours."""
    folded = unicodedata.normalize("NFC", name).lower()
    return folded in _LITTER or folded.startswith(_LITTER_PREFIXES) or folded.endswith(NOTE)


def is_partial(name: str) -> bool:
    """Whether a file of this name is not whole yet."""
    return name.startswith(".") or name.lower().endswith(_PARTIAL_SUFFIXES)


def is_left(age: float) -> bool:
    """Whether a file that is not whole, of this age in seconds, never will be."""
    return age > _PARTIAL_SECONDS


def names_for(wanted: str) -> Iterator[str]:
    """The wanted name of a file, then ones with a number, all short enough to have a note."""
    tail = PurePath(wanted).suffix
    stem = wanted.removesuffix(tail)
    for number in count(1):
        end = tail if number == 1 else f" ({number}){tail}"
        room = _NAME_BYTES - len(os.fsencode(end)) - len(NOTE.encode())
        yield _cut(stem, room) + end


def _cut(name: str, size: int) -> str:
    encoded = os.fsencode(name)
    return name if len(encoded) <= size else encoded[:size].decode("utf-8", "ignore")
