"""The table of what field values rest on."""

from sqlalchemy import JSON, BigInteger, ForeignKey, Index, Integer
from sqlalchemy.orm import Mapped, mapped_column

from pipeline.catalogue.tables import Base, String, Text

_Sequence = BigInteger().with_variant(Integer, "sqlite")


class EvidenceRow(Base):
    """One thing that speaks for a value of a field, or against it; `witness` is the other document that says so."""

    __tablename__ = "field_evidence"
    __table_args__ = (Index("field_evidence_of_document", "document", "name"),)
    id: Mapped[int] = mapped_column(_Sequence, primary_key=True)
    document: Mapped[str] = mapped_column(ForeignKey("documents.id"))
    name: Mapped[str] = mapped_column(String(32))
    value: Mapped[str] = mapped_column(Text)
    source: Mapped[str] = mapped_column(String(16))
    weight: Mapped[float]
    words: Mapped[str] = mapped_column(Text)
    page: Mapped[int | None] = mapped_column(Integer)
    box: Mapped[list[float] | None] = mapped_column(JSON(none_as_null=True))
    witness: Mapped[str | None] = mapped_column(ForeignKey("documents.id"))
