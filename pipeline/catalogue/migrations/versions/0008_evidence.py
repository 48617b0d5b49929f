"""What the values of fields rest on."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

_ID = sa.String(length=36)


def upgrade() -> None:
    """Take the schema forward."""
    op.create_table(
        "field_evidence",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("document", _ID, nullable=False),
        sa.Column("name", sa.String(length=32), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.Column("source", sa.String(length=16), nullable=False),
        sa.Column("weight", sa.Float(), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("page", sa.Integer(), nullable=True),
        sa.Column("box", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("witness", _ID, nullable=True),
        sa.ForeignKeyConstraint(["document"], ["documents.id"], name="fk_field_evidence_document"),
        sa.ForeignKeyConstraint(["witness"], ["documents.id"], name="fk_field_evidence_witness"),
        sa.PrimaryKeyConstraint("id", name="pk_field_evidence"),
    )
    op.create_index("field_evidence_of_document", "field_evidence", ["document", "name"])


def downgrade() -> None:
    """Take the schema back."""
    op.drop_index("field_evidence_of_document", "field_evidence")
    op.drop_table("field_evidence")
