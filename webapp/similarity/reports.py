"""Similarity reports: asked for by an instructor, found by a worker, read from the database."""

from __future__ import annotations

from array import array
from collections.abc import Iterable
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session, contains_eager, joinedload, undefer

from webapp.base.paging import nearest_page, page_count
from webapp.models import (
    CourseAssignment,
    SimilarityReport,
    SimilarPair,
    Submission,
    TeamMember,
)


def latest_report(session: Session, assignment: CourseAssignment) -> SimilarityReport | None:
    """The newest report of the assignment."""
    return session.scalar(
        sa.select(SimilarityReport)
        .options(joinedload(SimilarityReport.started_by))
        .where(SimilarityReport.course_assignment_id == assignment.id)
        .order_by(SimilarityReport.id.desc())
        .limit(1)
    )


@dataclass(frozen=True)
class PairPage:
    """Some of `found` pairs, the highest figure first; `team_mates` are those of one team."""

    pairs: tuple[SimilarPair, ...]
    team_mates: frozenset[int]
    found: int
    page: int
    pages: int


def pairs_of(session: Session, report: SimilarityReport, *, page: int, rows: int) -> PairPage:
    """A page of a report's pairs with their students, in three statements."""
    of_report = SimilarPair.report_id == report.id
    found = session.scalar(sa.select(sa.func.count()).where(of_report)) or 0
    pages = page_count(found, rows)
    page = nearest_page(page, pages)
    shown = session.scalars(
        _with_students()
        .where(of_report)
        .order_by(SimilarPair.rank)
        .limit(rows)
        .offset((page - 1) * rows)
    ).all()
    mates = team_mates(session, report, shown)
    return PairPage(tuple(shown), mates, found, page, pages)


def team_mates(
    session: Session, report: SimilarityReport, pairs: Iterable[SimilarPair]
) -> frozenset[int]:
    """The pairs whose students write a proposal together, by the pair's number.

    Notebooks are each student's own, in a team or not: staff should know it when they look.
    """
    students = {pair.id: (pair.left.user_id, pair.right.user_id) for pair in pairs}
    rows = session.execute(
        sa.select(TeamMember.user_id, TeamMember.team_id)
        .join(CourseAssignment, CourseAssignment.course_id == TeamMember.course_id)
        .where(
            CourseAssignment.id == report.course_assignment_id,
            TeamMember.user_id.in_({user for both in students.values() for user in both}),
        )
    )
    team = {row.user_id: row.team_id for row in rows}
    return frozenset(
        number
        for number, (left, right) in students.items()
        if left in team and team[left] == team.get(right)
    )


def pair_in(session: Session, assignment: CourseAssignment, pair_id: int) -> SimilarPair | None:
    """A pair of the assignment with its report, students and files."""
    return session.scalar(
        _with_students()
        .join(SimilarPair.report)
        .options(
            contains_eager(SimilarPair.report).options(undefer(SimilarityReport.left_out)),
            joinedload(SimilarPair.left).joinedload(Submission.content),
            joinedload(SimilarPair.right).joinedload(Submission.content),
        )
        .where(
            SimilarPair.id == pair_id,
            SimilarityReport.course_assignment_id == assignment.id,
        )
    )


def _with_students() -> sa.Select[SimilarPair]:
    return sa.select(SimilarPair).options(
        joinedload(SimilarPair.left).joinedload(Submission.user),
        joinedload(SimilarPair.right).joinedload(Submission.user),
    )


def packed(hashes: frozenset[int]) -> bytes:
    """Hashes of k-grams as a report keeps them, eight bytes each."""
    return array("Q", sorted(hashes)).tobytes()


def unpacked(data: bytes) -> frozenset[int]:
    """The hashes that a report keeps."""
    return frozenset(array("Q", data))
