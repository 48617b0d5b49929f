"""File: promote a screened file into the store and its documents into the catalogue.

Originals and derived objects first, facts last and in one transaction: whatever dies in between is found in staging
by the next run, which writes the same objects again to no effect. Leaves telling the index to whoever drains the
outbox.
"""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from io import BytesIO

from pipeline.access import Grant
from pipeline.catalogue import Catalogue
from pipeline.catalogue.documents import FilingPlace, NewDocument, NewFile
from pipeline.errors import CorruptObjectError, ObjectConflictError
from pipeline.model import Description, FieldName, FieldValue, FileStatus, PageResult, PageStatus
from pipeline.ports import Describer, DocumentPart, ObjectStore
from pipeline.storage import keys
from pipeline.storage.pages import to_json
from pipeline.storage.staging import Manifest, StagedFile


@dataclass(frozen=True, slots=True)
class Filed:
    """How the filing of a file ended, and the ids of its documents."""

    status: FileStatus
    reason: str | None
    documents: tuple[str, ...]


def pages_of(staged: StagedFile, manifest: Manifest) -> tuple[PageResult, ...]:
    """All pages of a staged file that has been read."""
    return tuple(staged.page(number) for number in range(1, manifest.pages + 1))


def describe(
    parts: Sequence[DocumentPart], manifest: Manifest, describer: Describer, catalogue: Catalogue
) -> tuple[NewDocument, ...]:
    """What each document of the file is; the organisation's units resolve issuers.

    The name of a stack says nothing of any one paper in it. Where a document was cut is told as one of its fields.
    """
    units = catalogue.organisation.units()
    name = manifest.name if len(parts) == 1 else ""
    return tuple(
        NewDocument(part.pages, _with_cut(describer.describe(part.pages, file_name=name, units=units), part.cut))
        for part in parts
    )


def _with_cut(description: Description, cut: FieldValue | None) -> Description:
    return description if cut is None else replace(description, fields={**description.fields, FieldName.CUT: cut})


def promote(staged: StagedFile, manifest: Manifest, pages: Sequence[PageResult], store: ObjectStore) -> None:
    """Put the original, the words and the text layers into the store.

    Raises:
        CorruptObjectError: our copy of the file is damaged; nothing was put.
        ObjectConflictError: the store holds other bytes under the original's hash: it was altered.
        StorageFullError: no space; no object was half-kept.
    """
    if not staged.is_whole(manifest.sha256):
        message = "Bản sao của tệp trong vùng chờ bị hỏng nên không lưu. Hãy kiểm tra ổ đĩa rồi nạp lại."
        raise CorruptObjectError(message)
    with staged.original.open("rb") as original:
        store.put(keys.original(manifest.sha256), original, media_type=manifest.media_type)
    for page in pages:
        _put_derived(store, keys.words(manifest.sha256, page.file_page), to_json(page), "application/json")
        layer = staged.layer(page.file_page)
        if layer is not None:
            _put_derived(store, keys.layer(manifest.sha256, page.file_page), layer.read_bytes(), "application/pdf")


def _put_derived(store: ObjectStore, key: str, data: bytes, media_type: str) -> None:
    """Keep a product of reading. One of the same version from an earlier run stands: it differs by its time only."""
    with suppress(ObjectConflictError):
        store.put(key, BytesIO(data), media_type=media_type)


def file(
    manifest: Manifest,
    documents: Sequence[NewDocument],
    catalogue: Catalogue,
    place: FilingPlace,
    *,
    note: str | None = None,
) -> Filed:
    """Write the facts: the file and the documents that it is, one or many. `note` is for the report."""
    failed = [page for document in documents for page in document.pages if page.status is PageStatus.FAILED]
    status = FileStatus.INCOMPLETE if failed else FileStatus.STORED
    reason = "; ".join(told for told in (_reason(failed), note) if told) or None
    new = NewFile(
        owner_unit=manifest.owner_unit,
        sha256=manifest.sha256,
        name=manifest.name,
        media_type=manifest.media_type,
        size=manifest.size,
        pages=manifest.pages,
        documents=tuple(documents),
    )
    ids = catalogue.documents.file(
        new, place, status=status, reason=reason, grants=[Grant(token) for token in manifest.publish_to]
    )
    if ids is None:
        return Filed(FileStatus.DUPLICATE, "Đơn vị đã có tệp này.", ())
    return Filed(status, reason, ids)


def _reason(failed: Sequence[PageResult]) -> str | None:
    """Which pages could not be read and why, for the report."""
    if not failed:
        return None
    return "; ".join(f"trang {page.file_page}: {page.reason}" for page in failed)
