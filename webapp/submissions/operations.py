"""Taking in a submission: content, attempt and job in one durable transaction."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from webapp.base.clock import now
from webapp.base.database import change
from webapp.models import CourseAssignment, Enrolment, Lane, Submission, SubmissionState, User
from webapp.queue import jobs
from webapp.room.keeping import add_notebook
from webapp.room.queries import rooms_of
from webapp.scoring import counting
from webapp.site.uploads import Upload, store
from webapp.submissions.queries import attempts_at, latest_attempt
from webapp.submissions.sent_work import Work
from webapp.submissions.tries import tries_of

_TRIES = 5
_TAKEN_AGAIN = (SubmissionState.FAULT, SubmissionState.CANCELLED)


class AttemptRefused(Exception):
    """No further attempt is taken now: one sentence."""


class NotOpen(Exception):
    """An assignment takes nothing before its time, or any more: one sentence."""


@dataclass(frozen=True)
class Receipt:
    """The submission that an upload led to; `new` is False when it was the latest work again."""

    submission: Submission
    new: bool


def hand_in(
    session: Session,
    actor: Enrolment,
    assignment: CourseAssignment,
    *,
    upload: Upload,
    digest: str,
    received_at: datetime,
) -> Receipt:
    """Take in a student's own notebook. Raises NotOpen and AttemptRefused."""
    refuse_unless_open(assignment, received_at)
    return receive(
        session,
        assignment,
        user_id=actor.user_id,
        upload=upload,
        digest=digest,
        received_at=received_at,
        limited=True,
    )


def refuse_unless_open(assignment: CourseAssignment, moment: datetime) -> None:
    """Raise NotOpen where the assignment opens later, or was retired."""
    if assignment.retired_at is not None:
        raise NotOpen("This assignment was taken out of the course, so nothing is handed in to it.")
    if assignment.opens_at is not None and assignment.opens_at > moment:
        raise NotOpen("This assignment is not open yet.")


def receive(
    session: Session,
    assignment: CourseAssignment,
    *,
    user_id: int,
    upload: Upload,
    digest: str,
    lane: Lane = Lane.INTERACTIVE,
    received_at: datetime | None = None,
    limited: bool = False,
) -> Receipt:
    """Store the upload and queue its grading; when this returns, the disk has it.

    It came at `received_at`, or else now, however long others keep it waiting. With `limited` the
    assignment's limits hold, and AttemptRefused says why no attempt is taken.

    Two uploads of one student at the same moment get two attempt numbers, and the same work twice
    is one attempt: the student's row is locked meanwhile (PostgreSQL), or the number is refused and
    everything is looked at again (SQLite).
    """
    moment = received_at or now()
    work = Work.of(upload, digest)
    for remaining in reversed(range(_TRIES)):
        try:
            with change(session):
                return _take(
                    session,
                    assignment,
                    user_id,
                    work=work,
                    lane=lane,
                    moment=moment,
                    limited=limited,
                )
        except IntegrityError:
            if not remaining:
                raise
    raise AssertionError("unreachable: the last try returns or raises")


def _take(
    session: Session,
    assignment: CourseAssignment,
    user_id: int,
    *,
    work: Work,
    lane: Lane,
    moment: datetime,
    limited: bool,
) -> Receipt:
    student = sa.select(User.id).where(User.id == user_id)
    session.execute(student.with_for_update(key_share=True))
    newest = latest_attempt(session, assignment.id, user_id)
    if newest and newest.digest == work.digest and newest.state not in _TAKEN_AGAIN:
        return Receipt(newest, new=False)
    if limited:
        _check_limits(session, assignment, user_id, moment)
        _check_room(session, assignment, user_id, work)
    submission = Submission(
        course_assignment_id=assignment.id,
        user_id=user_id,
        attempt=1 if newest is None else newest.attempt + 1,
        filename=work.kept.filename,
        size=work.size,
        sha256=work.kept.sha256,
        sent_sha256=work.sent_sha256,
        digest=work.digest,
        received_at=moment,
    )
    store(session, work.kept)
    add_notebook(
        *(session, assignment.course_id, user_id, work.kept.sha256), size=len(work.kept.data)
    )
    _queue(session, submission, lane)
    return Receipt(submission, new=True)


def _queue(session: Session, submission: Submission, lane: Lane) -> None:
    """The attempt and its job at once."""
    session.add(submission)
    session.flush()
    jobs.enqueue(session, submission, lane)
    counting.recount_submission(session, submission)


def _check_limits(session: Session, item: CourseAssignment, user_id: int, moment: datetime) -> None:
    if not (item.attempt_limit or item.pause_minutes or item.waiting_limit):
        return
    made = attempts_at(session, item.id, user_id)
    refusal = tries_of(item, made).refusal(item.course.time_zone, moment)
    if refusal:
        raise AttemptRefused(refusal)


def _check_room(session: Session, item: CourseAssignment, user_id: int, work: Work) -> None:
    refusal = rooms_of(session, item.course, user_id).refusal(len(work.kept.data))
    if refusal:
        raise AttemptRefused(refusal)
