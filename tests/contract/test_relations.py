"""Which documents are cited and by whom, as each reader may know it, on every catalogue."""

from collections.abc import Sequence

import pytest

from pipeline.access import EVERYONE, Grant, Reader, Role, role_token
from pipeline.catalogue import Catalogue
from pipeline.catalogue.documents import FilingPlace, NewDocument, NewFile
from pipeline.model import Description, FieldName, FieldValue, PageResult, PageStatus, Reference, Source, Statement
from pipeline.relations import Missing, missing_of, relations_of
from tests.papers import ORGANISATION

CLERK = Reader("van-thu", frozenset({EVERYONE, role_token(Role.VAN_THU, "dang-uy")}))
MEMBER = Reader("dang-vien", frozenset({EVERYONE, "unit:chi-bo-01"}))
FIELDS = (FieldName.NUMBER, FieldName.TYPE, FieldName.DATE, FieldName.ISSUER)


def said(
    relation: str,
    number: str | None,
    slug: str | None = None,
    *,
    name: str | None = None,
    date: str | None = None,
    issuer: str | None = None,
) -> Reference:
    return Reference(relation, number, slug, f"{relation} {number}", 1, name=name, date=date, issuer=issuer)


class Archive:
    """Papers filed one by one, each a file of its own."""

    def __init__(self, facts: Catalogue) -> None:
        self.facts = facts
        facts.organisation.replace(ORGANISATION)

    def file(
        self,
        values: Sequence[str | None],
        *references: Reference,
        statements: tuple[Statement, ...] = (),
        grants: tuple[str, ...] = (EVERYONE,),
        unit: str = "dang-uy",
    ) -> str:
        """File and publish a paper of these number, type, date and issuer; its id."""
        fields = {
            name: FieldValue(value, 1.0, Source.RULE) for name, value in zip(FIELDS, values, strict=False) if value
        }
        page = PageResult(1, PageStatus.BLANK)
        batch = self.facts.batches.begin(unit=unit, actor="van-thu", files=1)
        new = NewFile(
            unit,
            batch,
            "a.pdf",
            "application/pdf",
            1,
            1,
            (NewDocument((page,), Description(fields, references, statements)),),
        )
        ids = self.facts.documents.file(new, FilingPlace("van-thu", batch, 1), grants=tuple(map(Grant, grants)))
        assert ids is not None
        return ids[0]

    def cited(self, document: str, reader: Reader) -> list[str | None]:
        """The documents that a document cites, as the reader is told."""
        record = self.facts.documents.document(document)
        return [
            cited.document.id if cited.document else None
            for cited in relations_of(record, self.facts, reader=reader).cites
        ]

    def cited_by(self, document: str, reader: Reader) -> list[tuple[str, str]]:
        record = self.facts.documents.document(document)
        found = relations_of(record, self.facts, reader=reader).cited_by
        return [(citing.document.id, citing.reference.relation) for citing in found]


@pytest.fixture
def archive(catalogue: Catalogue) -> Archive:
    return Archive(catalogue)


@pytest.mark.parametrize("spelling", ["7-QĐ/ĐU", "07-QĐ/ĐU", "007-QD/DU"])
def test_a_paper_is_found_in_any_spelling_of_its_number(archive: Archive, spelling: str) -> None:
    old = archive.file(["07-QĐ/ĐU", "quy_dinh", "2021-04-15", "dang-uy"])
    new = archive.file(["15-QĐ/ĐU", "quy_dinh", "2025-03-14", "dang-uy"], said("replaces", spelling, "quy_dinh"))

    assert archive.cited(new, MEMBER) == [old]
    assert archive.cited_by(old, MEMBER) == [(new, "replaces")]
    assert archive.cited_by(new, MEMBER) == []


def test_of_papers_with_one_number_the_one_is_meant_that_nothing_contradicts(archive: Archive) -> None:
    regulation = archive.file(["07-QĐ/ĐU", "quy_dinh", "2021-04-15", "dang-uy"])
    decision = archive.file(["07-QĐ/ĐU", "quyet_dinh", "2021-06-01", "dang-uy"])
    of_cell = archive.file(["07-QĐ/ĐU", "quy_dinh", "2023-06-01", "chi-bo-01"])
    later = archive.file(["07-QĐ/ĐU", "quy_dinh", "2026-02-01", "dang-uy"])
    citing = archive.file(
        ["15-QĐ/ĐU", "quy_dinh", "2025-03-14", "dang-uy"],
        said("repeals", "07-QĐ/ĐU", "quyet_dinh"),
        said("replaces", "07-QĐ/ĐU", "quy_dinh"),
        said("amends", "07-QĐ/ĐU", "quy_dinh", date="2026-02-01"),
        said("mentions", "07-QĐ/ĐU", "quy_dinh", issuer="Chi bộ Một"),
        said("based_on", "07-QĐ/ĐU", "quy_dinh", date="2019-01-01"),
    )

    assert archive.cited(citing, MEMBER) == [decision, regulation, later, of_cell, None]


def test_a_hidden_paper_is_as_one_that_is_not_there(archive: Archive) -> None:
    hidden = archive.file(["07-QĐ/ĐU", "quy_dinh", "2021-04-15", "dang-uy"], grants=("person:ai-do",))
    citing = archive.file(["15-QĐ/ĐU", "quy_dinh", "2025-03-14", "dang-uy"], said("replaces", "07-QĐ/ĐU"))
    secret = archive.file(["16-QĐ/ĐU", "quy_dinh", "2025-04-14", "dang-uy"], said("repeals", "15-QĐ/ĐU"), grants=())

    assert archive.cited(citing, MEMBER) == [None]
    assert archive.cited_by(citing, MEMBER) == []
    assert archive.cited(citing, CLERK) == [hidden]
    assert archive.cited_by(citing, CLERK) == [(secret, "repeals")]


def test_a_hidden_paper_does_not_stand_in_the_way_of_one_that_may_be_seen(archive: Archive) -> None:
    archive.file(["07-QĐ/ĐU", "quy_dinh", "2021-04-15", "dang-uy"], grants=("person:ai-do",))
    seen = archive.file(["07-QĐ/ĐU", "quy_dinh", "2019-04-15", "chi-bo-01"])
    citing = archive.file(["15-QĐ/ĐU", "quy_dinh", "2025-03-14", "dang-uy"], said("replaces", "07-QĐ/ĐU"))

    assert archive.cited(citing, MEMBER) == [seen]
    assert archive.cited_by(seen, MEMBER) == [(citing, "replaces")]


def test_the_same_paper_scanned_again_is_told(archive: Archive) -> None:
    first = archive.file(["07-QĐ/ĐU", "quy_dinh", "2021-04-15", "dang-uy"])
    again = archive.file(["7-QĐ/ĐU", "quy_dinh", "2021-04-15", "dang-uy"])
    hidden = archive.file(["07-QĐ/ĐU", "quy_dinh", "2021-04-15", "dang-uy"], grants=())
    archive.file(["07-QĐ/ĐU", "quyet_dinh", "2021-04-15", "dang-uy"])
    archive.file(["07-QĐ/ĐU", "quy_dinh", "2016-04-15", "dang-uy"])
    archive.file(["07-QĐ/ĐU", "quy_dinh", "2021-04-15", "chi-bo-01"])
    archive.file(["07-QĐ/ĐU", "quy_dinh", None, None])

    def same(document: str, reader: Reader) -> set[str]:
        record = archive.facts.documents.document(document)
        return {other.id for other in relations_of(record, archive.facts, reader=reader).same}

    assert same(first, MEMBER) == {again}
    assert same(again, CLERK) == {first, hidden}


def test_what_others_say_of_two_papers(archive: Archive) -> None:
    old = archive.file(["75/2021/NĐ-CP", "nghi_dinh", "2021-07-24", "CHÍNH PHỦ"])
    new = archive.file(["55/2023/NĐ-CP", "nghi_dinh", "2023-07-21", "CHÍNH PHỦ"])
    statement = Statement("amends", "55/2023/NĐ-CP", "75/2021/NĐ-CP", "…", 1)
    speaker = archive.file(["15-HD/ĐU", "huong_dan", "2025-03-14", "dang-uy"], statements=(statement,))
    archive.file(["16-HD/ĐU", "huong_dan", "2025-03-15", "dang-uy"], statements=(statement,), grants=())

    def told(document: str) -> list[tuple[str, bool, str | None]]:
        record = archive.facts.documents.document(document)
        found = relations_of(record, archive.facts, reader=MEMBER).said_elsewhere
        return [(s.document.id, s.is_subject, s.other.id if s.other else None) for s in found]

    assert told(old) == [(speaker, False, new)]
    assert told(new) == [(speaker, True, old)]


def test_the_missing_papers_of_a_unit(archive: Archive) -> None:
    archive.file(["07-QĐ/ĐU", "quy_dinh", "2021-04-15", "dang-uy"])
    first = archive.file(
        ["15-QĐ/ĐU", "quy_dinh", "2025-03-14", "dang-uy"],
        said("replaces", "07-QĐ/ĐU", "quy_dinh"),
        said("based_on", "66-QĐ/TW", "quy_dinh", date="2017-02-06", issuer="Ban Bí thư"),
        said("based_on", None, "dieu_le", name="Điều lệ Đảng"),
    )
    archive.file(["16-QĐ/ĐU", "quy_dinh", "2025-04-14", "dang-uy"], said("mentions", "066-QĐ/TW", "quy_dinh"))
    archive.file(["17-NQ/CB", "nghi_quyet", "2025-04-14", "chi-bo-01"], said("mentions", "1-KL/TW"), unit="chi-bo-01")

    missing = missing_of("dang-uy", archive.facts, reader=CLERK)
    by_label = {entry.number or entry.name: entry for entry in missing}

    assert [(entry.number or entry.name, entry.citing) for entry in missing[1:]] == [("Điều lệ Đảng", 1)]
    assert missing[0].citing == 2
    assert by_label["Điều lệ Đảng"] == Missing(None, "Điều lệ Đảng", "dieu_le", None, None, 1, first)
