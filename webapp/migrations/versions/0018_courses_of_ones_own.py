"""Courses that start, end and are copied; their page, former participants and versions"""

import unicodedata
from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

_NO: dict[str, Any] = {"nullable": False, "server_default": sa.false()}
_EMPTY: dict[str, Any] = {"nullable": False, "server_default": ""}
# Deleting a course asks for every job and file whether something still refers to it.
_INDEXED = (("results", "job_id"), ("submissions", "sha256"))
_NEW = (
    *("former_enrolments", "roster_files", "announcements"),
    *("assignment_versions", "taken_releases"),
)


def _added() -> dict[str, tuple[sa.Column[Any], ...]]:
    return {
        "users": (
            sa.Column("is_administrator", sa.Boolean(), **_NO),
            sa.Column("may_create_courses", sa.Boolean(), **_NO),
            sa.Column("invited_at", sa.DateTime(), nullable=True),
        ),
        "courses": (
            sa.Column("starts_on", sa.Date(), nullable=True),
            sa.Column("archived_at", sa.DateTime(), nullable=True),
            sa.Column("page", sa.Text(), **_EMPTY),
        ),
        "enrolments": (sa.Column("student_number", sa.String(40), **_EMPTY),),
        "course_assignments": (sa.Column("retired_at", sa.DateTime(), nullable=True),),
        "workers": (sa.Column("versions", sa.JSON(), nullable=False, server_default="{}"),),
    }


def upgrade() -> None:
    for table, columns in _added().items():
        for column in columns:
            op.add_column(table, column)
    _create_former_enrolments()
    _create_roster_files()
    _create_announcements()
    _create_assignment_versions()
    _create_taken_releases()
    _set_starts()
    _compose_texts()
    for table, indexed in _INDEXED:
        op.create_index(op.f(f"ix_{table}_{indexed}"), table, [indexed])


def downgrade() -> None:
    for table, indexed in _INDEXED:
        op.drop_index(op.f(f"ix_{table}_{indexed}"), table)
    for table in reversed(_NEW):
        op.drop_table(table)
    # Not in batch mode, which drops the whole table.
    for table, columns in _added().items():
        for column in columns:
            op.drop_column(table, column.name)


def _set_starts() -> None:
    """A course started with the week of the first thing that was due or open in it."""
    connection = op.get_bind()
    rows = connection.execute(
        sa.text(
            "SELECT c.id, c.time_zone, c.created_at, c.groups_due_at, MIN(a.due_at),"
            " MIN(a.opens_at) FROM courses c LEFT JOIN course_assignments a ON a.course_id = c.id"
            " GROUP BY c.id, c.time_zone, c.created_at, c.groups_due_at"
        )
    ).all()
    for number, zone, created, *times in rows:
        starts = _monday(_earliest(times) or _moment(created), zone)
        connection.execute(
            sa.text("UPDATE courses SET starts_on = :starts WHERE id = :id").bindparams(
                sa.bindparam("starts", starts, sa.Date()), id=number
            )
        )


def _compose_texts() -> None:
    """Addresses and names are looked for in Unicode's composed form, so they are kept in it.

    Where an address exists in both forms, both stay as they are: whose they are is for people.
    """
    connection = op.get_bind()
    rows = connection.execute(sa.text("SELECT id, email, name FROM users ORDER BY id")).all()
    taken = {row.email for row in rows}
    for number, email, name in rows:
        composed = unicodedata.normalize("NFC", email)
        address = email if composed in taken else composed
        taken.add(address)
        whole = unicodedata.normalize("NFC", name)
        if (address, whole) != (email, name):
            connection.execute(
                sa.text("UPDATE users SET email = :email, name = :name WHERE id = :id"),
                {"email": address, "name": whole, "id": number},
            )


def _earliest(times: Iterable[datetime | str | None]) -> datetime | None:
    return min((_moment(each) for each in times if each is not None), default=None)


def _moment(value: datetime | str) -> datetime:
    """SQLite gives text where no column tells it what it reads."""
    return datetime.fromisoformat(value) if isinstance(value, str) else value


def _monday(moment: datetime, zone: str) -> date:
    day = moment.replace(tzinfo=ZoneInfo("UTC")).astimezone(ZoneInfo(zone)).date()
    return day - timedelta(days=day.weekday())


def _id(table: str) -> tuple[sa.Column[Any], sa.PrimaryKeyConstraint]:
    return (
        sa.Column("id", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
    )


def _refers(table: str, column: str, other: str) -> sa.ForeignKeyConstraint:
    name = op.f(f"fk_{table}_{column}_{other}")
    return sa.ForeignKeyConstraint([column], [f"{other}.id"], name=name)


def _create_former_enrolments() -> None:
    table = "former_enrolments"
    op.create_table(
        table,
        *_id(table),
        sa.Column("course_id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("role", sa.String(24), nullable=False),
        sa.Column("section", sa.String(60), nullable=False),
        sa.Column("student_number", sa.String(40), nullable=False),
        sa.Column("left_at", sa.DateTime(), nullable=False),
        _refers(table, "course_id", "courses"),
        _refers(table, "user_id", "users"),
        sa.UniqueConstraint("course_id", "user_id", name=op.f(f"uq_{table}_course_id")),
    )
    op.create_index(op.f(f"ix_{table}_user_id"), table, ["user_id"])


def _create_roster_files() -> None:
    table = "roster_files"
    op.create_table(
        table,
        *_id(table),
        sa.Column("course_id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("filename", sa.String(200), nullable=False),
        sa.Column("data", sa.LargeBinary(), nullable=False),
        sa.Column("uploaded_at", sa.DateTime(), nullable=False),
        _refers(table, "course_id", "courses"),
        _refers(table, "user_id", "users"),
        sa.UniqueConstraint("course_id", "user_id", name=op.f(f"uq_{table}_course_id")),
    )


def _create_announcements() -> None:
    table = "announcements"
    op.create_table(
        table,
        *_id(table),
        sa.Column("course_id", sa.Integer(), nullable=False),
        sa.Column("author_id", sa.Integer(), nullable=True),
        sa.Column("title", sa.String(200), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("announced_at", sa.DateTime(), nullable=False),
        _refers(table, "course_id", "courses"),
        _refers(table, "author_id", "users"),
    )
    op.create_index(op.f(f"ix_{table}_course_id"), table, ["course_id"])


def _create_assignment_versions() -> None:
    table = "assignment_versions"
    op.create_table(
        table,
        *_id(table),
        sa.Column("assignment", sa.String(64), nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("title", sa.String(200), nullable=False),
        sa.Column("points", sa.Double(), nullable=False),
        sa.Column("archive", sa.LargeBinary(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("brought_by_id", sa.Integer(), nullable=True),
        sa.Column("brought_at", sa.DateTime(), nullable=False),
        sa.Column("state", sa.String(24), nullable=False),
        sa.Column("report", sa.JSON(), nullable=False),
        sa.Column("owner", sa.String(120), nullable=False),
        sa.Column("lease_expires_at", sa.DateTime(), nullable=True),
        sa.Column("in_use_since", sa.DateTime(), nullable=True),
        _refers(table, "brought_by_id", "users"),
        sa.UniqueConstraint("assignment", "digest", name=op.f(f"uq_{table}_assignment")),
    )


def _create_taken_releases() -> None:
    table = "taken_releases"
    op.create_table(
        table,
        sa.Column("course_assignment_id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("taken_at", sa.DateTime(), nullable=False),
        _refers(table, "course_assignment_id", "course_assignments"),
        _refers(table, "user_id", "users"),
        sa.PrimaryKeyConstraint("course_assignment_id", "user_id", name=op.f(f"pk_{table}")),
    )
    op.create_index(op.f(f"ix_{table}_user_id"), table, ["user_id"])
