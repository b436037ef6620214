"""What a student's program does: list courses, hand in, read what became of it."""

from __future__ import annotations

from webapp.api import schemas
from webapp.api.operations import OWN_WORK, operation
from webapp.base.database import db
from webapp.courses.access import for_roles
from webapp.courses.assignments import question_titles
from webapp.models import Enrolment, Role, Submission
from webapp.queue.status import current_job, progress
from webapp.submissions.api import brief
from webapp.visibility import sight as visibility
from webapp.visibility.submissions import detail_of, manual_grades, submission_in


@operation(
    "GET",
    "/courses/<slug>/submissions/<int:submission_id>",
    summary="Where one's own submission is, and its questions once it is graded",
    scopes=OWN_WORK,
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
