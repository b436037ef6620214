"""What a reader gives by a rubric: a level for every item, and a comment."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from webapp.base.comments import why_too_long
from webapp.rubrics.rubrics import Rubric


class ReadingRefused(ValueError):
    """What was sent is no reading: one sentence, and the status to answer with."""

    def __init__(self, sentence: str, status: int = 422) -> None:
        super().__init__(sentence)
        self.status = status


@dataclass(frozen=True)
class Sent:
    """What a grader sent: a level's key by item's key, and a comment.

    `rubric` is the version of the rubric that they had before them, where that is known. Whoever is
    `exact` names nothing else than items.
    """

    selections: Mapping[str, str]
    comment: str = ""
    rubric: str = ""
    exact: bool = False


@dataclass(frozen=True)
class Marks:
    """What one grader gives: a level's key by item's key, and a comment."""

    selections: Mapping[str, str]
    comment: str


def plain_lines(text: str) -> str:
    """Text whose lines end in one way: browsers send two characters where one was typed."""
    return text.replace("\r\n", "\n")


def marks_by(rubric: Rubric, sent: Sent) -> Marks:
    """A level for every item of a rubric and the comment; raises ReadingRefused.

    The rubric is the one that holds until the caller commits.
    """
    if sent.rubric not in ("", rubric.version):
        raise ReadingRefused(
            "The rubric has changed since you opened it: look at its levels again, then save.", 409
        )
    given, known = sent.selections, [item.key for item in rubric.items]
    unknown = sorted(given.keys() - known) if sent.exact else []
    if unknown:
        raise ReadingRefused(f"The rubric has no item {unknown[0]!r}, expected {', '.join(known)}.")
    for item in rubric.items:
        if item.level(given.get(item.key)) is None:
            raise ReadingRefused(
                f"{item.title} has no level yet: choose one of its {len(item.levels)}."
            )
    comment = plain_lines(sent.comment).strip()
    if sentence := why_too_long(comment):
        raise ReadingRefused(sentence)
    return Marks({key: given[key] for key in known}, comment)
