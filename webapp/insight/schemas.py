"""What comes out where staff's programs look at a class."""

from __future__ import annotations

from msgspec import Struct

from webapp.api.schemas import Moment


class AssignmentTotals(Struct, frozen=True):
    """An assignment over the class: how many handed in, their mean, and how many have all points.

    `late` attempts count as they are; `waiting` ones wait for staff.
    """

    assignment: str
    title: str
    points: float
    submitted: int
    mean: float | None
    full: int
    late: int
    waiting: int


class Insight(Struct, frozen=True):
    """How many students the course has, and its assignments in order."""

    students: int
    assignments: list[AssignmentTotals]


class AtRisk(Struct, frozen=True):
    """A student who may not pass: how much of what was due is missing, and their points."""

    user: int
    name: str
    section: str
    missing: int
    due: int
    points: float


class AtRiskList(Struct, frozen=True):
    """A page of them; `due` assignments with `possible` points were due so far."""

    due: int
    possible: float
    students: list[AtRisk]
    found: int


class ScoreRange(Struct, frozen=True):
    """How many scores lie in a range, which is in words."""

    range: str
    students: int


class Scores(Struct, frozen=True):
    """The distribution of the scores that count; mean and median are null without any."""

    graded: int
    mean: float | None
    median: float | None
    ranges: list[ScoreRange]


class FailureReason(Struct, frozen=True):
    """What a check tests, why it did not pass, and how many students that stopped."""

    check: str
    reason: str
    students: int


class QuestionInsight(Struct, frozen=True):
    """An automatic question and its commonest failures: of `graded` students `full` have it all."""

    question: str
    title: str
    possible: float
    graded: int
    full: int
    mean: float | None
    failures: list[FailureReason]


class Period(Struct, frozen=True):
    """How many attempts came in time and late, from `start` on."""

    start: Moment
    in_time: int
    late: int


class Times(Struct, frozen=True):
    """When attempts came, in periods of so many hours."""

    hours: int
    periods: list[Period]


class AssignmentInsight(Struct, frozen=True):
    """One assignment over the class, over the attempts that count; `times` are of all attempts."""

    assignment: str
    points: float
    students: int
    submitted: int
    scores: Scores
    questions: list[QuestionInsight]
    times: Times
