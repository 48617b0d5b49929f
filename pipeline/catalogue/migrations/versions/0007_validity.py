"""What people decide of documents' validity."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Take the schema forward."""
    op.create_table(
        "validity_decisions",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("document", sa.String(length=36), nullable=False),
        sa.Column("validity", sa.String(length=32), nullable=True),
        sa.Column("since", sa.String(length=10), nullable=True),
        sa.Column("scope", sa.Text(), nullable=True),
        sa.Column("ground", sa.String(length=36), nullable=True),
        sa.Column("relation", sa.String(length=32), nullable=True),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["document"], ["documents.id"], name=op.f("fk_validity_decisions_document_documents")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_validity_decisions")),
    )
    op.create_index("ix_validity_decisions_document", "validity_decisions", ["document"])


def downgrade() -> None:
    """Take the schema back. Decided validities are forgotten."""
    op.drop_table("validity_decisions")
    op.execute("DELETE FROM field_values WHERE name = 'validity'")
