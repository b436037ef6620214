"""The assignments of the site, and which of them can be added to a course.

They lie in the shared folder, or were brought to the site; what was brought and is in use holds.

What cannot be seen to be sound is refused: no proof, a failed one, or one of something older.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session

from autograder.assignment import AssignmentError, assignments_folder
from webapp.assignments.finding import known, site_assignment
from webapp.assignments.queries import proof_in_use
from webapp.models import Course, CourseAssignment, VersionState

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
    """An assignment of the site; `sound` is its proof's state, `fault` why it cannot be read.

    `opened` is the course's own row of it, where it has one; `brought` says that the site holds it.
    """

    id: str
    title: str
    points: float
    questions: int
    sound: str
    fault: str = ""
    opened: CourseAssignment | None = None
    brought: bool = False

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
        if self.brought and not self.is_sound:
            fault = self.fault or _FAULTS[self.sound].rstrip(":")
            return f"{fault[0].upper()}{fault[1:]}. An administrator can bring another version."
        if self.fault:
            return f"{self.fault[0].upper()}{self.fault[1:]}: mend it and run `{self.command}`."
        if self.is_sound:
            return ""
        return f"{_FAULTS[self.sound]} {_COMMANDS[self.sound]} `{self.command}`."


def entries(session: Session, course: Course) -> list[Entry]:
    """Every assignment of the site, what can be added first: two statements.

    Raises NotAddable where there is neither a folder nor one that was brought.
    """
    opened = {item.assignment: item for item in opened_in(session, course)}
    found = [_entry(session, name, opened.get(name)) for name in _names(session)]
    return sorted(found, key=lambda e: (e.opened is not None, not e.is_sound))


def opened_in(session: Session, course: Course) -> Sequence[CourseAssignment]:
    """What the course has: what it sets, and what was retired."""
    return session.scalars(
        sa.select(CourseAssignment).where(CourseAssignment.course_id == course.id)
    ).all()


def entry_of(session: Session, item: CourseAssignment) -> Entry | None:
    """What the site holds of an assignment that the course sets; None where it holds nothing."""
    there = item.assignment in known(session)
    return _entry(session, item.assignment, item) if there else None


def addable(session: Session, course: Course, name: str) -> Entry:
    """An assignment of the site that can be added to the course; raises NotAddable."""
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


def _names(session: Session) -> list[str]:
    folder, names = assignments_folder(), known(session)
    if not names and not folder.is_dir():
        raise NotAddable(
            f"There is no folder of assignments at {folder}, and none was brought to the site."
        )
    return names


def _entry(session: Session, name: str, opened: CourseAssignment | None) -> Entry:
    from autograder.proof.validation_record import Soundness, soundness

    proof = proof_in_use(session, name)
    try:
        assignment = site_assignment(session, name)
        # Only what was proved sound is put in use, and no file of it changes.
        failed = proof == VersionState.UNSOUND
        state = soundness(assignment) if proof is None else Soundness.SOUND
        state = Soundness.UNSOUND if failed else state
    except AssignmentError as error:
        return Entry(name, name, 0.0, 0, "unknown", str(error), opened, proof is not None)
    return Entry(
        assignment.id,
        assignment.title,
        assignment.max_score,
        len(assignment.questions),
        str(state),
        opened=opened,
        brought=proof is not None,
    )
