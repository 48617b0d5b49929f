"""The second reader and when it is asked; its readings are kept beside the first ones."""

import sys
from dataclasses import replace

import numpy as np
import pytest
from PIL import Image, ImageDraw

from extractors.image_prep import Grey
from extractors.page_images import PageImage
from extractors.second_opinion import is_doubtful, with_second_opinion
from extractors.second_reader import SecondReader
from pipeline.errors import PageFailedError
from pipeline.model import PageStatus, Source
from samples.generator import fonts
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
