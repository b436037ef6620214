"""What goes in and comes out where staff's programs read written work and presentations."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated, Any, Literal

from msgspec import Meta, Struct

from webapp import models
from webapp.api.operations import PAGE_ROWS
from webapp.api.schemas import Comment, PageQuery, Text
from webapp.reading import works
from webapp.reading.kinds import LISTED
from webapp.rubrics.marks import Sent
from webapp.rubrics.rubrics import Rubric
from webapp.rubrics.schemas import RubricInfo, rubric_info

if TYPE_CHECKING:
    ListedKind = str
    AnyKind = str
else:
    ListedKind = Literal[LISTED]
    AnyKind = Literal[("", *LISTED)]


class NewReading(Struct, frozen=True, forbid_unknown_fields=True):
    """A level for every item of the rubric, by the item's key, and a comment.

    With the `rubric`'s version the reading is refused (409) where another rubric holds by now.
    """

    selections: Annotated[dict[Text, Text], Meta(max_length=50)]
    comment: Comment = ""
    rubric: Text = ""


class Reading(Struct, frozen=True):
    """What one reader chose; `points` are null while an item has no level."""

    reader: str
    selections: dict[str, str]
    points: float | None
    comment: str


class ReaderPoints(Struct, frozen=True):
    """What one reader's levels come to; null while an item has none."""

    reader: str
    points: float | None


class _Work(Struct, frozen=True):
    authors: str
    readers: list[str]
    points: list[ReaderPoints]
    unseen: int
    mean: float | None
    possible: float
    disputed: bool
    waits: bool


class Work(_Work, frozen=True):
    """A proposal or a review in the list: `waits` says whether one should read it oneself.

    Others' points are shown once one has read what is one's own to read; before that, `unseen` says
    how many there are.

    `readers` are who is to read it, and empty where anybody may; authors have stand-ins where the
    course hides names from readers.
    """

    kind: ListedKind
    number: int
    title: str


class Works(Struct, frozen=True):
    """A page of works, in the order of reading."""

    works: list[Work]
    found: int


class WorksQuery(PageQuery, frozen=True, forbid_unknown_fields=True):
    """Which works: of one kind, and what of them."""

    kind: AnyKind = ""
    show: Literal["all", "mine", "unread", "disputed"] = "all"


class ToRead(Struct, frozen=True):
    """One work with its text (Markdown) and what was given.

    What `others` gave is shown once `mine` is there; before that, `unseen` says how many did.
    """

    title: str
    authors: str
    text: str
    rubric: RubricInfo
    mine: Reading | None
    others: list[Reading]
    unseen: int


class AnswerToRead(ToRead, frozen=True):
    """The same of a written answer, and of which attempt; `attempt_counts` if that counts by now.

    `by_hand` are points that staff gave it otherwise, if any.
    """

    attempt: int
    attempt_counts: bool
    by_hand: float | None


class NewAnswerReading(NewReading, frozen=True, forbid_unknown_fields=True):
    """The same for a written answer.

    Points by hand stay, unless `instead_of` names them: then the readings count in their place.
    """

    instead_of: float | None = None


class AnswerReading(Reading, frozen=True):
    """The same of a written answer; `by_hand` are points given otherwise, which stay, if any."""

    by_hand: float | None


class WrittenQuestion(Struct, frozen=True):
    """A written question that somebody answered; `waiting` answers have no points yet."""

    assignment: str
    question: str
    title: str
    possible: float
    answers: int
    waiting: int


class WrittenQuestions(Struct, frozen=True):
    """The written questions of a course."""

    questions: list[WrittenQuestion]


class Answer(_Work, frozen=True):
    """A student's answer in the attempt that counts, or in one that may come to, as in a list.

    `counts` are the answer's points so far, `by_hand` whether staff set them beside readings.
    `attempt_counts` says whether the attempt is the one that counts by now.
    """

    submission: int
    attempt: int
    attempt_counts: bool
    counts: float | None
    by_hand: bool


class Answers(Struct, frozen=True):
    """A page of the answers to a question, in the order of reading."""

    title: str
    rubric: RubricInfo
    answers: list[Answer]
    found: int


class AnswersQuery(PageQuery, frozen=True, forbid_unknown_fields=True):
    """Which answers."""

    show: Literal["all", "mine", "disputed"] = "all"


class ReadingRules(Struct, frozen=True, forbid_unknown_fields=True):
    """Whether readers see no names, and students see the written option's scores."""

    names_hidden: bool
    scores_shown: bool


class NewReadingRules(Struct, frozen=True, forbid_unknown_fields=True):
    """The same; what is null stays as it is."""

    names_hidden: bool | None = None
    scores_shown: bool | None = None


def sent_in(body: NewReading) -> Sent:
    """What a reader sent by program."""
    return Sent(body.selections, body.comment, body.rubric, exact=True)


def page_of(found: Sequence[Any], page: int) -> Sequence[Any]:
    """A page of a list that is whole already."""
    return found[(page - 1) * PAGE_ROWS : page * PAGE_ROWS]


def in_list(work: works.Work, reader_id: int) -> dict[str, Any]:
    """What lists say of any work that a rubric reads; others' readings once one's own is there."""
    hidden = work.unread_by(reader_id)
    seen = () if hidden else work.scores
    return {
        "authors": work.authors,
        "readers": [duty.grader.name for duty in work.readers],
        "points": [
            ReaderPoints(score.grader.name, work.rubric.points(score.selections)) for score in seen
        ],
        "unseen": len(work.scores) - len(seen),
        "mean": None if hidden else work.mean,
        "possible": work.rubric.most,
        "disputed": work.disputed and not hidden,
        "waits": work.waits_for(reader_id),
    }


def as_read(rubric: Rubric, given: Sequence[models.Reading], reader_id: int) -> dict[str, Any]:
    """One's own reading, and others' once one's own is there: a second reader reads for themselves.

    As the page does.
    """
    mine = next((row for row in given if row.grader_id == reader_id), None)
    return {
        "rubric": rubric_info(rubric),
        "mine": reading_info(rubric, mine) if mine else None,
        "others": [reading_info(rubric, row) for row in given if row is not mine] if mine else [],
        "unseen": 0 if mine else len(given),
    }


def reading_info(rubric: Rubric, row: models.Reading) -> Reading:
    """A reading as the API shows it: of the rubric as it is now."""
    chosen = {item.key: item.level(row.selections.get(item.key)) for item in rubric.items}
    selections = {key: level.key for key, level in chosen.items() if level}
    return Reading(row.grader.name, selections, rubric.points(row.selections), row.comment)
