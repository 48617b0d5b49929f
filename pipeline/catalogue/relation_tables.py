"""The tables of what ties documents together."""

from datetime import datetime

from sqlalchemy import BigInteger, ForeignKey, Integer
from sqlalchemy.orm import Mapped, mapped_column

from pipeline.catalogue.tables import Base, String, Text, UTCDateTime

_Sequence = BigInteger().with_variant(Integer, "sqlite")


class StatementRow(Base):
    """What a document says of two others: the one numbered `subject` did something to the one in `object`."""

    __tablename__ = "document_statements"
    id: Mapped[int] = mapped_column(_Sequence, primary_key=True)
    document: Mapped[str] = mapped_column(ForeignKey("documents.id"), index=True)
    relation: Mapped[str] = mapped_column(String(32))
    subject: Mapped[str] = mapped_column(Text)
    subject_key: Mapped[str | None] = mapped_column(String(100), index=True)
    object: Mapped[str] = mapped_column(Text)
    object_key: Mapped[str | None] = mapped_column(String(100), index=True)
    evidence: Mapped[str] = mapped_column(Text)
    page: Mapped[int] = mapped_column(Integer)
    scope: Mapped[str | None] = mapped_column(Text)


class ValidityRow(Base):
    """A person's decision on a document's validity. Rows are added, never changed: the last one holds.

    `ground` is the document that it rests on, `relation` what that one does. A refused proposal has no `validity`.
    """

    __tablename__ = "validity_decisions"
    id: Mapped[int] = mapped_column(_Sequence, primary_key=True)
    document: Mapped[str] = mapped_column(ForeignKey("documents.id"), index=True)
    validity: Mapped[str | None] = mapped_column(String(32))
    since: Mapped[str | None] = mapped_column(String(10))
    scope: Mapped[str | None] = mapped_column(Text)
    ground: Mapped[str | None] = mapped_column(String(36))
    relation: Mapped[str | None] = mapped_column(String(32))
    actor: Mapped[str] = mapped_column(Text)
    at: Mapped[datetime] = mapped_column(UTCDateTime)
