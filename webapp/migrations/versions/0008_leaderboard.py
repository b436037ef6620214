"""Leaderboards and what they rank by; when students see results"""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "leaderboards",
        sa.Column("course_assignment_id", sa.Integer(), nullable=False),
        sa.Column("opened_at", sa.DateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["course_assignment_id"],
            ["course_assignments.id"],
            name=op.f("fk_leaderboards_course_assignment_id_course_assignments"),
        ),
        sa.PrimaryKeyConstraint("course_assignment_id", name=op.f("pk_leaderboards")),
    )
    op.create_table(
        "leaderboard_entries",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("course_assignment_id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("alias", sa.String(length=24), nullable=False),
        sa.Column("alias_key", sa.String(length=24), nullable=False),
        sa.Column("joined_at", sa.DateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["course_assignment_id"],
            ["course_assignments.id"],
            name=op.f("fk_leaderboard_entries_course_assignment_id_course_assignments"),
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name=op.f("fk_leaderboard_entries_user_id_users")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_leaderboard_entries")),
        sa.UniqueConstraint(
            "course_assignment_id",
            "user_id",
            name=op.f("uq_leaderboard_entries_course_assignment_id"),
        ),
        sa.UniqueConstraint(
            "alias_key", "course_assignment_id", name=op.f("uq_leaderboard_entries_alias_key")
        ),
    )
    op.create_index(
        op.f("ix_leaderboard_entries_user_id"), "leaderboard_entries", ["user_id"], unique=False
    )
    op.create_table(
        "result_visibility",
        sa.Column("course_assignment_id", sa.Integer(), nullable=False),
        sa.Column("rule", sa.String(length=24), nullable=False),
        sa.Column("published_at", sa.DateTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["course_assignment_id"],
            ["course_assignments.id"],
            name=op.f("fk_result_visibility_course_assignment_id_course_assignments"),
        ),
        sa.PrimaryKeyConstraint("course_assignment_id", name=op.f("pk_result_visibility")),
    )
    op.add_column("results", sa.Column("measure", sa.Double(), nullable=True))
    op.add_column(
        "results",
        sa.Column("measure_name", sa.String(length=80), nullable=False, server_default=""),
    )


def downgrade() -> None:
    # Not in batch mode, which drops the whole table: other rows refer to these.
    op.drop_column("results", "measure_name")
    op.drop_column("results", "measure")
    op.drop_table("result_visibility")
    op.drop_index(op.f("ix_leaderboard_entries_user_id"), table_name="leaderboard_entries")
    op.drop_table("leaderboard_entries")
    op.drop_table("leaderboards")
