"""What tests of the leaderboard share: results that were measured, and the rows of a page."""

from __future__ import annotations

import re
from typing import Any

from msgspec.structs import replace

from autograder.results import GradeResult, Measure
from tests.webapp.graders import result

BOARD = "/courses/dl/assignments/a01_demo/leaderboard"
API = f"/api/v1{BOARD}"
STAFF_API = "/api/v1/courses/dl/staff/assignments/a01_demo/leaderboard"
WHAT = "mean AUC on other rows"


def measured(
    value: float, final: float | None = None, *, what: str = WHAT, **options: Any
) -> GradeResult:
    """A result whose check measured something; `options` are those of `result`."""
    found = result(**{"score": 1.5, **options})
    first, *others = found.questions
    check = replace(first.checks[0], measure=Measure(what, value, final))
    return replace(found, questions=(replace(first, checks=(check,)), *others))


def rows(visitor: Any) -> list[list[str]]:
    """The cells of each row that somebody sees."""
    page = visitor.get(BOARD).text
    found = re.findall(r"<tr[^>]*>(.*?)</tr>", page, re.S)[1:]
    cells = [re.findall(r"<t[dh][^>]*>(.*?)</t[dh]>", row, re.S) for row in found]
    return [[" ".join(re.sub(r"<[^>]+>", " ", c).split()) for c in row] for row in cells]


def places(told: dict[str, Any]) -> list[tuple[Any, ...]]:
    """Rank, alias, value, final rank and final number of each row that a program is told."""
    keys = ("rank", "alias", "value", "final_rank", "final")
    return [tuple(each[key] for key in keys) for each in told["places"]]
