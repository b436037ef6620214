"""What goes in and comes out: the assignments of a course, by program."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta, Struct

from webapp.api.schemas import Text


class Order(Struct, frozen=True):
    """The assignments that a course sets, in order, and those that it retired."""

    assignments: list[str]
    retired: list[str]


class NewOrder(Struct, frozen=True, forbid_unknown_fields=True):
    """Every assignment that the course sets, once."""

    assignments: Annotated[list[Text], Meta(max_length=500)]


class Removal(Struct, frozen=True):
    """What deleting an assignment takes with it; `under_way` is what is graded or compared now."""

    assignment: str
    retired: bool
    submissions: int
    students: int
    under_way: int


class Remove(Struct, frozen=True, forbid_unknown_fields=True):
    """The assignment's id once more, which is needed where somebody handed in."""

    assignment: Text = ""


class Removed(Struct, frozen=True):
    """What went with the assignment."""

    submissions: int
    students: int


class CopyQuery(Struct, frozen=True):
    """The other course's name in its address."""

    course: Text


class CopyFrom(Struct, frozen=True, forbid_unknown_fields=True):
    """The other course's name in its address."""

    course: Text


class Difference(Struct, frozen=True):
    """A setting that would change, in words."""

    setting: str
    now: str
    then: str


class Differences(Struct, frozen=True):
    """What would change; nothing where both are set alike."""

    differences: list[Difference]


class Copied(Struct, frozen=True):
    """How many settings changed."""

    changed: int
