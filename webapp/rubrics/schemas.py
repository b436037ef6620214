"""What goes in and comes out where staff's programs arrange the reading of written work."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta, Struct

from webapp.api.schemas import LINE, Text
from webapp.rubrics import rubrics
from webapp.rubrics.rubrics import MOST_ITEMS, MOST_LEVELS, MOST_POINTS, Rubric

Key = Annotated[str, Meta(max_length=24, pattern="^[A-Za-z0-9]*$")]


class NewLevel(Struct, frozen=True, forbid_unknown_fields=True):
    """A level of an item; `level` is the key of one that was there before, empty for a new one."""

    points: Annotated[float, Meta(ge=0, le=MOST_POINTS)]
    label: Annotated[str, Meta(max_length=160, pattern=LINE)] = ""
    level: Key = ""


class NewItem(Struct, frozen=True, forbid_unknown_fields=True):
    """One thing that is judged; `item` is the key of what was there before, empty for a new one."""

    title: Annotated[str, Meta(min_length=1, max_length=120, pattern=LINE)]
    levels: Annotated[list[NewLevel], Meta(min_length=2, max_length=MOST_LEVELS)]
    item: Key = ""


class NewRubric(Struct, frozen=True, forbid_unknown_fields=True):
    """A rubric in the place of the one before.

    With the `version` that was changed it is refused (409) where another rubric holds by now.
    """

    items: Annotated[list[NewItem], Meta(min_length=1, max_length=MOST_ITEMS)]
    version: Text = ""


class RubricChanged(Struct, frozen=True):
    """The rubric that holds now, and how many scores changed with it."""

    rubric: RubricInfo
    scores_changed: int


class BankComment(Struct, frozen=True):
    """A comment that graders give often."""

    comment: int
    text: str


class BankComments(Struct, frozen=True):
    """The comments that are kept."""

    comments: list[BankComment]


class NewBankComment(Struct, frozen=True, forbid_unknown_fields=True):
    """A comment to keep."""

    text: Annotated[str, Meta(min_length=1, max_length=1000, pattern="^[^\\x00]*$")]


def items_in(body: NewRubric) -> list[rubrics.NewItem]:
    """The items of a rubric as a program sent them."""
    return [
        rubrics.NewItem(
            item.title,
            tuple(rubrics.NewLevel(each.points, each.label, each.level) for each in item.levels),
            item.item,
        )
        for item in body.items
    ]


def rubric_info(rubric: Rubric) -> RubricInfo:
    """A rubric as the API shows it."""
    items = [
        RubricItem(
            item.key,
            item.title,
            [RubricLevel(each.key, each.points, each.label) for each in item.levels],
        )
        for item in rubric.items
    ]
    return RubricInfo(items, rubric.most, rubric.version)


class RubricLevel(Struct, frozen=True):
    """A level of an item; `level` is what a reading chooses."""

    level: str
    points: float
    label: str


class RubricItem(Struct, frozen=True):
    """One thing that is judged."""

    item: str
    title: str
    levels: list[RubricLevel]


class RubricInfo(Struct, frozen=True):
    """How a kind of work is read, the points of the best reading, and which version it is."""

    items: list[RubricItem]
    possible: float
    version: str
