"""What goes in and comes out where programs ask about results and mark them."""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import Meta, Struct

from webapp.api.schemas import LINE, Comment, Moment, PageQuery, Text
from webapp.models import RequestState
from webapp.results.kept_replies import LONGEST_TEXT, LONGEST_TITLE

LongText = Annotated[str, Meta(min_length=1, max_length=2000, pattern="^[^\\x00]*$")]
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


class HandPoints(Struct, frozen=True, forbid_unknown_fields=True):
    """Points for a written answer, and a comment that the student reads."""

    points: Points
    comment: Comment = ""


class Reply(Struct, frozen=True):
    """A reply that staff write often."""

    reply: int
    title: str
    text: str


class Replies(Struct, frozen=True):
    """The replies that are kept, by title."""

    replies: list[Reply]


class NewReply(Struct, frozen=True, forbid_unknown_fields=True):
    """A reply to keep."""

    title: Annotated[str, Meta(min_length=1, max_length=LONGEST_TITLE, pattern=LINE)]
    text: Annotated[str, Meta(min_length=1, max_length=LONGEST_TEXT, pattern="^[^\\x00]*$")]
