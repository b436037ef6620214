"""The rules for late work and attempts in words, and how a late score came about."""

from __future__ import annotations

from webapp.base.clock import full_date, local
from webapp.models import CountingRule, Course, CourseAssignment, Submission
from webapp.scoring.late_policy import LatePolicy


def in_words(item: CourseAssignment, policy: LatePolicy) -> list[str]:
    """The assignment's rules as its page says them, one sentence each."""
    found = []
    if policy.in_time_until is not None:
        second = local(policy.in_time_until, policy.zone)
        found.append(f"What has arrived as a whole by {second:%H:%M:%S} is in time.")
    if policy.due_at is not None and item.grace_minutes:
        found.append(f"Work is in time until {_minutes(item.grace_minutes)} after the due time.")
    if policy.due_at is not None and policy.penalty > 0:
        found.append(f"Each day late takes off {_per_cent(policy.penalty)} % of the points.")
    if policy.cut_off_at is not None:
        last = full_date(policy.cut_off_at, policy.zone)
        found.append(f"What comes after {last} is kept and marked, but gives no points.")
    if item.counting == CountingRule.LAST:
        before = " of those that came before that" if policy.cut_off_at is not None else ""
        found.append(f"Every attempt is kept, and the last one{before} that was graded counts.")
    else:
        found.append("Every attempt is kept, and the best one counts.")
    return found


def account(submission: Submission, policy: LatePolicy, course: Course) -> str:
    """How a late attempt's points came about, in one sentence; empty where it was in time."""
    cut_off = policy.is_cut_off(submission.received_at)
    if submission.score is None or not (submission.late or cut_off):
        return ""
    worth = policy.worth(submission.received_at)
    most = submission.course_assignment.points
    points = f"{submission.score:.4g} of {most:g}"
    # Attempts from before there were such rules are only known to be late.
    days = f"{_count(submission.days_late, 'day')} " if submission.days_late else ""
    late = f"{days}late"
    if worth.kept < 1 and submission.kept == 1 and not submission.late_days_used:
        return f"{points}, {late}: staff set these points as the whole, so nothing is taken off."
    if cut_off:
        last = full_date(policy.cut_off_at or submission.received_at, course.time_zone)
        return f"{points}, but it came after {last}, from when on no points are given → 0."
    if policy.penalty <= 0:
        return f"{points}, {late}, which takes off no points."
    lost = f"−{_per_cent(1 - submission.kept)} %"
    used = submission.late_days_used
    spent = f"; {_count(used, 'late day')} {_spent(submission)}" if used else ""
    return f"{points} at {late}: {lost} → {submission.counted:.4g}{spent}."


def _spent(submission: Submission) -> str:
    return "used" if submission.counts else "would be used if it counted"


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"


def _per_cent(share: float) -> str:
    return f"{round(share * 100, 2):g}"


def _minutes(minutes: int) -> str:
    return _count(minutes // 60, "hour") if minutes % 60 == 0 else _count(minutes, "minute")
