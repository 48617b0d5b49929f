"""Verify: every original bit for bit as it came, every page's words and layer there and whole, nothing unclaimed.

And the audit unbroken.
"""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from itertools import chain, islice

from pipeline.catalogue import Catalogue
from pipeline.catalogue.audit import AuditHead
from pipeline.errors import ObjectMissingError
from pipeline.model import PageStatus, Source
from pipeline.ports import ObjectStore
from pipeline.storage import keys
from pipeline.storage.soundness import is_sound
from pipeline.storage.staging import Staging

_CHUNK = 500
"""Documents read at a time."""


@dataclass(frozen=True, slots=True)
class Findings:
    """What was found, by the keys of objects. `unclaimed` are those of no file that is filed or staged."""

    files: int
    missing: tuple[str, ...]
    altered: tuple[str, ...]
    unclaimed: tuple[str, ...]
    staged: int
    audit_broken_at: int | None

    @property
    def is_clean(self) -> bool:
        """Whether nothing is wrong. A file still in staging is work left over, and is wrong too."""
        faults = self.missing or self.altered or self.unclaimed or self.staged
        return not faults and self.audit_broken_at is None


def verify(catalogue: Catalogue, store: ObjectStore, staging: Staging, heads: Collection[AuditHead] = ()) -> Findings:
    """Read every object again: originals are compared, products of reading must be what they say they are.

    `heads` are what was noted of the audit before, outside the catalogue.
    """
    filed = {file.sha256 for file in catalogue.documents.files()}
    missing, altered = dict[str, None](), dict[str, None]()  # one file may be of several units: each key once
    for key in chain(map(keys.original, sorted(filed)), _derived(catalogue)):
        is_whole = _is_whole(key, store)
        if not is_whole:
            (missing if is_whole is None else altered)[key] = None
    staged = {manifest.sha256 for manifest in staging.leftovers()}
    return Findings(
        files=len(filed),
        missing=tuple(missing),
        altered=tuple(altered),
        unclaimed=tuple(_unclaimed(store, filed | staged)),
        staged=len(staged),
        audit_broken_at=catalogue.audit.first_broken(heads),
    )


def _derived(catalogue: Catalogue) -> Iterator[str]:
    """What the pages of all documents were read into."""
    ids = catalogue.documents.document_ids()
    while chunk := list(islice(ids, _CHUNK)):
        for record in catalogue.documents.documents(chunk).values():
            for page in record.pages:
                yield keys.words(record.file.sha256, page.file_page)
                if page.status is PageStatus.READ and page.source is Source.OCR:
                    yield keys.layer(record.file.sha256, page.file_page)


def _is_whole(key: str, store: ObjectStore) -> bool | None:
    """Whether the object is sound; None where there is none."""
    try:
        with store.open(key) as stream:
            return is_sound(key, stream)
    except ObjectMissingError:
        return None


def _unclaimed(store: ObjectStore, claimed: set[str]) -> Iterator[str]:
    for prefix in (keys.ORIGINALS, keys.DERIVED):
        yield from (key for key in store.keys(prefix) if keys.sha256_of(key) not in claimed)
