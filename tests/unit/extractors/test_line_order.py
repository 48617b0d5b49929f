"""Lines of a scan come out in the order in which a person reads them; specks are told from print."""

import random
from collections.abc import Sequence
from dataclasses import replace
from itertools import groupby

import pytest

from extractors.line_order import in_reading_order, is_speck
from extractors.tesseract import RawWord

HEIGHT = 40
LETTER, SPACE = 20, 12

Placed = tuple[str, float, float]
"""A line, its left end, its middle; in pixels of a page of 2480 by 3508."""


def recognised(*lines: Sequence[Placed], slope: float = 0.0) -> list[RawWord]:
    """The words of lines as a recogniser joins them: each of one or several pieces on one level."""
    words = []
    for number, pieces in enumerate(lines):
        for text, begins, y in pieces:
            left = begins
            for word in text.split():
                right = left + LETTER * len(word)
                middle = y - (left + right) / 2 * slope
                words.append(
                    RawWord(word, (left, middle - HEIGHT / 2, right, middle + HEIGHT / 2), 0.95, number, number)
                )
                left = right + SPACE
    return words


def lines_of(words: Sequence[RawWord]) -> list[str]:
    return [" ".join(word.text for word in line) for _, line in groupby(words, key=lambda word: word.line)]


BODY = ("Sau khi nghe báo cáo và ý kiến của các chi bộ, cấp ủy thống nhất như sau:", 400.0, 1100.0)
HEADER: list[list[Placed]] = [
    [("ĐẢNG BỘ TỈNH LAM SƠN", 400, 300), ("ĐẢNG CỘNG SẢN VIỆT NAM", 1340, 304)],
    [("CHI BỘ HỘI CƠ KHÍ", 430, 360)],
    [("*", 620, 420), ("Lam Sơn, ngày 06 tháng 3 năm 2023", 1260, 430)],
    [("Số 723-NQ/CB", 500, 480)],
    [("NGHỊ QUYẾT", 1140, 620)],
]
LEFT = ["ĐẢNG BỘ TỈNH LAM SƠN", "CHI BỘ HỘI CƠ KHÍ", "*", "Số 723-NQ/CB"]
RIGHT = ["ĐẢNG CỘNG SẢN VIỆT NAM", "Lam Sơn, ngày 06 tháng 3 năm 2023"]


@pytest.mark.parametrize("slope", [-0.01, 0.0, 0.01])
@pytest.mark.parametrize("shuffle", [None, 1, 2])
def test_columns_of_a_header_are_read_one_after_the_other(slope: float, shuffle: int | None) -> None:
    lines = [*HEADER, [BODY]]
    if shuffle is not None:
        random.Random(shuffle).shuffle(lines)
    degrees = 0.573 * (slope > 0) - 0.573 * (slope < 0)
    ordered = in_reading_order(recognised(*lines, slope=slope), degrees)
    assert lines_of(ordered.printed) == [*LEFT, *RIGHT, "NGHỊ QUYẾT", BODY[0]]
    assert not ordered.specks


def test_columns_of_the_end_are_read_one_after_the_other() -> None:
    words = recognised(
        [BODY],
        [("Nơi nhận:", 350, 1300), ("T/M CHI BỘ", 1610, 1310)],
        [("- Các đồng chí trong cấp ủy,", 355, 1350)],
        [("BÍ THƯ", 1680, 1368)],
        [("- Lưu hồ sơ.", 355, 1400)],
        [("Đặng Thị Thạch", 1580, 1600)],
    )
    recipients = ["Nơi nhận:", "- Các đồng chí trong cấp ủy,", "- Lưu hồ sơ."]
    assert lines_of(in_reading_order(words, 0.0).printed) == [
        BODY[0], *recipients, "T/M CHI BỘ", "BÍ THƯ", "Đặng Thị Thạch",
    ]  # fmt: skip


def test_strokes_beside_lines_tear_no_column() -> None:
    words = recognised(
        [BODY],
        [("Nơi nhận:", 350, 1300), ("T/M CHI BỘ", 1610, 1310)],
        [("- Các cấp ủy,", 355, 1350), ("|", 1200, 1350)],
        [("BÍ THƯ", 1680, 1368)],
        [("- Lưu hồ sơ.", 355, 1400), ("/", 1300, 1400)],
        [("Đặng Thị Thạch", 1580, 1600)],
    )
    read = " ".join(lines_of(in_reading_order(words, 0.0).printed))
    assert read.endswith("- Lưu hồ sơ. / T/M CHI BỘ BÍ THƯ Đặng Thị Thạch")


def test_rows_of_a_table_stay_rows() -> None:
    rows = [("Chi bộ", "Số đảng viên"), ("Hội Cơ khí", "27 người"), ("Hội Tin học", "31 người")]
    table = [
        [(first, 400.0, 500.0 + 60 * i), (second, 1400.0, 500.0 + 60 * i)] for i, (first, second) in enumerate(rows)
    ]
    assert lines_of(in_reading_order(recognised([BODY], *table), 0.0).printed)[:-1] == [" ".join(row) for row in rows]


def test_one_wide_gap_makes_no_columns() -> None:
    row: list[Placed] = [("Nơi họp: trụ sở", 400, 500), ("Giờ họp: 8 giờ 30", 1500, 500)]
    body = [(BODY[0], 400.0, y) for y in (400.0, 600.0)]
    found = in_reading_order(recognised([body[0]], row, [body[1]]), 0.0)
    assert lines_of(found.printed) == [BODY[0], "Nơi họp: trụ sở Giờ họp: 8 giờ 30", BODY[0]]


def test_no_word_is_lost_or_added() -> None:
    words = recognised(*HEADER, [BODY])
    stroke = replace(words[0], text="\\L1//", box=(1600, 700, 1990, 880), confidence=0.2)
    ordered = in_reading_order([*words, stroke], 0.0)
    assert sorted(word.text for word in ordered.printed) == sorted(word.text for word in words)
    assert ordered.specks == (stroke,)


@pytest.mark.parametrize(
    ("text", "across", "down", "confidence", "expected"),
    [
        ("\\L1//", 380, 160, 0.2, True),  # a signature
        ("Q", 60, 120, 0.5, True),
        ("VNPT", 14, 60, 0.0, True),  # the edge of the paper
        ("°", 20, 18, 0.5, True),
        ("°", 20, 18, 0.9, False),
        ("-", 20, 8, 0.2, False),
        ("2.", 40, 40, 0.3, False),
        ("7/", 50, 80, 0.3, False),  # a day by hand
        ("BÁO", 130, 90, 0.3, False),  # a large heading
        ("SỐ", 80, 42, 0.1, False),
    ],
)
def test_a_speck_spells_nothing_and_looks_like_no_print(
    text: str, across: float, down: float, confidence: float, *, expected: bool
) -> None:
    assert is_speck(RawWord(text, (0, 0, across, down), confidence, 0, 0), HEIGHT) is expected


def test_an_empty_page_has_no_lines() -> None:
    assert in_reading_order([], 0.0).printed == ()
