"""Staff: the score table, distributions, a student's attempts, written answers, the log."""

from __future__ import annotations

import math

import sqlalchemy as sa
from flask import (
    Blueprint,
    abort,
    flash,
    make_response,
    redirect,
    render_template,
    request,
    url_for,
)
from werkzeug.wrappers import Response

from webapp import audit
from webapp import scores as scoring
from webapp.access import STAFF, assignment_in, for_roles, student_in, submission_in
from webapp.charts import histogram
from webapp.database import db
from webapp.export import scores_csv
from webapp.gradebook import (
    assignments_of,
    latest_submissions,
    question_rates,
    score_table,
    sort_rows,
)
from webapp.models import (
    AuditEntry,
    CourseAssignment,
    Enrolment,
    Job,
    JobState,
    Role,
    Submission,
    User,
)
from webapp.standing import standings
from webapp.views.results import RefusedGrade, question_titles, render_result

blueprint = Blueprint("staff", __name__, url_prefix="/courses/<slug>/staff")

_PAGE_ROWS = 50
_LONGEST_COMMENT = 5000


@blueprint.get("")
@for_roles(*STAFF)
def scores(enrolment: Enrolment) -> str:
    """Students by assignments; sorted, searched and cut into pages here, not in the browser."""
    assignments = assignments_of(db.session, enrolment.course)
    search = request.args.get("search", "").strip()[:100]
    columns = {"name", "email", "section", "total", *(str(item.id) for item in assignments)}
    by = request.args.get("sort", "name")
    by = by if by in columns else "name"
    descending = request.args.get("order") == "down"
    rows = sort_rows(score_table(db.session, enrolment.course, search), by, descending=descending)
    pages = max(1, math.ceil(len(rows) / _PAGE_ROWS))
    page = min(max(request.args.get("page", 1, type=int), 1), pages)
    return render_template(
        "staff/scores.html",
        course=enrolment.course,
        assignments=assignments,
        rows=rows[(page - 1) * _PAGE_ROWS : page * _PAGE_ROWS],
        found=len(rows),
        search=search,
        by=by,
        descending=descending,
        page=page,
        pages=pages,
        dead=_dead_jobs(enrolment),
    )


@blueprint.get("/scores.csv")
@for_roles(Role.INSTRUCTOR)
def export(enrolment: Enrolment) -> Response:
    """The whole score table as CSV."""
    assignments = assignments_of(db.session, enrolment.course)
    response = make_response(scores_csv(assignments, score_table(db.session, enrolment.course)))
    response.mimetype = "text/csv"
    response.headers["Content-Disposition"] = "attachment; filename=scores.csv"
    return response


@blueprint.get("/assignments/<name>")
@for_roles(*STAFF)
def assignment(enrolment: Enrolment, name: str) -> str:
    """One assignment: distribution, questions, everyone's newest attempt."""
    item = assignment_in(enrolment, name)
    rows = score_table(db.session, enrolment.course)
    cells = [row.cells[item.id] for row in rows if item.id in row.cells]
    found = [cell.score for cell in cells if cell.score is not None]
    return render_template(
        "staff/assignment.html",
        course=enrolment.course,
        assignment=item,
        students=len(rows),
        submitted=len(cells),
        chart=histogram(found, item.points),
        rates=question_rates(db.session, enrolment.course, item),
        titles=question_titles(item.assignment),
        submissions=latest_submissions(db.session, item),
    )


@blueprint.get("/students/<int:user_id>")
@for_roles(*STAFF)
def student(enrolment: Enrolment, user_id: int) -> str:
    """One student's attempts at everything."""
    user = student_in(enrolment, user_id)
    return render_template(
        "staff/student.html",
        course=enrolment.course,
        student=user,
        standings=standings(db.session, enrolment.course, user.id),
    )


@blueprint.post("/submissions/<int:submission_id>/grades/<question>")
@for_roles(*STAFF)
def grade(enrolment: Enrolment, submission_id: int, question: str) -> Response | tuple[str, int]:
    """Give points and a comment for a written answer."""
    submission = submission_in(enrolment, submission_id)
    most = _points_of(submission, question)
    given, comment = request.form.get("points", ""), request.form.get("comment", "").strip()
    points = _number(given)
    sentence = _why_refused(given, points, most=most, comment=comment)
    if sentence:
        refused = RefusedGrade(question, given, comment, sentence)
        return render_result(enrolment, submission, refused), 422
    scoring.set_manual_grade(
        db.session,
        submission,
        question=question,
        points=points,
        comment=comment,
        grader_id=enrolment.user_id,
    )
    audit.record(
        db.session,
        enrolment,
        "grade written answer",
        subject=f"submission {submission.id}",
        question=question,
        points=points,
    )
    db.session.commit()
    flash(f"{points:g} of {most:g} points are saved.", "success")
    return _submission_page(enrolment, submission)


@blueprint.get("/log")
@for_roles(Role.INSTRUCTOR)
def log(enrolment: Enrolment) -> str:
    """Who changed what, newest first."""
    entries = db.session.execute(
        sa.select(AuditEntry, User.name)
        .outerjoin(User, AuditEntry.actor_id == User.id)
        .where(AuditEntry.course_id == enrolment.course_id)
        .order_by(AuditEntry.id.desc())
        .limit(200)
    ).all()
    return render_template("staff/log.html", course=enrolment.course, entries=entries)


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
