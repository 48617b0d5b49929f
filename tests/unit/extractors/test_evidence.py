"""What speaks for the number and the day of a handwritten paper is weighed; a wrong value is never taken in silence."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from extractors.describe import open_describer
from extractors.evidence import NAMED, READ, READ_AGAIN, candidates, is_proven
from pipeline.model import CERTAIN, Description, Evidence, FieldName, PageText, Source
from tests.unit.extractors.sheet import UNITS, Printed, page, party_header, titled, words_of

NUMBER, DATE = FieldName.NUMBER, FieldName.DATE
HAND = (0.2, 0.1, 0.9, 0.16)


def piece(value: str, source: Source, weight: float) -> Evidence:
    return Evidence(value, source, weight, "…")


def second(lines: list[Printed]) -> PageText:
    return PageText(tuple(words_of(lines)), "", 0.9, Source.SECOND_READER)


def written(first: str, *others: str, name: str = "scan0001.pdf") -> Description:
    """A Party resolution whose number, written by hand, the readers read so."""
    lines = [*party_header(first), *titled("NGHỊ QUYẾT")]
    asked = replace(page(lines, hands=[HAND]), others=tuple(second(party_header(other)) for other in others))
    return open_describer().describe([asked], file_name=name, units=UNITS)


def test_readers_that_agree_make_a_proposal_not_a_certain_number() -> None:
    found = written("Số 57-NQ/ĐU", "Số 57-NQ/ĐU", "Số 57-NQ/ĐU").fields[NUMBER]
    assert (found.value, found.is_doubtful) == ("57-NQ/ĐU", True)


def test_the_name_of_the_file_proves_what_a_reader_read() -> None:
    found = written("Số 51-NQ/ĐU", "Số 57-NQ/ĐU", name="57-NQ.signed.pdf").fields[NUMBER]
    assert (found.value, found.is_doubtful, found.source) == ("57-NQ/ĐU", False, Source.SECOND_READER)


def test_a_name_that_no_reader_agrees_with_is_a_proposal() -> None:
    found = written("Số 51-NQ/ĐU", "Số 51-NQ/ĐU", name="57-NQ.signed.pdf").fields[NUMBER]
    assert (found.value, found.is_doubtful, found.source) == ("57-NQ/ĐU", True, Source.FILE_NAME)
    assert "tên tệp" in (found.reason or "")


def test_a_number_that_only_the_second_reader_sees_is_proposed() -> None:
    found = written("Số", "Số 57-NQ/ĐU").fields[NUMBER]
    assert (found.value, found.is_doubtful, found.source) == ("57-NQ/ĐU", True, Source.SECOND_READER)


def test_each_reading_is_kept_with_its_place_and_words() -> None:
    pieces = written("Số 51-NQ/ĐU", "Số 57-NQ/ĐU", name="57-NQ.pdf").evidence[NUMBER]
    assert {(piece.value, piece.source) for piece in pieces} == {
        ("51-NQ/ĐU", Source.OCR),
        ("57-NQ/ĐU", Source.SECOND_READER),
        ("57-NQ/ĐU", Source.FILE_NAME),
    }
    assert all(piece.box and piece.page == 1 for piece in pieces if piece.source is not Source.FILE_NAME)
    assert any("57-NQ.pdf" in piece.words for piece in pieces)


def test_a_day_that_both_readers_read_is_a_proposal() -> None:
    found = written("Số 57-NQ/ĐU", "Số 57-NQ/ĐU").fields[DATE]
    assert (found.value, found.is_doubtful) == ("2025-03-14", True)


def test_a_date_that_only_the_second_reader_sees_is_a_proposal() -> None:
    lines = [*party_header("Số 57-NQ/ĐU"), *titled("NGHỊ QUYẾT")]
    blind = [line for line in lines if "tháng" not in line.text]
    asked = replace(page(blind), others=(second(lines),))
    found = open_describer().describe([asked], file_name="x.pdf", units=UNITS).fields[DATE]
    assert (found.value, found.is_doubtful, found.source) == ("2025-03-14", True, Source.SECOND_READER)


READINGS = st.builds(
    piece,
    st.sampled_from(["51", "57", "61"]),
    st.sampled_from([Source.OCR, Source.SECOND_READER]),
    st.sampled_from([0.6, READ, READ_AGAIN]),
)


@given(st.lists(READINGS, max_size=9))
def test_readings_alone_never_prove_anything(pieces: list[Evidence]) -> None:
    assert not is_proven(candidates(pieces))


@given(st.lists(READINGS, max_size=6), st.sampled_from(["51", "57", "61"]))
def test_two_values_with_evidence_of_another_kind_are_never_settled(pieces: list[Evidence], named: str) -> None:
    rivals = [piece(named, Source.FILE_NAME, NAMED), piece("99", Source.CITATION, NAMED)]
    assert not is_proven(candidates([*pieces, *rivals]))


@given(st.lists(READINGS, max_size=9))
def test_saying_it_again_changes_neither_order_nor_verdict(pieces: list[Evidence]) -> None:
    once, twice = candidates(pieces), candidates([*pieces, *pieces])
    assert [candidate.value for candidate in once] == [candidate.value for candidate in twice]
    assert [candidate.weight for candidate in once] == [candidate.weight for candidate in twice]


def test_what_is_ruled_out_is_not_proven() -> None:
    said = [piece("57", Source.OCR, READ), piece("57", Source.FILE_NAME, NAMED)]
    assert is_proven(candidates(said))
    assert not is_proven(candidates([*said, piece("57", Source.SEQUENCE, -2.0)]))


@pytest.mark.parametrize("name", ["57-NQ.pdf", "scan.pdf"])
def test_printed_digits_stay_as_certain_as_they_are(name: str) -> None:
    lines = [*party_header("Số 57-NQ/ĐU"), *titled("NGHỊ QUYẾT")]
    found = open_describer().describe([page(lines)], file_name=name, units=UNITS).fields[NUMBER]
    assert found.confidence >= CERTAIN
