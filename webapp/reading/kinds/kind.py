"""What a kind of work says of itself: how it is found, what is shown, where its points go."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar

import sqlalchemy as sa
from sqlalchemy.orm import Session, object_session

from webapp.audit.record import Action
from webapp.courses.assignments import question_titles
from webapp.models import Course, CourseAssignment, Enrolment, Reading
from webapp.reading.works import Standing, Work
from webapp.rubrics.names import Names
from webapp.rubrics.queries import lock_rubrics, rubric_of
from webapp.rubrics.rubrics import Rubric


@dataclass(frozen=True)
class Place:
    """Where works are read together: a course, or one written question of it.

    The question is worth `most`, as far as any result of now says.
    """

    course: Course
    item: CourseAssignment | None = None
    question: str = ""
    most: float = 0.0

    @property
    def scope(self) -> dict[str, Any]:
        """What the rubrics, readers and readings of this place have in common."""
        number = self.item.id if self.item else None
        return {
            "course_id": self.course.id,
            "course_assignment_id": number,
            "question": self.question,
        }

    @property
    def address(self) -> dict[str, Any]:
        """What tells this place's pages from those of the course."""
        return {"name": self.item.assignment, "question": self.question} if self.item else {}

    @property
    def title(self) -> str:
        """What students read instead of the question's name."""
        if self.item is None:
            return ""
        session = object_session(self.item)
        assert session is not None
        return question_titles(session, self.item.assignment).get(self.question, self.question)

    @property
    def subject(self) -> str:
        """What the log calls it."""
        return f"{self.item.assignment} {self.question}" if self.item else self.course.slug


@dataclass(frozen=True)
class Opened:
    """One work that somebody reads: what the database has of it, where it lies."""

    kind: Kind
    place: Place
    row: Any

    @property
    def number(self) -> int:
        """Its number in addresses."""
        return int(self.row.id)


@dataclass(frozen=True)
class Shown:
    """A work as its readers see it; `more` is for the kind's template."""

    title: str
    authors: str
    text: str
    heading: str = ""
    more: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Kept:
    """A reading that was kept, and the rubric that it follows.

    `by_hand` are points that staff gave otherwise, which stay; `instead_of` are such points in
    whose place the readings count from now on.
    """

    reading: Reading
    rubric: Rubric
    by_hand: float | None = None
    instead_of: float | None = None


class Kind(ABC):
    """One kind of work; what is here suits a course's work whose readings are all its points."""

    name: ClassVar[str]
    label: ClassVar[str]
    one: ClassVar[str]
    # Where one is read, below the readings' address; empty where it has pages of its own.
    folder: ClassVar[str] = ""
    # Whether it lies in the course's list, and is divided with it.
    listed: ClassVar[bool] = True
    action: ClassVar[Action] = "score written option"
    # The columns of readings and of readers that say of what they are.
    column: ClassVar[str]
    reader_column: ClassVar[str]

    @abstractmethod
    def find(self, session: Session, place: Place, *, names: Names, rubric: Rubric) -> list[Work]:
        """Everything there is to read, in the order of reading."""

    @abstractmethod
    def open(self, session: Session, enrolment: Enrolment, place: Place, number: int) -> Opened:
        """One of them; raises Missing."""

    @abstractmethod
    def show(self, session: Session, work: Opened, names: Names) -> Shown:
        """What its readers see of it."""

    def rubric(self, session: Session, place: Place) -> Rubric:
        """The rubric of now."""
        return rubric_of(session, place.course.id, self.name)

    def lock(self, session: Session, work: Opened) -> Place:
        """Let the rubric stay, and one reading of the work be kept at a time; its place then.

        One that was sent twice is one.
        """
        lock_rubrics(session, work.place.course.id)
        found = sa.select(type(work.row).id).where(type(work.row).id == work.row.id)
        session.execute(found.with_for_update(key_share=True))
        return work.place

    def lock_to_change(self, session: Session, place: Place) -> Place:
        """Let nobody read while the rubric changes; the place as it is then."""
        lock_rubrics(session, place.course.id, to_change=True)
        return place

    def refuse_rubric(self, place: Place, rubric: Rubric) -> None:  # noqa: B027 - most suit
        """Raises RubricError where a rubric does not suit the place."""

    def belongs_to(self, work: Opened) -> int:
        """By which number its readers are kept."""
        return work.number

    def readers_choice(self, found: Sequence[Work]) -> Sequence[Work]:
        """What is divided among readers."""
        return found

    def standing(
        self, session: Session, work: Opened, *, rubric: Rubric, rows: Collection[Reading]
    ) -> Standing:
        """What the work has besides its readings."""
        return Standing()

    def count(  # noqa: B027 - most have their points in their readings alone
        self,
        session: Session,
        work: Opened,
        *,
        rubric: Rubric,
        rows: Sequence[Reading],
        standing: Standing,
        grader_id: int,
    ) -> None:
        """Let its readings count where its points go: here they are its points themselves."""

    def recount(
        self,
        session: Session,
        place: Place,
        rows: Sequence[Reading],
        *,
        before: Rubric,
        after: Rubric,
    ) -> int:
        """Let another rubric hold for what is read already; how many scores change with it."""
        return sum(before.points(row.selections) != after.points(row.selections) for row in rows)

    def subject(self, number: int) -> str:
        """What the log calls one."""
        return f"{self.name} {number}"

    def told(self, work: Opened, kept: Kept) -> dict[str, Any]:
        """What the log says of a reading."""
        chosen = kept.reading.selections
        return {"points": kept.rubric.points(chosen), "chosen": kept.rubric.in_words(chosen)}
