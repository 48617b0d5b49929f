"""When the second reader is asked: on pages that the first cannot read, and for numbers and dates that look doubtful.

A page whose first reading cannot be believed is read whole, and the surer reading is what it says; where neither can be
believed, the page is to be scanned again. Of a first page with a number or date that is unclear or written by hand, the
header zone is read at two scales, for hands that are lost at one are often found at the other. Every reading is kept
(`PageResult.others`). What to believe of a header is the describer's to say.
"""

import math
from collections.abc import Sequence
from dataclasses import replace

from extractors.date_line import is_date_line
from extractors.image_prep import prepare
from extractors.issuer import is_number_line
from extractors.layout import running_text
from extractors.page_images import PageImage
from extractors.scanned_page import Recogniser, placed_words
from extractors.second_reader import SecondReader
from extractors.secrecy import find_mark
from extractors.zones import Header, Line, header_of
from pipeline.errors import PageFailedError
from pipeline.model import PageResult, PageStatus, PageText, Source, Word

UNREADABLE = (
    "Không đọc được chữ trên trang này: quá mờ, quá nhòe hoặc chỉ có hình."
    " Hãy quét lại trang này rõ hơn, hoặc xem ảnh của trang."
)

ZONE = 0.30
"""The header crop: number and date stand above, on every layout of `docs/domain.md`."""
SCALES = (150.0, 300.0)
"""Dots per inch at which the crop is read: numbers come out better at the first, days at the second."""
_CENTRE = 0.5
_CLEAR = 0.85
"""A number or date line with a word that was read with less confidence is doubtful."""
_BELIEVED = 0.7
"""Mean confidence of a reading that can be believed: below it, a third and more of the characters were wrong."""
_LEAST_WORDS = 3
"""A page on which neither reader finds more shows a picture or a stamp, and no text that could be read better."""


def with_second_opinion(page: PageResult, image: PageImage) -> PageResult:
    """The page with the second reader's readings, where the first cannot be believed or number or date look doubtful.

    `image` is the picture of the whole page. Pages that lie on their side or head are left as they are.
    """
    if page.turned or page.status is not PageStatus.READ:
        return page
    read = _surer(page, image)
    return _with_header(read, image) if read.status is PageStatus.READ and is_doubtful(read) else read


def _surer(page: PageResult, image: PageImage) -> PageResult:
    """The page with the surer of two readings where the first cannot be believed; failed where neither can.

    A page on which the first reading shows a mark of secrecy is left as it is: the mark must not be lost.
    """
    first = page.content
    if first is None or first.confidence >= _BELIEVED or find_mark(page) is not None:
        return page
    second = read_header(image, 1.0, SecondReader())
    best, *others = sorted(
        (reading for reading in (first, second) if reading is not None),
        key=lambda reading: reading.confidence,
        reverse=True,
    )
    chosen = replace(page, content=best, others=(*page.others, *others))
    is_text = any(len(reading.words) >= _LEAST_WORDS for reading in (best, *others))
    if best.confidence >= _BELIEVED or not is_text:
        return chosen
    return replace(chosen, status=PageStatus.FAILED, reason=UNREADABLE)


def _with_header(page: PageResult, image: PageImage) -> PageResult:
    """The page with readings of its header zone at all scales."""
    others = tuple(reading for dpi in SCALES if (reading := _read_zone(image, SecondReader(dpi))) is not None)
    return replace(page, others=(*page.others, *others))


def is_doubtful(page: PageResult) -> bool:
    """Whether the page opens a document and its number or date is missing, unclear or written by hand."""
    header = header_of(page)
    if not header.is_framed:
        return False
    if page.hands:
        return True
    numbers = [line for line in header.left if is_number_line(line)]
    dates = [line for line in (header.right or header.left) if is_date_line(line)]
    return not (_is_clear(numbers[:1]) and _is_clear(dates[:1]))


def _is_clear(lines: Sequence[Line]) -> bool:
    """Whether there is such a line, and it was read well."""
    return bool(lines) and all(word.confidence >= _CLEAR for line in lines for word in line.words)


def _read_zone(image: PageImage, reader: Recogniser) -> PageText | None:
    top = PageImage(image.pixels[: round(image.pixels.shape[0] * ZONE)], image.dpi)
    return read_header(top, ZONE, reader)


def read_header(top: PageImage, share: float, reader: Recogniser) -> PageText | None:
    """What the upper share of a page says, by this reader; None where it finds no words."""
    prepared = prepare(top.pixels, top.dpi)
    try:
        found = reader.recognise(prepared.pixels, dpi=prepared.dpi, seconds=math.inf)
    except PageFailedError:
        return None
    words = tuple(placed_words(top, prepared, found.words, share))
    return PageText(words, running_text(words), found.confidence, Source.SECOND_READER) if words else None


def second_header(page: PageText, first: Header) -> Header:
    """The header zone as another reading has it: its lines beside the layout that the first reading shows."""
    lines = [Line(tuple(words), _middle(words)) for words in _lines_of(page)]
    left = tuple(line for line in lines if line.middle < _CENTRE)
    right = tuple(line for line in lines if line.middle >= _CENTRE)
    return replace(first, left=left, right=right, source=page.source)


def _lines_of(page: PageText) -> list[list[Word]]:
    lines: dict[int, list[Word]] = {}
    for word in page.words:
        lines.setdefault(word.line, []).append(word)
    return sorted(lines.values(), key=_middle)


def _middle(words: Sequence[Word]) -> float:
    return (words[0].box[1] + words[0].box[3]) / 2
