"""Everything the service keeps about someone, as one zip that they can read elsewhere."""

from __future__ import annotations

import itertools
import json
import tempfile
import zipfile
from collections.abc import Iterator
from datetime import datetime
from typing import IO, Any

import sqlalchemy as sa
from sqlalchemy.orm import Session, joinedload

from webapp.leaderboard.queries import board_for_student
from webapp.models import (
    BrowserSession,
    Content,
    Course,
    CourseAssignment,
    Enrolment,
    FormerEnrolment,
    LeaderboardEntry,
    ManualGrade,
    PaperReview,
    Proposal,
    QuestionScore,
    RegradeRequest,
    Result,
    ReviewDraft,
    ScoreOverride,
    Slide,
    Submission,
    Team,
    TeamMember,
    User,
)
from webapp.visibility import sight as visibility

_IN_MEMORY = 8 * 2**20
_TOGETHER = 500


class Files:
    """The files of an archive by name; a name that is taken gets a number."""

    def __init__(self) -> None:
        self.hashes: dict[str, str] = {}

    def add(self, name: str, sha256: str) -> str:
        """Note a file; returns the name that it has in the archive."""
        folder, _, last = name.rpartition("/")
        for number in itertools.count(2):
            if name not in self.hashes:
                break
            name = f"{folder}/{number}-{last}"
        self.hashes[name] = sha256
        return name


def archive(session: Session, user: User) -> IO[bytes]:
    """A zip with `data.json` and every file that the person handed in, at its start."""
    out = tempfile.SpooledTemporaryFile(max_size=_IN_MEMORY)  # noqa: SIM115 - the response closes it
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as packed:
        files = Files()
        record = {
            "account": {"name": user.name, "email": user.email, "since": _moment(user.created_at)},
            "sessions": list(_sessions(session, user)),
            "courses": list(_courses(session, user)),
            "submissions": list(_submissions(session, user, files)),
            "proposals": list(_proposals(session, user, files)),
            "paper_reviews": list(_reviews(session, user, files)),
            "review_drafts": list(_drafts(session, user)),
            "leaderboards": list(_leaderboards(session, user)),
            "regrade_requests": list(_requests(session, user)),
        }
        packed.writestr("data.json", json.dumps(record, indent=1, ensure_ascii=False))
        _pack(session, packed, files)
    out.seek(0)
    return out


def _pack(session: Session, packed: zipfile.ZipFile, files: Files) -> None:
    """The files one after the other, each content read once, in few statements."""
    names: dict[str, list[str]] = {}
    for name, sha256 in files.hashes.items():
        names.setdefault(sha256, []).append(name)
    hashes = list(names)
    for start in range(0, len(hashes), _TOGETHER):
        wanted = sa.select(Content.sha256, Content.data).where(
            Content.sha256.in_(hashes[start : start + _TOGETHER])
        )
        for row in session.execute(wanted.execution_options(yield_per=1)):
            for name in names[row.sha256]:
                packed.writestr(name, row.data)


def _sessions(session: Session, user: User) -> Iterator[dict[str, Any]]:
    """Where they are signed in, or were until a session ended by itself."""
    chosen = sa.select(BrowserSession).where(BrowserSession.user_id == user.id)
    for row in session.scalars(chosen.order_by(BrowserSession.id)):
        since, seen = _moment(row.created_at), _moment(row.seen_at)
        yield {"browser": row.browser, "since": since, "last_used": seen}


def _courses(session: Session, user: User) -> Iterator[dict[str, Any]]:
    """What they take part in, and what they left."""
    for part in (Enrolment, FormerEnrolment):
        left_at = FormerEnrolment.left_at if part is FormerEnrolment else sa.null()
        rows = session.execute(
            sa.select(Course.slug, part.role, part.section, part.student_number, left_at)
            .join(Course, part.course_id == Course.id)
            .where(part.user_id == user.id)
            .order_by(part.id)
        )
        for slug, role, section, number, left in rows:
            yield {
                "course": slug,
                "role": str(role),
                "section": section,
                "student_number": number,
                "left_at": _moment(left) if left else None,
            }


def _submissions(session: Session, user: User, files: Files) -> Iterator[dict[str, Any]]:
    """Every attempt with its points, and the notebooks as they were handed in."""
    questions = _by_submission(session, user, _current_scores())
    grades = _by_submission(session, user, _staffs_points())
    overrides = _by_submission(session, user, _overrides())
    rows = session.execute(
        sa.select(Submission, Course.slug, CourseAssignment.assignment)
        .options(joinedload(Submission.course_assignment).joinedload(CourseAssignment.course))
        .join(CourseAssignment, Submission.course_assignment_id == CourseAssignment.id)
        .join(Course, CourseAssignment.course_id == Course.id)
        .where(Submission.user_id == user.id)
        .order_by(Submission.id)
    ).all()
    sights = visibility.sights_of(session, {row.course_assignment for row, _, _ in rows}, user.id)
    for row, slug, assignment in rows:
        sight = sights[row.course_assignment_id]
        file = f"notebooks/{slug}/{assignment}/{row.attempt}-{row.filename}"
        name = files.add(file, row.sha256)
        yield {
            "course": slug,
            "assignment": assignment,
            "attempt": row.attempt,
            "received_at": _moment(row.received_at),
            "state": str(row.state),
            "score": row.score if sight.open else None,
            "counted": row.counted if sight.open else None,
            "counts": row.counts if sight.open else None,
            "late": row.late,
            "days_late": row.days_late,
            "late_days_used": row.late_days_used if row.counts and sight.open else 0,
            "questions": questions.get(row.id, []) if sight.open else [],
            "staff": grades.get(row.id, []) if sight.open else [],
            "set_by_staff": overrides.get(row.id, []) if sight.open else [],
            "results": sight.sentence(row.course_assignment.course.time_zone),
            "file": name,
            "as_sent": row.sent_sha256 is None,
        }


def _current_scores() -> sa.Select[*tuple[Any, ...]]:
    return (
        sa.select(
            Result.submission_id,
            QuestionScore.question,
            QuestionScore.score,
            QuestionScore.max_score,
            QuestionScore.verdict,
        )
        .join(QuestionScore, QuestionScore.result_id == Result.id)
        .join(Submission, Result.submission_id == Submission.id)
        .where(Result.current.is_(True))
        .order_by(QuestionScore.position)
    )


def _staffs_points() -> sa.Select[*tuple[Any, ...]]:
    return sa.select(
        ManualGrade.submission_id, ManualGrade.question, ManualGrade.points, ManualGrade.comment
    ).join(Submission, ManualGrade.submission_id == Submission.id)


def _overrides() -> sa.Select[*tuple[Any, ...]]:
    return sa.select(
        ScoreOverride.submission_id,
        ScoreOverride.question,
        ScoreOverride.points,
        ScoreOverride.reason,
    ).join(Submission, ScoreOverride.submission_id == Submission.id)


def _by_submission(
    session: Session, user: User, statement: sa.Select[*tuple[Any, ...]]
) -> dict[int, list[dict[str, Any]]]:
    found: dict[int, list[dict[str, Any]]] = {}
    for row in session.execute(statement.where(Submission.user_id == user.id)).mappings():
        told = dict(row)
        found.setdefault(told.pop("submission_id"), []).append(told)
    return found


def _proposals(session: Session, user: User, files: Files) -> Iterator[dict[str, Any]]:
    """The team's proposal, and the slides that the person handed in for it."""
    rows = session.execute(
        sa.select(Course.slug, Team.name, Proposal)
        .join(Team, Proposal.team_id == Team.id)
        .join(TeamMember, TeamMember.team_id == Team.id)
        .join(Course, Team.course_id == Course.id)
        .where(TeamMember.user_id == user.id)
    )
    for slug, team, proposal in rows:
        yield {
            "course": slug,
            "team": team,
            "title": proposal.title,
            "abstract": proposal.abstract,
        }
    slides = session.execute(
        sa.select(Slide.id, Slide.filename, Slide.sha256).where(Slide.user_id == user.id)
    )
    for number, filename, sha256 in slides:
        files.add(f"slides/{number}-{filename}", sha256)


def _reviews(session: Session, user: User, files: Files) -> Iterator[dict[str, Any]]:
    rows = session.execute(
        sa.select(PaperReview, Course.slug)
        .join(Course, PaperReview.course_id == Course.id)
        .where(PaperReview.user_id == user.id)
    )
    for review, slug in rows:
        if review.sha256:
            files.add(f"reviews/{slug}/{review.filename}", review.sha256)
        yield {
            "course": slug,
            "paper": review.paper,
            "body": review.body,
            "received_at": _moment(review.received_at),
        }


def _drafts(session: Session, user: User) -> Iterator[dict[str, Any]]:
    rows = session.execute(
        sa.select(ReviewDraft, Course.slug)
        .join(Course, ReviewDraft.course_id == Course.id)
        .where(ReviewDraft.user_id == user.id)
    )
    for draft, slug in rows:
        yield {
            "course": slug,
            "paper": draft.paper,
            "body": draft.body,
            "saved_at": _moment(draft.saved_at),
        }


def _requests(session: Session, user: User) -> Iterator[dict[str, Any]]:
    rows = session.scalars(
        sa.select(RegradeRequest)
        .where(RegradeRequest.user_id == user.id)
        .order_by(RegradeRequest.id)
    )
    for row in rows:
        yield {
            "question": row.question,
            "asked_at": _moment(row.created_at),
            "reason": row.reason,
            "state": str(row.state),
            "reply": row.reply,
        }


def _leaderboards(session: Session, user: User) -> Iterator[dict[str, Any]]:
    """Where they take part, with the numbers that the leaderboard itself tells them by now."""
    rows = session.execute(
        sa.select(Course.slug, CourseAssignment, LeaderboardEntry.alias)
        .join(CourseAssignment, CourseAssignment.course_id == Course.id)
        .join(LeaderboardEntry, LeaderboardEntry.course_assignment_id == CourseAssignment.id)
        .where(LeaderboardEntry.user_id == user.id)
        .order_by(LeaderboardEntry.id)
    )
    for slug, assignment, alias in rows.all():
        board = board_for_student(session, assignment, user.id)
        own = board.of(user.id) if board else None
        yield {
            "course": slug,
            "assignment": assignment.assignment,
            "alias": alias,
            "measured": board.measured if board else "",
            "value": own.value if own else None,
            "final": own.final if own else None,
        }


def _moment(value: datetime) -> str:
    return value.isoformat(timespec="seconds")
