"""What there is to read, in a list: who reads it, by which rubric, and what came of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from webapp.base.numbers import CLOSE
from webapp.models import Reader, Reading
from webapp.rubrics.rubrics import Rubric

# Two readers disagree when they differ by more than this share of the points.
DISAGREEMENT = 0.2


@dataclass(frozen=True)
class Work:
    """One proposal, review or written answer in the staff's list."""

    kind: str
    id: int
    title: str
    authors: str
    rubric: Rubric
    scores: tuple[Reading, ...] = ()
    readers: tuple[Reader, ...] = ()

    @property
    def belongs_to(self) -> int:
        """By which number its readers are kept."""
        return self.id

    @property
    def points(self) -> list[float]:
        """The points of every complete reading."""
        found = (self.rubric.points(score.selections) for score in self.scores)
        return [points for points in found if points is not None]

    @property
    def mean(self) -> float | None:
        """The mean over its readers: what the work is worth."""
        return sum(self.points) / len(self.points) if self.points else None

    @property
    def difference(self) -> float:
        """How far its readers are apart."""
        return max(self.points) - min(self.points) if self.points else 0.0

    @property
    def disputed(self) -> bool:
        """Whether its readers disagree."""
        return self.difference > DISAGREEMENT * self.rubric.most + CLOSE

    def read_by(self, grader_id: int) -> bool:
        """Whether a grader's reading is complete."""
        return any(
            score.grader_id == grader_id and self.rubric.points(score.selections) is not None
            for score in self.scores
        )

    def waits_for(self, grader_id: int) -> bool:
        """Whether a grader should read it: it is theirs, or nobody's and unread."""
        return self.unread_by(grader_id) if self.readers else not self.points

    def unread_by(self, grader_id: int) -> bool:
        """Whether it is theirs and they have yet to read it, before seeing what others gave."""
        mine = any(duty.grader_id == grader_id for duty in self.readers)
        return mine and not self.read_by(grader_id)


@dataclass(frozen=True)
class Standing:
    """What a work has besides its readings: points that staff gave otherwise, which count.

    It is worth `most`, and `beside` is what staff wrote otherwise than by reading it.
    """

    most: float = 0.0
    by_hand: float | None = None
    beside: str = ""


def is_shown(work: Work, show: str, grader_id: int) -> bool:
    """Whether a work is of those that somebody wants to see."""
    if show == "mine":
        return work.waits_for(grader_id)
    if show == "unread":
        return not work.points
    return show == "all" or (work.disputed and not work.unread_by(grader_id))


def next_work(found: Sequence[Work], grader_id: int, after: tuple[str, int] | None) -> Work | None:
    """What a grader should read next: the first after the one before, then from the start."""
    places = [place for place, work in enumerate(found) if (work.kind, work.id) == after]
    start = places[0] + 1 if places else 0
    for work in [*found[start:], *found[:start]]:
        if (work.kind, work.id) != after and work.waits_for(grader_id):
            return work
    return None
