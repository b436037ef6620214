"""Staff: the score table, a student's attempts, written answers, the log."""

from __future__ import annotations

import math

import sqlalchemy as sa
from flask import (
    Blueprint,
    abort,
    flash,
    redirect,
    render_template,
    request,
    url_for,
)
from werkzeug.wrappers import Response

from webapp.audit.record import record
from webapp.base.clock import now
from webapp.base.database import db
from webapp.courses.access import STAFF, assignment_in, for_roles, submission_in
from webapp.gradebook.counting_attempts import assignments_of, total_of
from webapp.gradebook.score_table import STATES_SOUGHT, Filters, Order, sections_of, table_page
from webapp.grading import results as scoring
from webapp.insight.class_picture import picture_of
from webapp.models import (
    CourseAssignment,
    Enrolment,
    Job,
    JobState,
    Submission,
)
from webapp.people.student_pages import render_student
from webapp.results.pages import RefusedGrade, question_titles, render_result
from webapp.site.addresses import row_number
from webapp.submissions.attempt_list import newest_attempts

blueprint = Blueprint("staff", __name__, url_prefix="/courses/<slug>/staff")

_PAGE_ROWS = 50
_LONGEST_COMMENT = 5000


@blueprint.get("")
@for_roles(*STAFF)
def scores(enrolment: Enrolment) -> str:
    """Students by assignments; filtered, sorted and cut into pages by the database."""
    assignments = assignments_of(db.session, enrolment.course)
    columns = {"name", "email", "section", "total", *(str(item.id) for item in assignments)}
    by = request.args.get("sort", "name")
    order = Order(by if by in columns else "name", request.args.get("order") == "down")
    filters = _filters(assignments)
    table = table_page(
        db.session,
        enrolment.course,
        assignments,
        filters=filters,
        order=order,
        moment=now(),
        page=request.args.get("page", 1, type=row_number),
        rows=_PAGE_ROWS,
    )
    return render_template(
        "gradebook/score_table.html",
        course=enrolment.course,
        assignments=assignments,
        table=table,
        filters=filters,
        order=order,
        states_sought=STATES_SOUGHT,
        section_choices=[(name, name) for name in sections_of(db.session, enrolment.course)],
        assignment_choices=[(item.assignment, item.title) for item in assignments],
        dead=_dead_jobs(enrolment),
        total_of=total_of,
    )


def _filters(assignments: list[CourseAssignment]) -> Filters:
    by_name = {item.assignment: item for item in assignments}
    state = request.args.get("state", "")
    return Filters(
        search=request.args.get("search", "").strip()[:100],
        section=request.args.get("section", "").strip()[:60],
        state=state if state in STATES_SOUGHT else "",
        assignment=by_name.get(request.args.get("assignment", "")),
    )


@blueprint.get("/assignments/<name>")
@for_roles(*STAFF)
def assignment(enrolment: Enrolment, name: str) -> str:
    """One assignment: distribution, questions with their failures, times, newest attempts."""
    item, course = assignment_in(enrolment, name), enrolment.course
    search = request.args.get("search", "").strip()[:100]
    return render_template(
        "insight/assignment.html",
        course=course,
        assignment=item,
        **vars(picture_of(db.session, course, item)),
        titles=question_titles(item.assignment),
        search=search,
        listed=newest_attempts(
            db.session,
            item,
            search=search,
            page=request.args.get("page", 1, type=row_number),
            rows=_PAGE_ROWS,
        ),
    )


@blueprint.get("/students/<int:user_id>")
@for_roles(*STAFF)
def student(enrolment: Enrolment, user_id: int) -> str:
    """One student's attempts at everything."""
    return render_student(enrolment, user_id)


@blueprint.post("/submissions/<int:submission_id>/grades/<question>")
@for_roles(*STAFF)
def grade(enrolment: Enrolment, submission_id: int, question: str) -> Response | tuple[str, int]:
    """Give points and a comment for a written answer."""
    submission = submission_in(enrolment, submission_id)
    given, comment = request.form.get("points", ""), request.form.get("comment", "").strip()
    try:
        saved = give_points(enrolment, submission, question, given, comment=comment)
    except GradeRefused as error:
        refused = RefusedGrade(question, given, comment, str(error))
        return render_result(enrolment, submission, refused), 422
    flash(f"{saved} points are saved.", "success")
    return _submission_page(enrolment, submission)


class GradeRefused(ValueError):
    """Points or a comment that cannot be kept: one sentence."""


def give_points(
    enrolment: Enrolment,
    submission: Submission,
    question: str,
    given: str,
    *,
    comment: str,
    **by: str,
) -> str:
    """Give a written answer's points by hand, with a line in the log: `3 of 4`.

    Raises GradeRefused.
    """
    most, points = _points_of(submission, question), _number(given)
    sentence = _why_refused(given, points, most=most, comment=comment)
    if sentence:
        raise GradeRefused(sentence)
    scoring.set_manual_grade(
        db.session,
        submission,
        question=question,
        points=points,
        comment=comment,
        grader_id=enrolment.user_id,
    )
    record(
        db.session,
        enrolment,
        "grade written answer",
        subject=f"submission {submission.id}",
        question=question,
        points=points,
        **by,
    )
    db.session.commit()
    return f"{points:g} of {most:g}"


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return math.nan


def _why_refused(given: str, points: float, *, most: float, comment: str) -> str:
    if not 0 <= points <= most:
        return f"The points are {given!r}, expected a number from 0 to {most:g}."
    if len(comment) > _LONGEST_COMMENT:
        return f"The comment has {len(comment)} characters, expected at most {_LONGEST_COMMENT}."
    return ""


def _points_of(submission: Submission, question: str) -> float:
    """What a manual question of the current result is worth."""
    from webapp.models import QuestionScore, Result

    most = db.session.scalar(
        sa.select(QuestionScore.max_score)
        .join(Result, QuestionScore.result_id == Result.id)
        .where(
            Result.submission_id == submission.id,
            Result.current.is_(True),
            QuestionScore.question == question,
            QuestionScore.kind == "manual",
        )
    )
    return most if most is not None else abort(404)


def _dead_jobs(enrolment: Enrolment) -> int:
    return (
        db.session.scalar(
            sa.select(sa.func.count(Job.id))
            .join(Job.submission)
            .join(Submission.course_assignment)
            .where(CourseAssignment.course_id == enrolment.course_id, Job.state == JobState.DEAD)
        )
        or 0
    )


def _submission_page(enrolment: Enrolment, submission: Submission) -> Response:
    address = url_for("results.show", slug=enrolment.course.slug, submission_id=submission.id)
    return redirect(address, code=303)
