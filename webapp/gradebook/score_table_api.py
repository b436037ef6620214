"""What a program of the staff's reads of scores: the table, and everybody's grade."""

from __future__ import annotations

import msgspec

from webapp.api import schemas
from webapp.api.operations import PAGE_ROWS, operation
from webapp.api.schemas import moment
from webapp.base.clock import now
from webapp.base.database import db
from webapp.base.typed_text import searched
from webapp.courses.access import STAFF, for_roles
from webapp.courses.assignments import assignments_of
from webapp.gradebook.counting_attempts import Row, total_of
from webapp.gradebook.pass_rule import in_words
from webapp.gradebook.score_table import Filters, Order, table_page
from webapp.gradebook.totals import course_grades
from webapp.models import CourseAssignment, Enrolment


@operation(
    "GET",
    "/courses/<slug>/staff/gradebook",
    summary="Students with the attempts that count",
    scopes=("read",),
    query=schemas.GradebookQuery,
    answers={200: schemas.Gradebook},
)
@for_roles(*STAFF)
def gradebook(enrolment: Enrolment, query: schemas.GradebookQuery) -> schemas.Gradebook:
    items = assignments_of(db.session, enrolment.course)
    table = table_page(
        db.session,
        enrolment.course,
        items,
        filters=Filters(search=searched(query.search), section=query.section),
        order=Order(),
        moment=now(),
        page=query.page,
        rows=PAGE_ROWS,
    )
    rows = table.rows if table.page == query.page else ()
    return schemas.Gradebook([_row(row, items) for row in rows], table.found)


def _row(row: Row, items: list[CourseAssignment]) -> schemas.GradebookRow:
    scores = {}
    for item in items:
        cell = row.cells.get(item.id)
        if cell is not None:
            scores[item.assignment] = schemas.CountingAttempt(
                cell.submission_id,
                cell.score,
                cell.ungraded,
                cell.attempts,
                cell.state,
                moment(cell.received_at) or "",
                cell.late,
            )
    total = total_of(items, row.scores)
    return schemas.GradebookRow(row.user_id, row.name, row.email, row.section, total, scores)


@operation(
    "GET",
    "/courses/<slug>/staff/grades",
    summary="Everyone's total, and whether they pass by the course's rule",
    scopes=("read",),
    query=schemas.GradesQuery,
    answers={200: schemas.Grades},
)
@for_roles(*STAFF)
def grades(enrolment: Enrolment, query: schemas.GradesQuery) -> schemas.Grades:
    found = course_grades(db.session, enrolment.course, query.section)
    items = list(found.assignments)
    shown = found.students[(query.page - 1) * PAGE_ROWS : query.page * PAGE_ROWS]
    return schemas.Grades(
        in_words(found.rule),
        [item.assignment for item in items],
        [
            schemas.Grade(
                **msgspec.structs.asdict(_row(each.row, items)),
                possible=each.outcome.possible,
                written_option=each.written_option,
                passed=each.outcome.passed,
            )
            for each in shown
        ],
        len(found.students),
    )
