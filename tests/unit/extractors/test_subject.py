"""The subject and the urgency mark: `docs/domain.md`, "Layout"."""

import pytest

from pipeline.model import FieldName
from tests.unit.extractors.sheet import (
    LEFT_AXIS,
    Printed,
    body,
    describe,
    found,
    is_certain,
    is_proposed,
    left,
    middle,
    party_header,
    state_header,
    titled,
)

SUBJECT, URGENCY = FieldName.SUBJECT, FieldName.URGENCY
LINES = ("về lãnh đạo chuyển đổi số", "trong công tác xây dựng Đảng", "năm 2025 và những năm tiếp theo")
WHOLE = " ".join(LINES)


@pytest.mark.parametrize("count", [1, 2, 3])
def test_the_lines_under_the_type_line_are_joined(count: int) -> None:
    lines = [*party_header(), *titled("NGHỊ QUYẾT", *LINES[:count]), *body("Nội dung cụ thể như sau:")]

    assert is_certain(describe(lines), SUBJECT, " ".join(LINES[:count]))


@pytest.mark.parametrize(
    "following",
    [
        "- Căn cứ Điều lệ Đảng;",
        "Căn cứ Quy chế làm việc số 01-QC/ĐU, ngày 10/8/2020;",
        "Kính gửi: Các chi bộ trực thuộc",
        "Kính trình: Ban Thường vụ Đảng ủy",
        "-----",
        "I. TÌNH HÌNH",
        "1. Nhiệm vụ trọng tâm",
        "Điều 1. Phê duyệt đề án",
    ],
)
def test_the_subject_ends_where_the_body_begins_even_close_below(following: str) -> None:
    top = 0.215 + 0.0214 * len(LINES)
    lines = [*party_header(), *titled("NGHỊ QUYẾT", *LINES), *middle(following, top=top)]

    assert found(describe(lines), SUBJECT).value == WHOLE


def test_the_authority_in_capitals_is_no_subject() -> None:
    lines = [*state_header(), *titled("QUYẾT ĐỊNH", "Về việc khen thưởng", "CHỦ TỊCH LIÊN HIỆP CÁC HỘI LAM SƠN")]

    assert is_certain(describe(lines), SUBJECT, "Về việc khen thưởng")


def test_a_line_from_margin_to_margin_may_be_the_body() -> None:
    text = "Hội nghị Đảng ủy lần thứ mười tám họp ngày hôm nay đã thảo luận và cùng nhau thống nhất"
    following = Printed(text, 0.15, 0.235, "left")
    lines = [*party_header(), *titled("NGHỊ QUYẾT", LINES[0]), following]

    assert is_proposed(describe(lines), SUBJECT, f"{LINES[0]} {text}")


@pytest.mark.parametrize(
    ("header", "printed"),
    [
        (party_header("Số 147-CV/ĐU"), ["về việc chuẩn bị tổng kết", "mô hình vườn mẫu"]),
        (state_header("Số: 45/LHH-VP"), ["V/v cử hội viên tham gia", "hội thi sáng tạo kỹ thuật"]),
    ],
)
def test_a_letter_has_its_subject_under_the_number(header: list[Printed], printed: list[str]) -> None:
    address = middle("Kính gửi: Các chi bộ trực thuộc", top=0.24)
    lines = [*header, *left(*printed, top=0.153, step=0.017), *address, *body("Đề nghị các đồng chí thực hiện.")]

    assert is_certain(describe(lines), SUBJECT, " ".join(printed))


def test_a_letters_subject_may_reach_under_the_title_at_the_right() -> None:
    line = "V/v góp ý dự thảo Quy chế quản lý nhiệm vụ"  # its last words stand right of where `CỘNG HÒA` begins
    letter = [*state_header("Số: 45/LHH-VP"), *left(line, "khoa học và công nghệ cấp cơ sở", top=0.155)]
    description = describe([*letter, *middle("Kính gửi: Các sở", top=0.24)])

    assert is_certain(description, SUBJECT, f"{line} khoa học và công nghệ cấp cơ sở")


def test_an_urgency_mark_is_read_and_is_no_part_of_a_letters_subject() -> None:
    mark = Printed("KHẨN", LEFT_AXIS, 0.2)
    letter = [*party_header("Số 147-CV/ĐU"), *left("về việc họp bất thường", top=0.153), mark]
    description = describe([*letter, *middle("Kính gửi: Các chi bộ", top=0.24)])

    assert is_certain(description, URGENCY, "KHẨN")
    assert is_certain(description, SUBJECT, "về việc họp bất thường")


def test_what_follows_the_type_on_its_line_belongs_to_the_subject() -> None:
    programme = [*party_header("Số 03-CTr/ĐU"), *titled("CHƯƠNG TRÌNH HÀNH ĐỘNG", "về chuyển đổi số năm 2025")]
    other = [*party_header("Số 03-BC/ĐU"), *titled("BÁO CÁO CỦA HỘI CƠ KHÍ", "về chuyển đổi số năm 2025")]
    alone = [*party_header("Số 03-BC/ĐU"), *titled("BÁO CÁO TỔNG KẾT")]

    assert is_certain(describe(programme), SUBJECT, "hành động về chuyển đổi số năm 2025")
    assert is_proposed(describe(other), SUBJECT, "của hội cơ khí về chuyển đổi số năm 2025")
    assert is_certain(describe(alone), SUBJECT, "tổng kết")


def test_specks_before_a_letters_subject_are_left_out() -> None:
    letter = [*state_header("Số: 45/LHH-VP"), *left("--~„ V/v cử hội viên dự thi", top=0.155)]

    assert is_certain(describe([*letter, *middle("Kính gửi: Các hội", top=0.24)]), SUBJECT, "V/v cử hội viên dự thi")


def test_words_read_with_little_confidence_cast_doubt() -> None:
    line = Printed(LINES[0], 0.535, 0.215, unsure={"lãnh": 0.3, "đạo": 0.4})

    assert is_proposed(describe([*party_header(), *titled(), line]), SUBJECT, LINES[0])


def test_accents_of_usual_phrases_are_put_right_and_what_was_read_is_kept() -> None:
    subject = found(describe([*party_header(), *titled("NGHỊ QUYẾT", "vê tố chức chỉ bộ năm 2025")]), SUBJECT)

    assert subject.value == "về tổ chức chi bộ năm 2025"
    assert subject.raw == "vê tố chức chỉ bộ năm 2025"
