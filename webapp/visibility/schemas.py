"""What goes in and comes out: what students see, by program."""

from __future__ import annotations

from msgspec import Struct

from webapp.api.schemas import Moment
from webapp.models import ResultRule


class ResultsShown(Struct, frozen=True):
    """When students see what hidden checks found: the rule, whether they do now, and in words.

    `opens_at` is when they will, where the rule says so. `unread` counts students with written
    answers that nobody has read, `waiting` attempts that are not graded yet.
    """

    rule: ResultRule
    shown: bool
    opens_at: Moment | None
    sentence: str
    unread: int
    waiting: int


class NewResultRule(Struct, frozen=True, forbid_unknown_fields=True):
    """The rule to take; what was published stays so."""

    rule: ResultRule
