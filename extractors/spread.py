"""A scan of two pages that lie open side by side, read page by page: cut where nothing is printed, put together again.

Such a sheet is wider than high and has a gutter without ink near its middle, from top to bottom, and print on either
side of it. The left page is read before the right one; all boxes are those of the sheet. Any other picture is read as
it is.
"""

from collections.abc import Sequence
from dataclasses import replace
from time import monotonic

import numpy as np
from numpy.typing import NDArray

from extractors.image_prep import SURVEY_DPI, Affine, ink, to_grey
from extractors.page_images import PageImage
from extractors.scanned_page import Recogniser, ScanReading, read_scan
from extractors.searchable_pdf import joined_layers, placed_layer
from extractors.turning import moved_box
from pipeline.model import PageText, Word

_WIDE = 1.15
"""Width by height of a sheet with two pages; two of A4 have 1.41."""
_MIDDLE = (0.4, 0.6)
_GUTTER_MM, _MM_PER_INCH = 10.0, 25.4
_CLEAN, _FOLD = 0.012, 0.6
"""Share of a column of the gutter that may be ink: specks, or nearly all of it, the shadow of the fold."""
_FOLD_MM = 2.0
"""The fold and its edges are narrower."""
_CROSSED = 0.12
"""Share of a row of the gutter that is ink where a line of print crosses it."""
_PRINTED = 0.15
"""Share of a page's rows with ink, at least."""
_LEAST_SECONDS = 1.0


def read_sheet(image: PageImage, recogniser: Recogniser, seconds: float) -> ScanReading:
    """Read a picture of one page or of two side by side. Raises `PageFailedError`."""
    at = gutter(image)
    if at is None:
        return read_scan(image, recogniser, seconds)
    begun = monotonic()
    halves = (PageImage(image.pixels[:, :at], image.dpi), PageImage(image.pixels[:, at:], image.dpi))
    left = read_scan(halves[0], recogniser, seconds)
    right = read_scan(halves[1], recogniser, max(_LEAST_SECONDS, seconds - (monotonic() - begun)))
    return _joined(left, right, at, image)


def gutter(image: PageImage) -> int | None:
    """The column of pixels at which a picture of two pages is cut; None for any other picture."""
    height, width = image.pixels.shape[:2]
    if width < _WIDE * height:
        return None
    mask = ink(to_grey(image.pixels), image.dpi)
    first, last = (round(mask.shape[1] * share) for share in _MIDDLE)
    share = mask[:, first:last].mean(axis=0)
    per_mm = min(SURVEY_DPI, image.dpi) / _MM_PER_INCH
    is_fold = np.convolve(share >= _FOLD, np.ones(2 * round(_FOLD_MM * per_mm) + 1), "same") > 0
    begin, end = _longest_run((share <= _CLEAN) | is_fold)
    if end - begin < _GUTTER_MM * per_mm or not _is_clear(mask[:, first + begin : first + end][:, ~is_fold[begin:end]]):
        return None
    middle = first + (begin + end) // 2
    are_printed = all(side.any(axis=1).mean() > _PRINTED for side in (mask[:, :middle], mask[:, middle:]))
    return round(middle * width / mask.shape[1]) if are_printed else None


def _is_clear(strip: NDArray[np.bool_]) -> bool:
    """Whether no line of print crosses a gutter. It may be a millimetre high; single rows are specks."""
    rows = np.convolve(strip.mean(axis=1), np.full(3, 1 / 3), "same")
    return bool(strip.size) and float(rows.max()) < _CROSSED


def _longest_run(is_free: NDArray[np.bool_]) -> tuple[int, int]:
    """Begin and end of the longest run of true values."""
    changes = np.flatnonzero(np.diff(np.concatenate(([False], is_free, [False])).astype(np.int8)))
    if not changes.size:
        return 0, 0
    begins, ends = changes[::2], changes[1::2]
    longest = int(np.argmax(ends - begins))
    return int(begins[longest]), int(ends[longest])


def _joined(left: ScanReading, right: ScanReading, at: int, image: PageImage) -> ScanReading:
    height, width = image.pixels.shape[:2]
    share = at / width
    maps = (np.diag([share, 1.0, 1.0]), np.array([[1 - share, 0.0, share], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]]))
    layers = [
        placed_layer(page.layer, to, (width, height), image.dpi) for page, to in zip((left, right), maps, strict=True)
    ]
    words = _placed_words((left, right), maps)
    text = "\n\n".join(page.content.text for page in (left, right) if page.content.text)
    return ScanReading(
        PageText(words, text, _confidence(words), left.content.source),
        tuple(moved_box(hand, to) for page, to in zip((left, right), maps, strict=True) for hand in page.hands),
        joined_layers(layers),
    )


def _placed_words(pages: Sequence[ScanReading], maps: Sequence[Affine]) -> tuple[Word, ...]:
    """The words of the pages with their boxes on the sheet, lines and paragraphs numbered on."""
    words: list[Word] = []
    for page, to in zip(pages, maps, strict=True):
        line = max((word.line for word in words), default=-1) + 1
        block = max((word.block for word in words), default=-1) + 1
        words += [
            replace(word, box=moved_box(word.box, to), line=word.line + line, block=word.block + block)
            for word in page.content.words
        ]
    return tuple(words)


def _confidence(words: Sequence[Word]) -> float:
    """Mean confidence of the words, weighted by their length; 0 without words."""
    letters = sum(len(word.text) for word in words)
    return sum(word.confidence * len(word.text) for word in words) / letters if letters else 0.0
