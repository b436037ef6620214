"""Who stands in line to be graded, how many attempts may wait, and how much room work takes"""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None

_STUDENT_ROOM_MB, _ROOM_MB = 200, 20_000
_HALF_MB = 2**19
_NAME_LINES = (
    "UPDATE jobs SET line_id = (SELECT l.id FROM queue_lines l JOIN submissions s"
    " ON l.course_assignment_id = s.course_assignment_id AND l.user_id = s.user_id"
    " AND l.lane = jobs.lane AND l.queue = jobs.queue"
    " WHERE s.id = jobs.submission_id) WHERE state IN ('queued', 'running')"
)
# Each file once for each person and course.
_ADD_UP = (
    "INSERT INTO used_room (course_id, user_id, bytes)"
    " SELECT f.course_id, f.user_id, SUM(c.size) FROM ("
    "SELECT a.course_id, s.user_id, s.sha256 FROM submissions s"
    " JOIN course_assignments a ON a.id = s.course_assignment_id"
    " UNION SELECT t.course_id, s.user_id, s.sha256 FROM slides s"
    " JOIN proposals p ON p.id = s.proposal_id JOIN teams t ON t.id = p.team_id"
    " UNION SELECT course_id, user_id, sha256 FROM paper_reviews WHERE sha256 IS NOT NULL"
    ") f JOIN contents c ON c.sha256 = f.sha256 GROUP BY f.course_id, f.user_id"
)


def _columns() -> dict[str, tuple[sa.Column[Any], ...]]:
    return {
        "jobs": (sa.Column("line_id", sa.Integer(), nullable=True),),
        "course_assignments": (sa.Column("waiting_limit", sa.Integer(), nullable=True),),
        "submissions": (sa.Column("sent_sha256", sa.String(64), nullable=True),),
        "courses": (
            _limit("student_room_mb", _STUDENT_ROOM_MB),
            _limit("room_mb", _ROOM_MB),
        ),
    }


def _limit(name: str, most: int) -> sa.Column[Any]:
    return sa.Column(name, sa.Integer(), nullable=False, server_default=str(most))


def upgrade() -> None:
    for table, columns in _columns().items():
        for column in columns:
            op.add_column(table, column)
    _create_queue_lines()
    op.create_table(
        "used_room",
        sa.Column("course_id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("bytes", sa.BigInteger(), nullable=False),
        *_keys("used_room", course_id="courses", user_id="users"),
        sa.PrimaryKeyConstraint("course_id", "user_id", name=op.f("pk_used_room")),
    )
    op.create_index(op.f("ix_used_room_user_id"), "used_room", ["user_id"])
    op.drop_index("ix_jobs_state_lane", "jobs")
    op.create_index("ix_jobs_state_line", "jobs", ["state", "line_id", "not_before", "id"])
    _let_stand_in_line()
    _add_up_room()


def downgrade() -> None:
    op.drop_index("ix_jobs_state_line", "jobs")
    op.create_index("ix_jobs_state_lane", "jobs", ["state", "lane", "id"])
    op.drop_table("used_room")
    op.drop_table("queue_lines")
    # Not in batch mode, which drops the whole table.
    for table, columns in _columns().items():
        for column in columns:
            op.drop_column(table, column.name)


def _keys(table: str, **refers: str) -> list[sa.ForeignKeyConstraint]:
    return [
        sa.ForeignKeyConstraint([column], [f"{to}.id"], name=op.f(f"fk_{table}_{column}_{to}"))
        for column, to in refers.items()
    ]


def _create_queue_lines() -> None:
    op.create_table(
        "queue_lines",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("course_id", sa.Integer(), nullable=False),
        sa.Column("course_assignment_id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("lane", sa.String(24), nullable=False),
        sa.Column("queue", sa.String(24), nullable=False),
        sa.Column("ticket", sa.Integer(), nullable=True),
        sa.Column("turn", sa.Integer(), nullable=False, server_default="0"),
        *_keys(
            "queue_lines",
            course_id="courses",
            course_assignment_id="course_assignments",
            user_id="users",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_queue_lines")),
        sa.UniqueConstraint(
            *("course_assignment_id", "user_id", "lane", "queue"),
            name=op.f("uq_queue_lines_course_assignment_id"),
        ),
    )
    for name, columns in (
        ("ix_queue_lines_next", ["course_assignment_id", "lane", "queue", "ticket"]),
        ("ix_queue_lines_lane_turn", ["lane", "turn"]),
        ("ix_queue_lines_course_turn", ["course_id", "turn"]),
        (op.f("ix_queue_lines_user_id"), ["user_id"]),
        (op.f("ix_queue_lines_ticket"), ["ticket"]),
    ):
        op.create_index(name, "queue_lines", columns)


def _let_stand_in_line() -> None:
    """What waits or runs has a line, in the order in which it came."""
    op.execute(
        "INSERT INTO queue_lines (course_id, course_assignment_id, user_id, lane, queue, ticket)"
        " SELECT a.course_id, s.course_assignment_id, s.user_id, j.lane, j.queue,"
        " MIN(CASE WHEN j.state = 'queued' THEN j.id + 1048576 END) FROM jobs j"
        " JOIN submissions s ON s.id = j.submission_id"
        " JOIN course_assignments a ON a.id = s.course_assignment_id"
        " WHERE j.state IN ('queued', 'running')"
        " GROUP BY a.course_id, s.course_assignment_id, s.user_id, j.lane, j.queue"
    )
    op.execute(_NAME_LINES)


def _add_up_room() -> None:
    """What there is already, and twice as much where that is more than half of what is allowed."""
    op.execute(_ADD_UP)
    courses = sa.table(
        "courses", *(sa.column(name) for name in ("id", "student_room_mb", "room_mb"))
    )
    used = sa.table("used_room", sa.column("course_id"), sa.column("bytes", sa.BigInteger))
    for column, most, found in (
        (courses.c.student_room_mb, _STUDENT_ROOM_MB, sa.func.max(used.c.bytes)),
        (courses.c.room_mb, _ROOM_MB, sa.func.sum(used.c.bytes)),
    ):
        halves = (
            sa.select(sa.cast(found / _HALF_MB, sa.Integer))
            .where(used.c.course_id == courses.c.id)
            .scalar_subquery()
        )
        op.execute(sa.update(courses).where(halves >= most).values({column.name: halves + 1}))
