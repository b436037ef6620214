"""Everything that staff have about one student in a course, in a fixed few statements."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session

from webapp.audit.log import LogEntry, log_of
from webapp.extensions import queries as extensions
from webapp.models import Course, Extension, RegradeRequest, StudentNote, User
from webapp.results.requests import of_student
from webapp.students import queries
from webapp.submissions.standing import Standing, standings

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
        queries.notes_of(session, course, student),
        extensions.of_student(session, course, student.id),
    )
