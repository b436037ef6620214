"""Written answers read by rubric, and a course's own examples of proposals"""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def _to(
    table: str, column: str, target: str, ondelete: str | None = None
) -> sa.ForeignKeyConstraint:
    name = op.f(f"fk_{table}_{column}_{target}")
    return sa.ForeignKeyConstraint([column], [f"{target}.id"], name=name, ondelete=ondelete)


def upgrade() -> None:
    table = "answer_rubrics"
    op.create_table(
        table,
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("course_assignment_id", sa.Integer(), nullable=False),
        sa.Column("question", sa.String(length=64), nullable=False),
        sa.Column("content", sa.JSON(), nullable=False),
        sa.Column("updated_at", sa.DateTime(), nullable=False),
        _to(table, "course_assignment_id", "course_assignments"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_answer_rubrics")),
        sa.UniqueConstraint(
            "course_assignment_id", "question", name=op.f("uq_answer_rubrics_course_assignment_id")
        ),
    )
    _create_duties()
    _create_readings()
    table = "proposal_examples"
    op.create_table(
        table,
        sa.Column("course_id", sa.Integer(), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        _to(table, "course_id", "courses"),
        sa.PrimaryKeyConstraint("course_id", name=op.f("pk_proposal_examples")),
    )


def _create_duties() -> None:
    table = "answer_duties"
    op.create_table(
        table,
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("course_assignment_id", sa.Integer(), nullable=False),
        sa.Column("question", sa.String(length=64), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("grader_id", sa.Integer(), nullable=False),
        _to(table, "course_assignment_id", "course_assignments"),
        _to(table, "user_id", "users"),
        _to(table, "grader_id", "users"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_answer_duties")),
        sa.UniqueConstraint(
            "course_assignment_id",
            "question",
            "user_id",
            "grader_id",
            name=op.f("uq_answer_duties_course_assignment_id"),
        ),
    )
    op.create_index(op.f("ix_answer_duties_grader_id"), table, ["grader_id"])


def _create_readings() -> None:
    table = "answer_readings"
    op.create_table(
        table,
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("submission_id", sa.Integer(), nullable=False),
        sa.Column("question", sa.String(length=64), nullable=False),
        sa.Column("grader_id", sa.Integer(), nullable=False),
        sa.Column("selections", sa.JSON(), nullable=False),
        sa.Column("comment", sa.Text(), nullable=False),
        sa.Column("updated_at", sa.DateTime(), nullable=False),
        _to(table, "submission_id", "submissions", ondelete="CASCADE"),
        _to(table, "grader_id", "users"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_answer_readings")),
        sa.UniqueConstraint(
            "submission_id",
            "question",
            "grader_id",
            name=op.f("uq_answer_readings_submission_id"),
        ),
    )
    op.create_index(op.f("ix_answer_readings_submission_id"), table, ["submission_id"])


def downgrade() -> None:
    for table in ("proposal_examples", "answer_readings", "answer_duties", "answer_rubrics"):
        op.drop_table(table)
