"""Marks of secrecy that are seen by their shape: over print in grey, askew; and nothing where there is none."""

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image, ImageChops, ImageDraw, ImageFilter

from extractors.image_prep import prepare
from extractors.mark_shapes import seen_marks, with_seen_marks
from extractors.page_images import PageImage
from extractors.pictured_words import with_pictured_words
from extractors.scanned_page import placed_words
from extractors.secrecy import ZONE, find_mark
from extractors.tesseract import RawWord, Recognition
from pipeline.model import PageResult, PageStatus, PageText, Source, Word
from samples.generator import ink
from samples.generator.fonts import PRINT_FILES, load_font
from samples.generator.model import Face

DPI = 200
MM = DPI / 25.4
SIZE = (1654, 2339)
PLACE = (430, 355)
"""Of the stamp's middle: half over the number line."""
FACES: tuple[Face, Face] = ("bold", "regular")
LEVELS = {"MẬT": "mat", "TỐI MẬT": "toi_mat", "TUYỆT MẬT": "tuyet_mat"}


def paper(stamp: str = "", angle: float = 0.0, seed: int = 3) -> NDArray[np.uint8]:
    """A page with a header and text, scanned in grey; a stamp lies half over the number line."""
    rng = np.random.default_rng(seed)
    page = Image.new("L", SIZE, 255)
    draw = ImageDraw.Draw(page)
    bold, regular = (load_font(PRINT_FILES[face], 38) for face in FACES)
    for x, y, text, font in (
        (430, 170, "ĐẢNG BỘ XÃ TÂN LẬP", bold),
        (430, 330, "Số 12 - KH/ĐU", regular),
        (1200, 170, "ĐẢNG CỘNG SẢN VIỆT NAM", bold),
        (1200, 330, "Tân Lập, ngày 5 tháng 3 năm 2024", regular),
        (827, 480, "KẾ HOẠCH", bold),
    ):
        draw.text((x, y), text, font=font, fill=28, anchor="mm")
    for line in range(12):
        text = "Tài liệu MẬT, bí mật nhà nước, khám mắt và mặt bằng được quản lý theo quy định"
        draw.text((200, 560 + 60 * line), text, font=regular, fill=28)
    if stamp:
        mask = ink.boxed_mark(stamp, (8 + 4 * len(stamp)) * MM, 8.5 * MM, rng)
        mask = mask.rotate(angle, Image.Resampling.BICUBIC, expand=True)
        left, top = PLACE[0] - mask.width // 2, PLACE[1] - mask.height // 2
        box = (left, top, left + mask.width, top + mask.height)
        page.paste(ImageChops.multiply(page.crop(box), mask.point(lambda value: int(255 - value * 0.68))), box)
    noisy = np.asarray(page.filter(ImageFilter.GaussianBlur(0.7)), np.float32) * 0.8 + 30
    return np.clip(noisy + rng.normal(0, 4, noisy.shape), 0, 255).astype(np.uint8)


@pytest.mark.parametrize("angle", [0.0, 7.0])
@pytest.mark.parametrize("text", LEVELS)
def test_a_mark_over_print_is_seen_in_grey_with_its_place(text: str, angle: float) -> None:
    seen = seen_marks(paper(text, angle), DPI, ZONE)

    assert [mark.text for mark in seen] == [text]
    left, top, right, bottom = seen[0].box
    assert left < PLACE[0] < right
    assert top < PLACE[1] < bottom


@pytest.mark.parametrize("text", ["", "HỎA TỐC", "KHẨN", "BẢN SAO", "LƯU HÀNH NỘI BỘ"])
def test_other_stamps_and_words_of_secrets_are_no_marks(text: str) -> None:
    assert seen_marks(paper(text), DPI, ZONE) == []


@pytest.mark.parametrize("dpi", [100, 150, 300])
def test_the_resolution_of_the_scan_does_not_matter(dpi: int) -> None:
    page = Image.fromarray(paper("TỐI MẬT"))
    scan = page.resize((page.width * dpi // DPI, page.height * dpi // DPI), Image.Resampling.BICUBIC)

    assert [mark.text for mark in seen_marks(np.asarray(scan), dpi, ZONE)] == ["TỐI MẬT"]


@pytest.mark.parametrize("size", [(0, 0), (1, 1), (40, 3), (3, 90), (106, 40), (2339, 41)])
def test_a_picture_however_small_has_no_mark(size: tuple[int, int]) -> None:
    assert seen_marks(np.full(size, 255, np.uint8), DPI, ZONE) == []


def test_a_mark_that_is_seen_is_a_word_among_those_that_are_read_and_quarantines_the_page() -> None:
    image = PageImage(paper("TUYỆT MẬT"), DPI)
    shown = prepare(image.pixels, image.dpi)
    read = [RawWord("KHẨN", (10.0, 10.0, 90.0, 40.0), 0.9, line=4, block=2)]
    words = with_seen_marks(read, image, shown, ZONE)

    assert words[0] is read[0]
    assert [word.text for word in words[1:]] == ["TUYỆT MẬT"]
    assert words[1].line > read[0].line
    content = PageText(tuple(placed_words(image, shown, words, 1.0)), "", 1.0, Source.OCR)
    mark = find_mark(PageResult(1, PageStatus.READ, content))
    assert mark is not None
    assert mark.level == "tuyet_mat"


class Blind:
    """A recogniser that reads nothing."""

    def recognise(self, *_: object, **__: object) -> Recognition:
        """No words."""
        return Recognition((), b"")


@pytest.mark.parametrize(("said", "level"), [("12-KH/ĐU", "toi_mat"), ("mặt", "toi_mat"), ("MẶT", None)])
def test_a_mark_over_words_of_a_text_layer_counts_unless_they_are_its_letters(said: str, level: str | None) -> None:
    x, y = PLACE[0] / SIZE[0], PLACE[1] / SIZE[1]
    layer = PageText((Word(said, (x - 0.1, y - 0.02, x + 0.1, y + 0.02), 1.0, 0, 0),), said, 1.0, Source.TEXT_LAYER)
    seen = with_pictured_words(layer, PageImage(paper("TỐI MẬT"), DPI), 1.0, Blind(), 9.0)

    mark = find_mark(PageResult(1, PageStatus.READ, seen))
    assert (mark and mark.level) == level
