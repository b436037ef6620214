"""A result as programs get it."""

from __future__ import annotations

from webapp.api import schemas
from webapp.base.database import db
from webapp.courses.assignments import question_titles
from webapp.models import Enrolment, Submission
from webapp.queue.status import progress
from webapp.submissions.as_json import brief
from webapp.visibility import sight as visibility
from webapp.visibility.submissions import detail_of, manual_grades


def result_of(enrolment: Enrolment, found: Submission) -> schemas.SubmissionResult:
    """A submission with its questions, once it is graded."""
    at = progress(db.session, found)
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


def _outcome(found: Submission) -> tuple[list[schemas.Question], str]:
    """The questions with staff's points, or why it was refused."""
    result = detail_of(db.session, found)
    if result is None:
        return [], ""
    titles = question_titles(db.session, found.course_assignment.assignment)
    grades = manual_grades(db.session, found)
    questions = []
    for question in result.questions:
        record = question.record() | {"title": titles.get(question.name, question.name)}
        if question.name in grades:
            grade = grades[question.name]
            record |= {"score": grade.points, "message": grade.comment}
        questions.append(schemas.Question(**record))
    return questions, result.error
