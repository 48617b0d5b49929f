"""Makes fictional Vietnamese papers, scans of them, and their truth; the same seed makes the same documents.

`make_document` makes one to order, `invented_documents` and `committed_documents` whole sets, `write_set` writes them.
"""

from samples.generator.archive import (
    DEFAULT_SEED,
    committed_documents,
    invented_documents,
    make_document,
    write_set,
)
from samples.generator.document import FieldBox, GeneratedDocument, GeneratedPage
from samples.generator.model import Look, Paper, Recipe, Reference, Table
from samples.generator.organisation import Organisation, load_organisation
from samples.generator.truth import document_truth, reading_orders

__all__ = [
    "DEFAULT_SEED",
    "FieldBox",
    "GeneratedDocument",
    "GeneratedPage",
    "Look",
    "Organisation",
    "Paper",
    "Recipe",
    "Reference",
    "Table",
    "committed_documents",
    "document_truth",
    "invented_documents",
    "load_organisation",
    "make_document",
    "reading_orders",
    "write_set",
]
