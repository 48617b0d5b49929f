"""What the catalogue promises, on each database."""

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import inspect, text

from pipeline.access import Grant
from pipeline.catalogue import Catalogue, open_catalogue
from pipeline.catalogue.accounts import CredentialKind
from pipeline.catalogue.audit import AuditEvent, Outcome
from pipeline.catalogue.batches import BatchItem
from pipeline.catalogue.documents import FilingPlace, NewDocument, NewFile
from pipeline.catalogue.schema import newest_version
from pipeline.catalogue.tables import Base
from pipeline.errors import NotFoundError, UsageError
from pipeline.model import (
    Description,
    DocumentStatus,
    FieldName,
    FieldValue,
    FileStatus,
    Membership,
    Organisation,
    PageResult,
    PageStatus,
    PageText,
    Person,
    QuarantineRecord,
    Reference,
    Source,
    Unit,
    Word,
)

TODAY = date(2026, 11, 24)
SHA = "ab" * 32

ORGANISATION = Organisation(
    units=(
        Unit("chi-bo-01", "Chi bộ Một", "chi_bo", parent="dang-uy", aliases=("CHI BỘ MỘT",)),
        Unit("dang-uy", "Đảng ủy", "dang_uy", valid_from=date(2020, 1, 1)),
    ),
    people=(
        Person("van-thu", "Văn Thư", (Membership("van_thu", "dang-uy"),)),
        Person("dang-vien", "Đảng Viên", (Membership("dang_vien", "chi-bo-01"),)),
        Person("da-nghi", "Đã Nghỉ", (Membership("dang_vien", "chi-bo-01", valid_to=date(2025, 1, 1)),)),
        Person("ky-thuat", "Kỹ Thuật", (Membership("quan_tri_ky_thuat", "dang-uy"),)),
    ),
)


@pytest.fixture
def facts(catalogue: Catalogue) -> Catalogue:
    """A catalogue with a small organisation."""
    catalogue.organisation.replace(ORGANISATION)
    return catalogue


def new_file(sha256: str = SHA, *, fields: Mapping[FieldName, FieldValue] | None = None) -> NewFile:
    word = Word("Đảng", (0.1, 0.1, 0.2, 0.2), 0.9, line=1)
    read = PageResult(1, PageStatus.READ, PageText((word,), "Đảng ủy", 0.9, Source.OCR))
    failed = PageResult(2, PageStatus.FAILED, reason="quá thời gian")
    described = Description(
        fields if fields is not None else {FieldName.NUMBER: value("05-NQ/ĐU")},
        (Reference("based_on", "57-NQ/TU", "nghi_quyet", "Căn cứ Nghị quyết số 57-NQ/TU", 1),),
    )
    document = NewDocument((read, failed), described)
    return NewFile("dang-uy", sha256, "quét 1.pdf", "application/pdf", 10, 2, (document,))


def value(text: str, confidence: float = 0.9, source: Source = Source.OCR) -> FieldValue:
    return FieldValue(text, confidence, source, page=1, box=(0.1, 0.2, 0.3, 0.4), raw=text)


def place(facts: Catalogue, ordinal: int = 1) -> FilingPlace:
    batch = facts.batches.begin(unit="dang-uy", actor="van-thu", files=1)
    return FilingPlace(actor="van-thu", batch=batch, ordinal=ordinal)


def test_the_tables_are_those_of_the_migrations(catalogue: Catalogue) -> None:
    with catalogue.database.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, Base.metadata) == []


def test_the_newest_version_is_the_last_migration_s(catalogue: Catalogue) -> None:
    with catalogue.database.connect() as connection:
        assert MigrationContext.configure(connection).get_current_revision() == newest_version()


def test_migrations_go_down_and_up_again(catalogue: Catalogue) -> None:
    catalogue.database.downgrade("base")
    with catalogue.database.connect() as connection:
        assert inspect(connection).get_table_names() == ["alembic_version"]
    catalogue.database.upgrade()
    catalogue.organisation.replace(ORGANISATION)
    assert len(catalogue.organisation.units()) == 2


def test_a_filed_document_is_given_back_whole(facts: Catalogue) -> None:
    filing = place(facts)
    (document_id,) = facts.documents.file(new_file(), filing, status=FileStatus.INCOMPLETE) or ()
    record = facts.documents.document(document_id)
    assert record.owner_unit == "dang-uy"
    assert record.status is DocumentStatus.UNPUBLISHED
    assert record.fields == {FieldName.NUMBER: value("05-NQ/ĐU")}
    assert record.doubtful == (FieldName.TYPE, FieldName.DATE, FieldName.ISSUER, FieldName.SUBJECT)
    assert [(page.page, page.file_page, page.status, page.reason) for page in record.pages] == [
        (1, 1, PageStatus.READ, None),
        (2, 2, PageStatus.FAILED, "quá thời gian"),
    ]
    assert record.is_incomplete
    assert [reference.number for reference in record.references] == ["57-NQ/TU"]
    assert facts.documents.page_texts([document_id]) == {document_id: {1: "Đảng ủy", 2: ""}}
    assert facts.documents.ids_of_batch(filing.batch) == (document_id,)
    assert facts.batches.batch(filing.batch).counts == {FileStatus.INCOMPLETE: 1}


def test_a_file_is_filed_once_in_its_unit_however_many_try(facts: Catalogue) -> None:
    filing = place(facts)
    with ThreadPoolExecutor(8) as executor:
        results = list(executor.map(lambda _: facts.documents.file(new_file(), filing), range(8)))
    assert len([ids for ids in results if ids is not None]) == 1
    assert len(list(facts.documents.document_ids())) == 1
    assert len(facts.documents.pending(10)) == 1


def test_publishing_counts_up_the_version_and_owes_the_index_an_entry(facts: Catalogue) -> None:
    (document_id,) = facts.documents.file(new_file(), place(facts)) or ()
    facts.documents.publish([document_id], [Grant("under:dang-uy"), Grant("everyone")], actor="van-thu")
    record = facts.documents.document(document_id)
    assert (record.version, record.status) == (2, DocumentStatus.PUBLISHED)
    assert record.grants == (Grant("everyone"), Grant("under:dang-uy"))
    assert [(entry.document_id, entry.version) for entry in facts.documents.pending(10)] == [
        (document_id, 1),
        (document_id, 2),
    ]
    facts.documents.withdraw([document_id])
    record = facts.documents.document(document_id)
    assert (record.version, record.status, record.grants) == (3, DocumentStatus.UNPUBLISHED, ())


def test_publishing_is_for_all_or_for_none(facts: Catalogue) -> None:
    (document_id,) = facts.documents.file(new_file(), place(facts)) or ()
    with pytest.raises(NotFoundError):
        facts.documents.publish([document_id, "missing"], [Grant("everyone")], actor="van-thu")
    assert facts.documents.document(document_id).status is DocumentStatus.UNPUBLISHED
    assert len(facts.documents.pending(10)) == 1


def test_filing_with_grants_publishes_in_the_same_breath(facts: Catalogue) -> None:
    (document_id,) = facts.documents.file(new_file(), place(facts), grants=[Grant("unit:chi-bo-01")]) or ()
    record = facts.documents.document(document_id)
    assert (record.status, record.grants) == (DocumentStatus.PUBLISHED, (Grant("unit:chi-bo-01"),))


def test_the_outbox_forgets_only_what_is_done(facts: Catalogue) -> None:
    for number in range(3):
        facts.documents.file(new_file(f"{number:064d}"), place(facts))
    first, *rest = facts.documents.pending(10)
    facts.documents.done([first])
    assert facts.documents.pending(10) == rest
    assert facts.documents.pending(1) == rest[:1]


@pytest.mark.parametrize(
    ("person", "tokens"),
    [
        ("van-thu", {"everyone", "person:van-thu", "unit:dang-uy", "under:dang-uy", "role:van_thu@dang-uy"}),
        (
            "dang-vien",
            {
                "everyone",
                "person:dang-vien",
                "unit:chi-bo-01",
                "under:chi-bo-01",
                "under:dang-uy",
                "role:dang_vien@chi-bo-01",
            },
        ),
        ("da-nghi", set()),
        ("ky-thuat", set()),
    ],
)
def test_a_person_is_the_reader_of_today(facts: Catalogue, person: str, tokens: set[str]) -> None:
    assert facts.organisation.reader(person, today=TODAY).tokens == tokens


def test_a_new_organisation_takes_rights_away_and_keeps_what_documents_hang_on(facts: Catalogue) -> None:
    (document_id,) = facts.documents.file(new_file(), place(facts)) or ()
    facts.organisation.replace(Organisation((Unit("khac", "Khác", "dang_uy"),), ()))
    assert facts.organisation.reader("van-thu", today=TODAY).tokens == frozenset()
    assert facts.documents.document(document_id).owner_unit == "dang-uy"
    facts.organisation.replace(ORGANISATION)
    assert "unit:dang-uy" in facts.organisation.reader("van-thu", today=TODAY).tokens


def test_unknown_people_units_and_grants_are_named(facts: Catalogue) -> None:
    with pytest.raises(NotFoundError, match="ai-do"):
        facts.organisation.reader("ai-do", today=TODAY)
    with pytest.raises(UsageError, match="khong-co"):
        facts.organisation.require_unit("khong-co")
    with pytest.raises(UsageError, match="unit:khong-co, person:ai-do"):
        facts.organisation.require_known([Grant("everyone"), Grant("unit:khong-co"), Grant("person:ai-do")])


def test_quarantine_is_known_by_its_keyed_hash(facts: Catalogue) -> None:
    batch = facts.batches.begin(unit="dang-uy", actor="van-thu", files=1)
    record = QuarantineRecord("ff" * 32, "mat", datetime.now(UTC), "van-thu", batch, 1)
    assert facts.batches.quarantined_marks(["ff" * 32]) == {}
    facts.batches.quarantine(record, reason="dấu MẬT")
    assert facts.batches.quarantined_marks(["ff" * 32, "ee" * 32]) == {"ff" * 32: "mat"}
    assert facts.batches.quarantined() == [record]


def test_batches_newest_first(facts: Catalogue) -> None:
    first = facts.batches.begin(unit="dang-uy", actor="van-thu", files=1)
    second = facts.batches.begin(unit="dang-uy", actor="van-thu", files=2)
    facts.batches.record(second, [BatchItem(1, FileStatus.REFUSED, "tệp rỗng")])
    facts.batches.end(second)
    newest, oldest = facts.batches.latest(5)
    assert (newest.id, newest.files, newest.counts) == (second, 2, {FileStatus.REFUSED: 1})
    assert newest.ended_at is not None
    assert (oldest.id, oldest.ended_at) == (first, None)


def test_credentials_end_and_expire(facts: Catalogue) -> None:
    facts.accounts.set_password("van-thu", "hash")
    later = datetime.now(UTC) + timedelta(hours=1)
    kept = facts.accounts.add_credential(
        "van-thu", secret_hash="a" * 64, kind=CredentialKind.SESSION, name="máy bàn", expires_at=later
    )
    facts.accounts.add_credential(
        "van-thu", secret_hash="b" * 64, kind=CredentialKind.TOKEN, name="hết hạn", expires_at=datetime.now(UTC)
    )
    assert facts.accounts.credential("a" * 64) == kept
    assert facts.accounts.credential("b" * 64) is None
    assert list(facts.accounts.credentials("van-thu")) == [kept]
    assert not facts.accounts.end_credential("dang-vien", kept.id)
    assert facts.accounts.end_credential("van-thu", kept.id)
    assert facts.accounts.credential("a" * 64) is None


def test_a_new_password_ends_all_sessions(facts: Catalogue) -> None:
    later = datetime.now(UTC) + timedelta(hours=1)
    facts.accounts.set_password("van-thu", "hash")
    facts.accounts.add_credential(
        "van-thu", secret_hash="a" * 64, kind=CredentialKind.SESSION, name="", expires_at=later
    )
    facts.accounts.set_password("van-thu", "other")
    assert facts.accounts.credential("a" * 64) is None


def audit_some(facts: Catalogue) -> None:
    for number in range(5):
        facts.audit.record(AuditEvent("van-thu", "view", f"document-{number}", Outcome.ALLOWED, "cli:root"))


def test_the_audit_is_a_whole_chain(facts: Catalogue) -> None:
    audit_some(facts)
    assert [line.seq for line in facts.audit.lines()] == [1, 2, 3, 4, 5]
    assert facts.audit.first_broken() is None


@pytest.mark.parametrize(
    ("tampering", "broken"),
    [
        ("UPDATE audit SET actor = 'khac' WHERE seq = 3", 3),
        ("DELETE FROM audit WHERE seq = 2", 2),
        ("UPDATE audit SET outcome = 'refused' WHERE seq = 1", 1),
    ],
)
def test_a_changed_audit_says_where(facts: Catalogue, tampering: str, broken: int) -> None:
    audit_some(facts)
    with facts.database.writing() as session:
        session.execute(text(tampering))
    assert facts.audit.first_broken() == broken


def test_another_process_sees_what_was_written(facts: Catalogue, catalogue_url: str) -> None:
    (document_id,) = facts.documents.file(new_file(), place(facts)) or ()
    other = open_catalogue(catalogue_url)
    assert other.documents.document(document_id) == facts.documents.document(document_id)
    other.close()
