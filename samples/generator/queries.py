"""Questions with their answers, worked out from the truth alone."""

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

ALL_WORDS_LIMIT = 4
"""A query of more syllables need not match with all of them: then others may follow the expected ones."""

WORD_QUERIES = (
    ("nghi quyet chuyen doi so", ("dang-vien-01", "dang-vien-02", "bi-thu", "van-thu", "quan-tri")),
    ("chuyen doi so", ("dang-vien-01", "dang-vien-02", "dang-vien-03")),
    ("chuyển đổi số", ("dang-vien-01",)),
    ("kham mat", ("dang-vien-03", "dang-vien-04")),
    ("vườn mẫu", ("dang-vien-04", "dang-vien-01")),
    ("tich nuoc", ("dang-vien-05", "dang-vien-02")),
    ("đảng phí", ("dang-vien-01", "bi-thu")),
    ("van thu luu tru", ("dang-vien-06",)),
)
NUMBER_QUERIES = (
    ("57-NQ/TU", "57-NQ/TU", ("dang-vien-01", "dang-vien-02", "quan-tri")),
    ("nq 57", "57-NQ/TU", ("dang-vien-01", "dang-vien-02")),
    ("57 nq tu", "57-NQ/TU", ("dang-vien-01",)),
    ("Nghị quyết số 57", "57-NQ/TU", ("dang-vien-02",)),
    ("nghi quyet 57", "57-NQ/TU", ("dang-vien-01",)),
    ("123/QĐ-LHH", "123/QĐ-LHH", ("dang-vien-05",)),
    ("quy định số 15-QĐ/ĐU", "15-QĐ/ĐU", ("dang-vien-04",)),
)


def fold(text: str) -> str:
    """Lower case without accents, đ as d."""
    bare = unicodedata.normalize("NFD", text.lower().replace("đ", "d"))
    return "".join(char for char in bare if not unicodedata.combining(char))


def words(text: str) -> list[str]:
    """The folded words of a text, in order."""
    return re.findall(r"\w+", fold(text))


def sample_queries(truths: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Questions of some readers to the set.

    `expected` are the readable documents in which every word of the query occurs, accents ignored, or which bear
    the number asked for. `expected_first` must be the first hit. `complete`: nothing but the expected may be found.
    """
    return [*_word_queries(truths), *_number_queries(truths)]


def _word_queries(truths: Sequence[Mapping[str, Any]]) -> Iterable[dict[str, Any]]:
    for query, readers in WORD_QUERIES:
        wanted = words(query)
        for reader in readers:
            found = [t["path"] for t in truths if reader in t["readers"] and set(wanted) <= _document_words(t)]
            yield {
                "query": query,
                "reader": reader,
                "expected_first": None,
                "expected": sorted(found),
                "complete": len(wanted) <= ALL_WORDS_LIMIT,
            }


def _number_queries(truths: Sequence[Mapping[str, Any]]) -> Iterable[dict[str, Any]]:
    numbers = {truth["fields"]["number"] for truth in truths}
    for query, number, readers in NUMBER_QUERIES:
        for reader in readers if number in numbers else ():
            found = [t["path"] for t in truths if reader in t["readers"] and t["fields"]["number"] == number]
            first = found[0] if len(found) == 1 else None
            yield {
                "query": query,
                "reader": reader,
                "expected_first": first,
                "expected": sorted(found),
                "complete": reader == "quan-tri",
            }


def _document_words(truth: Mapping[str, Any]) -> set[str]:
    pages = (page["text"] for page in truth["pages"])
    return set(words("\n".join((truth["fields"]["subject"], *pages))))
