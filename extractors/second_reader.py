"""The second reader, trueocr: pixels in, words with boxes out, behind the same port as Tesseract.

Its models lie in its wheel and run on one thread; it asks nothing of a network and starts no program. It is worse than
Tesseract on tone marks and better on handwriting and bad copies, so that it gives a second opinion on the header zone
(`extractors.second_opinion`) and reads pages that Tesseract cannot. It finds lines, not words: the places of words in a
line are guessed from their letters. It makes no text layer.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING

import cv2
import numpy as np
from numpy.typing import NDArray

from extractors.image_prep import Grey, to_grey
from extractors.tesseract import PixelBox, RawWord, Recognition
from pipeline.errors import PageFailedError
from pipeline.text import clean

if TYPE_CHECKING:
    from trueocr import Recognizer
    from trueocr.page import PageEngine

_SAME_SCALE = 0.02
_BATCH = 16


@dataclass(frozen=True, slots=True)
class SecondReader:
    """Reads images at one resolution, to which they are brought first."""

    reading_dpi: float = 200.0

    def recognise(
        self, pixels: NDArray[np.uint8], *, dpi: float, seconds: float, is_sparse: bool = False
    ) -> Recognition:
        """Words of an image in grey or RGB; `Recognition.layer` is empty.

        It takes well under a second a page and cannot be stopped: `seconds` is left to the limits of the process.

        Raises:
            PageFailedError: the models cannot be used on this image.
        """
        del seconds, is_sparse
        scale = self.reading_dpi / dpi
        try:
            lines = list(_lines(_scaled(to_grey(pixels), scale)))
        except (ValueError, RuntimeError, cv2.error) as error:
            raise PageFailedError("Bộ đọc thứ hai không đọc được trang này.") from error
        words = (word for number, line in enumerate(lines) for word in _words(line, number))
        return Recognition(tuple(_unscaled(word, scale) for word in words), b"")


@dataclass(frozen=True, slots=True)
class _Line:
    text: str
    confidence: float
    box: PixelBox


@dataclass(frozen=True, slots=True)
class _Models:
    """What finds the lines of an image, and what reads them."""

    page: "PageEngine"
    line: "Recognizer"


@cache
def _models() -> _Models:
    """The models, loaded once in a process, and with them what runs them (20 MB): most processes read no page."""
    from trueocr import Recognizer  # noqa: PLC0415
    from trueocr.page import PageEngine  # noqa: PLC0415

    folder = Path(str(files("trueocr"))) / "models"
    return _Models(PageEngine(folder, threads=1), Recognizer(folder, threads=1))


def _scaled(grey: Grey, scale: float) -> Grey:
    if abs(scale - 1) < _SAME_SCALE:
        return np.ascontiguousarray(grey)
    how = cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC
    return cv2.resize(grey, None, fx=scale, fy=scale, interpolation=how).astype(np.uint8, copy=False)


def _unscaled(word: RawWord, scale: float) -> RawWord:
    left, top, right, bottom = (edge / scale for edge in word.box)
    return RawWord(word.text, (left, top, right, bottom), word.confidence, word.line, word.block)


def _lines(grey: Grey) -> Iterator[_Line]:
    """The lines that hold letters, in reading order."""
    models = _models()
    height, width = grey.shape
    boxes = [box for found in models.page.detect(grey)[:, :4] if (box := _whole_pixels(found, width, height))]
    crops = [grey[top:bottom, left:right] for left, top, right, bottom in boxes]
    read = models.line.predict(crops, batch_size=_BATCH) if crops else []
    places = np.asarray(boxes, np.float32).reshape(-1, 4)
    for index in models.page.reading_order(places, [line.text for line in read], (width, height)):
        text = clean(read[index].text).strip()
        if text:
            yield _Line(text, min(1.0, max(0.0, read[index].confidence)), boxes[index])


def _whole_pixels(found: NDArray[np.float32], width: int, height: int) -> tuple[int, int, int, int] | None:
    left, top = np.floor(found[:2]).astype(int).tolist()
    right, bottom = np.ceil(found[2:]).astype(int).tolist()
    left, top, right, bottom = max(0, left), max(0, top), min(width, right), min(height, bottom)
    return (left, top, right, bottom) if right > left and bottom > top else None


def _words(line: _Line, number: int) -> Iterator[RawWord]:
    """The words of a line, all of its letters taken as equally wide."""
    left, top, right, bottom = line.box
    pitch = (right - left) / len(line.text)
    at = 0
    for text in line.text.split():
        at = line.text.index(text, at)
        box = (left + at * pitch, top, left + (at + len(text)) * pitch, bottom)
        yield RawWord(text, box, line.confidence, number, number)
        at += len(text)
