"""Whatever can be named to a person has its Vietnamese word."""

from collections.abc import Iterable, Mapping
from typing import Any

from extractors.relation_words import RELATIONS
from flows.words import DOCUMENT_WORDS, FACET_WORDS, FIELD_WORDS, FILE_WORDS, PAGE_WORDS, RELATION_WORDS, SOURCE_WORDS
from pipeline.model import DocumentStatus, FieldName, FileStatus, PageStatus, Source
from pipeline.query import FACETS


def test_every_name_has_a_word_and_no_two_the_same() -> None:
    named: list[tuple[Mapping[Any, str], Iterable[str]]] = [
        (FILE_WORDS, FileStatus),
        (DOCUMENT_WORDS, DocumentStatus),
        (PAGE_WORDS, PageStatus),
        (FIELD_WORDS, FieldName),
        (SOURCE_WORDS, Source),
        (RELATION_WORDS, RELATIONS),
        (FACET_WORDS, FACETS),
    ]
    for words, names in named:
        assert set(words) == set(names)
        assert len(set(words.values())) == len(words)
