"""Readings, readers and rubrics of every kind of work in one table each, in place of seven"""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

# No other table refers to one of these: nothing is lost where they go.
_OLD = (
    *("written_scores", "presentation_scores", "answer_readings"),
    *("reading_duties", "answer_duties", "rubrics", "answer_rubrics"),
)
_NEW = ("readings", "readers", "reading_rubrics")
_CASCADE = "CASCADE"
_PLACE = ["course_id", "course_assignment_id", "question"]
_ONE = " + ".join(
    f"CASE WHEN {name} IS NULL THEN 0 ELSE 1 END"
    for name in ("proposal_id", "review_id", "submission_id")
)


def upgrade() -> None:
    _create_rubrics()
    _create_readers()
    _create_readings()
    for statement in _FORWARD:
        op.execute(sa.text(statement))
    for table in _OLD:
        op.drop_table(table)


def downgrade() -> None:
    _create_old_readings()
    _create_old_duties()
    _create_old_rubrics()
    for statement in _BACKWARD:
        op.execute(sa.text(statement))
    for table in _NEW:
        op.drop_table(table)


_FORWARD = (
    "INSERT INTO readings (kind, course_id, question, proposal_id, review_id,"
    " grader_id, selections, comment, updated_at)"
    " SELECT CASE WHEN s.proposal_id IS NULL THEN 'review' ELSE 'proposal' END,"
    " COALESCE(r.course_id, t.course_id), '', s.proposal_id, s.review_id,"
    " s.grader_id, s.selections, s.comment, s.updated_at FROM written_scores s"
    " LEFT JOIN paper_reviews r ON r.id = s.review_id"
    " LEFT JOIN proposals p ON p.id = s.proposal_id LEFT JOIN teams t ON t.id = p.team_id"
    " ORDER BY s.id",
    "INSERT INTO readings (kind, course_id, question, proposal_id,"
    " grader_id, selections, comment, updated_at)"
    " SELECT 'presentation', t.course_id, '', s.proposal_id,"
    " s.grader_id, s.selections, s.comment, s.updated_at FROM presentation_scores s"
    " JOIN proposals p ON p.id = s.proposal_id JOIN teams t ON t.id = p.team_id ORDER BY s.id",
    "INSERT INTO readings (kind, course_id, course_assignment_id, question, submission_id,"
    " grader_id, selections, comment, updated_at)"
    " SELECT 'answer', a.course_id, a.id, r.question, r.submission_id,"
    " r.grader_id, r.selections, r.comment, r.updated_at FROM answer_readings r"
    " JOIN submissions s ON s.id = r.submission_id"
    " JOIN course_assignments a ON a.id = s.course_assignment_id ORDER BY r.id",
    "INSERT INTO readers (kind, course_id, question, proposal_id, review_id, grader_id)"
    " SELECT CASE WHEN proposal_id IS NULL THEN 'review' ELSE 'proposal' END,"
    " course_id, '', proposal_id, review_id, grader_id FROM reading_duties ORDER BY id",
    "INSERT INTO readers (kind, course_id, course_assignment_id, question, user_id, grader_id)"
    " SELECT 'answer', a.course_id, a.id, d.question, d.user_id, d.grader_id"
    " FROM answer_duties d JOIN course_assignments a ON a.id = d.course_assignment_id"
    " ORDER BY d.id",
    "INSERT INTO reading_rubrics (kind, course_id, question, content, updated_at)"
    " SELECT kind, course_id, '', content, updated_at FROM rubrics ORDER BY id",
    "INSERT INTO reading_rubrics (kind, course_id, course_assignment_id, question, content,"
    " updated_at) SELECT 'answer', a.course_id, a.id, r.question, r.content, r.updated_at"
    " FROM answer_rubrics r JOIN course_assignments a ON a.id = r.course_assignment_id"
    " ORDER BY r.id",
)
_BACKWARD = (
    "INSERT INTO written_scores"
    " (proposal_id, review_id, grader_id, selections, comment, updated_at)"
    " SELECT proposal_id, review_id, grader_id, selections, comment, updated_at FROM readings"
    " WHERE kind IN ('proposal', 'review') ORDER BY id",
    "INSERT INTO presentation_scores (proposal_id, grader_id, selections, comment, updated_at)"
    " SELECT proposal_id, grader_id, selections, comment, updated_at FROM readings"
    " WHERE kind = 'presentation' ORDER BY id",
    "INSERT INTO answer_readings"
    " (submission_id, question, grader_id, selections, comment, updated_at)"
    " SELECT submission_id, question, grader_id, selections, comment, updated_at FROM readings"
    " WHERE kind = 'answer' ORDER BY id",
    "INSERT INTO reading_duties (course_id, proposal_id, review_id, grader_id)"
    " SELECT course_id, proposal_id, review_id, grader_id FROM readers"
    " WHERE kind IN ('proposal', 'review') ORDER BY id",
    "INSERT INTO answer_duties (course_assignment_id, question, user_id, grader_id)"
    " SELECT course_assignment_id, question, user_id, grader_id FROM readers"
    " WHERE kind = 'answer' ORDER BY id",
    "INSERT INTO rubrics (course_id, kind, content, updated_at)"
    " SELECT course_id, kind, content, updated_at FROM reading_rubrics"
    " WHERE course_assignment_id IS NULL ORDER BY id",
    "INSERT INTO answer_rubrics (course_assignment_id, question, content, updated_at)"
    " SELECT course_assignment_id, question, content, updated_at FROM reading_rubrics"
    " WHERE course_assignment_id IS NOT NULL ORDER BY id",
)


def _number(name: str, *, null: bool = False) -> sa.Column[int]:
    return sa.Column(name, sa.Integer(), nullable=null)


def _text(name: str, length: int) -> sa.Column[str]:
    return sa.Column(name, sa.String(length=length), nullable=False)


def _json(name: str, default: str | None = None) -> sa.Column[str]:
    shown = None if default is None else sa.text(default)
    return sa.Column(name, sa.JSON(), nullable=False, server_default=shown)


def _to(table: str, column: str, target: str, ondelete: str | None = None) -> sa.Constraint:
    name = op.f(f"fk_{table}_{column}_{target}")
    return sa.ForeignKeyConstraint([column], [f"{target}.id"], name=name, ondelete=ondelete)


def _once(table: str, *columns: str) -> sa.UniqueConstraint:
    return sa.UniqueConstraint(*columns, name=op.f(f"uq_{table}_{columns[0]}"))


def _create(table: str, *parts: sa.Column | sa.Constraint, indexes: tuple[str, ...] = ()) -> None:
    key = sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}"))
    op.create_table(table, _number("id"), *parts, key)
    for column in indexes:
        op.create_index(op.f(f"ix_{table}_{column}"), table, [column])


def _place(table: str) -> tuple[sa.Column | sa.Constraint, ...]:
    return (
        _text("kind", 24),
        _number("course_id"),
        _number("course_assignment_id", null=True),
        _text("question", 64),
        _to(table, "course_id", "courses"),
        _to(table, "course_assignment_id", "course_assignments"),
    )


def _given() -> tuple[sa.Column, ...]:
    return (
        sa.Column("comment", sa.Text(), nullable=False),
        sa.Column("updated_at", sa.DateTime(), nullable=False),
    )


def _create_rubrics() -> None:
    table = "reading_rubrics"
    _create(
        table,
        *_place(table),
        _json("content"),
        sa.Column("updated_at", sa.DateTime(), nullable=False),
        _once(table, "course_assignment_id", "question"),
    )
    of_a_course = sa.text("course_assignment_id IS NULL")
    op.create_index(
        "ix_reading_rubrics_of_a_course",
        table,
        ["course_id", "kind"],
        unique=True,
        sqlite_where=of_a_course,
        postgresql_where=of_a_course,
    )


def _create_readers() -> None:
    table = "readers"
    _create(
        table,
        *_place(table),
        _number("proposal_id", null=True),
        _number("review_id", null=True),
        _number("user_id", null=True),
        _number("grader_id"),
        _to(table, "proposal_id", "proposals", _CASCADE),
        _to(table, "review_id", "paper_reviews", _CASCADE),
        _to(table, "user_id", "users"),
        _to(table, "grader_id", "users"),
        _once(table, "proposal_id", "kind", "grader_id"),
        _once(table, "review_id", "grader_id"),
        _once(table, "course_assignment_id", "question", "user_id", "grader_id"),
        indexes=("grader_id",),
    )
    op.create_index("ix_readers_place", table, _PLACE)


def _create_readings() -> None:
    table = "readings"
    _create(
        table,
        *_place(table),
        _number("proposal_id", null=True),
        _number("review_id", null=True),
        _number("submission_id", null=True),
        _number("grader_id"),
        _json("selections"),
        *_given(),
        _to(table, "proposal_id", "proposals"),
        _to(table, "review_id", "paper_reviews"),
        _to(table, "submission_id", "submissions", _CASCADE),
        _to(table, "grader_id", "users"),
        _once(table, "proposal_id", "kind", "grader_id"),
        _once(table, "review_id", "grader_id"),
        _once(table, "submission_id", "question", "grader_id"),
        sa.CheckConstraint(f"{_ONE} = 1", name=op.f("ck_readings_one_subject")),
    )
    op.create_index("ix_readings_place", table, _PLACE)


def _create_old_readings() -> None:
    table = "written_scores"
    _create(
        table,
        _number("proposal_id", null=True),
        _number("review_id", null=True),
        _number("grader_id"),
        *_given(),
        _json("selections", "'{}'"),
        sa.CheckConstraint(
            "(proposal_id IS NULL) <> (review_id IS NULL)",
            name=op.f("ck_written_scores_one_subject"),
        ),
        _to(table, "grader_id", "users"),
        _to(table, "proposal_id", "proposals"),
        _to(table, "review_id", "paper_reviews"),
        _once(table, "proposal_id", "grader_id"),
        _once(table, "review_id", "grader_id"),
    )
    table = "presentation_scores"
    _create(
        table,
        _number("proposal_id"),
        _number("grader_id"),
        _json("selections"),
        *_given(),
        _to(table, "proposal_id", "proposals", _CASCADE),
        _to(table, "grader_id", "users"),
        _once(table, "proposal_id", "grader_id"),
    )
    table = "answer_readings"
    _create(
        table,
        _number("submission_id"),
        _text("question", 64),
        _number("grader_id"),
        _json("selections"),
        *_given(),
        _to(table, "submission_id", "submissions", _CASCADE),
        _to(table, "grader_id", "users"),
        _once(table, "submission_id", "question", "grader_id"),
        indexes=("submission_id",),
    )


def _create_old_duties() -> None:
    table = "reading_duties"
    _create(
        table,
        _number("course_id"),
        _number("proposal_id", null=True),
        _number("review_id", null=True),
        _number("grader_id"),
        _to(table, "course_id", "courses"),
        _to(table, "proposal_id", "proposals", _CASCADE),
        _to(table, "review_id", "paper_reviews", _CASCADE),
        _to(table, "grader_id", "users"),
        _once(table, "proposal_id", "grader_id"),
        _once(table, "review_id", "grader_id"),
        indexes=("course_id", "grader_id"),
    )
    table = "answer_duties"
    _create(
        table,
        _number("course_assignment_id"),
        _text("question", 64),
        _number("user_id"),
        _number("grader_id"),
        _to(table, "course_assignment_id", "course_assignments"),
        _to(table, "user_id", "users"),
        _to(table, "grader_id", "users"),
        _once(table, "course_assignment_id", "question", "user_id", "grader_id"),
        indexes=("grader_id",),
    )


def _create_old_rubrics() -> None:
    table = "rubrics"
    _create(
        table,
        _number("course_id"),
        _text("kind", 12),
        _json("content"),
        sa.Column("updated_at", sa.DateTime(), nullable=False),
        _to(table, "course_id", "courses"),
        _once(table, "course_id", "kind"),
    )
    table = "answer_rubrics"
    _create(
        table,
        _number("course_assignment_id"),
        _text("question", 64),
        _json("content"),
        sa.Column("updated_at", sa.DateTime(), nullable=False),
        _to(table, "course_assignment_id", "course_assignments"),
        _once(table, "course_assignment_id", "question"),
    )
