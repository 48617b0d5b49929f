"""What the index needs of the catalogue (`pipeline.ports.DocumentSource`), on each database."""

from sqlalchemy import delete

from pipeline.access import Grant
from pipeline.catalogue import Catalogue
from pipeline.catalogue.tables import DocumentRow, FieldRow, GrantRow, PageRow, ReferenceRow
from tests.papers import ORGANISATION, Paper, shelve


def test_texts_of_all_pages_and_of_one_page_each(catalogue: Catalogue) -> None:
    catalogue.organisation.replace(ORGANISATION)
    ids = shelve(catalogue, [Paper("a", ("một", "hai", "ba")), Paper("b", ("bốn", "năm")), Paper("c", "sáu")])
    documents = catalogue.documents
    assert documents.page_texts([ids["a"], ids["c"], "?"]) == {
        ids["a"]: {1: "một", 2: "hai", 3: "ba"},
        ids["c"]: {1: "sáu"},
    }
    assert documents.texts_of_pages({ids["a"]: 3, ids["b"]: 1}) == {ids["a"]: "ba", ids["b"]: "bốn"}
    assert documents.texts_of_pages({ids["a"]: 2, ids["b"]: 9, "?": 1}) == {ids["a"]: "hai"}
    assert documents.texts_of_pages({}) == {}


def test_who_may_read_now_what_the_index_may_still_tell_otherwise(catalogue: Catalogue) -> None:
    catalogue.organisation.replace(ORGANISATION)
    ids = shelve(catalogue, [Paper(name) for name in ("told", "taken", "given", "gone")] + [Paper("new", grants=())])
    documents = catalogue.documents
    clerks = frozenset({"role:van_thu@dang-uy"})
    told = {ids[name]: clerks | {"everyone"} for name in ("told", "taken", "given", "gone")}
    assert documents.untold_access() == told  # published in one step with their filing; the new one needs no care
    documents.done(documents.pending(100))
    assert documents.untold_access() == {}

    documents.withdraw([ids["taken"], ids["given"]])
    documents.publish([ids["given"]], [Grant("unit:dang-uy"), Grant("person:hai")], actor="van-thu")
    documents.withdraw([ids["gone"]])
    with catalogue.database.writing() as session:
        for table in (FieldRow, ReferenceRow, PageRow, GrantRow):
            session.execute(delete(table).where(table.document == ids["gone"]))
        session.execute(delete(DocumentRow).where(DocumentRow.id == ids["gone"]))

    assert documents.untold_access() == {
        ids["taken"]: clerks,
        ids["given"]: clerks | {"unit:dang-uy", "person:hai"},
        ids["gone"]: frozenset(),
    }
