"""The queue by program: what waits and why, retry, cancel, pause."""

from __future__ import annotations

from flask import abort

from webapp.api.operations import operation
from webapp.api.schemas import Kept
from webapp.assignments.here import versions_of_site
from webapp.base.database import db, moment_of
from webapp.courses.access import STAFF, for_roles
from webapp.courses.assignments import assignments_of
from webapp.models import Enrolment, Role
from webapp.queue import operations, workers
from webapp.queue.mixed import odd_ones
from webapp.queue.queries import open_jobs
from webapp.queue.schemas import Pause, Queue, QueuedJob, WorkerInfo
from webapp.visibility.submissions import submission_in

_QUEUE = "/courses/<slug>/staff/queue"


@operation(
    "GET",
    _QUEUE,
    summary="What waits, runs or was stopped by a fault, and the workers",
    scopes=("read",),
    answers={200: Queue},
)
@for_roles(*STAFF)
def queue(enrolment: Enrolment) -> Queue:
    names = [item.assignment for item in assignments_of(db.session, enrolment.course)]
    live = workers.live(db.session, moment_of(db.session))
    return Queue(
        enrolment.course.grading_paused_at is not None,
        [
            QueuedJob(
                job.submission_id,
                job.submission.course_assignment.assignment,
                lane=job.lane,
                queue=job.queue,
                state=job.state,
                faults=job.faults,
                error=job.last_error,
            )
            for job in open_jobs(db.session, enrolment.course)
        ],
        [
            WorkerInfo(
                each.host,
                each.slots,
                each.queues.split(),
                each.draining,
                {n: v["grader"] for n, v in each.versions.items() if n in names and "grader" in v},
            )
            for each in live
        ],
        odd_ones(versions_of_site(db.session), live, names),
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
    operations.pause_grading(db.session, enrolment, paused=body.paused)
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
    submission = submission_in(db.session, enrolment, submission_id)
    if not operations.grade_again(db.session, enrolment, submission):
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
    submission = submission_in(db.session, enrolment, submission_id)
    if not operations.cancel_grading(db.session, enrolment, submission):
        abort(409, "That submission does not wait any more, so nothing was cancelled.")
    return Kept(True)
