"""Pages that lie on their side or head: read all the same, their words where they stand on the page as it lies."""

import unicodedata
from pathlib import Path

import numpy as np
import pypdfium2
import pytest
from numpy.typing import NDArray
from PIL import Image

from extractors.describe import open_describer
from extractors.page_images import PageImage
from extractors.secrecy import find_mark
from extractors.tesseract import Recognition, Tesseract
from extractors.turning import lying, upright
from extractors.whole_page import Limits, read_whole_page
from pipeline.errors import PageFailedError
from pipeline.model import Box, FieldName, PageReading, PageResult, PageStatus, PageText, Source, Word
from samples.generator import Look, make_document
from tests.unit.extractors.papers import reader_of, scanned

SIDES = (90, 180, 270)
"""Degrees by which a page is turned to the left before it is scanned."""


def readings_of(path: Path) -> list[PageReading]:
    reader = reader_of()
    facts = reader.inspect(path, name=path.name)
    return list(reader.read_pages(path, facts, range(1, facts.pages + 1)))


@pytest.fixture(scope="module")
def readings(tmp_path_factory: pytest.TempPathFactory) -> list[PageReading]:
    """One page read upright and lying on each side and on its head."""
    pages = [scanned(), *(scanned().rotate(degrees, expand=True) for degrees in SIDES)]
    path = tmp_path_factory.mktemp("turned") / "turned.tif"
    pages[0].save(path, save_all=True, append_images=pages[1:], dpi=(200, 200), compression="jpeg", quality=85)
    return readings_of(path)


def middle(box: Box) -> tuple[float, float]:
    return (box[0] + box[2]) / 2, (box[1] + box[3]) / 2


def on_its_side(box: Box, degrees: int) -> Box:
    """Where a box of the upright page lies after the page was turned to the left."""
    for _ in range(degrees // 90):
        left, top, right, bottom = box
        box = (top, 1 - right, bottom, 1 - left)
    return box


@pytest.mark.ocr
@pytest.mark.parametrize("degrees", SIDES)
def test_a_lying_page_says_what_is_printed_on_it(readings: list[PageReading], degrees: int) -> None:
    lines = make_document(4, look=Look("office")).pages[0].sheet.lines
    printed = {word for line in lines for word in line.text.split()}
    straight, turned = readings[0].result, readings[degrees // 90].result
    assert straight.turned == 0
    assert turned.status is PageStatus.READ
    assert turned.turned == 4 - degrees // 90
    assert len(printed & set(turned.text.split())) > 0.9 * len(printed)


@pytest.mark.ocr
@pytest.mark.parametrize("degrees", SIDES)
def test_what_is_found_on_a_lying_page_is_where_it_lies(readings: list[PageReading], degrees: int) -> None:
    made = make_document(4, look=Look("office"))
    truth = {box.name: box.box for box in made.boxes if box.page == 1}
    described = open_describer().describe([readings[degrees // 90].result], file_name="", units=[])
    found = {name: value.box for name, value in described.fields.items()}
    for name in (FieldName.NUMBER, FieldName.DATE):
        box = found[name]
        assert box is not None
        assert middle(box) == pytest.approx(middle(on_its_side(truth[name], degrees)), abs=0.03)


@pytest.mark.ocr
@pytest.mark.parametrize("degrees", SIDES)
def test_the_invisible_words_lie_as_the_page_does(readings: list[PageReading], degrees: int) -> None:
    reading = readings[degrees // 90]
    assert reading.layer
    assert reading.result.content
    word = max(reading.result.content.words, key=lambda word: word.text.isalpha() * len(word.text))
    page = pypdfium2.PdfDocument(reading.layer)[0]
    text = page.get_textpage()
    said = unicodedata.normalize("NFC", text.get_text_range())
    assert said.count(word.text) >= 1
    width, height = page.get_size()
    places = [text.get_charbox(at) for at in range(text.count_chars())]
    inside = [
        text.get_text_range(at, 1)
        for at, (left, bottom, right, top) in enumerate(places)
        if word.box[0] - 0.01 < (left + right) / 2 / width < word.box[2] + 0.01
        and word.box[1] - 0.01 < 1 - (top + bottom) / 2 / height < word.box[3] + 0.01
    ]
    assert set(unicodedata.normalize("NFC", "".join(inside))) >= set(word.text)
    assert (width > height) == (degrees != 180)


@pytest.mark.ocr
@pytest.mark.parametrize("degrees", SIDES)
def test_a_mark_of_secrecy_is_seen_on_a_lying_page(tmp_path: Path, degrees: int) -> None:
    path = tmp_path / "turned.jpg"
    scanned("MẬT").rotate(degrees, expand=True).save(path, dpi=(200, 200), quality=85)
    (reading,) = readings_of(path)
    mark = find_mark(reading.result)
    assert mark is not None
    assert mark.level == "mat"


class _GivesUp:
    """A recogniser that gives up after some calls, for which the real one answers."""

    def __init__(self, answers: int) -> None:
        self._left = answers

    def recognise(
        self, pixels: NDArray[np.uint8], *, dpi: float, seconds: float, is_sparse: bool = False
    ) -> Recognition:
        if not is_sparse:
            self._left -= 1
        if self._left < 0:
            raise PageFailedError("Quá giờ.")
        return Tesseract("vie").recognise(pixels, dpi=dpi, seconds=seconds, is_sparse=is_sparse)


@pytest.mark.ocr
def test_a_lying_page_that_cannot_be_read_in_full_is_screened_by_its_top() -> None:
    page = PageImage(np.asarray(scanned().rotate(180)), 200)
    reading = read_whole_page(page, 1, _GivesUp(answers=4), Limits(120, 30))
    assert (reading.result.status, reading.result.reason, reading.result.turned) == (PageStatus.FAILED, "Quá giờ.", 2)
    assert reading.result.is_screened
    assert reading.result.content
    assert min(word.box[1] for word in reading.result.content.words) > 0.5  # its top lies below


@pytest.mark.ocr
def test_a_page_that_nothing_makes_readable_is_kept_as_it_was_read() -> None:
    rng = np.random.default_rng(5)
    scrawl = Image.fromarray(rng.integers(0, 2, (60, 40)).astype(np.uint8) * 255).resize((800, 1200))
    reading = read_whole_page(PageImage(np.asarray(scrawl), 100), 1, Tesseract("vie"), Limits(120, 30))
    assert (reading.result.status, reading.result.turned) == (PageStatus.READ, 0)


def test_turning_there_and_back_is_no_change() -> None:
    word = Word("Số", (0.1, 0.2, 0.3, 0.25), 0.9, 0)
    page = PageResult(1, PageStatus.READ, PageText((word,), "Số", 0.9, Source.OCR), hands=((0.7, 0.1, 0.8, 0.15),))
    for quarters in range(4):
        again = upright(lying(page, quarters))
        assert again.content
        assert page.content
        assert again.content.words[0].box == pytest.approx(page.content.words[0].box)
        assert again.hands[0] == pytest.approx(page.hands[0])
