"""Staff: the score table."""

from __future__ import annotations

from flask import Blueprint, render_template, request

from webapp.base.clock import now
from webapp.base.database import db
from webapp.base.typed_text import searched
from webapp.courses.access import STAFF, for_roles
from webapp.courses.assignments import assignments_of
from webapp.courses.people import sections_of
from webapp.gradebook.counting_attempts import total_of
from webapp.gradebook.queries import dead_jobs
from webapp.gradebook.score_table import STATES_SOUGHT, Filters, Order, table_page
from webapp.models import CourseAssignment, Enrolment
from webapp.site.addresses import row_number

blueprint = Blueprint("staff", __name__, url_prefix="/courses/<slug>/staff")

_PAGE_ROWS = 50


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
        dead=dead_jobs(db.session, enrolment.course_id),
        total_of=total_of,
    )


def _filters(assignments: list[CourseAssignment]) -> Filters:
    by_name = {item.assignment: item for item in assignments}
    state = request.args.get("state", "")
    return Filters(
        search=searched(request.args.get("search", "")),
        section=request.args.get("section", "").strip()[:60],
        state=state if state in STATES_SOUGHT else "",
        assignment=by_name.get(request.args.get("assignment", "")),
    )
