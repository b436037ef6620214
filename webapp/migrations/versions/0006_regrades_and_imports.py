"""Regrades that are published or discarded as one, and imports for many students"""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "bulk_imports",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("course_assignment_id", sa.Integer(), nullable=False),
        sa.Column("started_by_id", sa.Integer(), nullable=True),
        sa.Column("filename", sa.String(length=200), nullable=False),
        sa.Column("state", sa.String(length=24), nullable=False),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.Column("closed_at", sa.DateTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["course_assignment_id"],
            ["course_assignments.id"],
            name=op.f("fk_bulk_imports_course_assignment_id_course_assignments"),
        ),
        sa.ForeignKeyConstraint(
            ["started_by_id"], ["users.id"], name=op.f("fk_bulk_imports_started_by_id_users")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bulk_imports")),
    )
    op.create_index(
        op.f("ix_bulk_imports_course_assignment_id"),
        "bulk_imports",
        ["course_assignment_id"],
        unique=False,
    )
    op.create_table(
        "regrades",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("course_assignment_id", sa.Integer(), nullable=False),
        sa.Column("started_by_id", sa.Integer(), nullable=True),
        sa.Column("scope", sa.String(length=24), nullable=False),
        sa.Column("section", sa.String(length=60), nullable=False),
        sa.Column("grader_version", sa.String(length=80), nullable=False),
        sa.Column("state", sa.String(length=24), nullable=False),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.Column("closed_at", sa.DateTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["course_assignment_id"],
            ["course_assignments.id"],
            name=op.f("fk_regrades_course_assignment_id_course_assignments"),
        ),
        sa.ForeignKeyConstraint(
            ["started_by_id"], ["users.id"], name=op.f("fk_regrades_started_by_id_users")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_regrades")),
    )
    op.create_index(
        op.f("ix_regrades_course_assignment_id"), "regrades", ["course_assignment_id"], unique=False
    )
    op.create_table(
        "import_items",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("import_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=600), nullable=False),
        sa.Column("source", sa.String(length=600), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=True),
        sa.Column("sha256", sa.String(length=64), nullable=True),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("error", sa.Text(), nullable=False),
        sa.Column("submission_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["import_id"], ["bulk_imports.id"], name=op.f("fk_import_items_import_id_bulk_imports")
        ),
        sa.ForeignKeyConstraint(
            ["sha256"], ["contents.sha256"], name=op.f("fk_import_items_sha256_contents")
        ),
        sa.ForeignKeyConstraint(
            ["submission_id"],
            ["submissions.id"],
            name=op.f("fk_import_items_submission_id_submissions"),
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name=op.f("fk_import_items_user_id_users")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_import_items")),
        sa.UniqueConstraint("import_id", "position", name=op.f("uq_import_items_import_id")),
    )
    op.create_table(
        "regrade_items",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("regrade_id", sa.Integer(), nullable=False),
        sa.Column("submission_id", sa.Integer(), nullable=False),
        sa.Column("old_result_id", sa.Integer(), nullable=False),
        sa.Column("new_result_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["new_result_id"], ["results.id"], name=op.f("fk_regrade_items_new_result_id_results")
        ),
        sa.ForeignKeyConstraint(
            ["old_result_id"], ["results.id"], name=op.f("fk_regrade_items_old_result_id_results")
        ),
        sa.ForeignKeyConstraint(
            ["regrade_id"], ["regrades.id"], name=op.f("fk_regrade_items_regrade_id_regrades")
        ),
        sa.ForeignKeyConstraint(
            ["submission_id"],
            ["submissions.id"],
            name=op.f("fk_regrade_items_submission_id_submissions"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_regrade_items")),
        sa.UniqueConstraint(
            "regrade_id", "submission_id", name=op.f("uq_regrade_items_regrade_id")
        ),
    )
    op.create_index(
        op.f("ix_regrade_items_new_result_id"), "regrade_items", ["new_result_id"], unique=False
    )
    op.create_index(
        op.f("ix_regrade_items_old_result_id"), "regrade_items", ["old_result_id"], unique=False
    )
    op.create_index(
        op.f("ix_regrade_items_submission_id"), "regrade_items", ["submission_id"], unique=False
    )
    op.add_column("jobs", sa.Column("regrade_id", sa.Integer(), nullable=True))
    op.add_column(
        "jobs", sa.Column("request_id", sa.String(length=32), server_default="", nullable=False)
    )
    op.create_index(op.f("ix_jobs_regrade_id"), "jobs", ["regrade_id"], unique=False)
    op.add_column(
        "results", sa.Column("conditions", sa.String(length=64), server_default="", nullable=False)
    )
    op.add_column("results", sa.Column("regrade_id", sa.Integer(), nullable=True))
    op.create_index(op.f("ix_results_regrade_id"), "results", ["regrade_id"], unique=False)


def downgrade() -> None:
    op.drop_index(op.f("ix_results_regrade_id"), table_name="results")
    op.drop_column("results", "regrade_id")
    op.drop_column("results", "conditions")
    op.drop_index(op.f("ix_jobs_regrade_id"), table_name="jobs")
    op.drop_column("jobs", "request_id")
    op.drop_column("jobs", "regrade_id")
    op.drop_index(op.f("ix_regrade_items_submission_id"), table_name="regrade_items")
    op.drop_index(op.f("ix_regrade_items_old_result_id"), table_name="regrade_items")
    op.drop_index(op.f("ix_regrade_items_new_result_id"), table_name="regrade_items")
    op.drop_table("regrade_items")
    op.drop_table("import_items")
    op.drop_index(op.f("ix_regrades_course_assignment_id"), table_name="regrades")
    op.drop_table("regrades")
    op.drop_index(op.f("ix_bulk_imports_course_assignment_id"), table_name="bulk_imports")
    op.drop_table("bulk_imports")
