"""Units, people and their dated roles, and the reader that a person is today."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import date, timedelta

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from pipeline.access import Grant, Reader, reader_for
from pipeline.catalogue.audit import AuditEvent, Outcome, append
from pipeline.catalogue.database import Database
from pipeline.catalogue.tables import MembershipRow, PersonRow, SuccessionRow, UnitRow
from pipeline.clock import today
from pipeline.duties import Duties, duties_for
from pipeline.errors import NotAllowedError, NotFoundError, UsageError
from pipeline.model import Membership, Organisation, Person, Unit, present_parents
from pipeline.organisation_edits import Edit, Editor, edited, require_edition
from pipeline.succession import Past, Succession, SuccessionKind, inherited


class OrganisationFacts:
    """The organisation in the catalogue."""

    def __init__(self, database: Database) -> None:
        """Facts in this database."""
        self._database = database

    def replace(self, organisation: Organisation) -> None:
        """Make the organisation this one, all or nothing.

        Units and people of before that are not in it stay known (documents may belong to them) but units end the day
        before and people lose their roles: nobody keeps a right that the file does not give.
        """
        with self._database.writing() as session:
            session.execute(delete(MembershipRow))
            session.execute(delete(SuccessionRow))
            _put_units(session, organisation.units)
            session.add_all(_succession_row(each) for each in organisation.successions)
            for person in organisation.people:
                session.merge(PersonRow(id=person.id, name=person.name))
            session.flush()
            session.add_all(_membership_rows(organisation.people))

    def edit(self, edit: Edit, by: Editor, *, today: date, seen: str | None = None) -> Organisation:
        """Make one edit, with its lines in the audit, or nothing; the organisation after it.

        `seen` is the edition (`pipeline.organisation_edits.edition_of`) that the editor looked at, if they say.

        Raises:
            NotAllowedError: the editor may not; this and the next are in the audit.
            NotFoundError: what it is about is not there, or not theirs to edit.
            StaleError: the organisation is another than the one that was seen.
            OrganisationError: it cannot be done; each fault is named.
        """
        try:
            with self._database.writing() as session:
                before = Organisation(_units(session), _people(session), _successions(session))
                if by.person is not None:
                    _require_person(session, by.person)
                after = edited(before, edit, by, today=today)
                require_edition(before, seen)
                _put_changed(session, before, after)
                for what in edit.about:
                    append(session, AuditEvent(by.actor, edit.action, what, Outcome.ALLOWED, by.origin))
                return after
        except (NotAllowedError, NotFoundError):
            self._record_refused(edit, by)
            raise

    def _record_refused(self, edit: Edit, by: Editor) -> None:
        """One line for each handle that there is: others are written into no audit."""
        with self._database.writing() as session:
            known = {*session.scalars(select(UnitRow.id)), *session.scalars(select(PersonRow.id))}
            told: list[str | None] = [what for what in edit.about if what in known]
            for what in told or [None]:
                append(session, AuditEvent(by.actor, edit.action, what, Outcome.REFUSED, by.origin))

    def whole(self) -> Organisation:
        """All of it at one moment: units and people by id, successions by their day."""
        with self._database.reading() as session:
            return Organisation(_units(session), _people(session), _successions(session))

    def units(self) -> tuple[Unit, ...]:
        """All units, ended ones too, by id."""
        with self._database.reading() as session:
            return _units(session)

    def successions(self) -> tuple[Succession, ...]:
        """Which units came from which, by the day."""
        with self._database.reading() as session:
            return _successions(session)

    def people(self) -> tuple[Person, ...]:
        """All people with their roles, by id."""
        with self._database.reading() as session:
            return _people(session)

    def person(self, person: str) -> Person:
        """The person with this id and all their roles. Raises `NotFoundError`."""
        with self._database.reading() as session:
            row = _require_person(session, person)
            return Person(row.id, row.name, tuple(_memberships(session, person)))

    def reader(self, person: str, *, today: date) -> Reader:
        """The reader that a person is today. Raises `NotFoundError` for an unknown person."""
        with self._database.reading() as session:
            _require_person(session, person)
            roles = _memberships(session, person)
            units, successions = _units(session), _successions(session)
        parents, before = present_parents(units, today), inherited(successions, today)
        return reader_for(person, roles, parents=parents, today=today, before=before)

    def duties(self, person: str, *, today: date) -> Duties:
        """What a person may do today beside reading. Raises `NotFoundError` for an unknown person."""
        with self._database.reading() as session:
            _require_person(session, person)
            roles = _memberships(session, person)
            units = _units(session)
        return duties_for(person, roles, parents=present_parents(units, today), today=today)

    def require_unit(self, unit: str) -> Unit:
        """The unit with this id. Raises `UsageError` where there is none."""
        with self._database.reading() as session:
            row = session.get(UnitRow, unit)
            if row is None:
                message = f"Không có đơn vị nào mang mã «{unit}». Hãy nạp tổ chức bằng `vankho org import TỆP`."
                raise UsageError(message)
            return _unit(row)

    def require_known(self, grants: Sequence[Grant]) -> None:
        """Refuse grants to units or people that do not exist. Raises `UsageError` with their names."""
        with self._database.reading() as session:
            units = set(session.scalars(select(UnitRow.id)))
            people = set(session.scalars(select(PersonRow.id)))
        unknown = [
            grant.token
            for grant in grants
            if (grant.unit and grant.unit not in units) or (grant.person and grant.person not in people)
        ]
        if unknown:
            message = f"Không có đơn vị hoặc người trong quyền xem: {', '.join(unknown)}."
            raise UsageError(message)


def _put_units(session: Session, units: Sequence[Unit]) -> None:
    """Write units parents first, and end those that are no longer named."""
    known, yesterday = {unit.id for unit in units}, today() - timedelta(days=1)
    for row in session.scalars(select(UnitRow)):
        if row.id not in known and (row.valid_to is None or row.valid_to > yesterday):
            row.valid_to = yesterday
            row.valid_from = None if row.valid_from is None else min(row.valid_from, yesterday)
    for unit in units:
        session.merge(UnitRow(**(_unit_values(unit) | {"parent": None})))
    session.flush()
    for unit in units:
        session.merge(UnitRow(**_unit_values(unit)))
    session.flush()


def _put_changed(session: Session, before: Organisation, after: Organisation) -> None:
    """Write what an edit has changed. Nothing of before is taken away but roles."""
    for unit in set(after.units) - set(before.units):
        session.merge(UnitRow(**_unit_values(unit)))
    for person in set(after.people) - set(before.people):
        session.merge(PersonRow(id=person.id, name=person.name))
        session.execute(delete(MembershipRow).where(MembershipRow.person == person.id))
        session.flush()
        session.add_all(_membership_rows([person]))
    session.flush()
    session.add_all(_succession_row(each) for each in set(after.successions) - set(before.successions))


def _unit_values(unit: Unit) -> dict[str, object]:
    return {
        "id": unit.id,
        "name": unit.name,
        "kind": unit.kind,
        "parent": unit.parent,
        "symbol": unit.symbol,
        "aliases": list(unit.aliases),
        "valid_from": unit.valid_from,
        "valid_to": unit.valid_to,
        "past": [asdict(past) | {"until": past.until.isoformat()} for past in unit.past],
    }


def _unit(row: UnitRow) -> Unit:
    return Unit(
        id=row.id,
        name=row.name,
        kind=row.kind,
        parent=row.parent,
        symbol=row.symbol,
        aliases=tuple(row.aliases),
        valid_from=row.valid_from,
        valid_to=row.valid_to,
        past=tuple(
            Past(date.fromisoformat(past["until"] or ""), past["name"] or "", past["symbol"], past["parent"])
            for past in row.past
        ),
    )


def _units(session: Session) -> tuple[Unit, ...]:
    return tuple(_unit(row) for row in session.scalars(select(UnitRow).order_by(UnitRow.id)))


def _people(session: Session) -> tuple[Person, ...]:
    roles: dict[str, list[Membership]] = {}
    for row in session.scalars(select(MembershipRow).order_by(MembershipRow.id)):
        roles.setdefault(row.person, []).append(_membership(row))
    rows = session.scalars(select(PersonRow).order_by(PersonRow.id))
    return tuple(Person(row.id, row.name, tuple(roles.get(row.id, ()))) for row in rows)


def _successions(session: Session) -> tuple[Succession, ...]:
    rows = session.scalars(
        select(SuccessionRow).order_by(SuccessionRow.day, SuccessionRow.unit, SuccessionRow.successor)
    )
    return tuple(
        Succession(SuccessionKind(row.kind), row.unit, row.successor, row.day, row.with_rights) for row in rows
    )


def _succession_row(each: Succession) -> SuccessionRow:
    return SuccessionRow(
        unit=each.unit, successor=each.successor, kind=each.kind, day=each.day, with_rights=each.with_rights
    )


def _require_person(session: Session, person: str) -> PersonRow:
    row = session.get(PersonRow, person)
    if row is None:
        message = f"Không có người nào mang mã «{person}». Xem tệp tổ chức đã nạp bằng `vankho org import`."
        raise NotFoundError(message)
    return row


def _memberships(session: Session, person: str) -> list[Membership]:
    query = select(MembershipRow).where(MembershipRow.person == person).order_by(MembershipRow.id)
    return [_membership(row) for row in session.scalars(query)]


def _membership(row: MembershipRow) -> Membership:
    return Membership(row.role, row.unit, row.valid_from, row.valid_to)


def _membership_rows(people: Sequence[Person]) -> list[MembershipRow]:
    return [
        MembershipRow(
            person=person.id,
            role=membership.role,
            unit=membership.unit,
            valid_from=membership.valid_from,
            valid_to=membership.valid_to,
        )
        for person in people
        for membership in person.memberships
    ]
