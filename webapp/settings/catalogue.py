"""The assignments of the assignments folder, and which of them can be added to a course.

What cannot be seen to be sound is refused: no proof, a failed one, or one of something older.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import sqlalchemy as sa
from sqlalchemy.orm import Session

from webapp.models import Course, CourseAssignment

if TYPE_CHECKING:
    from autograder.proof.validation_record import Soundness

# What is wrong with each state that a proof can have but sound, and what puts it right.
_FAULTS = {
    "unknown": "Nothing here shows that it is sound:",
    "unsound": "Its last proof failed:",
    "changed": "It has changed since it was proved sound:",
}
_COMMANDS = {
    "unknown": "prove it with",
    "unsound": "see where, mend it and prove it again with",
    "changed": "prove it again with",
}


class NotAddable(Exception):
    """An assignment cannot be added to the course: one sentence."""


@dataclass(frozen=True)
class Entry:
    """An assignment of the folder; `sound` is its proof's state, `fault` why it cannot be read.

    `opened` is the course's own row of it, where it has one.
    """

    id: str
    title: str
    points: float
    questions: int
    sound: str
    fault: str = ""
    opened: CourseAssignment | None = None

    @property
    def is_sound(self) -> bool:
        """Whether it was proved sound as it is now."""
        return self.sound == "sound"

    @property
    def command(self) -> str:
        """What to run where the assignments lie."""
        return f"heldout validate {self.id}"

    @property
    def sentence(self) -> str:
        """Why it must not be opened to students; empty where it is sound."""
        if self.fault:
            return f"{self.fault[0].upper()}{self.fault[1:]}: mend it and run `{self.command}`."
        if self.is_sound:
            return ""
        return f"{_FAULTS[self.sound]} {_COMMANDS[self.sound]} `{self.command}`."


def entries(session: Session, course: Course) -> list[Entry]:
    """Every assignment of the folder, what can be added first: one statement.

    Raises NotAddable without a folder.
    """
    opened = {item.assignment: item for item in opened_in(session, course)}
    found = [_entry(name, opened.get(name)) for name in _names()]
    return sorted(found, key=lambda e: (e.opened is not None, not e.is_sound))


def opened_in(session: Session, course: Course) -> Sequence[CourseAssignment]:
    """What the course has: what it sets, and what was retired."""
    return session.scalars(
        sa.select(CourseAssignment).where(CourseAssignment.course_id == course.id)
    ).all()


def entry_of(item: CourseAssignment) -> Entry | None:
    """What the folder holds of an assignment that the course sets; None where it holds nothing."""
    try:
        return _entry(item.assignment, item) if item.assignment in _names() else None
    except NotAddable:
        return None


def addable(session: Session, course: Course, name: str) -> Entry:
    """An assignment of the folder that can be added to the course; raises NotAddable."""
    found = next((e for e in entries(session, course) if e.id == name), None)
    if found is None:
        raise NotAddable(f"There is no {name[:64]!r} in the folder of assignments.")
    if found.opened is not None and found.opened.retired_at is not None:
        raise NotAddable(f"{found.title} was retired in the course: take it back instead.")
    if found.opened is not None:
        raise NotAddable(f"{found.title} is in the course already.")
    if found.sentence:
        raise NotAddable(f"{found.title} cannot be added. {found.sentence}")
    return found


def _names() -> list[str]:
    from autograder.assignment import assignments_folder

    folder = assignments_folder()
    if not folder.is_dir():
        raise NotAddable(
            f"There is no folder of assignments at {folder}: set HELDOUT_ASSIGNMENTS to yours."
        )
    return sorted(path.parent.name for path in folder.glob("*/assignment.toml"))


def _entry(name: str, opened: CourseAssignment | None) -> Entry:
    from autograder.assignment import AssignmentError, assignments_folder, load_assignment
    from autograder.proof.validation_record import soundness

    try:
        assignment = load_assignment(assignments_folder() / name)
    except AssignmentError as error:
        return Entry(name, name, 0.0, 0, "unknown", str(error), opened)
    state: Soundness = soundness(assignment)
    return Entry(
        assignment.id,
        assignment.title,
        assignment.max_score,
        len(assignment.questions),
        str(state),
        opened=opened,
    )
