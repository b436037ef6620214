"""One assignment over a class: what its page draws and a program reads."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy.orm import Session

from webapp.base.histogram import Histogram, histogram
from webapp.base.timeline import Timeline, timeline
from webapp.gradebook.counting_attempts import QuestionRate, question_rates
from webapp.insight import insight
from webapp.insight.insight import Failure
from webapp.models import Course, CourseAssignment


@dataclass(frozen=True)
class ClassPicture:
    """How many of the students handed in, the scores that count, questions, failures and times."""

    students: int
    submitted: int
    chart: Histogram
    rates: list[QuestionRate]
    failures: dict[str, list[Failure]]
    times: Timeline | None


def picture_of(session: Session, course: Course, item: CourseAssignment) -> ClassPicture:
    """Counted by the database, in a fixed number of statements."""
    submitted, scores = insight.counting_scores(session, course, item)
    return ClassPicture(
        students=insight.student_count(session, course),
        submitted=submitted,
        chart=histogram(scores, item.points),
        rates=question_rates(session, course, item),
        failures=insight.commonest_failures(session, course, item),
        times=timeline(insight.received_times(session, item), item.due_at, course.time_zone),
    )
