"""Verify: every original bit for bit as it came, nothing missing, nothing unclaimed, the audit whole."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass

from pipeline.catalogue import Catalogue
from pipeline.catalogue.audit import AuditHead
from pipeline.errors import ObjectMissingError
from pipeline.ports import ObjectStore
from pipeline.storage import keys
from pipeline.storage.staging import Staging


@dataclass(frozen=True, slots=True)
class Findings:
    """What was found. `unclaimed` are objects of no file that is filed or staged."""

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
    """Read every original again and compare; every derived object must belong to a file.

    `heads` are what was noted of the audit before, outside the catalogue.
    """
    filed = {file.sha256 for file in catalogue.documents.files()}
    missing, altered = [], []
    for sha256 in sorted(filed):
        key = keys.original(sha256)
        try:
            if store.describe(key).sha256 != sha256:
                altered.append(key)
        except ObjectMissingError:
            missing.append(key)
    staged = {manifest.sha256 for manifest in staging.leftovers()}
    return Findings(
        files=len(filed),
        missing=tuple(missing),
        altered=tuple(altered),
        unclaimed=tuple(_unclaimed(store, filed | staged)),
        staged=len(staged),
        audit_broken_at=catalogue.audit.first_broken(heads),
    )


def _unclaimed(store: ObjectStore, claimed: set[str]) -> Iterator[str]:
    for prefix in (keys.ORIGINALS, keys.DERIVED):
        yield from (key for key in store.keys(prefix) if keys.sha256_of(key) not in claimed)
