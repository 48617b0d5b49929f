"""What documents say of each other, and keys by which a cited paper is found."""

import sqlalchemy as sa
from alembic import op

from pipeline.identity import number_key

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

_NUMBERED = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Take the schema forward."""
    op.add_column("field_values", sa.Column("key", sa.String(length=100), nullable=True))
    op.create_index("ix_field_values_key", "field_values", ["key"])
    with op.batch_alter_table("document_references") as table:
        table.alter_column("number", existing_type=sa.Text(), nullable=True)
        table.add_column(sa.Column("key", sa.String(length=100), nullable=True))
        for name in ("name", "date", "issuer", "scope", "effect"):
            table.add_column(sa.Column(name, sa.Text(), nullable=True))
        table.create_index("ix_document_references_key", ["key"])
    _create_statements()
    _fill_keys("field_values", "value", "name = 'number'")
    _fill_keys("document_references", "number", "number IS NOT NULL")


def _create_statements() -> None:
    op.create_table(
        "document_statements",
        sa.Column("id", _NUMBERED, nullable=False),
        sa.Column("document", sa.String(length=36), nullable=False),
        sa.Column("relation", sa.String(length=32), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("subject_key", sa.String(length=100), nullable=True),
        sa.Column("object", sa.Text(), nullable=False),
        sa.Column("object_key", sa.String(length=100), nullable=True),
        sa.Column("evidence", sa.Text(), nullable=False),
        sa.Column("page", sa.Integer(), nullable=False),
        sa.Column("scope", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["document"], ["documents.id"], name=op.f("fk_document_statements_document_documents")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_document_statements")),
    )
    for column in ("document", "subject_key", "object_key"):
        op.create_index(f"ix_document_statements_{column}", "document_statements", [column])


def _fill_keys(table: str, column: str, where: str) -> None:
    """Give the rows of before their keys."""
    connection = op.get_bind()
    rows = connection.execute(sa.text(f"SELECT id, {column} FROM {table} WHERE {where}")).all()  # noqa: S608
    keyed = [{"id": row_id, "key": number_key(printed)} for row_id, printed in rows]
    if keyed:
        connection.execute(sa.text(f"UPDATE {table} SET key = :key WHERE id = :id"), keyed)  # noqa: S608


def downgrade() -> None:
    """Take the schema back. Papers cited by name alone, which the schema of before cannot hold, are forgotten."""
    op.drop_table("document_statements")
    op.execute("DELETE FROM document_references WHERE number IS NULL")
    with op.batch_alter_table("document_references") as table:
        table.drop_index("ix_document_references_key")
        for name in ("effect", "scope", "issuer", "date", "name", "key"):
            table.drop_column(name)
        table.alter_column("number", existing_type=sa.Text(), nullable=False)
    op.drop_index("ix_field_values_key", table_name="field_values")
    op.drop_column("field_values", "key")
