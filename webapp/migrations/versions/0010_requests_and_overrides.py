"""Regrade requests, overrides and notes"""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def _to(table: str, column: str, target: str) -> sa.ForeignKeyConstraint:
    name = op.f(f"fk_{table}_{column}_{target}")
    return sa.ForeignKeyConstraint([column], [f"{target}.id"], name=name)


def upgrade() -> None:
    _create_requests()
    op.create_table(
        "score_overrides",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("submission_id", sa.Integer(), nullable=False),
        sa.Column("question", sa.String(length=64), nullable=False),
        sa.Column("points", sa.Double(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("automatic", sa.Double(), nullable=True),
        sa.Column("result_id", sa.Integer(), nullable=True),
        sa.Column("set_by_id", sa.Integer(), nullable=False),
        sa.Column("set_at", sa.DateTime(), nullable=False),
        _to("score_overrides", "submission_id", "submissions"),
        _to("score_overrides", "set_by_id", "users"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_score_overrides")),
        sa.UniqueConstraint(
            "submission_id", "question", name=op.f("uq_score_overrides_submission_id")
        ),
    )
    op.create_table(
        "student_notes",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("course_id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("author_id", sa.Integer(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        _to("student_notes", "course_id", "courses"),
        _to("student_notes", "user_id", "users"),
        _to("student_notes", "author_id", "users"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_student_notes")),
    )
    op.create_index("ix_student_notes_student", "student_notes", ["course_id", "user_id"])
    op.create_table(
        "message_templates",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("course_id", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(length=80), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        _to("message_templates", "course_id", "courses"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_message_templates")),
    )
    op.create_index(op.f("ix_message_templates_course_id"), "message_templates", ["course_id"])
    op.add_column("submissions", sa.Column("adjustment", sa.Double(), nullable=True))
    # Until now these stayed in the queue when their regrade was published.
    op.execute(
        "UPDATE jobs SET state = 'cancelled' WHERE state = 'dead'"
        " AND regrade_id IN (SELECT id FROM regrades WHERE state <> 'open')"
    )


def _create_requests() -> None:
    table = "regrade_requests"
    op.create_table(
        table,
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("course_assignment_id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("submission_id", sa.Integer(), nullable=False),
        sa.Column("question", sa.String(length=64), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("state", sa.String(length=24), nullable=False),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.Column("reply", sa.Text(), nullable=False),
        sa.Column("answered_at", sa.DateTime(), nullable=True),
        sa.Column("answered_by_id", sa.Integer(), nullable=True),
        _to(table, "course_assignment_id", "course_assignments"),
        _to(table, "user_id", "users"),
        _to(table, "submission_id", "submissions"),
        _to(table, "answered_by_id", "users"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_regrade_requests")),
    )
    op.create_index(op.f("ix_regrade_requests_user_id"), table, ["user_id"])
    op.create_index(op.f("ix_regrade_requests_submission_id"), table, ["submission_id"])
    op.create_index(
        "uq_regrade_requests_open",
        table,
        ["course_assignment_id", "user_id", "question"],
        unique=True,
        sqlite_where=sa.text("state = 'open'"),
        postgresql_where=sa.text("state = 'open'"),
    )


def downgrade() -> None:
    op.drop_column("submissions", "adjustment")
    for table in ("message_templates", "student_notes", "score_overrides", "regrade_requests"):
        op.drop_table(table)
