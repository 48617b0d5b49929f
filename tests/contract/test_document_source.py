"""What the index needs of the catalogue (`pipeline.ports.DocumentSource`), on each database."""

from pipeline.catalogue import Catalogue
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
