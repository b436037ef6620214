"""The log, by program."""

from __future__ import annotations

from flask import abort

from webapp.api.operations import PAGE_ROWS, STAFF_PATH, operation
from webapp.api.schemas import moment
from webapp.audit import log as audit_log
from webapp.audit.log import LogFilters, between_days, day_of
from webapp.audit.schemas import LogEntries, LogEntry, LogQuery
from webapp.base.database import db
from webapp.base.typed_text import searched
from webapp.courses.access import for_roles
from webapp.models import Enrolment, Role


@operation(
    "GET",
    f"{STAFF_PATH}/log",
    summary="Who changed a score, a due time, a role or an extension, and why; newest first",
    scopes=("read",),
    query=LogQuery,
    answers={200: LogEntries},
)
@for_roles(Role.INSTRUCTOR)
def log(enrolment: Enrolment, query: LogQuery) -> LogEntries:
    try:
        since, until = day_of(query.since), day_of(query.until)
    except ValueError as error:
        abort(422, f"The query does not fit: {error}.")
    filters = LogFilters(
        query.kind,
        query.who,
        searched(query.search),
        **between_days(since, until, enrolment.course.time_zone),
    )
    listed = audit_log.log_page(
        db.session, enrolment.course, filters, page=query.page, rows=PAGE_ROWS
    )
    shown = listed.entries if listed.page == query.page else ()
    return LogEntries(
        [
            LogEntry(
                moment(each.at) or "",
                each.user_id,
                each.who,
                action=each.action,
                subject=each.subject,
                reason=each.reason,
                detail=each.detail,
            )
            for each in shown
        ],
        listed.found,
    )
