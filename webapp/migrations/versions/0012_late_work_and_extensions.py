"""Rules for late work and attempts, extensions, and which attempt counts"""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def _columns() -> dict[str, tuple[sa.Column[Any], ...]]:
    return {
        "courses": (sa.Column("late_days", sa.Integer(), nullable=False, server_default="0"),),
        "course_assignments": (
            sa.Column("grace_minutes", sa.Integer(), nullable=False, server_default="0"),
            sa.Column("late_penalty", sa.Double(), nullable=False, server_default="0"),
            sa.Column("cut_off_at", sa.DateTime(), nullable=True),
            sa.Column("attempt_limit", sa.Integer(), nullable=True),
            sa.Column("pause_minutes", sa.Integer(), nullable=False, server_default="0"),
            sa.Column("counting", sa.String(length=24), nullable=False, server_default="best"),
        ),
        "submissions": (
            sa.Column("counts", sa.Boolean(), nullable=False, server_default=sa.false()),
            sa.Column("kept", sa.Double(), nullable=False, server_default="1"),
            sa.Column("late", sa.Boolean(), nullable=False, server_default=sa.false()),
            sa.Column("days_late", sa.Integer(), nullable=False, server_default="0"),
            sa.Column("late_days_used", sa.Integer(), nullable=False, server_default="0"),
        ),
    }


def upgrade() -> None:
    for table, columns in _columns().items():
        for column in columns:
            op.add_column(table, column)
    op.create_table(
        "extensions",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("course_assignment_id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("due_at", sa.DateTime(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("given_by_id", sa.Integer(), nullable=True),
        sa.Column("given_at", sa.DateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["course_assignment_id"],
            ["course_assignments.id"],
            name=op.f("fk_extensions_course_assignment_id_course_assignments"),
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name=op.f("fk_extensions_user_id_users")
        ),
        sa.ForeignKeyConstraint(
            ["given_by_id"], ["users.id"], name=op.f("fk_extensions_given_by_id_users")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_extensions")),
        sa.UniqueConstraint(
            "course_assignment_id",
            "user_id",
            name=op.f("uq_extensions_course_assignment_id"),
        ),
    )
    op.create_index(op.f("ix_extensions_user_id"), "extensions", ["user_id"])
    _fill()
    op.create_index(
        "uq_submissions_counts",
        "submissions",
        ["course_assignment_id", "user_id"],
        unique=True,
        sqlite_where=sa.text("counts"),
        postgresql_where=sa.text("counts"),
    )


def _fill() -> None:
    """As it was before there were rules: the best score counts, late is what came after due."""
    names = ("id", "course_assignment_id", "user_id", "attempt", "received_at", "late", "counts")
    parts = ("auto_score", "manual_score", "adjustment")
    submissions = sa.table("submissions", *map(sa.column, (*names, *parts)))
    assignments = sa.table("course_assignments", sa.column("id"), sa.column("due_at"))
    row = submissions.c
    score = sum((sa.func.coalesce(row[part], 0.0) for part in parts), sa.literal(0.0))
    ungraded = sa.and_(row.auto_score.is_(None), row.adjustment.is_(None))
    place = sa.func.row_number().over(
        partition_by=(row.user_id, row.course_assignment_id),
        order_by=(sa.case((ungraded, -1.0), else_=score).desc(), row.attempt),
    )
    ranked = sa.select(row.id, place.label("place")).subquery()
    best = sa.select(ranked.c.id).where(ranked.c.place == 1)
    op.execute(sa.update(submissions).where(row.id.in_(best)).values(counts=sa.true()))
    overdue = sa.exists().where(
        assignments.c.id == row.course_assignment_id, assignments.c.due_at < row.received_at
    )
    op.execute(sa.update(submissions).where(overdue).values(late=sa.true()))


def downgrade() -> None:
    op.drop_index("uq_submissions_counts", table_name="submissions")
    op.drop_index(op.f("ix_extensions_user_id"), table_name="extensions")
    op.drop_table("extensions")
    # Not in batch mode, which drops the whole table.
    for table, columns in _columns().items():
        for column in columns:
            op.drop_column(table, column.name)
