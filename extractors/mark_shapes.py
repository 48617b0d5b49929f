"""Stamped marks of secrecy, seen by their shape where they cannot be read: worn, askew, over print, in a poor copy.

Two small convolutional networks look at the header zone in grey. The finder, at 100 dpi, says where the middle of a
stamped word `MẬT` may be; the judge looks at each such place at 150 dpi, with what stands before it, and says which
mark it is, if any. Both were trained on invented header zones (`samples.training.secrecy_marks`), never on the pages
that `benchmarks.secrecy` measures with; how and how well: `docs/reading.md`, "Marks of secrecy". Marks that can be read
are left to `extractors.secrecy`. On doubt a mark is a mark.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import cast

import cv2
import numpy as np
from numpy.typing import NDArray

from extractors.image_prep import Affine, Grey, Prepared, to_grey
from extractors.page_images import PageImage
from extractors.tesseract import RawWord

FINDER, JUDGE = (Path(__file__).parent / "models" / f"mark_{part}.onnx" for part in ("finder", "judge"))
MARKS = ("MẬT", "TỐI MẬT", "TUYỆT MẬT")
"""What the judge's classes 1 to 3 say; 0 is no mark."""

FINDER_DPI, JUDGE_DPI = 100, 150
STEP = 4
"""Pixels at 100 dpi from one answer of the finder to the next."""
MOST_PLACES = 8
_APART = (9, 15)
"""Answers, down and across, within which two places are one."""
_LEAST_SIDE = 0.2
"""Inches: a picture that is narrower has no mark."""
_MOST_INK = 0.3
"""Mean darkness of a zone with print on it: of pages of text at most half of this, of grain and scrawls more."""
_LIKELY, _SURE = 0.9, 0.6
WINDOW, ASIDE = (80, 240), (40, 160)
"""Height and width of what the judge is shown, and where in it the middle of `MẬT` is. Pixels at 150 dpi."""
_DARKEST_PAPER, _PALEST_INK = 40, 0.25
_HEIGHT_MM, _AFTER_MM, _BEFORE_MM = 5.0, 7.0, (7.0, 17.0, 23.0)
"""How high a mark about is, and how far it reaches to the right and, one for each mark, to the left of that middle."""
_MM_PER_INCH = 25.4

Darkness = NDArray[np.float32]
"""How much darker than the paper round it each pixel is, from 0 to 1 for full ink."""
PixelBox = tuple[float, float, float, float]
"""Left, top, right, bottom."""
Place = tuple[float, float]
"""x and y of the middle of a word, in inches."""


@dataclass(frozen=True, slots=True)
class SeenMark:
    """A mark and about where it is on the picture. `confidence` is 0-1."""

    text: str
    box: PixelBox
    confidence: float


def seen_marks(grey: Grey, dpi: float, zone: float) -> list[SeenMark]:
    """The marks stamped in the upper `zone` (a share of its height) of a picture, red ink dark, the surest first."""
    top = grey[: round(grey.shape[0] * zone)]
    if min(top.shape) / dpi < _LEAST_SIDE:
        return []
    dark = darkness(resized(top, dpi, FINDER_DPI))
    places = possible_places(dark) if dark.mean() < _MOST_INK else []
    if not places:
        return []
    answers = _judged(darkness(resized(top, dpi, JUDGE_DPI)), places)
    found = [_mark(place, answer, dpi) for place, answer in zip(places, answers, strict=True) if 1 - answer[0] >= _SURE]
    return sorted(found, key=lambda mark: -mark.confidence)


def with_seen_marks(read: Sequence[RawWord], image: PageImage, prepared: Prepared, zone: float) -> list[RawWord]:
    """Words on the prepared picture, and behind them the marks that are seen on the page, each on a line of its own."""
    last = max((max(word.line, word.block) for word in read), default=-1)
    to_prepared = np.linalg.inv(prepared.to_page).astype(np.float64)
    marks = seen_marks(to_grey(image.pixels), image.dpi, zone)
    return [
        *read,
        *(
            RawWord(mark.text, _moved(mark.box, to_prepared), mark.confidence, line=place, block=place)
            for place, mark in enumerate(marks, start=last + 1)
        ),
    ]


def resized(grey: Grey, dpi: float, to: float) -> Grey:
    """A picture at another resolution."""
    if dpi == to:
        return grey
    way = cv2.INTER_AREA if to < dpi else cv2.INTER_LINEAR
    return cast("Grey", cv2.resize(grey, None, fx=to / dpi, fy=to / dpi, interpolation=way))


def darkness(grey: Grey) -> Darkness:
    """A picture as the networks want it, whatever paper, light and ink."""
    height, width = grey.shape
    eighth = cv2.resize(grey, (round(width / 8), round(height / 8)), interpolation=cv2.INTER_AREA)
    paper = cv2.medianBlur(cv2.dilate(eighth, np.ones((5, 5), np.uint8)), 5)
    paper = cv2.resize(paper, (width, height), interpolation=cv2.INTER_LINEAR)
    dark = np.clip(1 - grey.astype(np.float32) / np.maximum(paper, _DARKEST_PAPER), 0, 1)
    full = float(np.percentile(dark[::3, ::3], 99))
    return cast("Darkness", np.clip(dark / max(full, _PALEST_INK), 0, 1).astype(np.float32))


def possible_places(dark: Darkness) -> list[Place]:
    """Where the finder sees the middle of `MẬT`, the likeliest first."""
    likely = cv2.blur(_answers(FINDER, dark[None, None])[0, 0], (3, 3))
    return list(peaks(likely, _LIKELY))


def peaks(likely: NDArray[np.float32], least: float) -> Iterator[Place]:
    """The highest answers of the finder that are at least so high, each far enough from a higher one."""
    left = likely.copy()
    down, across = _APART[0] // 2, _APART[1] // 2
    for _ in range(MOST_PLACES):
        y, x = divmod(int(left.argmax()), left.shape[1])
        if left[y, x] < least:
            return
        left[max(0, y - down) : y + down + 1, max(0, x - across) : x + across + 1] = 0
        yield (x + 0.5) * STEP / FINDER_DPI, (y + 0.5) * STEP / FINDER_DPI


def windows(dark: Darkness, places: Sequence[Place]) -> Darkness:
    """What the judge is shown: places, 1, height, width; beyond the picture is paper."""
    (height, width), (down, across) = WINDOW, ASIDE
    padded = cv2.copyMakeBorder(dark, height, height, width, width, cv2.BORDER_CONSTANT, value=0.0)
    shown = np.zeros((len(places), 1, height, width), np.float32)
    for number, (x, y) in enumerate(places):
        left = round(x * JUDGE_DPI) - across + width
        upper = round(y * JUDGE_DPI) - down + height
        shown[number, 0] = padded[upper : upper + height, left : left + width]
    return shown


def _judged(dark: Darkness, places: Sequence[Place]) -> NDArray[np.float32]:
    return _answers(JUDGE, windows(dark, places))


def _answers(model: Path, shown: Darkness) -> NDArray[np.float32]:
    """A network's answers. It is loaded anew each time, in a few milliseconds: one in use holds its input."""
    network = cv2.dnn.readNetFromONNX(str(model))
    network.setInput(shown)
    return cast("NDArray[np.float32]", network.forward())


def _moved(box: PixelBox, affine: Affine) -> PixelBox:
    """The upright rectangle round what a map makes of a rectangle."""
    left, top, right, bottom = box
    xs, ys, _ = affine @ np.array([(left, top, 1), (right, top, 1), (left, bottom, 1), (right, bottom, 1)]).T
    return float(xs.min()), float(ys.min()), float(xs.max()), float(ys.max())


def _mark(place: Place, answer: NDArray[np.float32], dpi: float) -> SeenMark:
    """The likeliest mark, at a place of a picture of this resolution."""
    kind = int(np.argmax(answer[1:]))
    x, y = (inches * dpi for inches in place)
    per_mm = dpi / _MM_PER_INCH
    box = (
        max(0.0, x - _BEFORE_MM[kind] * per_mm),
        max(0.0, y - _HEIGHT_MM / 2 * per_mm),
        x + _AFTER_MM * per_mm,
        y + _HEIGHT_MM / 2 * per_mm,
    )
    return SeenMark(MARKS[kind], box, float(1 - answer[0]))
