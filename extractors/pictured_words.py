"""Words in pictures at the top of a page that has a text layer: a stamp laid into a born-digital paper, a letterhead.

The text layer says nothing of them, and a mark of secrecy may be among them. Where something that the layer does not
say looks like letters, the drawn page is read. Drawing it is left to `extractors.pdf_pages`.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace

import cv2
import numpy as np

from extractors.image_prep import Grey, Pixels, ink, prepare, to_grey
from extractors.layout import running_text
from extractors.mark_shapes import with_seen_marks
from extractors.page_images import PageImage
from extractors.scanned_page import Recogniser, joined, placed_words, read_stamps
from extractors.secrecy import ZONE
from pipeline.model import Box, PageText, Word
from pipeline.text import fold

_LEAST_LETTER, _MOST_LETTER = 5, 90
"""Height of what may be a letter, or a frame with letters: 1.3 to 23 mm, in pixels at 100 dpi."""
_FEWEST_LETTERS = 2
_MARK_LETTERS = "mat"


def with_pictured_words(
    content: PageText, image: PageImage, share: float, recogniser: Recogniser, seconds: float
) -> PageText:
    """The page's text, preceded by the words of the pictures in its header zone.

    `image` shows that upper share of the page. Raises `PageFailedError`.
    """
    zone = min(1.0, ZONE / share)
    shown = prepare(image.pixels, image.dpi)
    stamped = placed_words(image, shown, read_stamps(image, shown, zone, recogniser, seconds), share)
    marks = placed_words(image, shown, with_seen_marks([], image, shown, zone), share)
    pictured: Sequence[Word] = ()
    if _has_letters(to_grey(_without(image.pixels, content.words, share)), image.dpi):
        # With the words of the layer: a word that stands alone on an empty page loses its tone marks.
        whole = prepare(to_grey(image.pixels), image.dpi)
        found = recogniser.recognise(whole.pixels, dpi=whole.dpi, seconds=seconds)
        pictured = placed_words(image, whole, found.words, share)
    said = [word.box for word in content.words]
    of_stamps = joined(_new(stamped, said), [mark for mark in marks if not _is_said_otherwise(mark, content.words)])
    words = joined(of_stamps, _new(pictured, [*said, *(word.box for word in of_stamps)]), content.words)
    return replace(content, words=words, text=running_text(words))


def _without(pixels: Pixels, words: Iterable[Word], share: float) -> Pixels:
    """The picture with the words of the text layer covered with white."""
    covered = pixels.copy()
    height, width = pixels.shape[:2]
    for word in words:
        left, top, right, bottom = word.box
        spare = 0.1 * (bottom - top) * height / share
        rows = slice(max(0, int(top * height / share - spare)), max(0, int(bottom * height / share + spare) + 1))
        columns = slice(max(0, int(left * width - spare)), max(0, int(right * width + spare) + 1))
        covered[rows, columns] = 255
    return covered


def _has_letters(grey: Grey, dpi: float) -> bool:
    """Whether anything has the size of a letter or of a small frame; the rules of a table have not."""
    mask = ink(grey, dpi).astype(np.uint8)
    _, _, found, _ = cv2.connectedComponentsWithStats(mask)
    height, width = found[1:, cv2.CC_STAT_HEIGHT], found[1:, cv2.CC_STAT_WIDTH]
    return bool(((height >= _LEAST_LETTER) & (height <= _MOST_LETTER) & (width >= _LEAST_LETTER // 2)).any())


def _new(words: Iterable[Word], known: Sequence[Box]) -> list[Word]:
    """The words of some letters in the header zone that do not lie on a known word."""
    return [
        word
        for word in words
        if word.box[1] < ZONE
        and sum(map(str.isalnum, word.text)) >= _FEWEST_LETTERS
        and not any(_lies_on(word.box, box) for box in known)
    ]


def _is_said_otherwise(mark: Word, words: Iterable[Word]) -> bool:
    """Whether the layer says of what looks like a mark that it is a word of the same capitals, `MẶT` or `MÁT`.

    Whatever else lies under it does not count: stamps are laid over print.
    """
    alike = (word for word in words if word.text.isupper() and fold(word.text) == _MARK_LETTERS)
    return any(_lies_on(word.box, mark.box) for word in alike)


def _lies_on(box: Box, other: Box) -> bool:
    x, y = (box[0] + box[2]) / 2, (box[1] + box[3]) / 2
    return other[0] <= x <= other[2] and other[1] <= y <= other[3]
