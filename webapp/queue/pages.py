"""Staff: what waits and runs, the workers, and stopping either."""

from __future__ import annotations

from collections.abc import Sequence

from flask import Blueprint, flash, redirect, render_template, url_for
from werkzeug.wrappers import Response

from webapp.assignments.here import versions_of_site
from webapp.base.database import db, moment_of
from webapp.courses.access import STAFF, for_roles
from webapp.courses.assignments import assignments_of
from webapp.models import Enrolment, Job, JobState, Role
from webapp.queue import operations
from webapp.queue import workers as fleet
from webapp.queue.mixed import nobody_has, odd_ones
from webapp.queue.queries import open_jobs
from webapp.queue.shares import BATCH_AFTER
from webapp.visibility.submissions import submission_in

blueprint = Blueprint("queue", __name__, url_prefix="/courses/<slug>/staff/queue")


@blueprint.get("")
@for_roles(*STAFF)
def show(enrolment: Enrolment) -> str:
    """What waits, what runs, what our own faults have stopped, and who works on it."""
    jobs = open_jobs(db.session, enrolment.course)
    workers = fleet.live(db.session, moment_of(db.session))
    served = {queue for worker in workers for queue in worker.queues.split()}
    site = versions_of_site(db.session)
    waiting = {
        job.submission.course_assignment.assignment for job in jobs if job.state == JobState.QUEUED
    }
    set_here = assignments_of(db.session, enrolment.course)
    return render_template(
        "queue/queue.html",
        course=enrolment.course,
        batch_after=BATCH_AFTER,
        jobs=jobs,
        workers=workers,
        unserved=_unserved(jobs, served),
        odd_ones=odd_ones(site, workers, [item.assignment for item in set_here]),
        nobody_has=nobody_has(workers, waiting, site),
    )


def _unserved(jobs: Sequence[Job], served: set[str]) -> list[str]:
    """The queues in which something waits that no worker would take."""
    return sorted({job.queue for job in jobs if job.state == JobState.QUEUED} - served)


@blueprint.post("/submissions/<int:submission_id>/cancel")
@for_roles(Role.INSTRUCTOR)
def cancel(enrolment: Enrolment, submission_id: int) -> Response:
    """Take a submission out of the queue."""
    submission = submission_in(db.session, enrolment, submission_id)
    if operations.cancel_grading(db.session, enrolment, submission):
        flash("The submission is out of the queue, and its student can read why.", "success")
    else:
        flash("That submission does not wait any more, so nothing was cancelled.", "info")
    return _queue(enrolment)


@blueprint.post("/pause")
@for_roles(Role.INSTRUCTOR)
def pause(enrolment: Enrolment) -> Response:
    """Grade nothing more in this course until it is resumed; uploads are taken all the same."""
    return _set_pause(enrolment, paused=True)


@blueprint.post("/resume")
@for_roles(Role.INSTRUCTOR)
def resume(enrolment: Enrolment) -> Response:
    """Go on."""
    return _set_pause(enrolment, paused=False)


def _set_pause(enrolment: Enrolment, *, paused: bool) -> Response:
    operations.pause_grading(db.session, enrolment, paused=paused)
    flash("Grading is paused." if paused else "Grading goes on.", "success")
    return _queue(enrolment)


def _queue(enrolment: Enrolment) -> Response:
    return redirect(url_for("queue.show", slug=enrolment.course.slug), code=303)
