"""In whose spool a job waits, and until when."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Take the schema forward."""
    op.add_column("jobs", sa.Column("spool", sa.String(length=36), nullable=True))
    op.add_column("jobs", sa.Column("not_before", sa.DateTime(timezone=True), nullable=True))


def downgrade() -> None:
    """Take the schema back."""
    op.drop_column("jobs", "not_before")
    op.drop_column("jobs", "spool")
