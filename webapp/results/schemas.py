"""What goes in and comes out where staff's programs mark, give time, steer the queue, compare."""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import Meta, Struct

from webapp.api.schemas import Moment, PageQuery, Text
from webapp.models import JobState, Lane, ReportState, RequestState
from webapp.site.addresses import LARGEST_ROW

UserNumber = Annotated[int, Meta(ge=1, le=LARGEST_ROW)]
LongText = Annotated[str, Meta(min_length=1, max_length=2000, pattern="^[^\\x00]*$")]
Reason = Annotated[str, Meta(min_length=1, max_length=500, pattern="^[^\\x00]*$")]
Points = Annotated[float, Meta(ge=0, le=1_000_000)]


class RequestsQuery(PageQuery, frozen=True, forbid_unknown_fields=True):
    """Which requests; without a state all."""

    state: Literal["", "open", "accepted", "declined"] = ""
    assignment: Text = ""


class RegradeRequestInfo(Struct, frozen=True):
    """What a student asks, and staff's reply once there is one."""

    request: int
    assignment: str
    submission: int
    user: int
    question: str
    reason: str
    state: RequestState
    reply: str
    created_at: Moment


class RegradeRequests(Struct, frozen=True):
    """A page of requests."""

    requests: list[RegradeRequestInfo]
    found: int


class RequestAnswer(Struct, frozen=True, forbid_unknown_fields=True):
    """What staff say; `points` are set with an accepted request where they are not null."""

    decision: Literal["accepted", "declined"]
    reply: LongText
    points: Points | None = None


class NewOverride(Struct, frozen=True, forbid_unknown_fields=True):
    """Points for a question, or for the whole attempt where `question` is empty, and why."""

    points: Points
    reason: LongText
    question: Text = ""


class OldOverride(Struct, frozen=True, forbid_unknown_fields=True):
    """Whose points set by hand are taken back."""

    question: Text = ""


class OverrideInfo(Struct, frozen=True):
    """Points set by hand, and what the checks gave."""

    submission: int
    question: str
    points: float
    automatic: float | None


class Note(Struct, frozen=True):
    """What one of the staff noted about a student."""

    note: int
    author: str
    text: str
    created_at: Moment


class Notes(Struct, frozen=True):
    """A student's notes, newest first."""

    notes: list[Note]


class NewNote(Struct, frozen=True, forbid_unknown_fields=True):
    """A note to keep."""

    text: LongText


class HandPoints(Struct, frozen=True, forbid_unknown_fields=True):
    """Points for a written answer, and a comment that the student reads."""

    points: Points
    comment: Annotated[str, Meta(max_length=5000, pattern="^[^\\x00]*$")] = ""


class Kept(Struct, frozen=True):
    """That it was done."""

    done: bool


class ExtensionInfo(Struct, frozen=True):
    """A student's own due time, and why; `given_by` is null where that account is gone."""

    user: int
    name: str
    due_at: Moment
    reason: str
    given_by: str | None
    given_at: Moment


class Extensions(Struct, frozen=True):
    """Who has more time at an assignment, by name."""

    assignment: str
    due_at: Moment | None
    extensions: list[ExtensionInfo]


class NewExtensions(Struct, frozen=True, forbid_unknown_fields=True):
    """More time for `users` and for everyone of `section`, each where it is not empty.

    `due_at` has an offset from UTC (`2026-02-04T17:00-05:00`), or else is a time of the course's
    clock (`2026-02-04T17:00`).
    """

    due_at: Text
    reason: Reason
    users: Annotated[list[UserNumber], Meta(max_length=5000)] = []
    section: Text = ""


class ExtensionsGiven(Struct, frozen=True):
    """How many students have more time now, and until when."""

    students: int
    due_at: Moment


class OldExtension(Struct, frozen=True, forbid_unknown_fields=True):
    """Why an extension is taken back; the log keeps it."""

    reason: Reason


class QueuedJob(Struct, frozen=True):
    """One job; a dead one waits for staff, and `error` says why."""

    submission: int
    assignment: str
    lane: Lane
    queue: str
    state: JobState
    faults: int
    error: str


class WorkerInfo(Struct, frozen=True):
    """A worker that was heard of lately."""

    host: str
    slots: int
    queues: list[str]
    draining: bool


class Queue(Struct, frozen=True):
    """What waits, runs or is dead in a course, and who works on it."""

    paused: bool
    jobs: list[QueuedJob]
    workers: list[WorkerInfo]


class Pause(Struct, frozen=True, forbid_unknown_fields=True):
    """Whether grading is to be paused: what runs is finished, and nothing more is taken."""

    paused: bool


class SimilarPairInfo(Struct, frozen=True):
    """Two attempts of two students and the shared part of the shorter one's own code.

    `same_team` says that they write a proposal together; notebooks are each student's own.
    """

    left: int
    right: int
    left_user: int
    right_user: int
    figure: float
    shared: int
    same_team: bool


class SimilarityInfo(Struct, frozen=True):
    """The newest comparison of an assignment; a high figure is a reason to look, no finding."""

    state: ReportState
    all_attempts: bool
    done: int
    total: int
    error: str
    pairs: list[SimilarPairInfo]


class NewSimilarity(Struct, frozen=True, forbid_unknown_fields=True):
    """What to compare: all attempts or the latest."""

    all_attempts: bool = False
