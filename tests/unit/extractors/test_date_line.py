"""The date line: `docs/domain.md`, "Dates"."""

import pytest

from pipeline.model import FieldName, Source
from tests.unit.extractors.sheet import (
    RIGHT_AXIS,
    Printed,
    body,
    box_of,
    describe,
    is_certain,
    is_proposed,
    left,
    party_header,
    right,
    titled,
    words_of,
)

DATE, PLACE = FieldName.DATE, FieldName.PLACE


def with_date(printed: str, *, tall: float = 1.0, sure: float = 0.95) -> list[Printed]:
    """A Party paper whose date line reads so; its first number so many times as high as print, and so sure."""
    day = next((word for word in printed.split() if word.isdigit()), "")
    line = Printed(printed, RIGHT_AXIS, 0.105, unsure={day: sure}, tall={day: tall})
    return [
        *left("ĐẢNG ỦY LIÊN HIỆP CÁC HỘI LAM SƠN", "Số 05-NQ/ĐU"),
        *right("ĐẢNG CỘNG SẢN VIỆT NAM"),
        line,
        *titled(),
    ]


@pytest.mark.parametrize(
    ("printed", "date"),
    [
        ("Lam Sơn, ngày 22 tháng 12 năm 2024", "2024-12-22"),
        ("Lam Sơn, ngày 05 tháng 02 năm 2026", "2026-02-05"),
        ("Lam Sơn, ngày 27 tháng 5 năm 2024", "2024-05-27"),
        ("Lam Sơn, ngảy 27 tháng 5 năm 2024", "2024-05-27"),  # accents of the frame misread
    ],
)
def test_a_printed_date_is_certain(printed: str, date: str) -> None:
    description = describe(with_date(printed))

    assert is_certain(description, DATE, date)
    assert is_certain(description, PLACE, "Lam Sơn")


@pytest.mark.parametrize(
    ("printed", "date"),
    [
        ("Lam Sơn, ngày tháng 3 năm 2025", "2025-03"),  # left blank
        ("Lam Sơn, ngày ƒ# tháng 3 năm 2025", "2025-03"),  # unreadable
        ("Lam Sơn, ngày 31 tháng 2 năm 2025", "2025-02"),  # no such day
        ("Lam Sơn, ngày 45 tháng 2 năm 2025", "2025-02"),
        ("Lam Sơn, ngày tháng năm 2025", "2025"),
        ("Lam Sơn, ngày 14 tháng 13 năm 2025", "2025"),
    ],
)
def test_a_day_is_never_guessed(printed: str, date: str) -> None:
    assert is_proposed(describe(with_date(printed)), DATE, date)


def test_a_day_under_a_hand_is_a_proposal() -> None:
    lines = with_date("Lam Sơn, ngày 14 tháng 3 năm 2025")

    assert is_proposed(describe(lines, hands=[box_of(words_of(lines), "14")]), DATE, "2025-03-14")


def test_a_day_higher_than_the_printed_year_looks_written_by_hand() -> None:
    lines = with_date("Lam Sơn, ngày 14 tháng 3 năm 2025", tall=1.4)

    assert is_proposed(describe(lines), DATE, "2025-03-14")
    assert is_certain(describe(lines, source=Source.TEXT_LAYER), DATE, "2025-03-14")


def test_a_day_read_with_little_confidence_is_a_proposal() -> None:
    assert is_proposed(describe(with_date("Lam Sơn, ngày 14 tháng 3 năm 2025", sure=0.5)), DATE, "2025-03-14")


def test_letters_read_for_digits_are_a_proposal() -> None:
    assert is_proposed(describe(with_date("Lam Sơn, ngày l4 tháng 3 năm 2025")), DATE, "2025-03-14")


def test_a_long_place_may_begin_left_of_the_title() -> None:
    lines = with_date("Thành phố Hồ Chí Minh, ngày 22 tháng 12 năm 2024")

    assert is_certain(describe(lines), DATE, "2024-12-22")
    assert is_certain(describe(lines), PLACE, "Thành phố Hồ Chí Minh")


def test_a_rule_read_as_letters_does_not_disturb_the_line() -> None:
    lines = with_date("Lam Sơn, ngày 22 tháng 12 năm 2024")
    rule = Printed("dd Ai", RIGHT_AXIS, 0.102, unsure={"dd": 0.2, "Ai": 0.0}, tall={"dd": 0.2, "Ai": 0.2})

    assert is_certain(describe([*lines, rule]), DATE, "2024-12-22")


def test_a_date_cited_in_the_body_is_not_the_documents() -> None:
    header = [*left("ĐẢNG ỦY LIÊN HIỆP CÁC HỘI LAM SƠN", "Số 05-NQ/ĐU"), *right("ĐẢNG CỘNG SẢN VIỆT NAM"), *titled()]
    lines = [*header, *body("Căn cứ Quyết định số 88/QĐ-LHH ngày 12 tháng 4 năm 2022;")]

    assert DATE not in describe(lines).fields


def test_running_text_that_speaks_of_a_date_is_no_date_line() -> None:
    line = Printed("Lam Sơn, ngày 12 tháng 4 năm 2022 của Đảng ủy", RIGHT_AXIS, 0.105)
    lines = [*left("ĐẢNG ỦY LIÊN HIỆP CÁC HỘI LAM SƠN", "Số 05-NQ/ĐU"), *right("ĐẢNG CỘNG SẢN VIỆT NAM"), line]

    assert DATE not in describe([*lines, *titled()]).fields


def test_without_a_header_number_and_date_may_be_anothers() -> None:
    description = describe([*left("Số 05-NQ/ĐU"), Printed("Lam Sơn, ngày 14 tháng 3 năm 2025", RIGHT_AXIS, 0.105)])

    assert is_proposed(description, DATE, "2025-03-14")
    assert is_proposed(description, FieldName.NUMBER, "05-NQ/ĐU")


def test_the_headers_date_wins_over_one_in_the_body() -> None:
    lines = [*party_header(), *titled(), *body("Hội nghị họp ngày 12 tháng 4 năm 2022 đã thống nhất:")]

    assert is_certain(describe(lines), DATE, "2025-03-14")
