"""The interface for programs: hand in a notebook with a token, and read what became of it.

Everything here is JSON. A session does not open it: a page of another site could make a browser
send one along, while nothing but a program sends a token.
"""

from __future__ import annotations

from collections import defaultdict
from typing import Any

import sqlalchemy as sa
from flask import Blueprint, abort, jsonify, request, session, url_for
from flask_login import current_user
from sqlalchemy.orm import contains_eager
from werkzeug.wrappers import Response

from webapp import tokens
from webapp.access import assignment_in, for_roles, submission_in
from webapp.database import db
from webapp.models import Course, CourseAssignment, Enrolment, Role, Submission
from webapp.tools import FileRefused
from webapp.views.results import detail_of, manual_grades, question_titles
from webapp.views.submissions import NotOpenYet, current_job, hand_in, progress

blueprint = Blueprint("api", __name__, url_prefix="/api/v1")


@blueprint.before_request
def _by_token_alone() -> None:
    if "_user_id" in session:
        abort(400, "The API takes a token and no session: send the request without cookies.")
    user = tokens.owner(db.session, request.headers.get("Authorization", ""))
    if user is None or user.id != current_user.id:
        abort(401, "The token is missing, mistyped or no longer valid: make one on your account.")


@blueprint.get("/courses")
def courses() -> Response:
    """The courses one takes as a student, each with its assignments."""
    rows = db.session.scalars(
        sa.select(CourseAssignment)
        .join(CourseAssignment.course)
        .join(Enrolment, Enrolment.course_id == Course.id)
        .options(contains_eager(CourseAssignment.course))
        .where(Enrolment.user_id == current_user.id, Enrolment.role == Role.STUDENT)
        .order_by(Course.id, CourseAssignment.position)
    )
    by_course: dict[tuple[str, str], list[dict[str, Any]]] = defaultdict(list)
    for row in rows:
        by_course[row.course.slug, row.course.title].append(
            {
                "assignment": row.assignment,
                "title": row.title,
                "points": row.points,
                "opens_at": row.opens_at.isoformat() if row.opens_at else None,
                "due_at": row.due_at.isoformat() if row.due_at else None,
            }
        )
    return jsonify(
        courses=[
            {"course": slug, "title": title, "assignments": assignments}
            for (slug, title), assignments in by_course.items()
        ]
    )


@blueprint.post("/courses/<slug>/assignments/<name>/submissions")
@for_roles(Role.STUDENT)
def submit(enrolment: Enrolment, name: str) -> tuple[Response, int]:
    """Take in the form's `notebook`: 201 and a receipt, or 200 for the same work again."""
    assignment = assignment_in(enrolment, name)
    try:
        receipt = hand_in(enrolment, assignment)
    except NotOpenYet as error:
        abort(409, str(error))
    except FileRefused as error:
        abort(422, str(error))
    shown = _brief(enrolment, receipt.submission) | {
        "new": receipt.new,
        "received_at": receipt.submission.received_at.isoformat(timespec="seconds"),
        "sha256": receipt.submission.sha256,
        "late": receipt.submission.late,
    }
    return jsonify(shown), 201 if receipt.new else 200


@blueprint.get("/courses/<slug>/submissions/<int:submission_id>")
@for_roles(Role.STUDENT)
def submission(enrolment: Enrolment, submission_id: int) -> Response:
    """Where one's own submission is, and its questions once it is graded."""
    found = submission_in(enrolment, submission_id)
    at = progress(found, current_job(found))
    shown = _brief(enrolment, found) | {"ahead": at["ahead"], "questions": [], "error": ""}
    if not at["moving"]:
        shown |= _outcome(found)
    return jsonify(shown)


def _brief(enrolment: Enrolment, found: Submission) -> dict[str, Any]:
    page = url_for(
        "results.show", slug=enrolment.course.slug, submission_id=found.id, _external=True
    )
    return {
        "submission": found.id,
        "assignment": found.course_assignment.assignment,
        "attempt": found.attempt,
        "state": str(found.state),
        "score": found.score,
        "max_score": found.course_assignment.points,
        "page": page,
    }


def _outcome(found: Submission) -> dict[str, Any]:
    """The questions as the command line's contract names them, with staff's points."""
    result = detail_of(found)
    if result is None:
        return {}
    titles = question_titles(found.course_assignment.assignment)
    grades = manual_grades(found)
    questions = []
    for question in result.questions:
        record = question.record() | {"title": titles.get(question.name, question.name)}
        if question.name in grades:
            grade = grades[question.name]
            record |= {"score": grade.points, "message": grade.comment}
        questions.append(record)
    return {"questions": questions, "error": result.error}
