"""JPEG pictures inside TIFF files, taken out as they are coded: decoding them to code them anew would cost size.

Only pages in one piece, grey or in the colours that JPEG itself has (YCbCr): others are left to whoever decodes.
Source: TIFF Technical Note 2 (new-style JPEG, compression 7).
"""

import struct
from pathlib import Path
from typing import BinaryIO

from PIL import Image

from extractors.files import TIFF, open_image
from extractors.page_images import resolution

_COMPRESSION, _COLOURS, _OFFSETS, _SIZES, _TABLES = 259, 262, 273, 279, 347
_JPEG, _GREY, _YCBCR = 7, 1, 6
_START, _END = b"\xff\xd8", b"\xff\xd9"


def jpegs_in_tiff(path: Path) -> tuple[bytes, ...]:
    """Every page as a JPEG file that says its resolution, nothing where one of them cannot be taken out so."""
    found: list[bytes] = []
    with path.open("rb") as file, open_image(path, TIFF) as image:
        for frame in range(getattr(image, "n_frames", 1)):
            image.seek(frame)
            coded = _coded(image, file)
            if coded is None:
                return ()
            found.append(_START + _resolution(resolution(image)) + coded[len(_START) :])
    return tuple(found)


def _coded(image: Image.Image, file: BinaryIO) -> bytes | None:
    """The picture with the tables that the file keeps apart from it."""
    tags = dict(getattr(image, "tag_v2", {}))
    offsets, sizes = tags.get(_OFFSETS, ()), tags.get(_SIZES, ())
    is_one_piece = len(offsets) == len(sizes) == 1
    if tags.get(_COMPRESSION) != _JPEG or tags.get(_COLOURS) not in {_GREY, _YCBCR} or not is_one_piece:
        return None
    file.seek(offsets[0])
    picture, tables = file.read(sizes[0]), bytes(tags.get(_TABLES, b""))
    if not picture.startswith(_START) or not picture.rstrip(b"\0").endswith(_END):
        return None
    return tables.removesuffix(_END) + picture[len(_START) :] if tables else picture


def _resolution(dpi: float) -> bytes:
    """The header of a JPEG file (JFIF) with dots per inch."""
    return b"\xff\xe0" + struct.pack(">H5sHBHHBB", 16, b"JFIF\0", 0x0102, 1, round(dpi), round(dpi), 0, 0)
