"""What is told of a batch and of documents: as JSON for programs and as lines for people.

Leaves printing to the commands.
"""

from collections import Counter
from collections.abc import Mapping, Sequence

from flows.words import FIELD_WORDS, FILE_WORDS
from pipeline.model import DocumentRecord, FieldName, FileStatus
from pipeline.steps.intake import printable
from pipeline.steps.take_in import Batch, Outcome

_LISTED = (FieldName.TYPE, FieldName.NUMBER, FieldName.DATE, FieldName.ISSUER, FieldName.SUBJECT)


def batch_json(batch: Batch, seconds: float, records: Mapping[str, DocumentRecord]) -> dict[str, object]:
    """The report of a batch."""
    return {
        "batch": batch.id,
        "seconds": round(seconds, 3),
        "files": [_file_json(outcome, records) for outcome in batch.outcomes],
    }


def _file_json(outcome: Outcome, records: Mapping[str, DocumentRecord]) -> dict[str, object]:
    """One file. A quarantined one is named by its ordinal alone."""
    named: dict[str, object] = {"ordinal": outcome.ordinal}
    if outcome.path is not None:
        named["path"] = outcome.path
    documents = [document_json(records[document]) for document in outcome.documents if document in records]
    return named | {"status": outcome.status, "reason": outcome.reason, "documents": documents}


def document_json(record: DocumentRecord) -> dict[str, object]:
    """A document in a list."""
    values: dict[str, object] = {name.value: record.value(name) for name in _LISTED}
    return {
        "id": record.id,
        **values,
        "pages": len(record.pages),
        "status": record.status,
        "doubtful": list(record.doubtful),
    }


def batch_lines(batch: Batch, seconds: float, records: Mapping[str, DocumentRecord]) -> list[str]:
    """The report for a person: counts, then each file of which there is something to tell.

    Files that were in before are only counted; the JSON report names them.
    """
    counts = Counter(outcome.status for outcome in batch.outcomes)
    told = ", ".join(f"{counts[status]} {FILE_WORDS[status]}" for status in FileStatus if counts[status])
    lines = [f"Đợt {batch.id}: {len(batch.outcomes)} tệp trong {seconds:.1f} giây ({told or 'không có tệp nào'})."]
    lines += [
        f"  [{FILE_WORDS[outcome.status]}] {_shown(outcome)}: {outcome.reason}"
        for outcome in batch.outcomes
        if outcome.status is not FileStatus.DUPLICATE and (outcome.status is not FileStatus.STORED or outcome.reason)
    ]
    if counts[FileStatus.DUPLICATE]:
        lines.append(f"  {counts[FileStatus.DUPLICATE]} tệp đã có từ trước, không lưu lần nữa (xem từng tệp: --json).")
    new = [d for o in batch.outcomes if o.status is not FileStatus.DUPLICATE for d in o.documents]
    doubtful = [records[document] for document in new if document in records and records[document].doubtful]
    if doubtful:
        lines.append(f"{len(doubtful)} văn bản có trường cần người xem lại:")
        lines += [f"  {record.id}: {', '.join(FIELD_WORDS[name] for name in record.doubtful)}" for record in doubtful]
    return lines


def _shown(outcome: Outcome) -> str:
    return f"tệp thứ {outcome.ordinal}" if outcome.path is None else printable(outcome.path)


def is_all_in(outcomes: Sequence[Outcome]) -> bool:
    """Whether every file is in: stored now or before."""
    return all(outcome.status in (FileStatus.STORED, FileStatus.DUPLICATE) for outcome in outcomes)
