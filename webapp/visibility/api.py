"""When students see their results, by program: the rule of an assignment, publish, hide."""

from __future__ import annotations

from webapp.api.operations import operation
from webapp.api.schemas import moment
from webapp.base.database import db
from webapp.courses.access import STAFF, assignment_in, for_roles
from webapp.models import CourseAssignment, Enrolment, Role
from webapp.visibility import operations, queries
from webapp.visibility import sight as visibility
from webapp.visibility.schemas import NewResultRule, ResultsShown

_PATH = "/courses/<slug>/staff/assignments/<name>/results"


@operation(
    "GET",
    _PATH,
    summary="When students see the results of an assignment, and whether they do now",
    scopes=("read",),
    answers={200: ResultsShown},
)
@for_roles(*STAFF)
def shown_results(enrolment: Enrolment, name: str) -> ResultsShown:
    return _shown(enrolment, assignment_in(enrolment, name))


@operation(
    "POST",
    f"{_PATH}/rule",
    summary="Choose when students see the results",
    scopes=("manage",),
    body=NewResultRule,
    answers={200: ResultsShown},
)
@for_roles(Role.INSTRUCTOR)
def set_result_rule(enrolment: Enrolment, name: str, body: NewResultRule) -> ResultsShown:
    item = assignment_in(enrolment, name)
    operations.change_rule(db.session, enrolment, item, body.rule)
    return _shown(enrolment, item)


@operation(
    "POST",
    f"{_PATH}/publish",
    summary="Show students their results now, whatever the rule",
    scopes=("manage",),
    answers={200: ResultsShown},
)
@for_roles(Role.INSTRUCTOR)
def publish_results(enrolment: Enrolment, name: str) -> ResultsShown:
    item = assignment_in(enrolment, name)
    operations.show_results(db.session, enrolment, item, on=True)
    return _shown(enrolment, item)


@operation(
    "POST",
    f"{_PATH}/hide",
    summary="Hide the results from students until staff publish them",
    scopes=("manage",),
    answers={200: ResultsShown},
)
@for_roles(Role.INSTRUCTOR)
def hide_results(enrolment: Enrolment, name: str) -> ResultsShown:
    item = assignment_in(enrolment, name)
    operations.show_results(db.session, enrolment, item, on=False)
    return _shown(enrolment, item)


def _shown(enrolment: Enrolment, item: CourseAssignment) -> ResultsShown:
    sight = visibility.sight_of(db.session, item)
    sentence = sight.sentence(enrolment.course.time_zone)
    left = queries.unfinished(db.session, item)
    opens_at = moment(sight.opens_at)
    return ResultsShown(sight.rule, sight.open, opens_at, sentence, left.unread, left.waiting)
