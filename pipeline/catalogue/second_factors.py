"""Second factors and recovery codes in the catalogue: each code is taken once, whoever asks at the same moment."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from pipeline.catalogue.account_tables import RecoveryCodeRow, SecondFactorRow
from pipeline.catalogue.database import Database


@dataclass(frozen=True, slots=True)
class SecondFactor:
    """A person's second factor. Until it is confirmed it asks for nothing."""

    secret: str
    is_confirmed: bool


class SecondFactorFacts:
    """Second factors in the catalogue."""

    def __init__(self, database: Database) -> None:
        """Facts in this database."""
        self._database = database

    def factor(self, person: str) -> SecondFactor | None:
        """The person's second factor, confirmed or not."""
        with self._database.reading() as session:
            row = session.get(SecondFactorRow, person)
            return SecondFactor(row.secret, row.is_confirmed) if row else None

    def begin(self, person: str, sealed: str) -> bool:
        """Keep a secret that waits to be confirmed; not where there is a confirmed one, which is said."""
        with self._database.writing() as session:
            row = session.get(SecondFactorRow, person)
            if row is not None and row.is_confirmed:
                return False
            session.merge(SecondFactorRow(person=person, secret=sealed, is_confirmed=False, last_step=0))
            return True

    def confirm(self, person: str, step: int, code_hashes: Sequence[str]) -> bool:
        """Confirm it by a code of this step, with these recovery codes; whether there was one to confirm."""
        with self._database.writing() as session:
            row = session.get(SecondFactorRow, person)
            if row is None or row.is_confirmed:
                return False
            row.is_confirmed, row.last_step = True, step
            session.execute(delete(RecoveryCodeRow).where(RecoveryCodeRow.person == person))
            session.add_all(RecoveryCodeRow(code_hash=code_hash, person=person) for code_hash in code_hashes)
            return True

    def take_step(self, person: str, step: int) -> bool:
        """Take the code of this step; whether it and all later ones were still good."""
        with self._database.writing() as session:
            row = session.get(SecondFactorRow, person)
            if row is None or row.last_step >= step:
                return False
            row.last_step = step
            return True

    def take_recovery_code(self, person: str, code_hash: str) -> bool:
        """Take a recovery code; whether it was still good."""
        with self._database.writing() as session:
            row = session.get(RecoveryCodeRow, code_hash)
            if row is None or row.person != person:
                return False
            session.delete(row)
            return True

    def recovery_codes_left(self, person: str) -> int:
        """How many recovery codes are still good."""
        with self._database.reading() as session:
            query = select(func.count()).select_from(RecoveryCodeRow).where(RecoveryCodeRow.person == person)
            return session.scalar(query) or 0

    def drop(self, person: str) -> None:
        """Ask the person for no second factor any more."""
        with self._database.writing() as session:
            drop_second_factor(session, person)


def drop_second_factor(session: Session, person: str) -> None:
    """Forget a person's second factor and recovery codes, in a transaction under way."""
    for table in (SecondFactorRow, RecoveryCodeRow):
        session.execute(delete(table).where(table.person == person))
