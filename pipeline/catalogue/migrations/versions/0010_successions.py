"""What units were before, and which unit took the place of which."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

_UNIT = sa.String(length=64)


def upgrade() -> None:
    """Take the schema forward."""
    op.add_column("units", sa.Column("past", sa.JSON(), nullable=False, server_default="[]"))
    op.create_table(
        "successions",
        sa.Column("unit", _UNIT, nullable=False),
        sa.Column("successor", _UNIT, nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("with_rights", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["unit"], ["units.id"], name="fk_successions_unit"),
        sa.ForeignKeyConstraint(["successor"], ["units.id"], name="fk_successions_successor"),
        sa.PrimaryKeyConstraint("unit", "successor", "day", name="pk_successions"),
    )


def downgrade() -> None:
    """Take the schema back."""
    op.drop_table("successions")
    op.drop_column("units", "past")
