"""Similarity reports"""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "similarity_reports",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("course_assignment_id", sa.Integer(), nullable=False),
        sa.Column("started_by_id", sa.Integer(), nullable=True),
        sa.Column("all_attempts", sa.Boolean(), nullable=False),
        sa.Column("state", sa.String(length=24), nullable=False),
        sa.Column("done", sa.Integer(), nullable=False),
        sa.Column("total", sa.Integer(), nullable=False),
        sa.Column("students", sa.Integer(), nullable=False),
        sa.Column("owner", sa.String(length=120), nullable=False),
        sa.Column("lease_expires_at", sa.DateTime(), nullable=True),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.Column("closed_at", sa.DateTime(), nullable=True),
        sa.Column("error", sa.Text(), nullable=False),
        sa.Column("left_out", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["course_assignment_id"],
            ["course_assignments.id"],
            name=op.f("fk_similarity_reports_course_assignment_id_course_assignments"),
        ),
        sa.ForeignKeyConstraint(
            ["started_by_id"], ["users.id"], name=op.f("fk_similarity_reports_started_by_id_users")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_similarity_reports")),
    )
    op.create_index(
        op.f("ix_similarity_reports_course_assignment_id"),
        "similarity_reports",
        ["course_assignment_id"],
    )
    op.create_table(
        "similar_pairs",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("report_id", sa.Integer(), nullable=False),
        sa.Column("rank", sa.Integer(), nullable=False),
        sa.Column("left_id", sa.Integer(), nullable=False),
        sa.Column("right_id", sa.Integer(), nullable=False),
        sa.Column("shared", sa.Integer(), nullable=False),
        sa.Column("figure", sa.Double(), nullable=False),
        sa.ForeignKeyConstraint(
            ["report_id"],
            ["similarity_reports.id"],
            name=op.f("fk_similar_pairs_report_id_similarity_reports"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["left_id"], ["submissions.id"], name=op.f("fk_similar_pairs_left_id_submissions")
        ),
        sa.ForeignKeyConstraint(
            ["right_id"], ["submissions.id"], name=op.f("fk_similar_pairs_right_id_submissions")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_similar_pairs")),
        sa.UniqueConstraint("report_id", "rank", name=op.f("uq_similar_pairs_report_id")),
    )
    op.create_index(op.f("ix_similar_pairs_left_id"), "similar_pairs", ["left_id"])
    op.create_index(op.f("ix_similar_pairs_right_id"), "similar_pairs", ["right_id"])


def downgrade() -> None:
    op.drop_table("similar_pairs")
    op.drop_table("similarity_reports")
