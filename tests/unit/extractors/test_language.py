"""Words without names, and categorisers that keep weights only."""

import subprocess
import sys

import pytest

from extractors.language import categoriser_from, entities, learned, plain_words, shipped
from pipeline.errors import CorruptObjectError
from pipeline.topics import TOPICS

EXAMPLES = [
    *[(plain_words("kiểm tra, giám sát tổ chức đảng và Zôzimây"), "a")] * 4,
    *[(plain_words("nạo vét kênh mương, trồng lúa và Xuvênia"), "b")] * 4,
]


def test_entities_are_persons_numbers_days_and_bodies() -> None:
    text = "Giao đồng chí Trần Thị Mẫu theo Quyết định 12-QĐ/ĐU, ngày 05 tháng 3 năm 2024 của Đảng ủy Lam Khê lo việc."

    found = entities(text)

    assert [kind for kind, _ in found] == ["PERSON", "NUMBER", "DATE", "BODY"]
    assert found[0][1] == "đồng chí Trần Thị Mẫu"


def test_what_stands_in_an_entity_is_not_among_the_words() -> None:
    words = plain_words("Bà Lê Thị Hạnh ở Chi bộ Hoa Ban nộp 350.000 đồng ngày 3/4/2025")

    assert words == ("PERSON", "o", "BODY", "nop", "#", "dong", "ngay", "DATE")


def test_a_lost_accent_and_a_decomposed_letter_are_no_other_words() -> None:
    assert plain_words("kiểm tra đảng phí") == plain_words("kiêm tra Đẳng phi") == plain_words("kiểm tra đảng phí")


def test_the_same_examples_give_the_same_categoriser() -> None:
    assert learned(EXAMPLES).to_bytes() == learned(EXAMPLES).to_bytes()


def test_a_kept_categoriser_guesses_as_before_and_holds_no_word() -> None:
    before = learned(EXAMPLES)
    data = before.to_bytes()
    after = categoriser_from(data)

    words = plain_words("kênh mương")
    assert after.guess(words) == before.guess(words)
    assert (after.guess(words) or pytest.fail("no guess")).label == "b"
    assert after.guess(()) is None
    assert "zozimay" not in str(_unpacked(data)).lower()
    assert b"zozimay" not in _unpacked(data)


def _unpacked(data: bytes) -> bytes:
    import lzma  # noqa: PLC0415

    return lzma.decompress(data.partition(b"\n")[2])


@pytest.mark.parametrize("data", [b"", b"{}", b'{"labels": ["a", "b"]}\nnothing packed', b"\xff\n\xff"])
def test_a_damaged_categoriser_is_told(data: bytes) -> None:
    with pytest.raises(CorruptObjectError):
        categoriser_from(data)


def test_the_shipped_topics_are_those_of_the_list() -> None:
    assert set(shipped("topic").labels) == {*TOPICS, "none"}


def test_describing_is_imported_without_spacy() -> None:
    script = "import sys, extractors.describe; sys.exit('spacy' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", script], check=False).returncode == 0
