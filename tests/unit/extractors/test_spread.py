"""Two pages scanned side by side are cut at their gutter and read one after the other; other pictures are not cut."""

import unicodedata
from functools import cache
from io import BytesIO

import numpy as np
import pypdfium2
import pytest
from PIL import Image, ImageDraw

from extractors.page_images import PageImage
from extractors.spread import gutter
from extractors.tesseract import Tesseract
from extractors.whole_page import Limits, read_whole_page
from samples.generator import GeneratedDocument, Look, make_document

OFFICE, PHOTOCOPY = Look("office"), Look("photocopy", 150)


@cache
def made(seed: int, look: Look) -> GeneratedDocument:
    return make_document(seed, look=look)


def side_by_side(first: GeneratedDocument, second: GeneratedDocument) -> PageImage:
    pages = [np.asarray(each.images[0]) for each in (first, second)]
    return PageImage(np.hstack(pages), first.recipe.looks[0].dpi)


@pytest.mark.parametrize("look", [OFFICE, PHOTOCOPY])
@pytest.mark.parametrize("has_fold", [False, True])
def test_two_pages_are_cut_where_they_meet(look: Look, *, has_fold: bool) -> None:
    image = side_by_side(made(3, look), made(4, look))
    pixels = image.pixels.copy()
    width = pixels.shape[1]
    if has_fold:
        pixels[:, width // 2 - 3 : width // 2 + 3] = 25
    at = gutter(PageImage(pixels, image.dpi))
    assert at is not None
    assert abs(at / width - 0.5) < 0.05


def test_a_page_by_itself_is_not_cut() -> None:
    page = np.asarray(made(3, OFFICE).images[0])
    assert gutter(PageImage(page, 200)) is None


def test_print_across_the_middle_keeps_a_sheet_whole() -> None:
    image = side_by_side(made(3, OFFICE), made(4, OFFICE))
    sheet = Image.fromarray(image.pixels)
    height, width = image.pixels.shape[:2]
    draw = ImageDraw.Draw(sheet)
    for letter in range(30):  # as high as print of 14 points
        x = width * 0.38 + letter * width * 0.008
        draw.rectangle((x, height * 0.3, x + width * 0.004, height * 0.3 + 30), fill=(30, 30, 30))
    assert gutter(PageImage(np.asarray(sheet), 200)) is None


def test_paper_beside_a_page_is_no_second_page() -> None:
    page = np.asarray(made(3, OFFICE).images[0])
    assert gutter(PageImage(np.hstack([page, np.full_like(page, 250)]), 200)) is None


@pytest.mark.ocr
def test_the_left_page_is_read_before_the_right_one_each_in_its_place() -> None:
    both = made(3, OFFICE), made(4, OFFICE)
    reading = read_whole_page(side_by_side(*both), 1, Tesseract("vie"), Limits(120, 30))
    content = reading.result.content
    assert content
    words = content.text.split()
    printed = [[word for line in each.pages[0].sheet.lines for word in line.text.split()] for each in both]
    cut = next(i for i in range(1, len(content.words)) if content.words[i - 1].box[2] <= 0.5 <= content.words[i].box[0])
    assert all(word.box[2] < 0.55 for word in content.words[:cut])
    assert all(word.box[0] > 0.45 for word in content.words[cut:])
    middle = len(words) * len(printed[0]) // sum(map(len, printed))
    for own, read in zip(printed, (words[: middle + 15], words[middle - 15 :]), strict=True):
        assert len(set(own) & set(read)) > 0.9 * len(set(own))
    assert reading.layer
    page = pypdfium2.PdfDocument(BytesIO(reading.layer))[0]
    text = page.get_textpage()
    width, height = page.get_size()
    assert width > height
    for each, left, right in ((printed[0], 0.0, width / 2), (printed[1], width / 2, width)):
        said = unicodedata.normalize("NFC", text.get_text_bounded(left, 0, right, height))
        assert len(set(each) & set(said.split())) > 0.8 * len(set(each))
