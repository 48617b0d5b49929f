"""A job that is asked for once however often it is asked, and which job a batch was taken in for."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Take the schema forward."""
    op.add_column("jobs", sa.Column("key", sa.String(length=64), nullable=True))
    op.add_column("jobs", sa.Column("fingerprint", sa.String(length=64), nullable=True))
    op.create_index("ix_jobs_key", "jobs", ["key"], unique=True)
    op.add_column("batches", sa.Column("job", sa.String(length=36), nullable=True))


def downgrade() -> None:
    """Take the schema back."""
    op.drop_column("batches", "job")
    op.drop_index("ix_jobs_key", table_name="jobs")
    op.drop_column("jobs", "fingerprint")
    op.drop_column("jobs", "key")
