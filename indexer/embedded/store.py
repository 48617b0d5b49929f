"""The two tantivy indices of a version, opened or made with the fields of `indexer.entries`, and tantivy's errors.

Leaves the folders of the versions to `indexer.embedded.versions`.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import tantivy

from indexer.embedded.versions import schema_of
from indexer.entries import DOCUMENT_FIELDS, PAGE_FIELDS, Field, Kind, fingerprint
from indexer.faults import MISSING, OTHER_SCHEMA
from pipeline.errors import StorageFullError, UnavailableError, VanKhoError

BROKEN = "Chỉ mục tìm kiếm bị hỏng. Hãy kiểm tra ổ đĩa, rồi chạy `vankho reindex` để dựng lại từ danh mục."

_NAMES = ("documents", "pages")
_TOKENIZER = "spaces"


@dataclass(frozen=True, slots=True)
class Store:
    """One tantivy index and its schema."""

    index: tantivy.Index
    schema: tantivy.Schema


@dataclass(frozen=True, slots=True)
class Version:
    """An opened version."""

    path: Path
    documents: Store
    pages: Store


def create_version(path: Path) -> Version:
    """Make the two indices, empty, in the folder of a new version."""
    for name in _NAMES:
        (path / name).mkdir()
    return _opened(path)


def open_version(path: Path | None) -> Version:
    """Open a version. Raises `UnavailableError` where there is none, it is damaged, or another software built it."""
    if path is None:
        raise UnavailableError(MISSING)
    schema = schema_of(path)
    if schema is None or not all(tantivy.Index.exists(str(path / name)) for name in _NAMES):
        raise UnavailableError(BROKEN)  # tantivy would make an empty index there
    if schema != fingerprint():
        raise UnavailableError(OTHER_SCHEMA)
    return _opened(path)


def _opened(path: Path) -> Version:
    return Version(path, _store(path / "documents", DOCUMENT_FIELDS), _store(path / "pages", PAGE_FIELDS))


def _store(path: Path, fields: Mapping[Field, Kind]) -> Store:
    """Open or make one index. Its tokenizer is not kept on disk and must be told anew each time."""
    builder = tantivy.SchemaBuilder()
    for field, kind in fields.items():
        _add_field(builder, field, kind)
    schema = builder.build()
    index = tantivy.Index(schema, str(path))
    index.register_tokenizer(_TOKENIZER, tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.whitespace()).build())
    index.config_reader("manual")
    return Store(index, schema)


def _add_field(builder: tantivy.SchemaBuilder, field: Field, kind: Kind) -> None:
    match kind:
        case Kind.NUMBER:
            builder.add_unsigned_field(field, indexed=True, fast=True)
        case Kind.WORDS:
            builder.add_text_field(field, tokenizer_name=_TOKENIZER, index_option="position")
        case Kind.PAIRS:
            builder.add_text_field(field, tokenizer_name=_TOKENIZER, index_option="freq")
        case Kind.IDENTITY | Kind.KEYWORD | Kind.FACET:
            builder.add_text_field(
                field,
                stored=kind is Kind.IDENTITY,
                fast=kind is Kind.FACET,
                tokenizer_name="raw",
                index_option="basic",
            )


@contextmanager
def engine_errors() -> Iterator[None]:
    """Tantivy's errors, nearly all of one class, as ours."""
    try:
        yield
    except VanKhoError:
        raise
    except (ValueError, OSError) as error:
        text = str(error)
        if "os error 28" in text or "No space left" in text:
            message = "Ổ đĩa chứa chỉ mục đã đầy. Hãy giải phóng chỗ trống rồi chạy lại."
            raise StorageFullError(message) from error
        raise UnavailableError(BROKEN) from error
    except BaseException as error:
        if type(error).__name__ != "PanicException":  # tantivy's own class for a failed assumption, on damaged files
            raise
        raise UnavailableError(BROKEN) from error
