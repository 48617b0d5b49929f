"""A person's value holds against every later reading, and all that rests on it follows, on every catalogue."""

from datetime import UTC, datetime

import pytest

from pipeline.catalogue import Catalogue
from pipeline.catalogue.documents import FilingPlace, NewDocument, NewFile, field_row
from pipeline.errors import NotFoundError
from pipeline.model import Description, DocumentStatus, FieldName, FieldValue, PageResult, PageStatus, Source
from pipeline.relations import relations_of
from tests.contract.test_relations import CLERK, MEMBER, Archive, said


@pytest.fixture
def archive(catalogue: Catalogue) -> Archive:
    return Archive(catalogue)


def read_again(facts: Catalogue, document: str, name: FieldName, value: str) -> None:
    """A machine reads a field of the document again."""
    with facts.database.writing() as session:
        session.add(
            field_row(document, name, FieldValue(value, 0.99, Source.SECOND_READER), "máy", datetime.now(UTC)),
        )


def test_a_correction_is_certain_and_changes_nothing_but_its_fields(archive: Archive) -> None:
    facts = archive.facts
    document = archive.file(["51-NQ/ĐU", "nghi_quyet", "2024-12-22", "dang-uy"])
    before = facts.documents.document(document)
    facts.documents.done(facts.documents.pending(100))

    facts.corrections.correct(document, {FieldName.NUMBER: "57-NQ/ĐU", FieldName.DATE: "2024-12"}, actor="van-thu")

    after = facts.documents.document(document)
    assert {name: value for name, value in after.fields.items() if value != before.fields[name]} == {
        FieldName.NUMBER: FieldValue("57-NQ/ĐU", 1.0, Source.PERSON),
        FieldName.DATE: FieldValue("2024-12", 1.0, Source.PERSON),
    }
    assert (after.version, after.status, after.grants) == (
        before.version + 1,
        DocumentStatus.PUBLISHED,
        before.grants,
    )
    assert [(entry.document_id, entry.version) for entry in facts.documents.pending(100)] == [(document, after.version)]


def test_no_later_reading_overwrites_a_person_and_all_of_them_are_kept(archive: Archive) -> None:
    facts = archive.facts
    document = archive.file(["51-NQ/ĐU", "nghi_quyet", "2024-12-22", "dang-uy"])
    facts.corrections.correct(document, {FieldName.NUMBER: "75-NQ/ĐU"}, actor="bi-thu")
    facts.corrections.correct(document, {FieldName.NUMBER: "57-NQ/ĐU", FieldName.SIGNER: ""}, actor="van-thu")
    read_again(facts, document, FieldName.NUMBER, "52-NQ/ĐU")
    read_again(facts, document, FieldName.SIGNER, "Vết Bẩn")

    record = facts.documents.document(document)
    assert (record.value(FieldName.NUMBER), record.value(FieldName.SIGNER)) == ("57-NQ/ĐU", None)
    made = facts.corrections.of(document)
    assert {name: (one.actor, one.read) for name, one in made.items()} == {
        FieldName.NUMBER: ("van-thu", "52-NQ/ĐU"),
        FieldName.SIGNER: ("van-thu", "Vết Bẩn"),
    }
    assert facts.corrections.of(archive.file(["1-NQ/ĐU"])) == {}


def test_the_same_bytes_described_anew_leave_a_corrected_document_as_it_is(archive: Archive) -> None:
    facts = archive.facts
    document = archive.file(["51-NQ/ĐU", "nghi_quyet", "2024-12-22", "dang-uy"])
    facts.corrections.correct(document, {FieldName.NUMBER: "57-NQ/ĐU"}, actor="van-thu")
    before = facts.documents.document(document)
    described = Description({FieldName.NUMBER: FieldValue("52-NQ/ĐU", 1.0, Source.OCR)})
    paper = NewDocument((PageResult(1, PageStatus.BLANK),), described)
    batch = facts.batches.begin(unit="dang-uy", actor="van-thu", files=1)

    again = NewFile("dang-uy", before.file.sha256, "b.pdf", "application/pdf", 1, 1, (paper,))
    assert facts.documents.file(again, FilingPlace("van-thu", batch, 1)) is None

    assert facts.documents.document(document) == before
    assert list(facts.documents.document_ids()) == [document]


def test_that_there_is_none_is_no_doubt(archive: Archive) -> None:
    document = archive.file([None, "nghi_quyet", "2024-12-22", "dang-uy"])
    assert FieldName.NUMBER in archive.facts.documents.document(document).doubtful
    archive.facts.corrections.correct(document, {FieldName.NUMBER: "", FieldName.SUBJECT: "về đất"}, actor="van-thu")
    record = archive.facts.documents.document(document)
    assert (record.doubtful, record.value(FieldName.NUMBER)) == ((), None)


def test_citations_and_copies_follow_a_corrected_number(archive: Archive) -> None:
    facts = archive.facts
    misread = archive.file(["01-QĐ/ĐU", "quyet_dinh", "2021-04-15", "CHI BỘ MÔT"])
    copy = archive.file(["07-QĐ/ĐU", "quy_dinh", "2021-04-15", "dang-uy"], grants=())
    citing = archive.file(["15-QĐ/ĐU", "quy_dinh", "2025-03-14", "dang-uy"], said("replaces", "7-QĐ/ĐU", "quy_dinh"))
    wrongly = archive.file(["16-QĐ/ĐU", "quy_dinh", "2025-03-15", "dang-uy"], said("mentions", "1-QĐ/ĐU"))
    assert (archive.cited(citing, MEMBER), archive.cited(wrongly, MEMBER)) == ([None], [misread])

    values = {FieldName.NUMBER: "07-QĐ/ĐU", FieldName.TYPE: "quy_dinh", FieldName.ISSUER: "dang-uy"}
    facts.corrections.correct(misread, values, actor="van-thu")

    assert (archive.cited(citing, MEMBER), archive.cited(wrongly, MEMBER)) == ([misread], [None])
    assert archive.cited_by(misread, MEMBER) == [(citing, "replaces")]
    record = facts.documents.document(misread)
    assert [same.id for same in relations_of(record, facts, reader=CLERK).same] == [copy]


def test_what_is_not_there_is_not_corrected(catalogue: Catalogue) -> None:
    with pytest.raises(NotFoundError):
        catalogue.corrections.correct("khong-co", {FieldName.NUMBER: "1-NQ/ĐU"}, actor="van-thu")
