"""Known: of many files, end those that need no reading, in few questions to the catalogue and one transaction.

So a second run over thousands of known files costs little more than their hashing. Leaves the files that are new to
`pipeline.steps.take_in`.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from pipeline.catalogue.batches import BatchItem
from pipeline.errors import FileRefusedError
from pipeline.model import FileStatus
from pipeline.steps.intake import Asked, FoundFile, HashedFile, hash_file
from pipeline.steps.take_in import KNOWN, Outcome, Place, Rooms, quarantined


@dataclass(frozen=True, slots=True)
class SortedOut:
    """Files that have ended, and those that are to be taken in, both by their ordinals."""

    ended: tuple[Outcome, ...]
    new: Mapping[int, HashedFile]


def sort_out(files: Mapping[int, FoundFile], asked: Asked, batch: str, rooms: Rooms) -> SortedOut:
    """Hash these files of a batch; end what cannot be read, what was quarantined before and what the unit has."""
    hashed, refused = _hashed(files)
    return end_known(hashed, asked, batch, rooms, refused=refused)


def end_known(
    hashed: Mapping[int, HashedFile], asked: Asked, batch: str, rooms: Rooms, *, refused: Sequence[Outcome] = ()
) -> SortedOut:
    """The same for files that were hashed, recorded together with the refusals."""
    hashes = {file.sha256 for file in hashed.values()}
    marks = _marks(hashes, rooms)
    file_ids = rooms.catalogue.documents.file_ids(asked.unit, hashes)
    documents = rooms.catalogue.documents.ids_of_files(file_ids.values())
    marked = {ordinal: file for ordinal, file in hashed.items() if file.sha256 in marks}
    known = {n: file for n, file in hashed.items() if n not in marked and file.sha256 in file_ids}
    items = [BatchItem(ended.ordinal, ended.status, ended.reason) for ended in refused]
    items += [BatchItem(n, FileStatus.DUPLICATE, KNOWN, file_ids[file.sha256]) for n, file in known.items()]
    rooms.catalogue.batches.record(batch, items)
    ended = [
        *refused,
        *(quarantined(marks[f.sha256], f.sha256, asked.actor, Place(batch, n), rooms) for n, f in marked.items()),
        *(_duplicate(n, file, documents.get(file_ids[file.sha256], ())) for n, file in known.items()),
    ]
    new = {n: file for n, file in hashed.items() if n not in marked and n not in known}
    return SortedOut(tuple(ended), new)


def _hashed(files: Mapping[int, FoundFile]) -> tuple[dict[int, HashedFile], list[Outcome]]:
    hashed: dict[int, HashedFile] = {}
    refused: list[Outcome] = []
    for ordinal, file in files.items():
        try:
            hashed[ordinal] = hash_file(file)
        except FileRefusedError as refusal:
            refused.append(Outcome(ordinal, file.shown_path, FileStatus.REFUSED, str(refusal), inner=file.inner))
    return hashed, refused


def _marks(hashes: Collection[str], rooms: Rooms) -> Mapping[str, str]:
    """The mark of each of these files that was quarantined before, where it is still not allowed."""
    hmacs = {rooms.staging.fingerprint(sha256): sha256 for sha256 in hashes}
    marks = rooms.catalogue.batches.quarantined_marks(hmacs)
    return {hmacs[hmac]: mark for hmac, mark in marks.items() if mark not in rooms.allowed_marks}


def _duplicate(ordinal: int, file: HashedFile, documents: tuple[str, ...]) -> Outcome:
    return Outcome(ordinal, file.found.shown_path, FileStatus.DUPLICATE, KNOWN, documents, inner=file.found.inner)
