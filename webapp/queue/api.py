"""The queue by program: what waits and why, retry, pause; and similarity reports."""

from __future__ import annotations

import sqlalchemy as sa
from flask import abort

from webapp.api.operations import operation
from webapp.api.schemas import Kept
from webapp.audit.record import Action, record
from webapp.base.database import db, moment_of
from webapp.courses.access import STAFF, for_roles
from webapp.models import (
    CourseAssignment,
    Enrolment,
    Job,
    JobState,
    Role,
    Submission,
)
from webapp.queue import jobs, workers
from webapp.queue import operations as steering
from webapp.queue.operations import steer
from webapp.queue.schemas import Pause, Queue, QueuedJob, WorkerInfo
from webapp.visibility.submissions import submission_in

_QUEUE = "/courses/<slug>/staff/queue"
_SIMILARITY = "/courses/<slug>/staff/assignments/<name>/similarity"
_OPEN = (JobState.QUEUED, JobState.RUNNING, JobState.DEAD)
_MOST_ROWS = 200


@operation(
    "GET",
    _QUEUE,
    summary="What waits, runs or was stopped by a fault, and the workers",
    scopes=("read",),
    answers={200: Queue},
)
@for_roles(*STAFF)
def queue(enrolment: Enrolment) -> Queue:
    rows = db.session.execute(
        sa.select(Job, CourseAssignment.assignment)
        .join(Job.submission)
        .join(Submission.course_assignment)
        .where(CourseAssignment.course_id == enrolment.course_id, Job.state.in_(_OPEN))
        .order_by(Job.state, Job.id)
        .limit(_MOST_ROWS)
    )
    return Queue(
        enrolment.course.grading_paused_at is not None,
        [
            QueuedJob(
                job.submission_id,
                name,
                lane=job.lane,
                queue=job.queue,
                state=job.state,
                faults=job.faults,
                error=job.last_error,
            )
            for job, name in rows
        ],
        [
            WorkerInfo(each.host, each.slots, each.queues.split(), each.draining)
            for each in workers.live(db.session, moment_of(db.session))
        ],
    )


@operation(
    "POST",
    f"{_QUEUE}/pause",
    summary="Grade nothing more in the course, or go on; uploads are taken all the same",
    scopes=("grade",),
    body=Pause,
    answers={200: Pause},
)
@for_roles(Role.INSTRUCTOR)
def pause_queue(enrolment: Enrolment, body: Pause) -> Pause:
    steering.pause(db.session, enrolment.course, paused=body.paused)
    action: Action = "pause grading" if body.paused else "resume grading"
    subject = f"course {enrolment.course.slug}"
    record(db.session, enrolment, action, subject=subject)
    db.session.commit()
    return body


@operation(
    "POST",
    "/courses/<slug>/staff/submissions/<int:submission_id>/retry",
    summary="Queue a submission again that a fault or staff had stopped",
    scopes=("grade",),
    answers={200: Kept},
    errors=(409,),
)
@for_roles(Role.INSTRUCTOR)
def retry_submission(enrolment: Enrolment, submission_id: int) -> Kept:
    submission = submission_in(enrolment, submission_id)
    if not steer(enrolment, submission, jobs.retry, "grade again"):
        abort(409, "That submission was not stopped, so there is nothing to try again.")
    return Kept(True)


@operation(
    "POST",
    "/courses/<slug>/staff/submissions/<int:submission_id>/cancel",
    summary="Take a submission out of the queue",
    scopes=("grade",),
    answers={200: Kept},
    errors=(409,),
)
@for_roles(Role.INSTRUCTOR)
def cancel_submission(enrolment: Enrolment, submission_id: int) -> Kept:
    submission = submission_in(enrolment, submission_id)
    if not steer(enrolment, submission, steering.cancel, "cancel"):
        abort(409, "That submission does not wait any more, so nothing was cancelled.")
    return Kept(True)
