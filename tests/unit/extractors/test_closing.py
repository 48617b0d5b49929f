"""Signature and recipients: `docs/domain.md`, "Signatures"."""

from collections.abc import Sequence

import pytest

from extractors.describe import open_describer
from pipeline.model import Description, FieldName
from tests.unit.extractors.sheet import (
    RIGHT_AXIS,
    UNITS,
    Printed,
    body,
    closing,
    describe,
    found,
    is_certain,
    is_proposed,
    middle,
    page,
    party_header,
    state_header,
    titled,
)

SIGNER, TITLE, CAPACITY, RECIPIENTS = (
    FieldName.SIGNER,
    FieldName.SIGNER_TITLE,
    FieldName.CAPACITY,
    FieldName.RECIPIENTS,
)
LIST = ("Nơi nhận:", "- Các chi bộ trực thuộc,", "- Lưu Đảng ủy.")


def signed(*heads: str, name: str = "Nguyễn Văn Lâm", is_party: bool = True) -> Description:
    header = party_header() if is_party else state_header()
    return describe([*header, *titled(), *closing(recipients=LIST, signature=heads, name=name)])


def sent_to(*recipients: str) -> Description:
    lines = closing(recipients=recipients, signature=("T/M ĐẢNG ỦY", "BÍ THƯ"), name="Nguyễn Văn Lâm")
    return describe([*party_header(), *titled(), *lines])


@pytest.mark.parametrize(
    ("read", "capacity", "title"),
    [
        (("T/M ĐẢNG ỦY", "PHÓ BÍ THƯ"), "T/M ĐẢNG ỦY", "PHÓ BÍ THƯ"),
        (("T/M BAN THƯỜNG VỤ", "PHÓ BÍ THƯ"), "T/M BAN THƯỜNG VỤ", "PHÓ BÍ THƯ"),
        (("T/L BAN THƯỜNG VỤ", "CHÁNH VĂN PHÒNG"), "T/L BAN THƯỜNG VỤ", "CHÁNH VĂN PHÒNG"),
        (("K/T TRƯỞNG BAN", "PHÓ TRƯỞNG BAN"), "K/T TRƯỞNG BAN", "PHÓ TRƯỞNG BAN"),
        (("TIM ĐẢNG ỦY", "BÍ THƯ"), "T/M ĐẢNG ỦY", "BÍ THƯ"),  # as recognisers read the slash
        (("TM CHI BỘ", "BI THƯ"), "T/M CHI BỘ", "BÍ THƯ"),  # accents of capitals lost
    ],
)
def test_a_party_signature(read: Sequence[str], capacity: str, title: str) -> None:
    description = signed(*read)

    assert is_certain(description, CAPACITY, capacity)
    assert is_certain(description, TITLE, title)
    assert is_certain(description, SIGNER, "Nguyễn Văn Lâm")


@pytest.mark.parametrize(
    ("read", "capacity", "title"),
    [
        (("TM. ỦY BAN NHÂN DÂN", "CHỦ TỊCH"), "TM. ỦY BAN NHÂN DÂN", "CHỦ TỊCH"),
        (("KT. CHỦ TỊCH", "PHÓ CHỦ TỊCH"), "KT. CHỦ TỊCH", "PHÓ CHỦ TỊCH"),
        (("TL. CHỦ TỊCH", "CHÁNH VĂN PHÒNG"), "TL. CHỦ TỊCH", "CHÁNH VĂN PHÒNG"),
        (("TUQ. CHỦ TỊCH", "CHÁNH VĂN PHÒNG"), "TUQ. CHỦ TỊCH", "CHÁNH VĂN PHÒNG"),
    ],
)
def test_a_state_signature(read: Sequence[str], capacity: str, title: str) -> None:
    description = signed(*read, is_party=False)

    assert is_certain(description, CAPACITY, capacity)
    assert is_certain(description, TITLE, title)


def test_a_head_signs_without_capacity() -> None:
    description = signed("CHỦ TỊCH", is_party=False)

    assert CAPACITY not in description.fields
    assert is_certain(description, TITLE, "CHỦ TỊCH")


def test_under_a_deputys_marker_a_lost_title_is_not_made_up() -> None:
    """`KT. CHỦ TỊCH` says for whom was signed; the one who signed is no `CHỦ TỊCH`."""
    assert TITLE not in signed("KT. CHỦ TỊCH", is_party=False).fields


def test_a_title_that_lost_a_word_stands_off_the_axis() -> None:
    lines = closing(recipients=LIST, signature=("T/M ĐẢNG ỦY",), name="Nguyễn Văn Lâm")
    cut_off = Printed("BÍ THƯ", RIGHT_AXIS + 0.025, 0.727)

    assert is_proposed(describe([*party_header(), *titled(), *lines, cut_off]), TITLE, "BÍ THƯ")


def test_an_unknown_title_is_a_proposal() -> None:
    assert is_proposed(signed("T/M ĐẢNG ỦY", "HÓ BÍ THƯ"), TITLE, "HÓ BÍ THƯ")


@pytest.mark.parametrize(
    ("read", "name"),
    [
        ("Lề Hữu Tường", "Lê Hữu Tường"),
        ("Đỉnh Xuân Khê", "Đinh Xuân Khê"),
        ("TS. Nguyễn Thị Mai", "Nguyễn Thị Mai"),  # names stand without academic titles
        ("Tôn Nữ Thị Ninh", "Tôn Nữ Thị Ninh"),
    ],
)
def test_surnames_are_a_closed_list(read: str, name: str) -> None:
    assert found(signed("T/M ĐẢNG ỦY", "BÍ THƯ", name=read), SIGNER).value == name


def test_a_name_without_its_surname_is_a_proposal() -> None:
    assert is_proposed(signed("T/M ĐẢNG ỦY", "BÍ THƯ", name="Công Thác"), SIGNER, "Công Thác")


def test_a_short_name_on_the_axis_is_whole() -> None:
    assert is_certain(signed("T/M ĐẢNG ỦY", "BÍ THƯ", name="Lê Khê"), SIGNER, "Lê Khê")


def test_minutes_are_signed_by_the_chairman_at_the_right() -> None:
    lines = closing(signature=("CHỦ TRÌ CUỘC HỌP",), name="Ngô Sĩ Quế")
    secretary = [Printed("NGƯỜI GHI BIÊN BẢN", 0.3, 0.705), Printed("Lưu Thị Kính", 0.3, 0.84)]
    description = describe([*party_header("Số 02-BB/ĐU"), *titled("BIÊN BẢN"), *lines, *secretary])

    assert is_certain(description, SIGNER, "Ngô Sĩ Quế")
    assert is_certain(description, TITLE, "CHỦ TRÌ CUỘC HỌP")


def test_the_signature_is_looked_for_before_the_annex() -> None:
    first = page([*party_header(), *titled(), *body("Nội dung như sau:")])
    last = page(closing(recipients=LIST, signature=("T/M ĐẢNG ỦY", "BÍ THƯ"), name="Nguyễn Văn Lâm"))
    annex = page([*middle("PHỤ LỤC", top=0.1), *body("Danh sách do Chủ tịch Trần Văn Tư lập")])
    description = open_describer().describe([first, last, annex], file_name="a.pdf", units=UNITS)

    assert found(description, SIGNER).page == 2
    assert is_certain(description, SIGNER, "Nguyễn Văn Lâm")


def test_recipients_are_listed_with_their_purposes_and_the_archive_last() -> None:
    read = ("Nơi nhận:", "- Tỉnh ủy Lam Sơn (để báo cáo),", "- Các chi bộ trực thuộc,", "- Lưu Đảng ủy.")

    assert is_certain(sent_to(*read), RECIPIENTS, "Tỉnh ủy Lam Sơn (để báo cáo); Các chi bộ trực thuộc; Lưu Đảng ủy")


def test_as_above_is_known_however_it_is_read() -> None:
    assert is_certain(sent_to("Nơi nhận:", "- Nhutrên;", "- Lưu: VT."), RECIPIENTS, "Như trên; Lưu: VT")


def test_an_entry_goes_on_in_the_next_line() -> None:
    read = ("Nơi nhận:", "- Như trên;", "- Chủ tịch và các phó", "chủ tịch (b/c);", "- Lưu: VT, VP. 20b.")

    assert is_certain(sent_to(*read), RECIPIENTS, "Như trên; Chủ tịch và các phó chủ tịch (b/c); Lưu: VT, VP. 20b")


@pytest.mark.parametrize(
    "read",
    [
        ("Nơi nhận:", "- Các chi bộ trực thuộc,"),  # the archive is missing
        ("Nơi nhận:", "- Như Điều", "- Các hội thành viên;", "- Lưu: VT."),  # an entry without its mark lost a word
        ("Nơi nhận:", "- Ủy ban nhân dân tỉnh (b/);", "- Lưu: VT."),  # no such purpose
        ("Nơi nhận:", "- na trên;", "- Lưu: VT."),  # an entry begins with a capital
        ("Nơi nhận:", "- Ủy ban nhân dân tỉnh ‹p Các phòng;", "- Lưu: VT."),  # and holds no specks
    ],
)
def test_a_list_that_may_lack_something_is_a_proposal(read: Sequence[str]) -> None:
    recipients = found(sent_to(*read), RECIPIENTS)

    assert recipients.is_doubtful
    assert recipients.reason


def test_specks_of_the_seal_are_left_out_of_the_list() -> None:
    read = ("Nơi nhận:", "- Các chỉ bộ trực thuộc, Ẹ", "- Lưu Đảng ủy.")

    assert found(sent_to(*read), RECIPIENTS).value == "Các chi bộ trực thuộc; Lưu Đảng ủy"


def test_a_recipient_that_sounds_like_the_head_is_a_recipient() -> None:
    read = ("Nơi nhận:", "- Các chi bộ trực thuộc,", "- Hội Nhãn khoa tỉnh,", "- Lưu Đảng ủy.")

    assert is_certain(sent_to(*read), RECIPIENTS, "Các chi bộ trực thuộc; Hội Nhãn khoa tỉnh; Lưu Đảng ủy")


def test_a_list_whose_head_was_not_read_is_a_proposal() -> None:
    read = ("Sạn thnh:", "- Các chi bộ trực thuộc,", "- Lưu Đảng ủy.")

    assert is_proposed(sent_to(*read), RECIPIENTS, "Các chi bộ trực thuộc; Lưu Đảng ủy")


def test_specks_of_the_seal_between_the_words_of_a_title_are_left_out() -> None:
    assert found(signed("T/M ĐẢNG ỦY", "BÍ í THỰ"), TITLE).value == "BÍ THƯ"
