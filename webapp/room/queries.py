"""How much room is used, from the sums that are kept, and by whom."""

from __future__ import annotations

from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session

from webapp.base.paging import Slice, page_of_rows
from webapp.models import (
    Course,
    CourseAssignment,
    PaperReview,
    Proposal,
    Slide,
    Submission,
    Team,
    UsedRoom,
    User,
)
from webapp.room.room import MB, Room, Rooms

_MOST_SHOWN = 10


@dataclass(frozen=True)
class Account:
    """What one person's files in a course take."""

    user_id: int
    name: str
    bytes: int


def room_of(session: Session, course: Course) -> Room:
    """A course's room."""
    used = sa.select(sa.func.coalesce(sa.func.sum(UsedRoom.bytes), 0))
    found = session.scalar(used.where(UsedRoom.course_id == course.id))
    return Room(int(found or 0), course.room_mb * MB)


def rooms_of(session: Session, course: Course, user_id: int) -> Rooms:
    """A student's room in a course, and the course's."""
    row = session.get(UsedRoom, (course.id, user_id))
    own = Room(row.bytes if row else 0, course.student_room_mb * MB)
    return Rooms(own, room_of(session, course))


def largest(session: Session, course: Course) -> list[Account]:
    """Whose files take most."""
    rows = session.execute(
        sa.select(User.id, User.name, UsedRoom.bytes)
        .join(User, UsedRoom.user_id == User.id)
        .where(UsedRoom.course_id == course.id, UsedRoom.bytes > 0)
        .order_by(UsedRoom.bytes.desc(), User.id)
        .limit(_MOST_SHOWN)
    )
    return [Account(*row) for row in rows]


@dataclass(frozen=True)
class CourseRoom:
    """A course of the site with its room."""

    slug: str
    title: str
    room_mb: int
    room: Room


def rooms_of_courses(session: Session, *, page: int, rows: int) -> Slice:
    """A page of `CourseRoom`s, those that use most first."""
    used = sa.func.coalesce(sa.func.sum(UsedRoom.bytes), 0).label("used")
    wanted = (
        sa.select(Course.slug, Course.title, Course.room_mb, used)
        .outerjoin(UsedRoom, UsedRoom.course_id == Course.id)
        .group_by(Course.id, Course.slug, Course.title, Course.room_mb)
        .order_by(used.desc(), Course.id)
    )
    found = page_of_rows(session, wanted, page=page, rows=rows)
    shown = [
        CourseRoom(row.slug, row.title, row.room_mb, Room(int(row.used), row.room_mb * MB))
        for row in found.rows
    ]
    return Slice(shown, found.found, found.page, found.pages)


def has_file(session: Session, course_id: int, user_id: int, sha256: str) -> bool:
    """Whether a person has handed in that very file in the course already."""
    found = _notebooks(course_id).where(Submission.user_id == user_id, Submission.sha256 == sha256)
    return session.execute(found.limit(1)).first() is not None


def files_of(course_id: int, user_id: int | None = None) -> sa.Subquery:
    """`user_id` and `sha256` of every file in a course, each once for each person; or of one's."""
    parts = (
        (Submission.user_id, _notebooks(course_id)),
        (
            Slide.user_id,
            sa.select(Slide.user_id, Slide.sha256)
            .join(Proposal, Slide.proposal_id == Proposal.id)
            .join(Team, Proposal.team_id == Team.id)
            .where(Team.course_id == course_id),
        ),
        (
            PaperReview.user_id,
            sa.select(PaperReview.user_id, PaperReview.sha256).where(
                PaperReview.course_id == course_id, PaperReview.sha256.is_not(None)
            ),
        ),
    )
    chosen = [part if user_id is None else part.where(whose == user_id) for whose, part in parts]
    return sa.union(*chosen).subquery()


def _notebooks(course_id: int) -> sa.Select[int, str]:
    return (
        sa.select(Submission.user_id, Submission.sha256)
        .join(CourseAssignment, Submission.course_assignment_id == CourseAssignment.id)
        .where(CourseAssignment.course_id == course_id)
    )
