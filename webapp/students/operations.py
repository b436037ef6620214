"""What staff do about a student: note something for the rest of the staff, look as the student."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.orm import Session

from webapp.audit.record import record, record_by
from webapp.base.database import change
from webapp.models import Enrolment, StudentNote, User

_LONGEST_NOTE = 5000


class NoteRefused(Exception):
    """A note cannot be kept: one sentence."""


def add_note(session: Session, actor: Enrolment, student: User, *, text: str) -> None:
    """Keep a note about a student for the rest of the staff; raises NoteRefused."""
    text = text.strip()
    if not text:
        raise NoteRefused("The note is empty, so it was not kept.")
    if len(text) > _LONGEST_NOTE:
        raise NoteRefused(f"The note has {len(text)} characters, expected at most {_LONGEST_NOTE}.")
    about, author = student.id, actor.user_id
    with change(session):
        session.add(
            StudentNote(course_id=actor.course_id, user_id=about, author_id=author, text=text)
        )
        record(session, actor, "add note", subject=f"user {about}")


def remove_note(session: Session, actor: Enrolment, student: User, *, note_id: int) -> bool:
    """Forget a note about a student; False where there is none."""
    with change(session):
        gone = session.execute(
            sa.delete(StudentNote).where(
                StudentNote.id == note_id,
                StudentNote.course_id == actor.course_id,
                StudentNote.user_id == student.id,
            )
        )
        if not gone.rowcount:  # type: ignore[attr-defined]
            return False
        record(session, actor, "remove note", subject=f"user {student.id}")
    return True


def begin_viewing(session: Session, actor: Enrolment, student: User) -> None:
    """Note that somebody looks at the course as the student from now on."""
    with change(session):
        record(session, actor, "view as student", subject=f"user {student.id}")


def end_viewing(session: Session, actor_id: int, *, course_id: int, student_id: int) -> None:
    """Note that somebody, who may be in the course no more, looks as themselves again."""
    subject = f"user {student_id}"
    with change(session):
        record_by(
            session, actor_id, course_id, "end viewing as student", subject=subject, detail={}
        )
