"""Numbers in the names of files, as clerks write them."""

import pytest

from extractors.file_name import digits_named, is_contradicted, number_in_name
from pipeline.numbers import DocumentNumber, number_keys, parse_number


def number(text: str) -> DocumentNumber:
    parsed = parse_number(text)
    assert parsed is not None
    return parsed


@pytest.mark.parametrize(
    ("name", "printed"),
    [
        ("57-NQ-TU.pdf", "57-NQ/TU"),
        ("57_NQ_TU.pdf", "57-NQ/TU"),
        ("NQ 57.pdf", "57-NQ/TU"),
        ("nghi quyet so 57.pdf", "57-NQ/TU"),
        ("04CT.signed_1.pdf", "04-CT/UBND"),
        ("45-LHH-VP.pdf", "45/LHH-VP"),
    ],
)
def test_a_number_in_a_name_agrees_with_the_printed_one(name: str, printed: str) -> None:
    assert set(number_in_name(name)) & set(number_keys(number(printed)))


@pytest.mark.parametrize(
    "name", ["Scan0005.pdf", "IMG_0412.pdf", "bao cao 9 thang.pdf", "Nghị quyết chi bộ tháng 4.pdf", "BC nam 2024.pdf"]
)
def test_other_numbers_in_names_are_none(name: str) -> None:
    assert number_in_name(name) == ()


def test_a_name_gives_digits_for_a_number_with_its_symbol() -> None:
    named = number_in_name("5-NQ-DU.pdf")

    assert digits_named(named, number("00-NQ/ĐU")) == "05"
    assert digits_named(named, number("00-KL/ĐU")) is None


def test_only_the_same_symbol_and_body_can_contradict() -> None:
    named = number_in_name("05-NQ-DU.pdf")

    assert is_contradicted(named, number("06-NQ/ĐU"))
    assert not is_contradicted(named, number("05-NQ/ĐU"))
    assert not is_contradicted(named, number("06-KL/ĐU"))
    assert not is_contradicted(number_in_name("Scan0005.pdf"), number("06-NQ/ĐU"))
