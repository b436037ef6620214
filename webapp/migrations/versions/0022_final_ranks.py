"""Leaderboards that are closed, or show final ranks measured on other rows"""

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("results", sa.Column("measure_final", sa.Double(), nullable=True))
    # In batch mode, which copies the table for SQLite: nothing refers to this one.
    with op.batch_alter_table("leaderboards", schema=None) as batch_op:
        batch_op.add_column(sa.Column("revealed_at", sa.DateTime(), nullable=True))
        batch_op.alter_column("opened_at", existing_type=sa.DateTime(), nullable=True)


def downgrade() -> None:
    # Before, there was a row only while a leaderboard was open.
    op.execute("DELETE FROM leaderboards WHERE opened_at IS NULL")
    with op.batch_alter_table("leaderboards", schema=None) as batch_op:
        batch_op.alter_column("opened_at", existing_type=sa.DateTime(), nullable=False)
        batch_op.drop_column("revealed_at")
    op.drop_column("results", "measure_final")
