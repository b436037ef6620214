"""What comes out: the release of an assignment, by program."""

from __future__ import annotations

from msgspec import Struct

from webapp.api.schemas import Moment


class PackageInfo(Struct, frozen=True):
    """A package that a submission finds, and the names that it is imported by."""

    name: str
    version: str
    imports: list[str]


class QuestionInfo(Struct, frozen=True):
    """A question; `by_hand` where staff grade it."""

    name: str
    title: str
    points: float
    by_hand: bool


class Handout(Struct, frozen=True):
    """What is handed out, and what grades it.

    `digest` is that of the notebook and its data; it is null while they are made ready. `changed`
    is whether it is another than the one that was taken at `taken_at`.
    """

    assignment: str
    digest: str | None
    files: list[str]
    taken_at: Moment | None
    changed: bool
    python: str
    packages: list[PackageInfo]
    beneath: list[PackageInfo]
    questions: list[QuestionInfo]
