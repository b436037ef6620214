"""PDFs are looked at after they are handed in: when that was, and why one is not accepted"""

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None

_TABLES = ("slides", "paper_reviews")


def upgrade() -> None:
    for table in _TABLES:
        op.add_column(table, sa.Column("looked_at", sa.DateTime(), nullable=True))
        op.add_column(
            table, sa.Column("refusal", sa.String(300), nullable=False, server_default="")
        )
        # So far each was looked at before it was kept.
        kept = sa.text(f"UPDATE {table} SET looked_at = received_at WHERE sha256 IS NOT NULL")  # noqa: S608 - names of ours
        op.execute(kept)


def downgrade() -> None:
    for table in _TABLES:
        op.drop_column(table, "refusal")
        op.drop_column(table, "looked_at")
