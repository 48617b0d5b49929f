"""The document's own number: `docs/domain.md`, "Numbers"."""

import pytest

from pipeline.model import FieldName, Source
from tests.unit.extractors.sheet import (
    LEFT_AXIS,
    PARTY_BODIES,
    PARTY_TITLE,
    Printed,
    body,
    box_of,
    describe,
    found,
    is_certain,
    is_proposed,
    left,
    middle,
    party_header,
    right,
    state_header,
    titled,
    words_of,
)

NUMBER = FieldName.NUMBER


def with_number(printed: str, *, tall: float = 1.0, sure: float = 0.95) -> list[Printed]:
    """A Party resolution whose number line reads so; its digits so many times as high as print, and so sure."""
    digits = printed.split()[1]
    line = Printed(printed, LEFT_AXIS, 0.135, unsure={digits: sure}, tall={digits: tall})
    return [*left(*PARTY_BODIES), line, *right(PARTY_TITLE), *titled("NGHỊ QUYẾT")]


@pytest.mark.parametrize(
    ("printed", "kept"),
    [
        ("Số 57-NQ/ĐU", "57-NQ/ĐU"),
        ("Số 05-NQ/ĐU", "05-NQ/ĐU"),  # zeros as printed
        ("Số: 14514-NQ/ĐU", "14514-NQ/ĐU"),  # retyped copies have a colon
        ("Số 05–NQ/ĐU", "05-NQ/ĐU"),  # an en dash
        ("Số 05-NQ/\u00d0U", "05-NQ/ĐU"),  # Eth for Đ
        ("Số 05-NQ/DU", "05-NQ/ĐU"),  # the bar of Đ lost: the issuer's own symbol has it
    ],
)
def test_a_printed_party_number_is_certain(printed: str, kept: str) -> None:
    assert is_certain(describe(with_number(printed)), NUMBER, kept)


@pytest.mark.parametrize(
    ("printed", "title", "kept"),
    [
        ("Số: 749/QĐ-LHH", "QUYẾT ĐỊNH", "749/QĐ-LHH"),
        ("Số: 30/2020/NĐ-LHH", "NGHỊ ĐỊNH", "30/2020/NĐ-LHH"),
        ("Luật số: 33/2024/QH15", "LUẬT", "33/2024/QH15"),
    ],
)
def test_a_printed_state_number_is_read(printed: str, title: str, kept: str) -> None:
    assert found(describe([*state_header(printed), *titled(title)]), NUMBER).value == kept


def test_the_text_as_read_is_kept_beside_the_number() -> None:
    number = found(describe(with_number("Số: 05–NQ/ĐU")), NUMBER)

    assert number.raw == "Số: 05–NQ/ĐU"
    assert number.source is Source.OCR
    assert number.page == 1


def test_a_number_cited_in_the_body_is_not_the_documents() -> None:
    lines = [*party_header("Số -NQ/ĐU"), *titled(), *body("- Căn cứ Quy chế làm việc số 01-QC/ĐU, ngày 10/8/2020;")]

    assert NUMBER not in describe(lines).fields
    assert NUMBER in describe(lines).doubtful


@pytest.mark.parametrize("number", ["Số: /LHH-VP", "s5 cmíce", "Số: 45/LHH-VP"])
@pytest.mark.parametrize("opening", ["V/v trả lời Công văn", "~ƒ trả lời Công văn"])
def test_a_number_cited_in_a_letters_subject_is_not_the_letters(number: str, opening: str) -> None:
    subject = left(opening, "số 12/UBND-VX ngày 05 tháng 9", top=0.153, step=0.017)
    letter = [*state_header(number), *subject, *middle("Kính gửi: Ủy ban nhân dân", top=0.24)]

    assert not is_certain(describe(letter), NUMBER, "12/UBND-VX")


def test_digits_under_a_hand_are_a_proposal() -> None:
    lines = with_number("Số 05-NQ/ĐU")

    assert is_proposed(describe(lines, hands=[box_of(words_of(lines), "05-NQ/ĐU")]), NUMBER, "05-NQ/ĐU")


def test_a_hand_elsewhere_casts_no_doubt() -> None:
    assert is_certain(describe(with_number("Số 05-NQ/ĐU"), hands=[(0.6, 0.8, 0.8, 0.9)]), NUMBER, "05-NQ/ĐU")


def test_digits_higher_than_print_look_written_by_hand() -> None:
    assert is_proposed(describe(with_number("Số 05-NQ/ĐU", tall=1.7)), NUMBER, "05-NQ/ĐU")


def test_digits_that_stand_apart_from_the_symbol_look_written_into_a_blank() -> None:
    assert is_proposed(describe(with_number("Số 72 -NQ/ĐU")), NUMBER, "72-NQ/ĐU")


def test_the_same_in_a_text_layer_is_certain() -> None:
    assert is_certain(describe(with_number("Số 72 -NQ/ĐU"), source=Source.TEXT_LAYER), NUMBER, "72-NQ/ĐU")


def test_digits_read_with_little_confidence_are_a_proposal() -> None:
    assert is_proposed(describe(with_number("Số 57-NQ/TU", sure=0.5)), NUMBER, "57-NQ/TU")


def test_letters_read_for_digits_are_a_proposal() -> None:
    assert is_proposed(describe(with_number("Số O5-NQ/ĐU")), NUMBER, "05-NQ/ĐU")


def test_a_symbol_that_contradicts_the_type_line_is_a_proposal() -> None:
    lines = [*party_header("Số 05-KL/ĐU"), *titled("NGHỊ QUYẾT")]

    assert is_proposed(describe(lines), NUMBER, "05-KL/ĐU")


def test_a_symbol_that_is_not_the_issuers_is_a_proposal() -> None:
    lines = [*party_header("Số 05-NQ/UBKT"), *titled("NGHỊ QUYẾT")]

    assert is_proposed(describe(lines), NUMBER, "05-NQ/UBKT")


def test_an_organs_symbol_goes_on_with_that_of_its_committee() -> None:
    bodies = ("TỈNH ỦY HÒN NGỌC", "BAN TỔ CHỨC")
    lines = [*party_header("Số 26-HD/BTCTU", bodies=bodies), *titled("HƯỚNG DẪN")]

    assert is_certain(describe(lines), NUMBER, "26-HD/BTCTU")


def test_the_file_name_confirms_what_was_written_by_hand() -> None:
    lines = with_number("Số 05-NQ/ĐU", tall=1.7)

    assert is_certain(describe(lines, name="05-NQ-DU.pdf"), NUMBER, "05-NQ/ĐU")


def test_another_number_in_the_file_name_is_shown_to_a_person() -> None:
    written = describe(with_number("Số 06-NQ/ĐU", tall=1.7), name="05-NQ-DU.pdf")
    printed = describe(with_number("Số 06-NQ/ĐU"), name="05-NQ-DU.pdf")

    assert is_proposed(written, NUMBER, "05-NQ/ĐU")
    assert found(written, NUMBER).source is Source.FILE_NAME
    assert is_proposed(printed, NUMBER, "06-NQ/ĐU")
