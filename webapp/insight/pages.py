"""Staff: assignments beside each other, and the students who may not pass."""

from __future__ import annotations

from flask import Blueprint, render_template, request

from webapp.base.clock import now
from webapp.base.database import db
from webapp.base.typed_text import searched
from webapp.courses.access import STAFF, assignment_in, for_roles
from webapp.courses.assignments import assignments_of, question_titles
from webapp.insight import insight
from webapp.insight.at_risk import MISSING_AT_RISK, SHARE_AT_RISK, at_risk
from webapp.insight.class_picture import picture_of
from webapp.models import Enrolment
from webapp.site.addresses import row_number
from webapp.submissions.attempt_list import newest_attempts

blueprint = Blueprint("insight", __name__, url_prefix="/courses/<slug>/staff")

_PAGE_ROWS = 50


@blueprint.get("/insight")
@for_roles(*STAFF)
def overview(enrolment: Enrolment) -> str:
    """Assignments beside each other, and the students who may not pass."""
    course = enrolment.course
    assignments = assignments_of(db.session, course)
    page = request.args.get("page", 1, type=row_number)
    risk = at_risk(db.session, course, assignments, moment=now(), page=page, rows=_PAGE_ROWS)
    return render_template(
        "insight/overview.html",
        course=course,
        assignments=assignments,
        students=insight.student_count(db.session, course),
        totals=insight.totals_by_assignment(db.session, course),
        nothing=insight.AssignmentTotals(),
        risk=risk,
        page=risk.page,
        pages=risk.pages,
        missing_at_risk=MISSING_AT_RISK,
        share_at_risk=SHARE_AT_RISK,
    )


@blueprint.get("/assignments/<name>")
@for_roles(*STAFF)
def assignment(enrolment: Enrolment, name: str) -> str:
    """One assignment: distribution, questions with their failures, times, newest attempts."""
    item, course = assignment_in(enrolment, name), enrolment.course
    search = searched(request.args.get("search", ""))
    return render_template(
        "insight/assignment.html",
        course=course,
        assignment=item,
        **vars(picture_of(db.session, course, item)),
        titles=question_titles(db.session, item.assignment),
        search=search,
        listed=newest_attempts(
            db.session,
            item,
            search=search,
            page=request.args.get("page", 1, type=row_number),
            rows=_PAGE_ROWS,
        ),
    )
