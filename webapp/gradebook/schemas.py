"""What goes in and comes out where staff's programs set the pass rule and exchange gradebooks."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta, Struct

Share = Annotated[float, Meta(ge=0, le=1)]


class PassRule(Struct, frozen=True, forbid_unknown_fields=True):
    """What it takes to pass; shares are from 0 to 1, and 0 asks for nothing."""

    minimum_share: Share = 0.0
    minimum_each: Share = 0.0
    written_option: bool = False


class PassRuleInfo(Struct, frozen=True):
    """The rule, as students read it, and how many pass by it as things are."""

    rule: PassRule
    in_words: str
    students: int
    passed: int


class GradeChange(Struct, frozen=True):
    """A written answer that has other points or another comment in nbgrader."""

    submission: int
    name: str
    assignment: str
    question: str
    old: float | None
    new: float
    comment: str


class GradebookChanges(Struct, frozen=True):
    """What taking the gradebook in would do, what it cannot do, and the `token` that does it."""

    token: str
    same: int
    changes: list[GradeChange]
    problems: list[str]


class TakeGradebook(Struct, frozen=True, forbid_unknown_fields=True):
    """The token of what was looked at."""

    token: Annotated[str, Meta(min_length=1, max_length=500, pattern="^[^\\x00]*$")]


class GradesTaken(Struct, frozen=True):
    """How many written answers were graded."""

    graded: int
