"""The pixels of a file's pages: as they were scanned, for reading, and of a bounded size, for looking at.

"The page" is the page as a viewer shows it: `/Rotate` of a PDF page and Exif orientation are honoured here, once,
so that everybody else may forget them. PDF pages come from `extractors.pdf_pages`.
"""

import io
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageOps
from PIL.ImageFile import ImageFile

from extractors.files import PDF, open_image
from extractors.pdf_pages import open_pdf_pages
from pipeline.errors import PageFailedError

MAX_WIDTH = 2_400
"""Widest image made for display, in pixels."""

_A4_INCHES = (8.27, 11.69)
_CREDIBLE_DPI = (50, 1_300)
_CREDIBLE_INCHES = (2.5, 24.0)
_LARGE_PIXELS = 40_000_000
_QUALITY = 82
_one_large_image = threading.Lock()  # threads of the web process must not hold many decoded posters at once


@dataclass(frozen=True, slots=True)
class PageImage:
    """A page as displayed: grey `(height, width)` or RGB `(height, width, 3)`, and its resolution."""

    pixels: NDArray[np.uint8]
    dpi: float


@dataclass(frozen=True, slots=True)
class ImagePages:
    """The pages of an open image file."""

    image: ImageFile

    def text_of(self, _file_page: int) -> None:
        """Nothing: an image has no text layer."""

    def has_pictures(self, _file_page: int) -> bool:
        """It is one."""
        return True

    def image_of(self, file_page: int) -> PageImage:
        """The pixels of a page. Raises `PageFailedError` where they cannot be decoded."""
        with _decoding():
            self.image.seek(file_page - 1)
            dpi = resolution(self.image)
            return PageImage(_pixels(self.image), dpi)

    def top_of(self, file_page: int, share: float) -> PageImage:
        """The upper share of a page. Raises `PageFailedError` where it cannot be decoded."""
        whole = self.image_of(file_page)
        return PageImage(whole.pixels[: round(whole.pixels.shape[0] * share)], whole.dpi)


@contextmanager
def open_image_pages(path: Path, media_type: str) -> Iterator[ImagePages]:
    """The pages of an image file. Raises `PageFailedError` where it cannot be opened."""
    with _decoding():
        opened = open_image(path, media_type)
        image = opened.__enter__()
    try:
        yield ImagePages(image)
    finally:
        opened.__exit__(None, None, None)


def resolution(image: Image.Image) -> float:
    """Dots per inch of an image: what the file says where that is credible, else as if the page were A4."""
    said = image.info.get("dpi", (0, 0))
    return credible_dpi(image.size, float(said[1] if isinstance(said, tuple) else said))


def credible_dpi(size: tuple[int, int], said: float) -> float:
    """The resolution that is said of an image of so many pixels, or that which would make it A4."""
    width, height = size
    if _CREDIBLE_DPI[0] <= said <= _CREDIBLE_DPI[1] and _is_credible(max(size) / said):
        return said
    area = _A4_INCHES[0] * _A4_INCHES[1]
    return float(np.sqrt(width * height / area))


def page_image(original: Path, media_type: str, file_page: int, *, width: int) -> bytes:
    """A JPEG of a page for display, at most `width` (and at most `MAX_WIDTH`) pixels wide.

    Safe to call from several threads.

    Raises:
        PageFailedError: the page cannot be drawn.
    """
    width = max(1, min(width, MAX_WIDTH))
    if media_type == PDF:
        with open_pdf_pages(original) as pages:
            drawn = Image.fromarray(pages.drawn(file_page, width))
    else:
        drawn = _small_image(original, media_type, file_page, width)
    out = io.BytesIO()
    drawn.save(out, "JPEG", quality=_QUALITY)
    return out.getvalue()


def _small_image(original: Path, media_type: str, file_page: int, width: int) -> Image.Image:
    with _decoding(), open_image(original, media_type) as image:
        image.seek(file_page - 1)
        image.draft(None, (width, width))  # a JPEG decoder can shrink by 2, 4, 8 while it decodes
        with _one_large_image if image.width * image.height > _LARGE_PIXELS else threading.Lock():
            pixels = Image.fromarray(_pixels(image))
        if pixels.width <= width:
            return pixels
        return pixels.resize((width, max(1, round(pixels.height * width / pixels.width))), Image.Resampling.BOX)


def _pixels(image: ImageFile) -> NDArray[np.uint8]:
    """The image upright, on white, in 8 bits, and grey where it has no colour."""
    image.load()
    upright: Image.Image = ImageOps.exif_transpose(image)
    if upright.mode.startswith(("I", "F")):
        return _eight_bits(np.asarray(upright))
    if upright.has_transparency_data:
        paper = Image.new("RGBA", upright.size, "white")
        upright = Image.alpha_composite(paper, upright.convert("RGBA"))
    if upright.mode in {"1", "L"}:
        return np.asarray(upright.convert("L"))
    return without_needless_colour(np.asarray(upright.convert("RGB")))


def without_needless_colour(pixels: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """A grey image where the three channels are equal, else the image itself."""
    green = pixels[..., 1]
    is_grey = np.array_equal(pixels[..., 0], green) and np.array_equal(pixels[..., 2], green)
    return np.ascontiguousarray(green) if is_grey else pixels


def _eight_bits(values: NDArray[np.generic]) -> NDArray[np.uint8]:
    top = max(1.0, float(values.max()))
    full = next(limit for limit in (1.0, 255.0, 65_535.0, top) if top <= limit)
    return (values.astype(np.float32) * (255.0 / full)).clip(0, 255).astype(np.uint8)


def _is_credible(inches: float) -> bool:
    return _CREDIBLE_INCHES[0] <= inches <= _CREDIBLE_INCHES[1]


@contextmanager
def _decoding() -> Iterator[None]:
    """Translate what Pillow raises for a page that cannot be decoded."""
    try:
        yield
    except (OSError, SyntaxError, ValueError, TypeError, KeyError, EOFError, Image.DecompressionBombError) as error:
        raise PageFailedError("Không giải mã được ảnh của trang: tệp có thể bị hỏng. Hãy quét lại.") from error
