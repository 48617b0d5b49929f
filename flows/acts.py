"""A person's acts on documents from the command line: which documents, whether this person may, and the audit of it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from flows.console import operator, origin, reader_as, require_may_publish
from pipeline.access import Reader
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
    require_allowed(chosen, action, facts)
    act(chosen.documents)
    _record(chosen, action, Outcome.ALLOWED, facts)


def require_allowed(chosen: Target, action: str, facts: Catalogue) -> None:
    """Whether the actor may do this to all of the documents; a refusal is written down. Raises as `act_on` does."""
    try:
        _require_allowed(chosen, facts)
    except (NotAllowedError, NotFoundError):
        _record(chosen, action, Outcome.REFUSED, facts)
        raise


def _require_allowed(chosen: Target, facts: Catalogue) -> None:
    records = facts.documents.documents(chosen.documents)
    for document in chosen.documents:
        record = records.get(document)
        if record is None or (chosen.reader is not None and not record.is_readable_by(chosen.reader)):
            raise NotFoundError(not_found_message())
        if chosen.reader is not None:
            require_may_publish(chosen.reader, record.owner_unit)


def readable(document: str, reader: Reader, action: str, facts: Catalogue) -> DocumentRecord:
    """The document, if it is there and the reader may read it now; a refusal is written down.

    Raises:
        NotFoundError: it is missing or hidden, which look the same.
    """
    record = facts.documents.documents([document]).get(document)
    if record is None or not record.is_readable_by(reader):
        record_act(reader, action, document, facts, Outcome.REFUSED)
        raise NotFoundError(not_found_message())
    return record


def require_publisher(reader: Reader, unit: str, action: str, what: str, facts: Catalogue) -> None:
    """Refuse whoever does not publish for the unit, and write that down of `what`. Raises `NotAllowedError`."""
    try:
        require_may_publish(reader, unit)
    except NotAllowedError:
        record_act(reader, action, what, facts, Outcome.REFUSED)
        raise


def record_act(
    reader: Reader, action: str, what: str | None, facts: Catalogue, outcome: Outcome = Outcome.ALLOWED
) -> None:
    """Write a person's act on a document or a unit into the audit."""
    facts.audit.record(AuditEvent(reader.id, action, what, outcome, origin()))


def _record(chosen: Target, action: str, outcome: Outcome, facts: Catalogue) -> None:
    for document in chosen.documents:
        facts.audit.record(AuditEvent(chosen.actor, action, document, outcome, origin()))
