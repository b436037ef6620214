"""Staff: assignments beside each other, and the students who may not pass."""

from __future__ import annotations

from flask import Blueprint, render_template, request

from webapp.base.clock import now
from webapp.base.database import db
from webapp.courses.access import STAFF, for_roles
from webapp.gradebook.counting_attempts import assignments_of
from webapp.insight import insight
from webapp.insight.at_risk import MISSING_AT_RISK, SHARE_AT_RISK, at_risk
from webapp.models import Enrolment
from webapp.site.addresses import row_number

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
