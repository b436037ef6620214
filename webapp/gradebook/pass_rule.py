"""A course's rule for passing: read strictly, said in words, and decided here alone.

`Course.pass_rule` is a table with any of these keys; an empty table is no rule.

- `minimum_share`: the least share of the points of all assignments together, 0 to 1
- `minimum_each`: the least share of the points of every single assignment, 0 to 1
- `written_option`: true where a proposal (a complete team with a slide) or a paper review is needed
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from webapp.gradebook.counting_attempts import total_of
from webapp.models import CourseAssignment

_KEYS = ("minimum_share", "minimum_each", "written_option")
_CLOSE = 1e-9


class PassRuleError(ValueError):
    """A rule is not one: one sentence."""


@dataclass(frozen=True)
class PassRule:
    """What it takes to pass; shares are from 0 to 1, and 0 asks for nothing."""

    minimum_share: float = 0.0
    minimum_each: float = 0.0
    written_option: bool = False

    def __post_init__(self) -> None:
        """Refuse what is no share."""
        _require_share("minimum_share", self.minimum_share)
        _require_share("minimum_each", self.minimum_each)

    @property
    def exists(self) -> bool:
        """Whether anything is asked for."""
        return bool(self.minimum_share or self.minimum_each or self.written_option)

    def stored(self) -> dict[str, Any]:
        """As `Course.pass_rule` keeps it."""
        kept = {key: getattr(self, key) for key in _KEYS}
        return {key: value for key, value in kept.items() if value}


@dataclass(frozen=True)
class Condition:
    """One condition in words, whether it is met, and where the student stands."""

    text: str
    met: bool
    standing: str


@dataclass(frozen=True)
class Outcome:
    """A student by the rule: whether each condition is met, and all of them together."""

    total: float
    possible: float
    met: tuple[bool, ...]

    @property
    def passed(self) -> bool | None:
        """Whether every condition is met; None where the course has no rule."""
        return all(self.met) if self.met else None

    @property
    def share(self) -> float:
        """The points as a share of the possible ones."""
        return self.total / self.possible if self.possible else 0.0


def read_rule(table: Mapping[str, Any]) -> PassRule:
    """The rule that a course stores; raises PassRuleError."""
    unknown = sorted(set(table) - set(_KEYS))
    if unknown:
        raise PassRuleError(
            f"The pass rule has the key {unknown[0]!r}, expected {', '.join(_KEYS)}."
        )
    needed = table.get("written_option", False)
    if not isinstance(needed, bool):
        raise PassRuleError(f"written_option is {needed!r}, expected true or false.")
    share, each = (table.get(key, 0.0) for key in ("minimum_share", "minimum_each"))
    _require_share("minimum_share", share)
    _require_share("minimum_each", each)
    return PassRule(float(share), float(each), needed)


def _require_share(key: str, value: Any) -> None:
    number = isinstance(value, (int, float)) and not isinstance(value, bool)
    if not number or not math.isfinite(value) or not 0 <= value <= 1:
        raise PassRuleError(f"{key} is {value!r}, expected a number from 0 to 1.")


def in_words(rule: PassRule) -> str:
    """The rule as a student reads it."""
    if not rule.exists:
        return "This course has no rule for passing: your instructor decides."
    parts = list(_texts(rule))
    joined = ", and ".join([", ".join(parts[:-1]), parts[-1]] if len(parts) > 1 else parts)
    return f"You pass with {joined}."


def _texts(rule: PassRule) -> Iterator[str]:
    if rule.minimum_share:
        yield f"at least {_percent(rule.minimum_share)} of the points of all assignments together"
    if rule.minimum_each:
        yield f"at least {_percent(rule.minimum_each)} of the points of each assignment"
    if rule.written_option:
        yield "the written option: a proposal of a complete team with its slide, or a paper review"


def decide(
    rule: PassRule,
    assignments: Sequence[CourseAssignment],
    scores: Mapping[int, float | None],
    *,
    written_option: bool,
) -> Outcome:
    """Whether a student passes, with the scores that count by the assignment's number."""
    total = total_of(assignments, scores)
    possible = sum(item.in_total for item in assignments)
    met = []
    if rule.minimum_share:
        met.append(total >= rule.minimum_share * possible - _CLOSE)
    if rule.minimum_each:
        met.append(not _below(rule, assignments, scores))
    if rule.written_option:
        met.append(written_option)
    return Outcome(round(total, 6), possible, tuple(met))


def explain(
    rule: PassRule,
    assignments: Sequence[CourseAssignment],
    scores: Mapping[int, float | None],
    *,
    written_option: bool,
) -> tuple[Condition, ...]:
    """Every condition in words, whether it is met, and where the student stands."""
    outcome = decide(rule, assignments, scores, written_option=written_option)
    standings = []
    if rule.minimum_share:
        points = f"{outcome.total:g} of {outcome.possible:g} points"
        standings.append(f"{points}, {_percent(outcome.share)}")
    if rule.minimum_each:
        below = _below(rule, assignments, scores)
        standings.append("below it: " + _titles(below) if below else "met by every one")
    if rule.written_option:
        standings.append("handed in" if written_option else "not complete yet")
    return tuple(
        Condition(text[0].upper() + text[1:], met, standing)
        for text, met, standing in zip(_texts(rule), outcome.met, standings, strict=True)
    )


def _below(
    rule: PassRule, assignments: Sequence[CourseAssignment], scores: Mapping[int, float | None]
) -> list[CourseAssignment]:
    """The assignments whose share is below the least of each; practice asks for nothing."""
    least = rule.minimum_each
    return [
        item
        for item in assignments
        if item.in_total and (scores.get(item.id) or 0.0) < least * item.points - _CLOSE
    ]


def _titles(items: Sequence[CourseAssignment]) -> str:
    shown = ", ".join(item.title for item in items[:3])
    return shown + (f" and {len(items) - 3} more" if len(items) > 3 else "")


def _percent(share: float) -> str:
    # Cut, not rounded: 59.96% is not yet 60%.
    return f"{math.floor(share * 1000 + 1e-6) / 10:g}%"
