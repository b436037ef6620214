"""Rules of the written option: what counts as in time, and what a team needs to present."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from webapp.models import LARGEST_TEAM, SMALLEST_TEAM, Course, PaperReview, Team


class NotPossible(ValueError):
    """What was asked for cannot be done: one sentence for the student."""


class TextRefused(ValueError):
    """A name or a text does not fit: one sentence for the student."""


@dataclass(frozen=True)
class WrittenOption:
    """What a student has of either option; having both is fine until the deadline."""

    team: Team | None
    review: PaperReview | None


@dataclass(frozen=True)
class Condition:
    """One condition of presenting on Friday; `state` is `met`, `late` or `open`."""

    text: str
    state: str


def conditions(team: Team, course: Course) -> list[Condition]:
    """What a team needs to present, and how it stands."""
    slide = team.proposal.slide if team.proposal else None
    title = bool(team.proposal and team.proposal.title and team.proposal.abstract)
    size = len(team.members)
    return [
        Condition(
            f"A team of {SMALLEST_TEAM} or {LARGEST_TEAM} (it has {size})",
            _state(team.completed_at if team.complete else None, course.groups_due_at),
        ),
        Condition("A title and an abstract", "met" if title else "open"),
        Condition(
            "A one-page PDF slide",
            _state(slide.received_at if slide else None, course.slides_due_at),
        ),
    ]


def is_late(at: datetime, due: datetime | None) -> bool:
    """Whether something came after its deadline."""
    return due is not None and at > due


def _state(done_at: datetime | None, due: datetime | None) -> str:
    if done_at is None:
        return "open"
    return "late" if is_late(done_at, due) else "met"
