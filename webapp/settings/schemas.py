"""What goes in and comes out where staff's programs run a course: settings, people, assignments."""

from __future__ import annotations

from typing import Annotated

from msgspec import UNSET, Meta, Struct, UnsetType

from webapp.api.schemas import Day, Moment, Text
from webapp.models import CountingRule

Line = Annotated[str, Meta(max_length=1000, pattern="^[^\\x00]*$")]
Amount = Annotated[float, Meta(ge=0, le=1_000_000)]
Count = Annotated[int, Meta(ge=0, le=1_000_000)]


class CourseSettings(Struct, frozen=True):
    """A course's settings; `late_days` is how many days late a student may be without a loss."""

    title: str
    term: str
    time_zone: str
    starts_on: str | None
    groups_due_at: Moment | None
    slides_due_at: Moment | None
    presentations_at: Moment | None
    reviews_due_at: Moment | None
    late_days: int


class CourseChange(Struct, frozen=True, forbid_unknown_fields=True):
    """What to change of a course, and why; what is left out stays, and null empties it.

    A time has an offset from UTC, or else is one of the course's clock (`2026-02-04T17:00`).
    """

    reason: Line = ""
    title: Line | UnsetType = UNSET
    term: Line | UnsetType = UNSET
    starts_on: Day | UnsetType | None = UNSET
    groups_due_at: Text | UnsetType | None = UNSET
    slides_due_at: Text | UnsetType | None = UNSET
    presentations_at: Text | UnsetType | None = UNSET
    reviews_due_at: Text | UnsetType | None = UNSET


class NewLateDays(Struct, frozen=True, forbid_unknown_fields=True):
    """How many late days each student has, and why."""

    late_days: Count
    reason: Line = ""


class AssignmentSettings(Struct, frozen=True):
    """An assignment's settings and rules; `late_penalty` is in per cent for each day late.

    Where `points_in_total` is null its points count as they are. `unsound` says why its checks are
    not proved sound as they are now, and is empty where they are.
    """

    assignment: str
    title: str
    points: float
    points_in_total: float | None
    opens_at: Moment | None
    due_at: Moment | None
    grace_minutes: int
    late_penalty: float
    cut_off_at: Moment | None
    attempt_limit: int | None
    pause_minutes: int
    waiting_limit: int | None
    counting: CountingRule
    unsound: str


class AssignmentChange(Struct, frozen=True, forbid_unknown_fields=True):
    """What to change of an assignment, and why; what is left out stays, and null empties it."""

    reason: Line = ""
    title: Line | UnsetType = UNSET
    opens_at: Text | UnsetType | None = UNSET
    due_at: Text | UnsetType | None = UNSET
    points_in_total: Amount | UnsetType | None = UNSET


class RulesChange(Struct, frozen=True, forbid_unknown_fields=True):
    """What to change of the rules for late work and attempts, and why; what is left out stays."""

    reason: Line = ""
    grace_minutes: Count | UnsetType = UNSET
    late_penalty: Amount | UnsetType = UNSET
    cut_off_at: Text | UnsetType | None = UNSET
    attempt_limit: Count | UnsetType | None = UNSET
    pause_minutes: Count | UnsetType = UNSET
    waiting_limit: Count | UnsetType | None = UNSET
    counting: CountingRule | UnsetType = UNSET


class CatalogueEntry(Struct, frozen=True):
    """An assignment of the site's folder; it can be added where `problem` is empty.

    `in_course` is whether the course sets it already.
    """

    assignment: str
    title: str
    points: float
    questions: int
    in_course: bool
    problem: str


class Catalogue(Struct, frozen=True):
    """The assignments of the site's folder, what can be added first."""

    assignments: list[CatalogueEntry]


class NewAssignment(Struct, frozen=True, forbid_unknown_fields=True):
    """What to add to the course; without times it opens at once and is never due."""

    assignment: Text
    opens_at: Text | None = None
    due_at: Text | None = None


class ReleaseCell(Struct, frozen=True):
    """One cell of the notebook that students get."""

    kind: str
    source: str


class GradedExample(Struct, frozen=True):
    """A graded attempt to look at; `counted` is its score after what lateness takes off."""

    submission: int
    attempt: int
    user: int
    name: str
    score: float | None
    counted: float | None
    waiting: int


class Preview(Struct, frozen=True):
    """An assignment as students meet it, and attempts from the lowest score to the highest.

    Without a release `cells` is empty, and `refusal` says why. `taken` students took it, and
    `taken_older` of them an older version.
    """

    cells: list[ReleaseCell]
    refusal: str
    examples: list[GradedExample]
    taken: int
    taken_older: int
