"""A student of a course or a former one, and what staff noted about them."""

from __future__ import annotations

from collections.abc import Sequence

import sqlalchemy as sa
from sqlalchemy.orm import Session, joinedload

from webapp.base.database import Missing
from webapp.models import Course, Enrolment, FormerEnrolment, Role, StudentNote, User


def student_or_former(session: Session, course: Course, user_id: int) -> tuple[User, bool]:
    """A student of the course, and whether they left it; raises Missing."""
    for part, left in ((Enrolment, False), (FormerEnrolment, True)):
        found = session.scalar(
            sa.select(User)
            .join(part, part.user_id == User.id)
            .where(User.id == user_id, part.course_id == course.id, part.role == Role.STUDENT)
        )
        if found is not None:
            return found, left
    raise Missing


def notes_of(session: Session, course: Course, student: User) -> Sequence[StudentNote]:
    """What staff noted about a student, newest first."""
    return session.scalars(
        sa.select(StudentNote)
        .options(joinedload(StudentNote.author))
        .where(StudentNote.course_id == course.id, StudentNote.user_id == student.id)
        .order_by(StudentNote.id.desc())
    ).all()
