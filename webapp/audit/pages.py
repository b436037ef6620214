"""Instructors: the audit log, filtered and in pages, and as a CSV file."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from flask import Blueprint, Response, render_template, request

from webapp.audit import log
from webapp.audit.log import LogFilters, between_days, day_of
from webapp.audit.record import KINDS
from webapp.base.database import db
from webapp.base.typed_text import searched
from webapp.courses.access import for_roles
from webapp.models import Enrolment, Role
from webapp.site.addresses import row_number
from webapp.site.downloads import streamed

blueprint = Blueprint("log", __name__, url_prefix="/courses/<slug>/staff")

_PAGE_ROWS = 100


@blueprint.get("/log")
@for_roles(Role.INSTRUCTOR)
def index(enrolment: Enrolment) -> str:
    """Who changed a score, a due time, a role or an extension, and why; newest first."""
    course, page = enrolment.course, request.args.get("page", 1, type=row_number)
    filters = _filters(course.time_zone)
    return render_template(
        "audit/log.html",
        course=course,
        listed=log.log_page(db.session, course, filters, page=page, rows=_PAGE_ROWS),
        filters=filters,
        kinds={key: words for key, (words, _) in KINDS.items()},
        actors=log.actors(db.session, course),
        since=request.args.get("since", ""),
        until=request.args.get("until", ""),
    )


@blueprint.get("/log.csv")
@for_roles(Role.INSTRUCTOR)
def export(enrolment: Enrolment) -> Response:
    """The entries that match, all of them, as CSV."""
    course = enrolment.course
    filters = _filters(course.time_zone)
    # The request's own session is closed before the first line leaves.
    open_session = db.sessionmaker

    def lines() -> Iterator[str]:
        with open_session() as session:
            yield from log.log_csv(session, course, filters)

    return streamed(lines(), "log.csv", "text/csv")


def _filters(zone: str) -> LogFilters:
    return LogFilters(
        kind=request.args.get("kind", ""),
        actor_id=request.args.get("who", None, type=row_number),
        search=searched(request.args.get("search", "")),
        **between_days(_day("since"), _day("until"), zone),
    )


def _day(key: str) -> date | None:
    """A form's day; what is none is no filter."""
    try:
        return day_of(request.args.get(key, ""))
    except ValueError:
        return None
