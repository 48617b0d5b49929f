"""What is made in OpenSearch: the names of indices and aliases, and the templates with their fields.

Leaves when they are made and swapped to `indexer.opensearch.index`.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from indexer.entries import DOCUMENT_FIELDS, PAGE_FIELDS, SCORED, Field, Kind, fingerprint
from indexer.plan import WINDOW

DOCUMENTS, PAGES = "documents", "pages"
KINDS: Mapping[str, Mapping[Field, Kind]] = MappingProxyType({DOCUMENTS: DOCUMENT_FIELDS, PAGES: PAGE_FIELDS})

_SCHEMA = fingerprint()[:12]
_LONGEST_KEYWORD = 8_191
"""In characters; Lucene refuses a document with a keyword of more than 32,766 bytes."""
_LONGEST_TOKEN = 1_000
"""Well above a pair of two of `pipeline.text.MAX_TOKEN`; Lucene would cut at 255."""


@dataclass(frozen=True, slots=True)
class Target:
    """The aliases of a pair of indices to write into."""

    documents: str
    pages: str


@dataclass(frozen=True, slots=True)
class Names:
    """All names below one prefix."""

    prefix: str

    @property
    def current(self) -> Target:
        """The aliases of what is searched."""
        return Target(self._alias(DOCUMENTS), self._alias(PAGES))

    @property
    def next(self) -> Target:
        """The aliases of what a rebuild writes."""
        return Target(f"{self._alias(DOCUMENTS)}-next", f"{self._alias(PAGES)}-next")

    @property
    def locks(self) -> str:
        """The index of the locks."""
        return f"{self.prefix}-locks"

    @property
    def all(self) -> str:
        """A pattern of every index but the locks, of any version of the software."""
        return ",".join(f"{self.prefix}-{kind}-*" for kind in KINDS)

    def pair(self, generation: int) -> Target:
        """The indices of a generation."""
        return Target(f"{self._alias(DOCUMENTS)}-{generation}", f"{self._alias(PAGES)}-{generation}")

    def generation(self, index: str) -> int | None:
        """Of which generation an index of this version of the software is."""
        match = re.fullmatch(rf"{re.escape(self.prefix)}-(?:{'|'.join(KINDS)})-{_SCHEMA}-(\d+)", index)
        return int(match[1]) if match else None

    def templates(self) -> dict[str, dict[str, Any]]:
        """The index templates by their names."""
        return {self._alias(kind): _template(f"{self._alias(kind)}-*", fields) for kind, fields in KINDS.items()}

    def _alias(self, kind: str) -> str:
        return f"{self.prefix}-{kind}-{_SCHEMA}"


def _template(pattern: str, fields: Mapping[Field, Kind]) -> dict[str, Any]:
    return {
        "index_patterns": [pattern],
        "priority": 500,
        "template": {
            "settings": {
                "number_of_shards": 1,  # scores, and so the order of hits, are then those of the embedded engine
                "auto_expand_replicas": "0-1",
                "refresh_interval": "-1",  # what was not flushed is not seen
                "max_result_window": WINDOW,
                "analysis": {
                    "tokenizer": {"spaces": {"type": "whitespace", "max_token_length": _LONGEST_TOKEN}},
                    "analyzer": {"words": {"type": "custom", "tokenizer": "spaces"}},
                },
            },
            "mappings": {
                "dynamic": "strict",
                "_source": {
                    "enabled": False
                },  # texts are the catalogue's, and an index is only ever rebuilt from there
                "properties": {field.value: _mapping(field, kind) for field, kind in fields.items()},
            },
        },
    }


def _mapping(field: Field, kind: Kind) -> dict[str, Any]:
    match kind:
        case Kind.KEYWORD if field in SCORED:  # of type keyword, each that matches would score the same
            return {"type": "text", "analyzer": "keyword", "index_options": "docs"}
        case Kind.NUMBER:
            return {"type": "long"}
        case Kind.WORDS:
            return {"type": "text", "analyzer": "words"}
        case Kind.PAIRS:
            return {"type": "text", "analyzer": "words", "index_options": "freqs"}
        case Kind.IDENTITY | Kind.KEYWORD | Kind.FACET:
            return {
                "type": "keyword",
                "doc_values": kind is not Kind.KEYWORD,
                "ignore_above": _LONGEST_KEYWORD,
            }


LOCKS = {
    "settings": {"number_of_shards": 1, "auto_expand_replicas": "0-1"},
    "mappings": {"dynamic": "strict", "properties": {"holder": {"type": "keyword"}}},
}
"""The index of the locks."""
