"""What a program of the staff's reads: the roster, the score table, submissions and results."""

from __future__ import annotations

from typing import Any

import msgspec
import sqlalchemy as sa
from sqlalchemy.orm import contains_eager

from webapp.api import schemas
from webapp.api.operations import operation
from webapp.api.schemas import moment
from webapp.base.clock import now
from webapp.base.database import db
from webapp.courses.access import STAFF, for_roles, submission_in
from webapp.gradebook.counting_attempts import Row, assignments_of, total_of
from webapp.gradebook.pass_rule import in_words
from webapp.gradebook.score_table import Filters, Order, table_page
from webapp.gradebook.totals import course_grades
from webapp.models import CourseAssignment, Enrolment, Submission, User
from webapp.results.student_api import assignment_info, brief, result_of

_PAGE_ROWS = 100


@operation(
    "GET",
    "/courses/<slug>/staff/assignments",
    summary="The course's assignments",
    scopes=("read",),
    answers={200: schemas.Assignments},
)
@for_roles(*STAFF)
def assignments(enrolment: Enrolment) -> schemas.Assignments:
    found = assignments_of(db.session, enrolment.course)
    return schemas.Assignments([assignment_info(item) for item in found])


@operation(
    "GET",
    "/courses/<slug>/staff/roster",
    summary="Who is in the course",
    scopes=("read",),
    query=schemas.PageQuery,
    answers={200: schemas.Roster},
)
@for_roles(*STAFF)
def roster(enrolment: Enrolment, query: schemas.PageQuery) -> schemas.Roster:
    people = (
        sa.select(User.id, User.name, User.email, Enrolment.role, Enrolment.section)
        .join(Enrolment, Enrolment.user_id == User.id)
        .where(Enrolment.course_id == enrolment.course_id)
        .order_by(User.name, User.id)
    )
    rows, found = _page(people, query.page)
    return schemas.Roster(
        [schemas.Person(r.id, r.name, r.email, r.role.value, r.section) for r in rows], found
    )


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
        filters=Filters(search=query.search, section=query.section),
        order=Order(),
        moment=now(),
        page=query.page,
        rows=_PAGE_ROWS,
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
    shown = found.students[(query.page - 1) * _PAGE_ROWS : query.page * _PAGE_ROWS]
    return schemas.Grades(
        in_words(found.rule),
        [item.assignment for item in items],
        [
            schemas.Grade(
                **msgspec.structs.asdict(_row(each.row, items)),
                possible=each.outcome.possible,
                written_option=each.written,
                passed=each.outcome.passed,
            )
            for each in shown
        ],
        len(found.students),
    )


@operation(
    "GET",
    "/courses/<slug>/staff/submissions",
    summary="Everybody's submissions, newest first",
    scopes=("read",),
    query=schemas.StaffSubmissionsQuery,
    answers={200: schemas.StaffSubmissions},
)
@for_roles(*STAFF)
def staff_submissions(
    enrolment: Enrolment, query: schemas.StaffSubmissionsQuery
) -> schemas.StaffSubmissions:
    wanted = (
        sa.select(Submission)
        .join(Submission.course_assignment)
        .join(Submission.user)
        .options(contains_eager(Submission.course_assignment), contains_eager(Submission.user))
        .where(CourseAssignment.course_id == enrolment.course_id)
        .order_by(Submission.id.desc())
    )
    if query.assignment:
        wanted = wanted.where(CourseAssignment.assignment == query.assignment)
    if query.user:
        wanted = wanted.where(Submission.user_id == query.user)
    count = sa.select(sa.func.count()).select_from(wanted.order_by(None).subquery())
    found = db.session.scalar(count) or 0
    rows = db.session.scalars(wanted.limit(_PAGE_ROWS).offset((query.page - 1) * _PAGE_ROWS))
    shown = [
        schemas.StaffSubmission(
            **brief(enrolment, row),
            user=row.user_id,
            name=row.user.name,
            received_at=moment(row.received_at) or "",
        )
        for row in rows
    ]
    return schemas.StaffSubmissions(shown, found)


@operation(
    "GET",
    "/courses/<slug>/staff/submissions/<int:submission_id>",
    summary="Anybody's submission with its result",
    scopes=("read",),
    answers={200: schemas.SubmissionResult},
)
@for_roles(*STAFF)
def staff_submission(enrolment: Enrolment, submission_id: int) -> schemas.SubmissionResult:
    return result_of(enrolment, submission_in(enrolment, submission_id))


def _page(wanted: sa.Select[*tuple[Any, ...]], page: int) -> tuple[Any, int]:
    """A page of the rows, and how many there are."""
    count = sa.select(sa.func.count()).select_from(wanted.order_by(None).subquery())
    rows = wanted.limit(_PAGE_ROWS).offset((page - 1) * _PAGE_ROWS)
    return db.session.execute(rows).all(), db.session.scalar(count) or 0
