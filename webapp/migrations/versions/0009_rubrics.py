"""Rubrics, kept comments, readers and their duties; marks by item in place of two columns"""

import json

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

_ITEMS = ("clarity", "communication")


def _to(
    table: str, column: str, target: str, ondelete: str | None = None
) -> sa.ForeignKeyConstraint:
    name = op.f(f"fk_{table}_{column}_{target}")
    return sa.ForeignKeyConstraint([column], [f"{target}.id"], name=name, ondelete=ondelete)


def upgrade() -> None:
    op.create_table(
        "rubrics",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("course_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("content", sa.JSON(), nullable=False),
        sa.Column("updated_at", sa.DateTime(), nullable=False),
        _to("rubrics", "course_id", "courses"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rubrics")),
        sa.UniqueConstraint("course_id", "kind", name=op.f("uq_rubrics_course_id")),
    )
    op.create_table(
        "reading_rules",
        sa.Column("course_id", sa.Integer(), nullable=False),
        sa.Column("names_hidden", sa.Boolean(), nullable=False),
        _to("reading_rules", "course_id", "courses"),
        sa.PrimaryKeyConstraint("course_id", name=op.f("pk_reading_rules")),
    )
    op.create_table(
        "bank_comments",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("course_id", sa.Integer(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        _to("bank_comments", "course_id", "courses"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bank_comments")),
    )
    op.create_index(op.f("ix_bank_comments_course_id"), "bank_comments", ["course_id"])
    op.create_table(
        "paper_lists",
        sa.Column("course_id", sa.Integer(), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        _to("paper_lists", "course_id", "courses"),
        sa.PrimaryKeyConstraint("course_id", name=op.f("pk_paper_lists")),
    )
    _create_duties()
    _create_drafts()
    _create_presentations()
    op.add_column(
        "written_scores",
        sa.Column("selections", sa.JSON(), nullable=False, server_default=sa.text("'{}'")),
    )
    _fill_selections()
    for name in _ITEMS:
        op.drop_column("written_scores", name)


def _create_duties() -> None:
    table = "reading_duties"
    op.create_table(
        table,
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("course_id", sa.Integer(), nullable=False),
        sa.Column("proposal_id", sa.Integer(), nullable=True),
        sa.Column("review_id", sa.Integer(), nullable=True),
        sa.Column("grader_id", sa.Integer(), nullable=False),
        _to(table, "course_id", "courses"),
        _to(table, "proposal_id", "proposals", ondelete="CASCADE"),
        _to(table, "review_id", "paper_reviews", ondelete="CASCADE"),
        _to(table, "grader_id", "users"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reading_duties")),
        sa.UniqueConstraint("proposal_id", "grader_id", name=op.f("uq_reading_duties_proposal_id")),
        sa.UniqueConstraint("review_id", "grader_id", name=op.f("uq_reading_duties_review_id")),
    )
    op.create_index(op.f("ix_reading_duties_course_id"), table, ["course_id"])
    op.create_index(op.f("ix_reading_duties_grader_id"), table, ["grader_id"])


def _create_drafts() -> None:
    table = "review_drafts"
    op.create_table(
        table,
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("course_id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("paper", sa.String(length=300), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("saved_at", sa.DateTime(), nullable=False),
        _to(table, "course_id", "courses"),
        _to(table, "user_id", "users"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_review_drafts")),
        sa.UniqueConstraint("course_id", "user_id", name=op.f("uq_review_drafts_course_id")),
    )
    op.create_index(op.f("ix_review_drafts_user_id"), table, ["user_id"])


def _create_presentations() -> None:
    op.create_table(
        "presentation_places",
        sa.Column("proposal_id", sa.Integer(), nullable=False),
        sa.Column("course_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        _to("presentation_places", "proposal_id", "proposals", ondelete="CASCADE"),
        _to("presentation_places", "course_id", "courses"),
        sa.PrimaryKeyConstraint("proposal_id", name=op.f("pk_presentation_places")),
    )
    op.create_index(op.f("ix_presentation_places_course_id"), "presentation_places", ["course_id"])
    table = "presentation_scores"
    op.create_table(
        table,
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("proposal_id", sa.Integer(), nullable=False),
        sa.Column("grader_id", sa.Integer(), nullable=False),
        sa.Column("selections", sa.JSON(), nullable=False),
        sa.Column("comment", sa.Text(), nullable=False),
        sa.Column("updated_at", sa.DateTime(), nullable=False),
        _to(table, "proposal_id", "proposals", ondelete="CASCADE"),
        _to(table, "grader_id", "users"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_presentation_scores")),
        sa.UniqueConstraint(
            "proposal_id", "grader_id", name=op.f("uq_presentation_scores_proposal_id")
        ),
    )


def _fill_selections() -> None:
    connection = op.get_bind()
    rows = connection.execute(sa.text("SELECT id, clarity, communication FROM written_scores"))
    for row in rows.all():
        chosen = json.dumps({name: str(getattr(row, name)) for name in _ITEMS})
        connection.execute(
            sa.text("UPDATE written_scores SET selections = :chosen WHERE id = :id"),
            {"chosen": chosen, "id": row.id},
        )


def downgrade() -> None:
    for name in _ITEMS:
        op.add_column(
            "written_scores", sa.Column(name, sa.Integer(), nullable=False, server_default="0")
        )
    connection = op.get_bind()
    for row in connection.execute(sa.text("SELECT id, selections FROM written_scores")).all():
        kept = json.loads(row.selections) if isinstance(row.selections, str) else row.selections
        # The earlier schema knows two items of 0 to 5 alone.
        marks = {n: int(kept[n]) if str(kept.get(n)) in "012345" else 0 for n in _ITEMS}
        connection.execute(
            sa.text(
                "UPDATE written_scores SET clarity = :clarity, communication = :communication"
                " WHERE id = :id"
            ),
            {**marks, "id": row.id},
        )
    op.drop_column("written_scores", "selections")
    op.drop_table("presentation_scores")
    op.drop_table("presentation_places")
    op.drop_table("paper_lists")
    for table in ("review_drafts", "reading_duties", "bank_comments", "reading_rules", "rubrics"):
        op.drop_table(table)
