"""What a student's program reads of a result of its own."""

from __future__ import annotations

from webapp.api import schemas
from webapp.api.operations import OWN_WORK, operation
from webapp.base.database import db
from webapp.courses.access import for_roles
from webapp.models import Enrolment, Role
from webapp.results.as_json import result_of
from webapp.visibility.submissions import submission_in


@operation(
    "GET",
    "/courses/<slug>/submissions/<int:submission_id>",
    summary="Where one's own submission is, and its questions once it is graded",
    scopes=OWN_WORK,
    answers={200: schemas.SubmissionResult},
)
@for_roles(Role.STUDENT)
def submission(enrolment: Enrolment, submission_id: int) -> schemas.SubmissionResult:
    return result_of(enrolment, submission_in(db.session, enrolment, submission_id))
