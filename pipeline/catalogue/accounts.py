"""How people and programs prove who they are: password hashes, sessions and bearer tokens.

Keeps only hashes of secrets. Leaves hashing passwords, and what a sign-in may do, to `search_api.auth`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from uuid import uuid4

from sqlalchemy import delete, or_, select
from sqlalchemy.orm import Session

from pipeline.catalogue.account_tables import FIRST_START, ResetCodeRow
from pipeline.catalogue.database import Database
from pipeline.catalogue.tables import AccountRow, CredentialRow


class CredentialKind(StrEnum):
    """A browser's session or a program's bearer token."""

    SESSION = "session"
    TOKEN = "token"  # noqa: S105 - the word, not a secret


class Scope(StrEnum):
    """What a token may be used for: it does nothing else, whatever its person may do."""

    READ = "read"
    WRITE = "write"
    MANAGE = "manage"
    AUDIT = "audit"


@dataclass(frozen=True, slots=True)
class Account:
    """A person's way of signing in."""

    person: str
    password_hash: str
    failures: int
    locked_until: datetime | None


@dataclass(frozen=True, slots=True)
class Credential:
    """A session or token, without its secret. `id` names it in lists."""

    id: str
    person: str
    kind: CredentialKind
    name: str
    created_at: datetime
    expires_at: datetime
    scopes: frozenset[Scope] | None = None
    """What it may be used for; a session, and a token of before there were scopes, for all."""


class AccountFacts:
    """Accounts and credentials in the catalogue."""

    def __init__(self, database: Database) -> None:
        """Facts in this database."""
        self._database = database

    def account(self, person: str) -> Account | None:
        """The person's account, if they have one."""
        with self._database.reading() as session:
            row = session.get(AccountRow, person)
            return Account(row.person, row.password_hash, row.failures, row.locked_until) if row else None

    def people_with_accounts(self) -> frozenset[str]:
        """Everybody who can sign in with a password."""
        with self._database.reading() as session:
            return frozenset(session.scalars(select(AccountRow.person)))

    def set_password(self, person: str, password_hash: str) -> None:
        """Give the person an account with this password hash, or change it; ends all their sessions, tokens and codes.

        The codes of a first start end too, whosever they are: with an account somebody may manage the others, and where
        nobody can, the next start makes new ones.
        """
        with self._database.writing() as session:
            is_over = or_(ResetCodeRow.person == person, ResetCodeRow.requested_by == FIRST_START)
            session.execute(delete(ResetCodeRow).where(is_over))
            row = AccountRow(person=person, password_hash=password_hash, failures=0, locked_until=None)
            session.merge(row)
            _end_all(session, person)

    def refresh_hash(self, person: str, password_hash: str) -> None:
        """Keep the same password under a newer hash; nothing else changes."""
        with self._database.writing() as session:
            row = session.get(AccountRow, person)
            if row is not None:
                row.password_hash = password_hash

    def record_attempt(self, person: str, *, failures: int, locked_until: datetime | None) -> None:
        """Keep how many attempts in a row have failed, and until when no more are heard."""
        with self._database.writing() as session:
            row = session.get(AccountRow, person)
            if row is not None:
                row.failures = failures
                row.locked_until = locked_until

    def add_credential(
        self,
        person: str,
        *,
        secret_hash: str,
        kind: CredentialKind,
        name: str,
        expires_at: datetime,
        scopes: frozenset[Scope] | None = None,
    ) -> Credential:
        """Keep a new session or token."""
        credential = Credential(str(uuid4()), person, kind, name, datetime.now(UTC), expires_at, scopes)
        with self._database.writing() as session:
            session.execute(delete(CredentialRow).where(CredentialRow.expires_at < credential.created_at))
            session.add(
                CredentialRow(
                    secret_hash=secret_hash,
                    id=credential.id,
                    person=person,
                    kind=kind,
                    name=name,
                    created_at=credential.created_at,
                    expires_at=expires_at,
                    scopes=None if scopes is None else sorted(scopes),
                )
            )
        return credential

    def credential(self, secret_hash: str) -> Credential | None:
        """The session or token with this secret, unless it has expired or was ended."""
        with self._database.reading() as session:
            row = session.get(CredentialRow, secret_hash)
            return _credential(row) if row is not None and row.expires_at > datetime.now(UTC) else None

    def credentials(self, person: str) -> Sequence[Credential]:
        """The person's sessions and tokens that hold now, newest first."""
        with self._database.reading() as session:
            query = (
                select(CredentialRow)
                .where(CredentialRow.person == person, CredentialRow.expires_at > datetime.now(UTC))
                .order_by(CredentialRow.created_at.desc())
            )
            return [_credential(row) for row in session.scalars(query)]

    def end_credential(self, person: str, credential_id: str) -> bool:
        """End one of the person's sessions or tokens; whether there was one."""
        with self._database.writing() as session:
            query = select(CredentialRow).where(CredentialRow.person == person, CredentialRow.id == credential_id)
            row = session.scalar(query)
            if row is not None:
                session.delete(row)
            return row is not None

    def end_credentials(self, person: str) -> None:
        """End all of the person's sessions and tokens."""
        with self._database.writing() as session:
            _end_all(session, person)

    def end_all_credentials(self) -> None:
        """End every session and token of everybody."""
        with self._database.writing() as session:
            session.execute(delete(CredentialRow))


def _end_all(session: Session, person: str) -> None:
    session.execute(delete(CredentialRow).where(CredentialRow.person == person))


def _credential(row: CredentialRow) -> Credential:
    scopes = None if row.scopes is None else frozenset(map(Scope, row.scopes))
    return Credential(row.id, row.person, CredentialKind(row.kind), row.name, row.created_at, row.expires_at, scopes)
