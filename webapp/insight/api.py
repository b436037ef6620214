"""What a class has understood, by program: scores, questions, times, and who may not pass."""

from __future__ import annotations

from dataclasses import asdict

from webapp.api.operations import PAGE_ROWS, STAFF_PATH, operation
from webapp.api.schemas import PageQuery, moment
from webapp.base.clock import now
from webapp.base.database import db
from webapp.base.histogram import Histogram
from webapp.base.timeline import Timeline
from webapp.courses.access import STAFF, assignment_in, for_roles
from webapp.courses.assignments import assignments_of, question_titles
from webapp.gradebook.counting_attempts import QuestionRate
from webapp.insight import insight as services
from webapp.insight import schemas
from webapp.insight.at_risk import at_risk
from webapp.insight.class_picture import picture_of
from webapp.insight.insight import Failure
from webapp.models import Enrolment


@operation(
    "GET",
    f"{STAFF_PATH}/insight",
    summary="The course's assignments beside each other, over the attempts that count",
    scopes=("read",),
    answers={200: schemas.Insight},
)
@for_roles(*STAFF)
def insight(enrolment: Enrolment) -> schemas.Insight:
    course = enrolment.course
    totals = services.totals_by_assignment(db.session, course)
    nothing = services.AssignmentTotals()
    return schemas.Insight(
        services.student_count(db.session, course),
        [
            schemas.AssignmentTotals(
                item.assignment, item.title, item.points, **asdict(totals.get(item.id, nothing))
            )
            for item in assignments_of(db.session, course)
        ],
    )


@operation(
    "GET",
    f"{STAFF_PATH}/at-risk",
    summary="Students who may not pass, those with the fewest points first",
    scopes=("read",),
    query=PageQuery,
    answers={200: schemas.AtRiskList},
)
@for_roles(*STAFF)
def students_at_risk(enrolment: Enrolment, query: PageQuery) -> schemas.AtRiskList:
    course = enrolment.course
    items = assignments_of(db.session, course)
    found = at_risk(db.session, course, items, moment=now(), page=query.page, rows=PAGE_ROWS)
    shown = found.students if found.page == query.page else ()
    return schemas.AtRiskList(
        found.due,
        found.possible,
        [
            schemas.AtRisk(
                each.user_id,
                each.name,
                each.section,
                missing=each.missing,
                due=each.due,
                points=each.points,
            )
            for each in shown
        ],
        found.found,
    )


@operation(
    "GET",
    f"{STAFF_PATH}/assignments/<name>/insight",
    summary="One assignment over the class: scores, questions with their failures, and times",
    scopes=("read",),
    answers={200: schemas.AssignmentInsight},
)
@for_roles(*STAFF)
def assignment_insight(enrolment: Enrolment, name: str) -> schemas.AssignmentInsight:
    item = assignment_in(enrolment, name)
    found = picture_of(db.session, enrolment.course, item)
    titles = question_titles(db.session, item.assignment)
    return schemas.AssignmentInsight(
        item.assignment,
        item.points,
        students=found.students,
        submitted=found.submitted,
        scores=_scores(found.chart),
        questions=[
            _question(rate, titles.get(rate.question, rate.question), found.failures)
            for rate in found.rates
        ],
        times=_times(found.times),
    )


def _scores(chart: Histogram) -> schemas.Scores:
    ranges = [schemas.ScoreRange(bar.label, bar.count) for bar in chart.bars]
    return schemas.Scores(chart.count, chart.mean, chart.median, ranges)


def _question(
    rate: QuestionRate, title: str, failures: dict[str, list[Failure]]
) -> schemas.QuestionInsight:
    return schemas.QuestionInsight(
        rate.question,
        title,
        possible=rate.max_score,
        graded=rate.graded,
        full=rate.full,
        mean=rate.mean,
        failures=[
            schemas.FailureReason(each.description, each.reason, each.students)
            for each in failures.get(rate.question, [])
        ],
    )


def _times(found: Timeline | None) -> schemas.Times:
    if found is None:
        return schemas.Times(0, [])
    periods = [
        schemas.Period(moment(each.start) or "", each.in_time, each.late) for each in found.periods
    ]
    return schemas.Times(found.hours, periods)
