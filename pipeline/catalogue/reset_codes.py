"""Codes by which a person sets a password once: asked for by one, for a higher role approved by another.

The code opens nothing until it is approved, and nothing twice. Leaves who may ask and approve to `pipeline.duties`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import uuid4

from sqlalchemy import delete, select

from pipeline.catalogue.account_tables import FIRST_START, ResetCodeRow
from pipeline.catalogue.database import Database
from pipeline.catalogue.second_factors import drop_second_factor
from pipeline.catalogue.tables import AccountRow, CredentialRow


@dataclass(frozen=True, slots=True)
class ResetCode:
    """A code without itself."""

    id: str
    person: str
    requested_by: str
    expires_at: datetime
    is_approved: bool
    drops_second_factor: bool


class ResetCodeFacts:
    """Reset codes in the catalogue."""

    def __init__(self, database: Database) -> None:
        """Facts in this database."""
        self._database = database

    def add(self, code: ResetCode, code_hash: str) -> None:
        """Keep a new code; those of before of the same person, and all that have expired, are good no more."""
        with self._database.writing() as session:
            session.execute(delete(ResetCodeRow).where(ResetCodeRow.person == code.person))
            session.execute(delete(ResetCodeRow).where(ResetCodeRow.expires_at < datetime.now(UTC)))
            session.add(
                ResetCodeRow(
                    id=code.id,
                    person=code.person,
                    code_hash=code_hash,
                    requested_by=code.requested_by,
                    expires_at=code.expires_at,
                    is_approved=code.is_approved,
                    drops_second_factor=code.drops_second_factor,
                )
            )

    def waiting(self) -> Sequence[ResetCode]:
        """Codes that are good if somebody approves them, the next to expire first."""
        with self._database.reading() as session:
            query = select(ResetCodeRow).where(~ResetCodeRow.is_approved, ResetCodeRow.expires_at > datetime.now(UTC))
            return [_code(row) for row in session.scalars(query.order_by(ResetCodeRow.expires_at))]

    def approve(self, code_id: str) -> bool:
        """Approve a code that waits for it; whether there was one."""
        with self._database.writing() as session:
            row = session.get(ResetCodeRow, code_id)
            if row is None or row.is_approved or row.expires_at <= datetime.now(UTC):
                return False
            row.is_approved = True
            return True

    def use(self, person: str, code_hash: str, password_hash: str) -> bool:
        """Set the person's password by a code that is good now; ends all their sessions and tokens, and the code.

        Whether it was good: the code, its use and what it changes are one transaction.
        """
        with self._database.writing() as session:
            row = session.scalar(
                select(ResetCodeRow).where(ResetCodeRow.person == person, ResetCodeRow.code_hash == code_hash)
            )
            if row is None or not row.is_approved or row.expires_at <= datetime.now(UTC):
                return False
            if row.drops_second_factor:
                drop_second_factor(session, person)
            session.delete(row)
            if row.requested_by == FIRST_START:
                session.execute(delete(ResetCodeRow).where(ResetCodeRow.requested_by == FIRST_START))
            session.merge(AccountRow(person=person, password_hash=password_hash, failures=0, locked_until=None))
            session.execute(delete(CredentialRow).where(CredentialRow.person == person))
            return True


def new_reset_code(
    person: str, requested_by: str, *, expires_at: datetime, needs_approval: bool, drops_second_factor: bool
) -> ResetCode:
    """A code that is asked for now."""
    return ResetCode(str(uuid4()), person, requested_by, expires_at, not needs_approval, drops_second_factor)


def _code(row: ResetCodeRow) -> ResetCode:
    return ResetCode(row.id, row.person, row.requested_by, row.expires_at, row.is_approved, row.drops_second_factor)
