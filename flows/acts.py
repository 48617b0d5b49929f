"""A person's acts on documents from the command line: which documents, whether this person may, and the audit of it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from flows.console import operator, origin, reader_as, require_may_publish
from indexer.fields import tokens_of
from pipeline.access import Reader, may_read
from pipeline.catalogue import Catalogue
from pipeline.catalogue.audit import AuditEvent, Outcome
from pipeline.catalogue.documents import not_found_message
from pipeline.errors import NotAllowedError, NotFoundError, UsageError
from pipeline.model import DocumentRecord
from pipeline.settings import Settings


@dataclass(frozen=True, slots=True)
class Target:
    """The documents that somebody acts on, and who acts."""

    documents: tuple[str, ...]
    actor: str
    reader: Reader | None


def target(document: str | None, batch: str | None, person: str | None, of: Settings, facts: Catalogue) -> Target:
    """One document or all of a batch. Raises `UsageError` unless exactly one of the two is named."""
    if (document is None) == (batch is None):
        message = "Hãy nêu mã một văn bản, hoặc --batch với mã một đợt nạp."
        raise UsageError(message)
    reader = None if person is None else reader_as(person, of, facts)
    actor = operator(of) if reader is None else reader.id
    if document is not None:
        return Target((document,), actor, reader)
    facts.batches.batch(batch or "")
    return Target(facts.documents.ids_of_batch(batch or ""), actor, reader)


def act_on(chosen: Target, action: str, facts: Catalogue, act: Callable[[Sequence[str]], None]) -> None:
    """Do it to all of the documents or to none, and record each in the audit, refused attempts too.

    Raises:
        NotFoundError: a document is missing, or this person may not see it.
        NotAllowedError: the person may see it but not do this.
    """
    try:
        _require_allowed(chosen, facts)
    except (NotAllowedError, NotFoundError):
        _record(chosen, action, Outcome.REFUSED, facts)
        raise
    act(chosen.documents)
    _record(chosen, action, Outcome.ALLOWED, facts)


def _require_allowed(chosen: Target, facts: Catalogue) -> None:
    records = facts.documents.documents(chosen.documents)
    for document in chosen.documents:
        record = records.get(document)
        if record is None or (chosen.reader is not None and not is_readable(record, chosen.reader)):
            raise NotFoundError(not_found_message())
        if chosen.reader is not None:
            require_may_publish(chosen.reader, record.owner_unit)


def is_readable(record: DocumentRecord, reader: Reader) -> bool:
    """Whether the reader may read this document as it is now."""
    return may_read(reader, tokens_of(record))


def _record(chosen: Target, action: str, outcome: Outcome, facts: Catalogue) -> None:
    for document in chosen.documents:
        facts.audit.record(AuditEvent(chosen.actor, action, document, outcome, origin()))
