"""System, type and issuer: `docs/domain.md`, "Types", "Layout", "Issuers and codes"."""

from dataclasses import replace

import pytest

from pipeline.model import FieldName
from tests.unit.extractors.sheet import (
    LEFT_AXIS,
    MOTTO,
    PARTY_TITLE,
    STATE_TITLE,
    Printed,
    body,
    describe,
    is_certain,
    is_proposed,
    left,
    middle,
    party_header,
    right,
    state_header,
    titled,
)

SYSTEM, TYPE, ISSUER, PARENT = FieldName.SYSTEM, FieldName.TYPE, FieldName.ISSUER, FieldName.ISSUER_PARENT


def under(*bodies: str, number: str = "Số 04-NQ/CB") -> list[Printed]:
    """A Party paper with these lines in its left column."""
    return [*party_header(number, bodies=bodies), *titled()]


def test_the_right_hand_title_says_which_system() -> None:
    assert is_certain(describe([*party_header(), *titled()]), SYSTEM, "party")
    assert is_certain(describe([*state_header(), *titled("QUYẾT ĐỊNH")]), SYSTEM, "state")


def test_a_misspelt_title_line_is_recognised() -> None:
    lines = [*left("LIÊN HIỆP CÁC HỘI"), *right("CỘNG HÒA XÃ HỘI CHỦ NCHĨA VIỆT NAM"), *titled("QUYẾT ĐỊNH")]

    assert is_certain(describe(lines), SYSTEM, "state")


def test_the_party_named_in_the_body_does_not_make_a_party_paper() -> None:
    lines = [*state_header(), *titled("QUYẾT ĐỊNH"), *body("Căn cứ Điều lệ ĐẢNG CỘNG SẢN VIỆT NAM;")]

    assert is_certain(describe(lines), SYSTEM, "state")


@pytest.mark.parametrize(
    ("title", "symbol", "slug"),
    [
        ("QUYẾT ĐỊNH", "QĐ", "quyet_dinh"),
        ("QUY ĐỊNH", "QĐ", "quy_dinh"),  # one symbol for both: the title decides
        ("QUI ĐỊNH", "QĐ", "quy_dinh"),
        ("THÔNG TRI", "TT", "thong_tri"),
        ("CHƯƠNG TRÌNH HÀNH ĐỘNG", "CTr", "chuong_trinh"),
        ("TỜ TRÌNH", "TTr", "to_trinh"),
        ("BIÊN BẢN", "BB", "bien_ban"),
        ("HƯỚNG DÂN", "HD", "huong_dan"),  # an accent lost
    ],
)
def test_the_type_line_says_the_type(title: str, symbol: str, slug: str) -> None:
    assert is_certain(describe([*party_header(f"Số 05-{symbol}/ĐU"), *titled(title)]), TYPE, slug)


def test_a_letter_has_no_type_line() -> None:
    party = [*party_header("Số 147-CV/ĐU"), *middle("Kính gửi: Các chi bộ", top=0.24)]
    state = [*state_header("Số: 45/LHH-VP"), *middle("Kính gửi: Các hội thành viên", top=0.24)]

    assert is_certain(describe(party), TYPE, "cong_van")
    assert is_certain(describe(state), TYPE, "cong_van")


def test_a_symbol_without_a_type_line_is_a_proposal() -> None:
    assert is_proposed(describe([*party_header("Số 05-KL/ĐU"), *body("Nội dung như sau:")]), TYPE, "ket_luan")


def test_what_fits_nothing_is_another_kind_and_doubtful() -> None:
    assert is_proposed(describe([*right(PARTY_TITLE), *body("Danh sách đảng viên")]), TYPE, "khac")


def test_the_second_line_is_the_issuer_and_the_first_its_parent() -> None:
    description = describe(under("TỈNH ỦY LAM SƠN", "ĐẢNG ỦY LIÊN HIỆP CÁC HỘI LAM SƠN", "*", number="Số 05-NQ/ĐU"))

    assert is_certain(description, ISSUER, "dang-uy")
    assert is_certain(description, PARENT, "TỈNH ỦY LAM SƠN")


def test_a_cell_stands_under_its_party_branch() -> None:
    description = describe(under("ĐẢNG BỘ LIÊN HIỆP CÁC HỘI", "LAM SƠN", "CHI BỘ HỘI TIN HỌC", "x"))

    assert is_certain(description, ISSUER, "chi-bo-02")
    assert is_certain(description, PARENT, "ĐẢNG BỘ LIÊN HIỆP CÁC HỘI LAM SƠN")


def test_a_foreign_issuer_on_several_lines_is_one_name_in_capitals() -> None:
    lines = under("BAN CHẤP HÀNH TRUNG ƯƠNG", "ĐẢNG ỦY KHỐI CÁC CƠ QUAN", "TRUNG ƯƠNG", number="Số 12-NQ/ĐUK")
    description = describe(lines)

    assert is_certain(description, ISSUER, "ĐẢNG ỦY KHỐI CÁC CƠ QUAN TRUNG ƯƠNG")
    assert is_certain(description, PARENT, "BAN CHẤP HÀNH TRUNG ƯƠNG")


def test_an_organ_goes_on_with_the_committee_it_belongs_to() -> None:
    lines = under("TỈNH ỦY LAM SƠN", "ỦY BAN KIỂM TRA", "ĐẢNG ỦY XÃ SUỐI VÀNG", number="Số 12-NQ/UBKT")

    assert is_certain(describe(lines), ISSUER, "ỦY BAN KIỂM TRA ĐẢNG ỦY XÃ SUỐI VÀNG")
    assert is_certain(describe(lines), PARENT, "TỈNH ỦY LAM SƠN")


def test_an_organ_stands_under_its_committee() -> None:
    lines = under("ĐẢNG ỦY XÃ SUỐI VÀNG", "ỦY BAN KIỂM TRA", number="Số 12-NQ/UBKT")

    assert is_certain(describe(lines), ISSUER, "ỦY BAN KIỂM TRA")


def test_the_accents_of_usual_names_are_put_right() -> None:
    assert is_certain(describe(under("TÍNH ỦY HÒN NGỌC", number="Số 05-NQ/TU")), ISSUER, "TỈNH ỦY HÒN NGỌC")


def test_a_line_off_the_columns_axis_has_lost_a_word() -> None:
    names = [Printed("TỈNH ỦY LAM", LEFT_AXIS - 0.03, 0.075), *left("BAN TỔ CHỨC", "Số 05-NQ/BTC", top=0.094)]

    assert is_proposed(describe([*names, *right(PARTY_TITLE), *titled()]), PARENT, "TỈNH ỦY LAM")


def test_a_missing_line_casts_doubt_on_the_names() -> None:
    names = [*left("ĐẢNG BỘ LIÊN HIỆP CÁC HỘI"), *left("*", "Số 04-NQ/CB", top=0.113)]

    assert is_proposed(describe([*names, *right(PARTY_TITLE), *titled()]), ISSUER, "ĐẢNG BỘ LIÊN HIỆP CÁC HỘI")


def test_a_name_of_ours_that_lacks_a_word_is_a_proposal() -> None:
    lines = under("ĐẢNG ỦY LIÊN HIỆP HỘI LAM SƠN", number="Số 05-NQ/ĐU")

    assert is_proposed(describe(lines), ISSUER, "ĐẢNG ỦY LIÊN HIỆP HỘI LAM SƠN")


def test_a_symbol_of_another_body_casts_doubt_on_the_issuer() -> None:
    lines = under("TỈNH ỦY LAM SƠN", "ĐẢNG ỦY LIÊN HIỆP CÁC HỘI LAM SƠN", number="Số 04-NQ/CB")

    assert is_proposed(describe(lines), ISSUER, "dang-uy")


def test_two_cells_with_like_names_are_told_apart() -> None:
    assert is_certain(describe(under("ĐẢNG BỘ LIÊN HIỆP CÁC HỘI", "CHI BỘ HỘI CƠ KHÍ")), ISSUER, "chi-bo-01")
    assert is_certain(describe(under("ĐẢNG BỘ LIÊN HIỆP CÁC HỘI", "CHI BỘ HỘI TIN HỌC")), ISSUER, "chi-bo-02")


@pytest.mark.parametrize(
    ("read", "unit"),
    [
        ("CHI BỘ HỘI TIN HỌC", "chi-bo-02"),
        ("CHI BỌ HỘI TIN HOC", "chi-bo-02"),  # accents misread
        ("CHIBỘ HỘITIN HỌC", "chi-bo-02"),  # words run together
        ("CHI BỘ HỘI TLN HỌC", "chi-bo-02"),  # a letter misread
    ],
)
def test_a_unit_is_known_by_its_letters(read: str, unit: str) -> None:
    assert is_certain(describe(under("ĐẢNG BỘ LIÊN HIỆP CÁC HỘI", read)), ISSUER, unit)


def test_another_word_in_a_name_is_another_body() -> None:
    description = describe(under("ĐẢNG BỘ LIÊN HIỆP CÁC HỘI", "CHI BỘ HỘI SINH HỌC"))

    assert is_certain(description, ISSUER, "CHI BỘ HỘI SINH HỌC")


def test_a_department_is_no_number_line() -> None:
    """`SỞ` without its accent reads like `Số`."""
    names = left("ỦY BAN NHÂN DÂN TỈNH HÒN NGỌC", "SỞ NỘI VỤ", "Số: 45/SNV-VP")
    description = describe([*names, *right(STATE_TITLE, MOTTO), *middle("Kính gửi: Các sở", top=0.24)])

    assert is_certain(description, ISSUER, "SỞ NỘI VỤ")
    assert is_certain(description, PARENT, "ỦY BAN NHÂN DÂN TỈNH HÒN NGỌC")


def test_a_number_line_of_which_no_digit_was_read_is_no_name() -> None:
    names = left("ỦY BAN NHÂN DÂN TỈNH HÒN NGỌC", "Số: ZZKH-UBND")

    assert is_certain(
        describe([*names, *right(STATE_TITLE, MOTTO), *titled("KẾ HOẠCH")]), ISSUER, "ỦY BAN NHÂN DÂN TỈNH HÒN NGỌC"
    )


def test_words_of_usual_phrases_need_no_confidence() -> None:
    unsure = {"ĐÁNG": 0.4, "BỘ": 0.5}
    name = Printed("ĐÁNG BỘ KHỐI CÁC CƠ QUAN", LEFT_AXIS, 0.075, unsure=unsure)
    lines = [name, *left("CHI BỘ HỘI TIN HỌC", "Số 05-NQ/CB", top=0.094), *right(PARTY_TITLE), *titled()]

    assert is_certain(describe(lines), PARENT, "ĐẢNG BỘ KHỐI CÁC CƠ QUAN")
    assert is_proposed(describe([replace(name, unsure={"KHỐI": 0.4}), *lines[1:]]), PARENT, "ĐẢNG BỘ KHỐI CÁC CƠ QUAN")
