"""Who may read a document, and why; what a person may read, and why.

A reason is a token that the document carries and the person holds, with the role that gives it to them: the rule of
`pipeline.access`, told by its parts. Of documents, nobody is told but of those that they may read themselves: what a
person may read is what both may read, counts too. Of others' roles, nobody is told but of those in units that they
keep (`pipeline.organisation_edits`), and of a document's readers, but of those people and of the owner unit's own.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from pipeline.access import Reader, tokens_by_role
from pipeline.catalogue import Catalogue
from pipeline.duties import Duties, duties_for
from pipeline.errors import NotAllowedError, NotFoundError
from pipeline.model import DocumentRecord, DocumentStatus, Organisation, Person, present_parents
from pipeline.organisation_edits import Field, person_of
from pipeline.succession import inherited


@dataclass(frozen=True, slots=True, order=True)
class Reason:
    """A token by which somebody reads, and the role in a unit that gives it to them today."""

    token: str
    role: str
    unit: str


@dataclass(frozen=True, slots=True)
class Holder:
    """A person who may read a document, and by what."""

    person: str
    name: str
    by: tuple[Reason, ...]


@dataclass(frozen=True, slots=True)
class Door:
    """A token that a document carries, and how many people hold it. Not granted: it is the owner unit's clerks'."""

    token: str
    is_granted: bool
    people: int


@dataclass(frozen=True, slots=True)
class DocumentAccess:
    """Who may read a document today: by which token how many, and by their id those whom whoever asks is told of."""

    tokens: tuple[Door, ...]
    people: tuple[Holder, ...]

    def who_hold(self, token: str | None) -> tuple[Holder, ...]:
        """Those who read it by this token; without one, all that are told."""
        return tuple(each for each in self.people if token is None or token in {reason.token for reason in each.by})


@dataclass(frozen=True, slots=True)
class HeldToken:
    """A token that a person holds today, by which roles, and how many documents they read by it."""

    token: str
    by: tuple[Reason, ...]
    documents: int


@dataclass(frozen=True, slots=True)
class ReadDocument:
    """A document that the person may read, and by what."""

    record: DocumentRecord
    by: tuple[Reason, ...]


@dataclass(frozen=True, slots=True)
class PersonAccess:
    """What a person holds and may read today, as far as whoever asks may read it too. `documents` are one page."""

    person: str
    name: str
    tokens: tuple[HeldToken, ...]
    total: int
    documents: tuple[ReadDocument, ...]


@dataclass(frozen=True, slots=True)
class Page:
    """Which of many are wanted: so many (`size`) from the page with this number, counted from 1."""

    number: int
    size: int

    @property
    def offset(self) -> int:
        """How many come before."""
        return (self.number - 1) * self.size


def access_to(record: DocumentRecord, organisation: Organisation, today: date, *, told_to: str) -> DocumentAccess:
    """Who of the organisation may read the document on that day, as far as the person `told_to` is told of them.

    Counted are all. Named are whom `told_to` keeps, and who has a role on that day in the unit that keeps the document;
    of their reasons, those by a role there or in a unit that `told_to` keeps, and `told_to`'s own.
    """
    parents, before = present_parents(organisation.units, today), inherited(organisation.successions, today)
    held = [(person, _reasons_of(person, parents, before, today)) for person in organisation.people]
    granted = {grant.token for grant in record.grants} if record.status is DocumentStatus.PUBLISHED else set()
    doors = sorted(record.tokens, key=lambda token: (token in granted, token))
    kept = _field(told_to, organisation, today)
    holders = (
        Holder(person.id, person.name, _by(record, _told(reasons, person.id, told_to, kept, also=record.owner_unit)))
        for person, reasons in held
        if not record.tokens.isdisjoint(reasons)
    )
    return DocumentAccess(
        tuple(Door(token, token in granted, sum(token in reasons for _, reasons in held)) for token in doors),
        tuple(holder for holder in holders if holder.by),
    )


def access_of(person: Person, facts: Catalogue, *, told_to: Reader, page: Page, today: date) -> PersonAccess:
    """What a person may read on that day, as far as `told_to` may read it too; the last that came first.

    Another is told only of roles in the units that they keep: what the person holds and reads by others alone is left
    out, of the counts too.
    """
    organisation = facts.organisation.whole()
    parents, before = present_parents(organisation.units, today), inherited(organisation.successions, today)
    kept = _field(told_to.id, organisation, today)
    reasons = _told(_reasons_of(person, parents, before, today), person.id, told_to.id, kept)
    reader = Reader(person.id, frozenset(reasons))
    found = facts.readable.page(reader, told_to=told_to, offset=page.offset, limit=page.size)
    records = facts.documents.documents(found.ids)
    shown = [records[one] for one in found.ids if one in records]
    return PersonAccess(
        person.id,
        person.name,
        tuple(HeldToken(token, reasons[token], found.by_token.get(token, 0)) for token in sorted(reasons)),
        found.total,
        tuple(
            ReadDocument(record, _by(record, reasons))
            for record in shown
            if record.is_readable_by(reader) and record.is_readable_by(told_to)  # as they are by now
        ),
    )


def _field(person: str, organisation: Organisation, today: date) -> Field:
    """What a person keeps on that day; an empty field for who keeps nothing."""
    found, parents = person_of(organisation, person), present_parents(organisation.units, today)
    duties = duties_for(person, found.memberships if found else (), parents=parents, today=today)
    return Field(organisation, duties.keeps, today)


def _told(
    reasons: Mapping[str, tuple[Reason, ...]], person: str, told_to: str, kept: Field, *, also: str | None = None
) -> Mapping[str, tuple[Reason, ...]]:
    """Of a person's tokens and reasons, those that `told_to` is told of: all of their own."""
    if person == told_to:
        return reasons
    units = {reason.unit for by in reasons.values() for reason in by}
    open_units = {unit for unit in units if unit == also or kept.has_unit(unit)}
    left = {token: _within(by, open_units) for token, by in reasons.items()}
    return {token: by for token, by in left.items() if by}


def _within(by: Iterable[Reason], units: set[str]) -> tuple[Reason, ...]:
    return tuple(reason for reason in by if reason.unit in units)


def _reasons_of(
    person: Person, parents: Mapping[str, str | None], before: Mapping[str, frozenset[str]], today: date
) -> Mapping[str, tuple[Reason, ...]]:
    """The tokens that a person holds on that day, each with every role that gives it."""
    found: dict[str, set[Reason]] = {}
    for role, tokens in tokens_by_role(person.id, person.memberships, parents=parents, today=today, before=before):
        for token in tokens:
            found.setdefault(token, set()).add(Reason(token, role.role, role.unit))
    return {token: tuple(sorted(reasons)) for token, reasons in found.items()}


def require_may_ask(person: str, asker: Duties, facts: Catalogue, *, today: date) -> Person:
    """The person whose rights `asker` asks for: themselves, or one whom they keep (`pipeline.organisation_edits`).

    Managing accounts or reading the audit is not enough:
    neither is to learn of documents.

    Raises:
        NotAllowedError: the asker keeps nobody and asks for another, who may be there or not.
        NotFoundError: the person is not there, or not one of theirs: the two look the same.
    """
    if person != asker.person and not asker.keeps:
        raise NotAllowedError("Chỉ chính người đó hoặc chánh văn phòng của đơn vị họ mới xem được việc này.")
    found = {each.id: each for each in facts.organisation.people()}.get(person)
    kept = Field(facts.organisation.whole(), asker.keeps, today)
    if found is None or not (person == asker.person or kept.has_person(person)):
        raise NotFoundError("Không có người này trong phạm vi bạn phụ trách.")
    return found


def known_person(person: str, facts: Catalogue) -> str | None:
    """The handle, if somebody has it: anything else is written into no audit."""
    return person if any(each.id == person for each in facts.organisation.people()) else None


def _by(record: DocumentRecord, reasons: Mapping[str, tuple[Reason, ...]]) -> tuple[Reason, ...]:
    return tuple(reason for token in sorted(record.tokens & reasons.keys()) for reason in reasons[token])
