"""What goes into the API and comes out: the types are the schemas of the document."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

import msgspec
from msgspec import Meta, Struct

from webapp.base.comments import LONGEST_COMMENT
from webapp.models import RegradeState, Scope, SubmissionState
from webapp.site.addresses import LARGEST_ROW

Moment = Annotated[str, Meta(extra_json_schema={"format": "date-time"})]
PageNumber = Annotated[int, Meta(ge=1, le=100_000)]
Text = Annotated[str, Meta(max_length=100, pattern="^[^\\x00]*$")]


class Error(Struct, frozen=True):
    """Why a request was refused, in one sentence."""

    error: str


class AssignmentInfo(Struct, frozen=True):
    """An assignment of a course; `opens_at` and `due_at` are null where there is none.

    A score is out of `points`; the course's total counts them as `points_in_total`.
    """

    assignment: str
    title: str
    points: float
    points_in_total: float
    opens_at: Moment | None
    due_at: Moment | None


class Assignments(Struct, frozen=True):
    """The assignments of a course, in order."""

    assignments: list[AssignmentInfo]


class CourseInfo(Struct, frozen=True):
    """A course one takes part in, and as what."""

    course: str
    title: str
    role: Literal["student", "grader", "instructor"]
    assignments: list[AssignmentInfo]


class Courses(Struct, frozen=True):
    """The courses one takes part in."""

    courses: list[CourseInfo]


class CoursesQuery(Struct, frozen=True, forbid_unknown_fields=True):
    """Whether to list what one takes, or what one is on the staff of."""

    role: Literal["student", "staff"] = "student"


class PageQuery(Struct, frozen=True, forbid_unknown_fields=True):
    """Which page; the first is 1, and one beyond the last is empty."""

    page: PageNumber = 1


class Submission(Struct, frozen=True):
    """A submission; `score` is null until it is graded, `page` is its address for people.

    `counted` is the score after what the rules for late work take off.
    """

    submission: int
    assignment: str
    attempt: int
    state: SubmissionState
    score: float | None
    counted: float | None
    max_score: float
    late: bool
    days_late: int
    page: str


class Receipt(Submission, frozen=True):
    """What was handed in; `new` is false where it was the newest work again."""

    new: bool
    received_at: Moment
    sha256: str


class Question(Struct, frozen=True):
    """One question of a result; `score` is null while staff have yet to grade it."""

    name: str
    title: str
    kind: Literal["auto", "manual"]
    score: float | None
    max_score: float
    verdict: str
    message: str


class SubmissionResult(Submission, frozen=True):
    """A submission and its result; `ahead` wait before it, `error` says why it was refused.

    `held_back` says when points and questions appear, and is empty where nothing is held back.
    """

    ahead: int
    questions: list[Question]
    error: str
    held_back: str


class Submissions(Struct, frozen=True):
    """A page of submissions, newest first."""

    submissions: list[Submission]
    found: int


class Person(Struct, frozen=True):
    """Someone in a course."""

    user: int
    name: str
    email: str
    role: Literal["student", "grader", "instructor"]
    section: str


class CountingAttempt(Struct, frozen=True):
    """The attempt that counts; `waiting` questions are for staff to grade."""

    submission: int
    score: float | None
    waiting: int
    attempts: int
    state: SubmissionState
    received_at: Moment
    late: bool


class GradebookRow(Struct, frozen=True):
    """A student with what counts, by the assignment's id."""

    user: int
    name: str
    email: str
    section: str
    total: float
    scores: dict[str, CountingAttempt]


class Gradebook(Struct, frozen=True):
    """A page of the score table, by name."""

    students: list[GradebookRow]
    found: int


class Grade(GradebookRow, frozen=True):
    """A student by the course's rule; `passed` is null where the course has none."""

    possible: float
    written_option: bool
    passed: bool | None


class Grades(Struct, frozen=True):
    """A page of everyone's grade by name, the rule in words, and the assignments in order."""

    rule: str
    assignments: list[str]
    students: list[Grade]
    found: int


class GradesQuery(PageQuery, frozen=True, forbid_unknown_fields=True):
    """Which students: everyone, or one section."""

    section: Text = ""


class GradebookQuery(PageQuery, frozen=True, forbid_unknown_fields=True):
    """Which students."""

    search: Text = ""
    section: Text = ""


class StaffSubmission(Submission, frozen=True):
    """A submission and whose it is."""

    user: int
    name: str
    received_at: Moment


class StaffSubmissions(Struct, frozen=True):
    """A page of submissions, newest first."""

    submissions: list[StaffSubmission]
    found: int


class StaffSubmissionsQuery(PageQuery, frozen=True, forbid_unknown_fields=True):
    """Which submissions: of one assignment, of one student (0 is everyone)."""

    assignment: Text = ""
    user: Annotated[int, Meta(ge=0, le=2**31 - 1)] = 0


class RegradeInfo(Struct, frozen=True):
    """The open regrade of an assignment: `done` of `total` have their new result."""

    regrade: int
    state: RegradeState
    grader_version: str
    total: int
    done: int
    running: bool
    stopped: int
    changes: list[RegradeChange]


class RegradeChange(Struct, frozen=True):
    """Someone whose score changes when it is published."""

    submission: int
    user: int
    name: str
    old: float | None
    new: float | None


class NewRegrade(Struct, frozen=True, forbid_unknown_fields=True):
    """What to grade again: the attempts that count or all, of one section or everyone."""

    scope: Scope = Scope.COUNTING
    section: Text = ""


class ShownRegrade(Struct, frozen=True, forbid_unknown_fields=True):
    """Which regrade is meant, so that none is published unseen."""

    regrade: Annotated[int, Meta(ge=1, le=2**31 - 1)]


class RegradeOutcome(Struct, frozen=True):
    """What became of it."""

    regrade: int
    state: RegradeState
    published: int


def moment(value: datetime | None) -> str | None:
    """A moment as the API writes it, to the second."""
    return None if value is None else value.isoformat(timespec="seconds")


def schema_of(kinds: tuple[type[Struct], ...]) -> dict[str, object]:
    """The JSON schemas of the types and of all they refer to, by name."""
    _, components = msgspec.json.schema_components(
        kinds, ref_template="#/components/schemas/{name}"
    )
    return components


# One line of text.
LINE = "^[^\\x00\\r\\n]*$"


Day = Annotated[str, Meta(pattern="^([0-9]{4}-[0-9]{2}-[0-9]{2})?$")]


UserNumber = Annotated[int, Meta(ge=1, le=LARGEST_ROW)]


Comment = Annotated[str, Meta(max_length=LONGEST_COMMENT, pattern="^[^\\x00]*$")]
Reason = Annotated[str, Meta(min_length=1, max_length=500, pattern="^[^\\x00]*$")]


class Kept(Struct, frozen=True):
    """That it was done."""

    done: bool
