"""What a roster would change in a course: compared with who is in it, before anything happens."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

from webapp.models import Role
from webapp.people.person import Details

Kind = Literal["new", "back", "changed", "same", "conflict"]
Where = Literal["here", "former", "elsewhere"]


@dataclass(frozen=True)
class Known:
    """Somebody who has an account: in the course, in it formerly, or only elsewhere.

    `fixed` says why name and address cannot be changed from this course, where that is so.
    """

    user_id: int
    where: Where
    details: Details
    has_password: bool = False
    fixed: str = ""


@dataclass(frozen=True)
class Change:
    """One field of somebody's that becomes another; `field` as `Details` calls it."""

    field: str
    old: str
    new: str

    @property
    def words(self) -> str:
        """For people: what it was and what it becomes."""
        names = {"email": "address", "number": "student number"}
        return f"{names.get(self.field, self.field)}: {self.old or 'none'} → {self.new}"


@dataclass(frozen=True)
class Line:
    """What becomes of somebody in the file, found by `by`; `fault` says why nothing does."""

    kind: Kind
    lines: tuple[int, ...]
    details: Details
    user_id: int | None = None
    by: str = ""
    changes: tuple[Change, ...] = ()
    notes: tuple[str, ...] = ()
    fault: str = ""
    seen: str = ""


@dataclass(frozen=True)
class Plan:
    """Everybody in the file, and the students whom it does not mention."""

    lines: tuple[Line, ...]
    missing: tuple[Known, ...]
    notes: tuple[str, ...] = field(default=(), compare=False)

    def of(self, *kinds: Kind) -> list[Line]:
        """The lines of these kinds."""
        return [line for line in self.lines if line.kind in kinds]

    @property
    def new(self) -> Sequence[Line]:
        """Who comes into the course, or comes back."""
        return self.of("new", "back")

    @property
    def changed(self) -> Sequence[Line]:
        """Who is in it and becomes another in something."""
        return self.of("changed")

    @property
    def same(self) -> Sequence[Line]:
        """Who is in it as the file says."""
        return self.of("same")

    @property
    def conflicts(self) -> Sequence[Line]:
        """Which rows cannot be taken in."""
        return self.of("conflict")

    @property
    def staff(self) -> Sequence[Line]:
        """Who gets the rights of staff."""
        given = [
            line for line in self.changed if any(change.field == "role" for change in line.changes)
        ]
        return [each for each in (*self.new, *given) if each.details.role != Role.STUDENT]

    @property
    def digest(self) -> str:
        """The same for the same plan alone: what was looked at is what is done."""
        return hashlib.sha256(repr((self.lines, self.missing)).encode()).hexdigest()
