"""What is done with grades: the rule to pass, and bringing an nbgrader gradebook home."""

from __future__ import annotations

from collections.abc import Sequence

import sqlalchemy as sa
from sqlalchemy.orm import Session

from autograder.nbgrader.gradebook import GradebookError
from webapp.audit.record import Actor, record
from webapp.base.database import change
from webapp.gradebook.from_nbgrader import Comparison, GradeChange, compare, grades_in
from webapp.gradebook.pass_rule import PassRule
from webapp.models import Content, Enrolment, Submission
from webapp.models.archived import refuse_archived
from webapp.scoring import counting, points_by_hand
from webapp.site.uploads import Upload, store


def change_pass_rule(session: Session, actor: Enrolment, *, rule: PassRule) -> None:
    """Let another rule decide who passes."""
    with change(session):
        course = actor.course
        before, course.pass_rule = course.pass_rule, rule.stored()
        record(
            session,
            actor,
            "change pass rule",
            subject=course.slug,
            before=before,
            after=rule.stored(),
        )


def look_into_gradebook(session: Session, actor: Enrolment, *, upload: Upload) -> Comparison:
    """What an uploaded gradebook would change; it is kept until it is taken.

    Raises GradebookError.
    """
    with change(session):
        refuse_archived(session, actor.course_id)
        comparison = compare(session, actor.course, grades_in(upload.data))
        store(session, upload)
    return comparison


def take_gradebook(session: Session, actor: Enrolment, *, sha256: str | None) -> int:
    """Give the points of the gradebook that was looked into; how many. Raises GradebookError."""
    with change(session):
        refuse_archived(session, actor.course_id)
        data = session.scalar(sa.select(Content.data).where(Content.sha256 == sha256))
        if sha256 is None or data is None:
            raise GradebookError("That gradebook is not open any more: upload it again.")
        comparison = compare(session, actor.course, grades_in(data))
        _give(session, comparison.changes, actor.user_id)
        for each in comparison.changes:
            record(
                session,
                actor,
                "grade written answer",
                subject=f"submission {each.submission_id}",
                question=each.question,
                points=each.new,
                before=each.old,
                by="nbgrader gradebook",
            )
        session.execute(sa.delete(Content).where(Content.sha256 == sha256))
    return len(comparison.changes)


def take_gradebook_file(
    session: Session,
    actor: Actor,
    *,
    changes: Sequence[GradeChange],
    grader_id: int,
    filename: str,
) -> None:
    """Give the points of a gradebook that lies beside the site, in a grader's name."""
    with change(session):
        _give(session, changes, grader_id)
        subject = filename[:120]
        record(session, actor, "import gradebook", subject=subject, answers=len(changes))


def _give(session: Session, changes: Sequence[GradeChange], grader_id: int) -> None:
    counting.lock_students(session, [each.submission_id for each in changes])
    for each in changes:
        points_by_hand.set_manual_grade(
            session,
            session.get_one(Submission, each.submission_id),
            question=each.question,
            points=each.new,
            comment=each.comment,
            grader_id=grader_id,
        )
