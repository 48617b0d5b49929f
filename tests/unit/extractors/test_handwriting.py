"""Digits in the blanks of number and date are told from print by height, line and ink, however they were recognised."""

from collections import defaultdict
from dataclasses import replace
from functools import cache
from itertools import pairwise

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from extractors.handwriting import find_hands
from extractors.image_prep import Prepared, prepare
from extractors.page_images import PageImage
from extractors.scanned_page import read_scan
from extractors.secrecy import ZONE
from extractors.tesseract import PixelBox, RawWord, Tesseract
from pipeline.model import Box
from samples.generator import GeneratedDocument, Look, make_document
from samples.generator.model import PAGE_HEIGHT, PAGE_WIDTH

CLEAN, OFFICE = Look("clean", 200), Look("office")
LOOKS = (CLEAN, OFFICE, Look("bitonal", 300), Look("photocopy", 150, 60))
WRITTEN = ("number", "date")


@cache
def document(seed: int, written: tuple[str, ...], look: Look) -> GeneratedDocument:
    return make_document(seed, written=written, look=look)


def pixels_of(made: GeneratedDocument) -> NDArray[np.uint8]:
    image = made.images[0]
    return np.array(image.convert("L") if image.mode == "1" else image)


def prepared_of(made: GeneratedDocument) -> Prepared:
    return prepare(pixels_of(made), made.recipe.looks[0].dpi)


def placed(made: GeneratedDocument, prepared: Prepared, box: Box) -> PixelBox:
    """A box of the stored page on the prepared page."""
    width, height = made.images[0].size
    corners = np.array([(x * width, y * height, 1) for x in (box[0], box[2]) for y in (box[1], box[3])]).T
    xs, ys, _ = np.linalg.inv(prepared.to_page) @ corners
    return float(xs.min()), float(ys.min()), float(xs.max()), float(ys.max())


def drawn_words(made: GeneratedDocument) -> list[tuple[str, Box]]:
    """The words of the header with their boxes on the drawn page, handwritten digits like printed ones."""
    sheet = made.pages[0].sheet
    printed = [(word.text, word.x, word.y, word.width, word.style.size) for word in sheet.words]
    written = [(blank.text, blank.x, blank.y, blank.width * 0.6, blank.size) for blank in sheet.blanks]
    return [
        (
            text,
            (x / PAGE_WIDTH, (y - size * 0.75) / PAGE_HEIGHT, (x + across) / PAGE_WIDTH, (y + size / 5) / PAGE_HEIGHT),
        )
        for text, x, y, across, size in (*printed, *written)
        if y < 0.33 * PAGE_HEIGHT
    ]


def header_words(made: GeneratedDocument, prepared: Prepared) -> list[RawWord]:
    """The header's words as a recogniser would give them that makes no mistake, not even in handwriting."""
    scan = made.pages[0].scan
    assert scan is not None
    lines: dict[tuple[int, bool], list[tuple[str, Box]]] = defaultdict(list)
    for text, box in sorted(drawn_words(made), key=lambda word: word[1][0]):
        line = lines[round(box[3] * 200), box[0] > 0.48]
        if line and box[0] - line[-1][1][2] < 0.003:  # no space between them: one word
            before, left = line.pop()
            line.append((before + text, (left[0], left[1], box[2], box[3])))
        else:
            line.append((text, box))
    return [
        RawWord(text, placed(made, prepared, scan.box(box)), 0.96, number, 0)
        for number, key in enumerate(sorted(lines))
        for text, box in lines[key]
    ]


def hands_of(made: GeneratedDocument, page: NDArray[np.uint8] | None = None) -> tuple[PixelBox, ...]:
    pixels = pixels_of(made) if page is None else page
    prepared = prepare(pixels, made.recipe.looks[0].dpi)
    return find_hands(pixels, prepared, header_words(made, prepared), ZONE)


def is_over(hands: tuple[PixelBox, ...], box: PixelBox) -> bool:
    """Whether a hand lies over the middle of the box."""
    x, y = (box[0] + box[2]) / 2, (box[1] + box[3]) / 2
    return any(hand[0] <= x <= hand[2] and hand[1] <= y <= hand[3] for hand in hands)


@pytest.mark.parametrize("seed", [700, 701])
@pytest.mark.parametrize("look", LOOKS, ids=lambda look: str(look.name))
def test_written_digits_are_found_though_they_were_read_well(look: Look, seed: int) -> None:
    made = document(seed, WRITTEN, look)
    hands = hands_of(made)
    for box in made.boxes:
        if box.name in {"number_written", "day_written"}:
            assert is_over(hands, placed(made, prepared_of(made), box.box)), box.name
    assert len(hands) == 2


@pytest.mark.parametrize("seed", [700, 701])
@pytest.mark.parametrize("look", LOOKS, ids=lambda look: str(look.name))
def test_printed_digits_are_left_alone(look: Look, seed: int) -> None:
    assert hands_of(document(seed, (), look)) == ()


def day_of(made: GeneratedDocument) -> tuple[slice, slice]:
    """Rows and columns of the printed day on the prepared page, which for a clean page is the page."""
    words = header_words(made, prepared_of(made))
    box = next(word.box for before, word in pairwise(words) if before.text == "ngày")
    return slice(int(box[1]), int(box[3]) + 1), slice(int(box[0]) - 2, int(box[2]) + 3)


def changed(made: GeneratedDocument, page: NDArray[np.uint8], day: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """The page with another picture in the place of its printed day."""
    page[day_of(made)] = day
    return page


def test_print_of_another_height_counts_as_written() -> None:
    made = document(700, (), CLEAN)
    page = pixels_of(made)
    day = page[day_of(made)]
    height, width = day.shape
    smaller = cv2.resize(day, (width, round(height * 0.75)), interpolation=cv2.INTER_AREA)
    page = changed(made, page, np.pad(smaller, ((height - len(smaller), 0), (0, 0)), constant_values=255))
    assert len(hands_of(made, page)) == 1


def test_print_off_its_line_counts_as_written() -> None:
    made = document(700, (), CLEAN)
    page = pixels_of(made)
    assert len(hands_of(made, changed(made, page, np.roll(page[day_of(made)], -5, axis=0)))) == 1


def test_print_in_pale_ink_counts_as_written() -> None:
    made = document(700, (), CLEAN)
    page = pixels_of(made)
    pale = (255 - (255 - page[day_of(made)].astype(np.int16)) * 0.7).astype(np.uint8)
    assert len(hands_of(made, changed(made, page, pale))) == 1


def test_print_in_blue_ink_counts_as_written() -> None:
    made = document(700, (), CLEAN)
    page = np.repeat(pixels_of(made)[..., None], 3, axis=2)
    blue = page[day_of(made)].copy()
    blue[..., 2] = np.maximum(blue[..., 2], 120)
    assert len(hands_of(made, changed(made, page, blue))) == 1
    assert hands_of(made, np.repeat(pixels_of(made)[..., None], 3, axis=2)) == ()


def test_what_was_not_read_as_digits_counts_as_written() -> None:
    made = document(700, (), CLEAN)
    prepared = prepared_of(made)
    words = header_words(made, prepared)
    at = next(i for i, word in enumerate(words) if word.text == "ngày") + 1
    words[at] = replace(words[at], text="J5")
    (hand,) = find_hands(prepared.pixels, prepared, words, ZONE)
    assert is_over((hand,), words[at].box)


def test_an_issuer_that_begins_like_the_label_is_no_number() -> None:
    prepared = prepared_of(document(700, (), CLEAN))
    words = [
        RawWord(text, (200.0 + 90 * i, 150, 280 + 90 * i, 180), 0.9, 0, 0) for i, text in enumerate(["SỞ", "NỘI", "VỤ"])
    ]
    assert find_hands(prepared.pixels, prepared, words, ZONE) == ()


@pytest.mark.ocr
@pytest.mark.parametrize("written", [WRITTEN, ()])
def test_a_page_says_where_it_is_written_on(written: tuple[str, ...]) -> None:
    made = document(702, written, OFFICE)
    hands = read_scan(PageImage(pixels_of(made), 200), Tesseract("vie"), 120).hands
    truth = [box.box for box in made.boxes if box.name in {"number_written", "day_written"}]
    assert len(hands) == len(truth)
    assert all(is_over(hands, box) for box in truth)
