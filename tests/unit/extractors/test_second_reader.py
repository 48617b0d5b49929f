"""The second reader and when it is asked; its readings are kept beside the first ones."""

import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFilter

from extractors.image_prep import Grey
from extractors.page_images import PageImage
from extractors.reader import open_reader
from extractors.second_opinion import is_doubtful, with_second_opinion
from extractors.second_reader import SecondReader
from pipeline.errors import PageFailedError
from pipeline.model import PageResult, PageStatus, PageText, Source, Word
from pipeline.settings import IntakeSettings, OCRSettings
from samples.generator import fonts
from tests.unit.extractors.papers import scanned
from tests.unit.extractors.sheet import page, party_header, titled, words_of

LINES = ("ngày 15 tháng 3 năm 2024", "Số 57-NQ/TW")


def drawn(lines: tuple[str, ...] = LINES) -> Grey:
    """An image at 200 dpi with these printed lines."""
    image = Image.new("L", (900, 400), 250)
    for row, line in enumerate(lines):
        ImageDraw.Draw(image).text(
            (80, 60 + 120 * row), line, fill=20, font=fonts.load_font("LiberationSerif-Regular.ttf", 38)
        )
    return np.asarray(image)


def test_it_reads_lines_in_order_with_their_words_in_their_places() -> None:
    found = SecondReader().recognise(drawn(), dpi=200, seconds=60)
    assert [word.text for word in found.words if word.line == 1] == ["Số", "57-NQ/TW"]
    assert found.confidence > 0.8
    first, last = found.words[0].box, found.words[-1].box
    assert 60 < first[0] < 110
    assert 40 < first[1] < 80 < first[3] < 120
    assert 170 < last[1] < 200
    assert last[0] > first[0]


@pytest.mark.parametrize("dpi", [150.0, 300.0])
def test_places_are_those_of_the_image_at_every_scale(dpi: float) -> None:
    found, usual = (reader.recognise(drawn(), dpi=200, seconds=60) for reader in (SecondReader(dpi), SecondReader()))
    assert np.allclose(found.words[0].box, usual.words[0].box, atol=8)


def test_an_image_without_words_has_none() -> None:
    assert SecondReader().recognise(np.full((300, 300), 250, np.uint8), dpi=200, seconds=60).words == ()


def test_an_image_that_its_models_cannot_take_is_a_failed_page() -> None:
    with pytest.raises(PageFailedError, match="thứ hai"):
        SecondReader().recognise(np.zeros((0, 40), np.uint8), dpi=200, seconds=60)


def test_nothing_of_it_can_reach_a_network() -> None:
    """The libraries that would are not loaded by it, so that there is nothing to switch off."""
    SecondReader().recognise(drawn(), dpi=200, seconds=60)
    own = [name for name in sys.modules if name.split(".")[0] in {"trueocr", "onnxruntime"}]
    assert own
    assert not [name for name in own if "telemetry" in name or "hub" in name]


SURE = [*party_header("Số 57-NQ/ĐU"), *titled("NGHỊ QUYẾT")]


def test_a_clear_printed_header_is_not_doubtful() -> None:
    assert not is_doubtful(page(SURE))


def test_a_header_with_handwriting_is_doubtful() -> None:
    assert is_doubtful(page(SURE, hands=[(0.2, 0.1, 0.3, 0.15)]))


@pytest.mark.parametrize("which", ["57-NQ/ĐU", "14"])
def test_an_unclear_number_or_day_is_doubtful(which: str) -> None:
    lines = [replace(line, unsure={which: 0.5}) for line in SURE]
    assert is_doubtful(page(lines))


def test_a_page_that_opens_no_document_is_not_asked_about() -> None:
    assert words_of(titled("nội dung khác"))
    assert not is_doubtful(page(titled("nội dung khác"), hands=[(0.2, 0.1, 0.3, 0.15)]))


def test_readings_of_the_header_are_kept_at_both_scales_with_their_source() -> None:
    picture = PageImage(np.asarray(Image.fromarray(drawn()).resize((900, 1300))), 200)
    asked = with_second_opinion(page(SURE, hands=[(0.2, 0.1, 0.3, 0.15)]), picture)
    assert [reading.source for reading in asked.others] == [Source.SECOND_READER] * 2
    assert all(word.box[3] <= 0.31 for reading in asked.others for word in reading.words)
    assert asked.content == page(SURE).content


def test_clear_turned_and_failed_pages_are_left_as_they_are() -> None:
    picture = PageImage(drawn(), 200)
    hands = ((0.2, 0.1, 0.3, 0.15),)
    for left in (page(SURE), replace(page(SURE), hands=hands, turned=2)):
        assert with_second_opinion(left, picture) is left
    failed = replace(page(SURE), hands=hands, status=PageStatus.FAILED)
    assert with_second_opinion(failed, picture) is failed


def read_with(confidence: float, *, words: int = 20) -> PageResult:
    """A page as a first reading has it: these are not its words."""
    read = tuple(Word("_~l", (0.1, 0.03 * line, 0.2, 0.03 * line + 0.02), confidence, line) for line in range(words))
    return PageResult(1, PageStatus.READ, PageText(read, "_~l " * words, confidence, Source.OCR))


def test_a_page_that_the_first_reader_fails_on_says_what_the_second_reads() -> None:
    first = read_with(0.4)
    page = with_second_opinion(first, PageImage(drawn(), 200))
    assert page.status is PageStatus.READ
    assert page.content
    assert page.content.source is Source.SECOND_READER
    assert "57-NQ/TW" in page.text
    assert page.others[0] == first.content


def test_a_page_that_was_read_well_is_not_read_again() -> None:
    first = read_with(0.95)
    assert with_second_opinion(first, PageImage(drawn(), 200)) == first


def test_a_page_that_neither_reader_can_read_is_to_be_scanned_again() -> None:
    specks = np.random.default_rng(1).integers(0, 256, (600, 450)).astype(np.uint8)
    page = with_second_opinion(read_with(0.3), PageImage(specks, 100))
    assert page.status is PageStatus.FAILED
    assert "Hãy quét lại" in (page.reason or "")
    assert page.is_screened
    assert page.content  # what little was read is kept


def test_a_picture_without_text_needs_no_better_scan() -> None:
    paper = np.full((600, 450), 255, np.uint8)
    page = with_second_opinion(read_with(0.2, words=1), PageImage(paper, 100))
    assert (page.status, page.reason) == (PageStatus.READ, None)


@pytest.mark.ocr
def test_a_blurred_scan_that_tesseract_cannot_read_is_read(tmp_path: Path) -> None:
    """Measured: Tesseract is sure of it by 0.62, the second reader by 0.94."""
    path = tmp_path / "blurred.png"
    scanned().convert("L").filter(ImageFilter.GaussianBlur(3.5)).save(path, dpi=(200, 200))
    reader = open_reader(IntakeSettings(), OCRSettings())
    (reading,) = reader.read_pages(path, reader.inspect(path, name=path.name), [1])
    page = reading.result
    assert page.status is PageStatus.READ
    assert page.content
    assert page.content.source is Source.SECOND_READER
    assert "QUYẾT" in page.text
    assert Source.OCR in {other.source for other in page.others}
