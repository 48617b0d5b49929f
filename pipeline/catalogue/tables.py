"""The tables. Their history is in `migrations/`; a test holds the two together.

Times are UTC. A document's `version` grows with each change of its facts; the same transaction writes an
`outbox` row, so that the index can never miss a change.
"""

from datetime import UTC, date, datetime

import sqlalchemy
from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Date,
    DateTime,
    Dialect,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    TypeDecorator,
    UniqueConstraint,
)
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

_Sequence = BigInteger().with_variant(Integer, "sqlite")
"""SQLite numbers rows by itself only in a column of type INTEGER."""


class String(TypeDecorator[str]):
    """Text up to a length, without what a database cannot keep: PostgreSQL no NUL, none half a surrogate pair."""

    impl = sqlalchemy.String
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        """What is kept, and what is asked for: each of these characters becomes a question mark."""
        del dialect
        return value.replace("\0", "?").encode(errors="replace").decode() if value else value


class Text(String):
    """The same of any length."""

    impl = sqlalchemy.Text
    cache_ok = True


class UTCDateTime(TypeDecorator[datetime]):
    """An aware time in UTC on every database; SQLite itself keeps no zone."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """To UTC. A time without zone is a bug of ours and fails here."""
        del dialect
        if value is not None and value.tzinfo is None:
            message = "a time without a zone"
            raise ValueError(message)
        return value.astimezone(UTC) if value else None

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """From the database, as UTC."""
        del dialect
        return value if value is None else value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Base(DeclarativeBase):
    """All tables. Constraints have names, so that a migration can change them."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s",
            "pk": "pk_%(table_name)s",
        }
    )


class UnitRow(Base):
    """A unit of the organisation."""

    __tablename__ = "units"
    id: Mapped[str] = mapped_column(String(64), primary_key=True)
    name: Mapped[str] = mapped_column(Text)
    kind: Mapped[str] = mapped_column(String(64))
    parent: Mapped[str | None] = mapped_column(ForeignKey("units.id"))
    symbol: Mapped[str | None] = mapped_column(String(64))
    aliases: Mapped[list[str]] = mapped_column(JSON)
    valid_from: Mapped[date | None] = mapped_column(Date)
    valid_to: Mapped[date | None] = mapped_column(Date)
    past: Mapped[list[dict[str, str | None]]] = mapped_column(JSON, server_default="[]")


class SuccessionRow(Base):
    """Which unit took the place of which."""

    __tablename__ = "successions"
    unit: Mapped[str] = mapped_column(ForeignKey("units.id"), primary_key=True)
    successor: Mapped[str] = mapped_column(ForeignKey("units.id"), primary_key=True)
    day: Mapped[date] = mapped_column(Date, primary_key=True)
    kind: Mapped[str] = mapped_column(String(16))
    with_rights: Mapped[bool] = mapped_column(Boolean)


class PersonRow(Base):
    """A person."""

    __tablename__ = "people"
    id: Mapped[str] = mapped_column(String(64), primary_key=True)
    name: Mapped[str] = mapped_column(Text)


class MembershipRow(Base):
    """A person's dated role in a unit."""

    __tablename__ = "memberships"
    id: Mapped[int] = mapped_column(_Sequence, primary_key=True)
    person: Mapped[str] = mapped_column(ForeignKey("people.id"), index=True)
    role: Mapped[str] = mapped_column(String(64))
    unit: Mapped[str] = mapped_column(ForeignKey("units.id"))
    valid_from: Mapped[date | None] = mapped_column(Date)
    valid_to: Mapped[date | None] = mapped_column(Date)


class BatchRow(Base):
    """One ingest: who, for which unit, when."""

    __tablename__ = "batches"
    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    unit: Mapped[str] = mapped_column(ForeignKey("units.id"))
    actor: Mapped[str] = mapped_column(Text)
    started_at: Mapped[datetime] = mapped_column(UTCDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    files: Mapped[int] = mapped_column(Integer)
    job: Mapped[str | None] = mapped_column(String(36))


class BatchItemRow(Base):
    """How one file of a batch ended. A file that was not screened leaves no name here, only its ordinal."""

    __tablename__ = "batch_items"
    batch: Mapped[str] = mapped_column(ForeignKey("batches.id"), primary_key=True)
    ordinal: Mapped[int] = mapped_column(Integer, primary_key=True)
    status: Mapped[str] = mapped_column(String(16))
    reason: Mapped[str | None] = mapped_column(Text)
    file: Mapped[str | None] = mapped_column(ForeignKey("files.id"))


class QuarantineRow(Base):
    """All that is kept of a file with a secrecy mark."""

    __tablename__ = "quarantine"
    id: Mapped[int] = mapped_column(_Sequence, primary_key=True)
    hmac: Mapped[str] = mapped_column(String(64), index=True)
    mark: Mapped[str] = mapped_column(String(16))
    at: Mapped[datetime] = mapped_column(UTCDateTime)
    actor: Mapped[str] = mapped_column(Text)
    batch: Mapped[str] = mapped_column(ForeignKey("batches.id"))
    ordinal: Mapped[int] = mapped_column(Integer)


class FileRow(Base):
    """A file, unique in its owner unit."""

    __tablename__ = "files"
    __table_args__ = (UniqueConstraint("owner_unit", "sha256"),)
    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    owner_unit: Mapped[str] = mapped_column(ForeignKey("units.id"))
    sha256: Mapped[str] = mapped_column(String(64), index=True)
    name: Mapped[str] = mapped_column(Text)
    media_type: Mapped[str] = mapped_column(String(64))
    size: Mapped[int] = mapped_column(BigInteger)
    pages: Mapped[int] = mapped_column(Integer)
    filed_at: Mapped[datetime] = mapped_column(UTCDateTime)
    batch: Mapped[str] = mapped_column(ForeignKey("batches.id"), index=True)


class DocumentRow(Base):
    """A document cut from a file."""

    __tablename__ = "documents"
    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    file: Mapped[str] = mapped_column(ForeignKey("files.id"), index=True)
    version: Mapped[int] = mapped_column(BigInteger)
    is_published: Mapped[bool] = mapped_column(Boolean)


class FieldRow(Base):
    """One reading of one field. Readings are added, never changed; the present one is chosen by rule.

    A number has the `key` of `pipeline.identity.number_key`.
    """

    __tablename__ = "field_values"
    __table_args__ = (Index("field_values_of_document", "document", "name"),)
    id: Mapped[int] = mapped_column(_Sequence, primary_key=True)
    document: Mapped[str] = mapped_column(ForeignKey("documents.id"))
    name: Mapped[str] = mapped_column(String(32))
    value: Mapped[str] = mapped_column(Text)
    key: Mapped[str | None] = mapped_column(String(100), index=True)
    confidence: Mapped[float]
    source: Mapped[str] = mapped_column(String(16))
    page: Mapped[int | None] = mapped_column(Integer)
    box: Mapped[list[float] | None] = mapped_column(JSON(none_as_null=True))
    raw: Mapped[str | None] = mapped_column(Text)
    reason: Mapped[str | None] = mapped_column(Text)
    actor: Mapped[str] = mapped_column(Text)
    at: Mapped[datetime] = mapped_column(UTCDateTime)


class ReferenceRow(Base):
    """A citation found in a document; `key` is that of its number (`pipeline.identity.number_key`)."""

    __tablename__ = "document_references"
    id: Mapped[int] = mapped_column(_Sequence, primary_key=True)
    document: Mapped[str] = mapped_column(ForeignKey("documents.id"), index=True)
    relation: Mapped[str] = mapped_column(String(32))
    number: Mapped[str | None] = mapped_column(Text)
    key: Mapped[str | None] = mapped_column(String(100), index=True)
    type: Mapped[str | None] = mapped_column(String(32))
    evidence: Mapped[str] = mapped_column(Text)
    page: Mapped[int] = mapped_column(Integer)
    name: Mapped[str | None] = mapped_column(Text)
    date: Mapped[str | None] = mapped_column(Text)
    issuer: Mapped[str | None] = mapped_column(Text)
    scope: Mapped[str | None] = mapped_column(Text)
    effect: Mapped[str | None] = mapped_column(Text)


class PageRow(Base):
    """A page of a document and its text. Words with boxes are in the object store."""

    __tablename__ = "pages"
    document: Mapped[str] = mapped_column(ForeignKey("documents.id"), primary_key=True)
    page: Mapped[int] = mapped_column(Integer, primary_key=True)
    file_page: Mapped[int] = mapped_column(Integer)
    status: Mapped[str] = mapped_column(String(16))
    confidence: Mapped[float]
    source: Mapped[str | None] = mapped_column(String(16))
    reason: Mapped[str | None] = mapped_column(Text)
    text: Mapped[str] = mapped_column(Text)


class GrantRow(Base):
    """A grant on a document, confirmed by a person."""

    __tablename__ = "grants"
    document: Mapped[str] = mapped_column(ForeignKey("documents.id"), primary_key=True)
    token: Mapped[str] = mapped_column(String(255), primary_key=True)
    actor: Mapped[str] = mapped_column(Text)
    at: Mapped[datetime] = mapped_column(UTCDateTime)


class OutboxRow(Base):
    """A document whose index entry is out of date."""

    __tablename__ = "outbox"
    __table_args__ = {"sqlite_autoincrement": True}  # noqa: RUF012 - SQLAlchemy declares it as an instance variable
    seq: Mapped[int] = mapped_column(_Sequence, primary_key=True)
    document: Mapped[str] = mapped_column(String(36))
    version: Mapped[int] = mapped_column(BigInteger)


class AccountRow(Base):
    """How a person signs in."""

    __tablename__ = "accounts"
    person: Mapped[str] = mapped_column(ForeignKey("people.id"), primary_key=True)
    password_hash: Mapped[str] = mapped_column(Text)
    failures: Mapped[int] = mapped_column(Integer)
    locked_until: Mapped[datetime | None] = mapped_column(UTCDateTime)


class CredentialRow(Base):
    """A session of a browser or a bearer token of a program. Only the hash of its secret is kept."""

    __tablename__ = "credentials"
    secret_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    id: Mapped[str] = mapped_column(String(36), unique=True)
    person: Mapped[str] = mapped_column(ForeignKey("people.id"), index=True)
    kind: Mapped[str] = mapped_column(String(16))
    name: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)
    expires_at: Mapped[datetime] = mapped_column(UTCDateTime)
    scopes: Mapped[list[str] | None] = mapped_column(JSON(none_as_null=True))


class AuditRow(Base):
    """One line of the append-only audit; `hash` covers the line and the hash before it."""

    __tablename__ = "audit"
    seq: Mapped[int] = mapped_column(_Sequence, primary_key=True)
    at: Mapped[datetime] = mapped_column(UTCDateTime)
    actor: Mapped[str] = mapped_column(Text)
    action: Mapped[str] = mapped_column(String(32))
    object: Mapped[str | None] = mapped_column(Text)
    outcome: Mapped[str] = mapped_column(String(16))
    origin: Mapped[str] = mapped_column(Text)
    previous: Mapped[str] = mapped_column(String(64))
    hash: Mapped[str] = mapped_column(String(64), unique=True)
    version: Mapped[int | None] = mapped_column(BigInteger)


class NightRow(Base):
    """One run that emptied the inbox, in counts."""

    __tablename__ = "nights"
    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    origin: Mapped[str] = mapped_column(String(16))
    status: Mapped[str] = mapped_column(String(16))
    started_at: Mapped[datetime] = mapped_column(UTCDateTime, index=True)
    ended_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    counts: Mapped[dict[str, int]] = mapped_column(JSON)
    waiting: Mapped[int] = mapped_column(Integer)
    strays: Mapped[int] = mapped_column(Integer)
    left_behind: Mapped[int] = mapped_column(Integer)
    batches: Mapped[list[str]] = mapped_column(JSON)
    reason: Mapped[str | None] = mapped_column(Text)
    installation: Mapped[str | None] = mapped_column(String(36))


class JobRow(Base):
    """Work asked of a worker. What was asked waits in the spool, under the same id."""

    __tablename__ = "jobs"
    __table_args__ = (Index("jobs_in_their_order", "status", "created_at"),)
    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    unit: Mapped[str] = mapped_column(ForeignKey("units.id"))
    actor: Mapped[str] = mapped_column(Text)
    status: Mapped[str] = mapped_column(String(16))
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)
    claimed_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    worker: Mapped[str | None] = mapped_column(Text)
    lease_until: Mapped[datetime | None] = mapped_column(UTCDateTime)
    attempts: Mapped[int] = mapped_column(Integer)
    files: Mapped[int | None] = mapped_column(Integer)
    files_done: Mapped[int] = mapped_column(Integer)
    pages_done: Mapped[int] = mapped_column(Integer)
    batch: Mapped[str | None] = mapped_column(ForeignKey("batches.id"))
    reason: Mapped[str | None] = mapped_column(Text)
    spool: Mapped[str | None] = mapped_column(String(36))
    not_before: Mapped[datetime | None] = mapped_column(UTCDateTime)
    key: Mapped[str | None] = mapped_column(String(64), index=True, unique=True)
    fingerprint: Mapped[str | None] = mapped_column(String(64))
