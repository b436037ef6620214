"""Queues by what a job needs, workers that register, courses whose grading is paused"""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "workers",
        sa.Column("id", sa.String(length=120), nullable=False),
        sa.Column("host", sa.String(length=80), nullable=False),
        sa.Column("slots", sa.Integer(), nullable=False),
        sa.Column("queues", sa.String(length=200), nullable=False),
        sa.Column("sandbox", sa.Text(), nullable=False),
        sa.Column("draining", sa.Boolean(), nullable=False),
        sa.Column("started_at", sa.DateTime(), nullable=False),
        sa.Column("seen_at", sa.DateTime(), nullable=False),
        sa.Column("seconds", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_workers")),
    )
    op.add_column("courses", sa.Column("grading_paused_at", sa.DateTime(), nullable=True))
    op.add_column(
        "jobs", sa.Column("queue", sa.String(length=24), nullable=False, server_default="cpu")
    )
    # The database itself refuses a second result that counts.
    op.create_index(
        "uq_results_current",
        "results",
        ["submission_id"],
        unique=True,
        sqlite_where=sa.text("current"),
        postgresql_where=sa.text("current"),
    )


def downgrade() -> None:
    op.drop_index("uq_results_current", table_name="results")
    # Not in batch mode, which drops the whole table: other rows refer to these.
    op.drop_column("jobs", "queue")
    op.drop_column("courses", "grading_paused_at")
    op.drop_table("workers")
