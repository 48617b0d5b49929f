"""A page's picture read whichever way it lies, its words put back on the page as it lies in the file.

The first reading tells by its confidence whether a page may lie on its side or head; only then are the other ways
tried, by reading its top, and the page is read once more in the way that is readable. Reading a picture that is
upright is left to `extractors.spread`, which may find two pages on it.
"""

from dataclasses import dataclass, replace
from time import monotonic

from extractors.page_images import PageImage
from extractors.scanned_page import Recogniser, ScanReading, read_top
from extractors.searchable_pdf import placed_layer
from extractors.secrecy import find_mark
from extractors.spread import read_sheet
from extractors.turning import lying, turned_back, turned_image
from pipeline.errors import PageFailedError
from pipeline.model import PageReading, PageResult, PageStatus, PageText

TOP = 0.45
"""The share of a page that is read where the page cannot be: the header zone and a margin."""

_POOR, _READABLE = 0.65, 0.75
"""Mean confidence of a page that may lie on its side (measured: at most 0.5, upright 0.9), and of one that does not."""
_LONG_WORD = 4
"""Letters of a word that is wider than high wherever it lies across."""
_TURNS = (2, 1, 3)
"""Quarter turns to the left that may set a page upright, the most usual first."""


@dataclass(frozen=True, slots=True)
class Limits:
    """Seconds that the reading of a page may take, and that of the top of one that cannot be read."""

    page: float
    top: float


def read_whole_page(image: PageImage, file_page: int, recogniser: Recogniser, limits: Limits) -> PageReading:
    """Read a page from its picture. Raises `PageFailedError`, also where it takes longer than its limit."""
    begun = monotonic()
    first = _reading(read_sheet(image, recogniser, limits.page), file_page)
    if _is_upright(first.result.content, image, _POOR) or find_mark(first.result) is not None:
        return first
    left = replace(limits, page=max(limits.top, limits.page - (monotonic() - begun)))
    return _turned(image, file_page, recogniser, left) or first


def _turned(image: PageImage, file_page: int, recogniser: Recogniser, limits: Limits) -> PageReading | None:
    """What a page that lies on its side or head says; None for one that cannot be read in any other way either.

    Its top is read in each other way. A mark of secrecy seen in any of them is kept, and ends the search.
    """
    readable: PageResult | None = None
    for turns in _TURNS:
        picture = turned_image(image, turns)
        shown = PageImage(picture.pixels[: round(picture.pixels.shape[0] * TOP)], picture.dpi)
        try:
            top = read_top(shown, TOP, recogniser, limits.top)
        except PageFailedError:
            continue
        page = lying(PageResult(file_page, PageStatus.FAILED, top.content, _LIES, top.hands), turns)
        if find_mark(page) is not None:
            return PageReading(page)
        if _is_upright(top.content, shown, _READABLE, TOP):
            readable = page
    return None if readable is None else _read_turned(image, readable, recogniser, limits.page)


_LIES = "Trang bị quét ngược hoặc nằm ngang và không đọc được. Hãy quét lại trang này cho đúng chiều."


def _read_turned(image: PageImage, top: PageResult, recogniser: Recogniser, seconds: float) -> PageReading:
    """The page read in the way in which its top could be; where that fails, what the top says: it is screened by it."""
    try:
        scan = read_sheet(turned_image(image, top.turned), recogniser, seconds)
    except PageFailedError as error:
        return PageReading(replace(top, reason=str(error)))
    height, width = image.pixels.shape[:2]
    layer = placed_layer(scan.layer, turned_back(top.turned), (width, height), image.dpi)
    return PageReading(lying(_reading(scan, top.file_page).result, top.turned), layer)


def _reading(scan: ScanReading, file_page: int) -> PageReading:
    return PageReading(PageResult(file_page, PageStatus.READ, scan.content, hands=scan.hands), scan.layer)


def _is_upright(content: PageText | None, image: PageImage, least: float, share: float = 1.0) -> bool:
    """Whether the words were read with this confidence, and lie across: the recogniser reads some that stand on end.

    The picture shows the upper share of the page that the words' boxes are of.
    """
    if content is None:
        return False
    height, width = image.pixels.shape[0] / share, image.pixels.shape[1]
    long = [word.box for word in content.words if len(word.text) >= _LONG_WORD]
    across = sum((right - left) * width > (bottom - top) * height for left, top, right, bottom in long)
    return content.confidence >= least and across * 2 >= len(long)
