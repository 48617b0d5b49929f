"""Which installation ran a night, where several share a catalogue."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Take the schema forward."""
    op.add_column("nights", sa.Column("installation", sa.String(length=36), nullable=True))


def downgrade() -> None:
    """Take the schema back."""
    op.drop_column("nights", "installation")
