"""Grades by program: the rule to pass, files to take away, and nbgrader's gradebook back."""

from __future__ import annotations

from flask import abort, request
from werkzeug.wrappers import Response

from autograder.nbgrader.gradebook import GradebookError
from webapp.api.operations import File, operation
from webapp.base.database import db
from webapp.courses.access import STAFF, for_roles
from webapp.gradebook import operations, pass_rule, schemas, uploaded
from webapp.gradebook.downloads import GRADEBOOK, canvas_file, gradebook_file, scores_file
from webapp.gradebook.totals import passing
from webapp.models import Enrolment, Role
from webapp.site.uploads import FileRefused

_GRADES = "/courses/<slug>/staff/grades"


@operation(
    "GET",
    f"{_GRADES}/rule",
    summary="The course's rule to pass, and how many pass by it",
    scopes=("read",),
    answers={200: schemas.PassRuleInfo},
)
@for_roles(*STAFF)
def rule_to_pass(enrolment: Enrolment) -> schemas.PassRuleInfo:
    return _rule(enrolment)


@operation(
    "POST",
    f"{_GRADES}/rule",
    summary="Let another rule decide who passes; students see it",
    scopes=("manage",),
    body=schemas.PassRule,
    answers={200: schemas.PassRuleInfo},
)
@for_roles(Role.INSTRUCTOR)
def change_rule_to_pass(enrolment: Enrolment, body: schemas.PassRule) -> schemas.PassRuleInfo:
    rule = pass_rule.PassRule(body.minimum_share, body.minimum_each, body.written_option)
    operations.change_pass_rule(db.session, enrolment, rule=rule)
    return _rule(enrolment)


def _rule(enrolment: Enrolment) -> schemas.PassRuleInfo:
    found = passing(db.session, enrolment.course)
    rule = found.rule
    return schemas.PassRuleInfo(
        schemas.PassRule(rule.minimum_share, rule.minimum_each, rule.written_option),
        pass_rule.in_words(rule),
        found.students,
        found.passed,
    )


@operation(
    "GET",
    f"{_GRADES}/scores.csv",
    summary="Everyone's scores, attempts, lateness and totals as CSV",
    scopes=("read",),
    answers={200: File("text/csv")},
)
@for_roles(Role.INSTRUCTOR)
def scores_as_csv(enrolment: Enrolment) -> Response:
    return scores_file(enrolment.course)


@operation(
    "GET",
    f"{_GRADES}/canvas.csv",
    summary="The file that Canvas's gradebook imports",
    scopes=("read",),
    answers={200: File("text/csv")},
)
@for_roles(Role.INSTRUCTOR)
def grades_for_canvas(enrolment: Enrolment) -> Response:
    return canvas_file(enrolment.course)


@operation(
    "GET",
    f"{_GRADES}/gradebook.db",
    summary="The course as an nbgrader gradebook with the same scores",
    scopes=("read",),
    answers={200: File(GRADEBOOK)},
    errors=(409,),
)
@for_roles(Role.INSTRUCTOR)
def gradebook_for_nbgrader(enrolment: Enrolment) -> Response:
    try:
        return gradebook_file(enrolment.course)
    except GradebookError as error:
        abort(409, str(error))


@operation(
    "POST",
    f"{_GRADES}/gradebook",
    summary="Upload an nbgrader gradebook and read what it would change; nothing changes yet",
    scopes=("grade",),
    file="gradebook",
    answers={200: schemas.GradebookChanges},
    errors=(422,),
)
@for_roles(Role.INSTRUCTOR)
def look_into_gradebook(enrolment: Enrolment) -> schemas.GradebookChanges:
    try:
        found, token = uploaded.look_into(enrolment, request.files.get("gradebook"))
    except (FileRefused, GradebookError) as error:
        abort(422, str(error))
    return schemas.GradebookChanges(
        token,
        found.same,
        [
            schemas.GradeChange(
                each.submission_id,
                each.name,
                assignment=each.assignment,
                question=each.question,
                old=each.old,
                new=each.new,
                comment=each.comment,
            )
            for each in found.changes
        ],
        found.problems,
    )


@operation(
    "POST",
    f"{_GRADES}/gradebook/take",
    summary="Take in the gradebook that was looked at",
    scopes=("grade",),
    body=schemas.TakeGradebook,
    answers={200: schemas.GradesTaken},
    errors=(409,),
)
@for_roles(Role.INSTRUCTOR)
def take_gradebook(enrolment: Enrolment, body: schemas.TakeGradebook) -> schemas.GradesTaken:
    try:
        return schemas.GradesTaken(uploaded.take(enrolment, body.token))
    except GradebookError as error:
        abort(409, str(error))
