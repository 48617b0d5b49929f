"""Second factors, codes that are good once, what a token is for, and which version of a document the audit means."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

_PERSON = sa.String(length=64)


def upgrade() -> None:
    """Take the schema forward."""
    op.add_column("credentials", sa.Column("scopes", sa.JSON(none_as_null=True), nullable=True))
    op.add_column("audit", sa.Column("version", sa.BigInteger(), nullable=True))
    op.create_table(
        "second_factors",
        sa.Column("person", _PERSON, nullable=False),
        sa.Column("secret", sa.Text(), nullable=False),
        sa.Column("is_confirmed", sa.Boolean(), nullable=False),
        sa.Column("last_step", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["person"], ["people.id"], name="fk_second_factors_person"),
        sa.PrimaryKeyConstraint("person", name="pk_second_factors"),
    )
    op.create_table(
        "recovery_codes",
        sa.Column("code_hash", sa.String(length=64), nullable=False),
        sa.Column("person", _PERSON, nullable=False),
        sa.ForeignKeyConstraint(["person"], ["people.id"], name="fk_recovery_codes_person"),
        sa.PrimaryKeyConstraint("code_hash", name="pk_recovery_codes"),
    )
    op.create_index("ix_recovery_codes_person", "recovery_codes", ["person"])
    op.create_table(
        "reset_codes",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("person", _PERSON, nullable=False),
        sa.Column("code_hash", sa.String(length=64), nullable=False),
        sa.Column("requested_by", sa.Text(), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("is_approved", sa.Boolean(), nullable=False),
        sa.Column("drops_second_factor", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["person"], ["people.id"], name="fk_reset_codes_person"),
        sa.PrimaryKeyConstraint("id", name="pk_reset_codes"),
        sa.UniqueConstraint("code_hash", name="uq_reset_codes_code_hash"),
    )
    op.create_index("ix_reset_codes_person", "reset_codes", ["person"])


def downgrade() -> None:
    """Take the schema back."""
    for table in ("reset_codes", "recovery_codes", "second_factors"):
        op.drop_table(table)
    op.drop_column("audit", "version")
    op.drop_column("credentials", "scopes")
