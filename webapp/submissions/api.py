"""Handing in and following one's submissions, by program."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from flask import abort, url_for
from sqlalchemy.orm import contains_eager

from webapp.api import schemas
from webapp.api.operations import OWN_WORK, PAGE_ROWS, operation
from webapp.api.schemas import PageQuery, Receipt, Submissions, moment
from webapp.base.database import db
from webapp.courses.access import assignment_in, for_roles
from webapp.models import Course, CourseAssignment, Enrolment, Role, Submission
from webapp.site.uploads import FileRefused
from webapp.submissions.intake import AttemptRefused
from webapp.submissions.pages import NotOpenYet, hand_in
from webapp.visibility import sight as visibility


@operation(
    "POST",
    "/courses/<slug>/assignments/<name>/submissions",
    summary="Hand in a notebook: 201 and a receipt, or 200 for the same work again",
    scopes=("submit",),
    file="notebook",
    answers={201: Receipt, 200: Receipt},
    errors=(409, 413, 422),
)
@for_roles(Role.STUDENT)
def submit(enrolment: Enrolment, name: str) -> tuple[Receipt, int]:
    assignment = assignment_in(enrolment, name)
    try:
        receipt = hand_in(enrolment, assignment)
    except (NotOpenYet, AttemptRefused) as error:
        abort(409, str(error))
    except FileRefused as error:
        abort(422, str(error))
    found = visibility.for_reader(db.session, enrolment, receipt.submission)
    shown = Receipt(
        **brief(enrolment, found),
        new=receipt.new,
        received_at=moment(found.received_at) or "",
        sha256=found.sha256,
    )
    return shown, 201 if receipt.new else 200


@operation(
    "GET",
    "/courses/<slug>/submissions",
    summary="One's own submissions, newest first",
    scopes=OWN_WORK,
    query=PageQuery,
    answers={200: Submissions},
)
@for_roles(Role.STUDENT)
def submissions(enrolment: Enrolment, query: PageQuery) -> Submissions:
    own = (
        sa.select(Submission)
        .join(Submission.course_assignment)
        .options(contains_eager(Submission.course_assignment))
        .where(
            CourseAssignment.course_id == enrolment.course_id,
            Submission.user_id == enrolment.user_id,
        )
    )
    found = db.session.scalar(sa.select(sa.func.count()).select_from(own.subquery())) or 0
    rows = db.session.scalars(
        own.order_by(Submission.id.desc()).limit(PAGE_ROWS).offset((query.page - 1) * PAGE_ROWS)
    )
    visible = visibility.for_student(db.session, rows)
    shown = [schemas.Submission(**brief(enrolment, row)) for row in visible]
    return Submissions(shown, found)


def brief(enrolment: Enrolment, found: Submission) -> dict[str, Any]:
    """What every answer says of a submission."""
    return {
        "submission": found.id,
        "assignment": found.course_assignment.assignment,
        "attempt": found.attempt,
        "state": found.state,
        "score": found.score,
        "counted": found.counted,
        "late": found.late,
        "days_late": found.days_late,
        "max_score": found.course_assignment.points,
        "page": page_of(enrolment.course, found.id),
    }


def page_of(course: Course, submission_id: int) -> str:
    """The address of a submission for people."""
    return url_for("results.show", slug=course.slug, submission_id=submission_id, _external=True)
