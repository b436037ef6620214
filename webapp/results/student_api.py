"""What a student's program does: list courses, hand in, read what became of it."""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from flask import abort, url_for
from flask_login import current_user
from sqlalchemy.orm import contains_eager

from webapp.api import schemas
from webapp.api.operations import operation
from webapp.api.schemas import moment
from webapp.base.database import db
from webapp.courses.access import STAFF, assignment_in, for_roles, submission_in
from webapp.grading.tools import FileRefused
from webapp.models import Course, CourseAssignment, Enrolment, Extension, Role, Submission
from webapp.results.pages import detail_of, manual_grades, question_titles
from webapp.scoring.late_policy import own_due_time
from webapp.submissions.intake import AttemptRefused
from webapp.submissions.pages import NotOpenYet, current_job, hand_in, progress
from webapp.visibility import sight as visibility

# A token that hands in may follow its own work.
_OWN = ("read", "submit")
_PAGE_ROWS = 100


@operation(
    "GET",
    "/courses",
    summary="The courses one takes, each with its assignments",
    scopes=_OWN,
    query=schemas.CoursesQuery,
    answers={200: schemas.Courses},
)
def courses(query: schemas.CoursesQuery) -> schemas.Courses:
    roles = STAFF if query.role == "staff" else (Role.STUDENT,)
    own = sa.and_(
        Extension.course_assignment_id == CourseAssignment.id,
        Extension.user_id == Enrolment.user_id,
    )
    rows = db.session.execute(
        sa.select(Enrolment, CourseAssignment, Extension.due_at)
        .join(Enrolment.course)
        .outerjoin(CourseAssignment, CourseAssignment.course_id == Course.id)
        .outerjoin(Extension, own)
        .options(contains_eager(Enrolment.course))
        .where(Enrolment.user_id == current_user.id, Enrolment.role.in_(roles))
        .order_by(Course.id, CourseAssignment.position)
    )
    found: dict[int, Enrolment] = {}
    assignments: dict[int, list[schemas.AssignmentInfo]] = defaultdict(list)
    for enrolment, item, until in rows:
        found[enrolment.id] = enrolment
        if item is not None:
            assignments[enrolment.id].append(assignment_info(item, until))
    return schemas.Courses(
        [
            schemas.CourseInfo(e.course.slug, e.course.title, e.role.value, assignments[number])
            for number, e in found.items()
        ]
    )


def assignment_info(
    item: CourseAssignment, extended_to: datetime | None = None
) -> schemas.AssignmentInfo:
    """An assignment as the API shows it, to a student with or without an extension."""
    due_at = own_due_time(item.due_at, extended_to)
    return schemas.AssignmentInfo(
        item.assignment,
        item.title,
        item.points,
        item.in_total,
        moment(item.opens_at),
        moment(due_at),
    )


@operation(
    "POST",
    "/courses/<slug>/assignments/<name>/submissions",
    summary="Hand in a notebook: 201 and a receipt, or 200 for the same work again",
    scopes=("submit",),
    file="notebook",
    answers={201: schemas.Receipt, 200: schemas.Receipt},
    errors=(409, 413, 422),
)
@for_roles(Role.STUDENT)
def submit(enrolment: Enrolment, name: str) -> tuple[schemas.Receipt, int]:
    assignment = assignment_in(enrolment, name)
    try:
        receipt = hand_in(enrolment, assignment)
    except (NotOpenYet, AttemptRefused) as error:
        abort(409, str(error))
    except FileRefused as error:
        abort(422, str(error))
    found = visibility.for_reader(db.session, enrolment, receipt.submission)
    shown = schemas.Receipt(
        **brief(enrolment, found),
        new=receipt.new,
        received_at=moment(found.received_at) or "",
        sha256=found.sha256,
    )
    return shown, 201 if receipt.new else 200


@operation(
    "GET",
    "/courses/<slug>/submissions",
    summary="One's own submissions, newest first",
    scopes=_OWN,
    query=schemas.PageQuery,
    answers={200: schemas.Submissions},
)
@for_roles(Role.STUDENT)
def submissions(enrolment: Enrolment, query: schemas.PageQuery) -> schemas.Submissions:
    own = (
        sa.select(Submission)
        .join(Submission.course_assignment)
        .options(contains_eager(Submission.course_assignment))
        .where(
            CourseAssignment.course_id == enrolment.course_id,
            Submission.user_id == enrolment.user_id,
        )
    )
    found = db.session.scalar(sa.select(sa.func.count()).select_from(own.subquery())) or 0
    rows = db.session.scalars(
        own.order_by(Submission.id.desc()).limit(_PAGE_ROWS).offset((query.page - 1) * _PAGE_ROWS)
    )
    visible = visibility.for_student(db.session, rows)
    shown = [schemas.Submission(**brief(enrolment, row)) for row in visible]
    return schemas.Submissions(shown, found)


@operation(
    "GET",
    "/courses/<slug>/submissions/<int:submission_id>",
    summary="Where one's own submission is, and its questions once it is graded",
    scopes=_OWN,
    answers={200: schemas.SubmissionResult},
)
@for_roles(Role.STUDENT)
def submission(enrolment: Enrolment, submission_id: int) -> schemas.SubmissionResult:
    return result_of(enrolment, submission_in(enrolment, submission_id))


def result_of(enrolment: Enrolment, found: Submission) -> schemas.SubmissionResult:
    """A submission with its questions, once it is graded."""
    at = progress(found, current_job(found))
    questions, error = ([], "") if at["moving"] else _outcome(found)
    sight = visibility.sight_of(db.session, found.course_assignment, found.user_id)
    held = not (enrolment.is_staff or sight.open)
    return schemas.SubmissionResult(
        **brief(enrolment, found),
        ahead=int(str(at["ahead"])),
        questions=[] if held else questions,
        error=error,
        held_back=sight.sentence(enrolment.course.time_zone) if held else "",
    )


def brief(enrolment: Enrolment, found: Submission) -> dict[str, Any]:
    """What every answer says of a submission."""
    return {
        "submission": found.id,
        "assignment": found.course_assignment.assignment,
        "attempt": found.attempt,
        "state": found.state,
        "score": found.score,
        "counted": found.counted,
        "late": found.late,
        "days_late": found.days_late,
        "max_score": found.course_assignment.points,
        "page": page_of(enrolment.course, found.id),
    }


def page_of(course: Course, submission_id: int) -> str:
    """The address of a submission for people."""
    return url_for("results.show", slug=course.slug, submission_id=submission_id, _external=True)


def _outcome(found: Submission) -> tuple[list[schemas.Question], str]:
    """The questions with staff's points, or why it was refused."""
    result = detail_of(found)
    if result is None:
        return [], ""
    titles = question_titles(found.course_assignment.assignment)
    grades = manual_grades(found)
    questions = []
    for question in result.questions:
        record = question.record() | {"title": titles.get(question.name, question.name)}
        if question.name in grades:
            grade = grades[question.name]
            record |= {"score": grade.points, "message": grade.comment}
        questions.append(schemas.Question(**record))
    return questions, result.error
