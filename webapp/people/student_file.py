"""Everything that staff have about one student in a course, in a fixed few statements."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session, joinedload

from webapp.audit.log import LogEntry, log_of
from webapp.extensions import queries as extensions
from webapp.models import Course, Extension, RegradeRequest, StudentNote, User
from webapp.results.requests import of_student
from webapp.submissions.standing import Standing, standings

LONGEST_NOTE = 5000
_MOST_ENTRIES = 50


@dataclass(frozen=True)
class StudentFile:
    """Attempts by assignment, requests, what was changed by hand, and staff's notes."""

    student: User
    standings: list[Standing]
    requests: Sequence[RegradeRequest]
    changes: list[LogEntry]
    notes: Sequence[StudentNote]
    extensions: dict[int, Extension]


def student_file(session: Session, course: Course, student: User) -> StudentFile:
    """The file of a student of the course."""
    found = standings(session, course, student.id, for_staff=True)
    attempts = [attempt.id for standing in found for attempt in standing.attempts]
    subjects = [f"user {student.id}", *(f"submission {number}" for number in attempts)]
    return StudentFile(
        student,
        found,
        of_student(session, course, student.id),
        log_of(session, course, subjects, _MOST_ENTRIES),
        notes_of(session, course, student),
        extensions.of_student(session, course, student.id),
    )


def notes_of(session: Session, course: Course, student: User) -> Sequence[StudentNote]:
    """What staff noted about a student, newest first."""
    return session.scalars(
        sa.select(StudentNote)
        .options(joinedload(StudentNote.author))
        .where(StudentNote.course_id == course.id, StudentNote.user_id == student.id)
        .order_by(StudentNote.id.desc())
    ).all()


def add_note(session: Session, course: Course, student: User, *, author_id: int, text: str) -> str:
    """Keep a note, or return the sentence why not; the caller commits."""
    text = text.strip()
    if not text:
        return "The note is empty, so it was not kept."
    if len(text) > LONGEST_NOTE:
        return f"The note has {len(text)} characters, expected at most {LONGEST_NOTE}."
    session.add(
        StudentNote(course_id=course.id, user_id=student.id, author_id=author_id, text=text)
    )
    return ""


def remove_note(session: Session, course: Course, student: User, note_id: int) -> bool:
    """Forget a note about the student; the caller commits."""
    gone = session.execute(
        sa.delete(StudentNote).where(
            StudentNote.id == note_id,
            StudentNote.course_id == course.id,
            StudentNote.user_id == student.id,
        )
    )
    return bool(gone.rowcount)  # type: ignore[attr-defined]
