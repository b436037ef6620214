"""What goes in and comes out: similarity reports, by program."""

from __future__ import annotations

from msgspec import Struct

from webapp.models import ReportState


class SimilarPairInfo(Struct, frozen=True):
    """Two attempts of two students and the shared part of the shorter one's own code.

    `same_team` says that they write a proposal together; notebooks are each student's own.
    """

    left: int
    right: int
    left_user: int
    right_user: int
    figure: float
    shared: int
    same_team: bool


class SimilarityInfo(Struct, frozen=True):
    """The newest comparison of an assignment; a high figure is a reason to look, no finding."""

    state: ReportState
    all_attempts: bool
    done: int
    total: int
    error: str
    pairs: list[SimilarPairInfo]


class NewSimilarity(Struct, frozen=True, forbid_unknown_fields=True):
    """What to compare: all attempts or the latest."""

    all_attempts: bool = False
