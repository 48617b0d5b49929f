"""The tables of what lets somebody in beside a password: second factors, and codes that are good once."""

from datetime import datetime

from sqlalchemy import BigInteger, Boolean, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from pipeline.catalogue.tables import Base, String, Text, UTCDateTime

FIRST_START = "first start"
"""Who has asked for a code where there was nobody yet who manages accounts: no handle, which has no space."""


class SecondFactorRow(Base):
    """A person's second factor; its secret is sealed. A code of `last_step` or before is no longer good."""

    __tablename__ = "second_factors"
    person: Mapped[str] = mapped_column(ForeignKey("people.id"), primary_key=True)
    secret: Mapped[str] = mapped_column(Text)
    is_confirmed: Mapped[bool] = mapped_column(Boolean)
    last_step: Mapped[int] = mapped_column(BigInteger)


class RecoveryCodeRow(Base):
    """A code on paper that stands for the second factor once. Only its hash is kept."""

    __tablename__ = "recovery_codes"
    code_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    person: Mapped[str] = mapped_column(ForeignKey("people.id"), index=True)


class ResetCodeRow(Base):
    """A code by which a person sets a password once. Only its hash is kept."""

    __tablename__ = "reset_codes"
    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    person: Mapped[str] = mapped_column(ForeignKey("people.id"), index=True)
    code_hash: Mapped[str] = mapped_column(String(64), unique=True)
    requested_by: Mapped[str] = mapped_column(Text)
    expires_at: Mapped[datetime] = mapped_column(UTCDateTime)
    is_approved: Mapped[bool] = mapped_column(Boolean)
    drops_second_factor: Mapped[bool] = mapped_column(Boolean)
