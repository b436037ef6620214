"""Everybody's total by the course's rule: what the report, the exports and the student read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased

from webapp.courses.assignments import assignments_of
from webapp.courses.people import split_sections
from webapp.gradebook.counting_attempts import Row, counting_attempts, fill_in, score_table
from webapp.gradebook.pass_rule import Outcome, PassRule, PassRuleError, decide, read_rule
from webapp.models import (
    LARGEST_TEAM,
    SMALLEST_TEAM,
    Course,
    CourseAssignment,
    Enrolment,
    PaperReview,
    Proposal,
    Role,
    Slide,
    Submission,
    Team,
    TeamMember,
)


@dataclass(frozen=True)
class Graded:
    """A student's row of the score table, and where the rule puts it."""

    row: Row
    written_option: bool
    outcome: Outcome


@dataclass(frozen=True)
class CourseGrades:
    """The whole class by the course's rule; `fault` says why a stored rule could not be read."""

    rule: PassRule
    assignments: tuple[CourseAssignment, ...]
    students: tuple[Graded, ...]
    fault: str = ""

    @property
    def passed(self) -> int:
        """How many students pass as things are."""
        return sum(student.outcome.passed is True for student in self.students)


@dataclass(frozen=True)
class Passing:
    """How many of the course's students pass by its rule as things are; `fault` as above."""

    rule: PassRule
    students: int
    passed: int
    fault: str = ""


def passing(session: Session, course: Course) -> Passing:
    """The class counted, from its scores alone: no rows are built for a table."""
    rule, fault = rule_of(course)
    students = session.scalars(
        sa.select(Enrolment.user_id).where(
            Enrolment.course_id == course.id, Enrolment.role == Role.STUDENT
        )
    ).all()
    if not rule.exists:
        return Passing(rule, len(students), 0, fault)
    assignments = assignments_of(session, course)
    handed_in = with_written_option(session, course)
    scores: dict[int, dict[int, float | None]] = {number: {} for number in students}
    counting = counting_attempts(course.id, how_many=False)
    found = sa.select(counting.c.user_id, counting.c.course_assignment_id, counting.c.score)
    for user_id, assignment_id, score in session.execute(found):
        if user_id in scores:
            scores[user_id][assignment_id] = score
    passed = sum(
        decide(rule, assignments, mine, written_option=user_id in handed_in).passed is True
        for user_id, mine in scores.items()
    )
    return Passing(rule, len(students), passed, fault)


def course_grades(session: Session, course: Course, section: str = "") -> CourseGrades:
    """Every student of the course, or of one section; nobody passes by a rule that is no rule."""
    rule, fault = rule_of(course)
    assignments = assignments_of(session, course)
    handed_in = with_written_option(session, course)
    rows = score_table(session, course)
    students = tuple(
        graded(rule, assignments, row, written_option=row.user_id in handed_in)
        for row in rows
        if not section or section in split_sections(row.section)
    )
    return CourseGrades(rule, tuple(assignments), students, fault)


def rule_of(course: Course) -> tuple[PassRule, str]:
    """The course's rule; where what is stored is none, an empty one and the sentence why."""
    try:
        return read_rule(course.pass_rule), ""
    except PassRuleError as error:
        return PassRule(), str(error)


def graded(
    rule: PassRule, assignments: Sequence[CourseAssignment], row: Row, *, written_option: bool
) -> Graded:
    """One student by the rule."""
    outcome = decide(rule, assignments, row.scores, written_option=written_option)
    return Graded(row, written_option, outcome)


def student_row(session: Session, enrolment: Enrolment) -> Row:
    """One student's row of the score table."""
    user = enrolment.user
    row = Row(user.id, user.name, user.email, enrolment.section)
    fill_in(
        session,
        {user.id: row},
        counting_attempts(enrolment.course_id, Submission.user_id == user.id),
    )
    return row


def with_written_option(session: Session, course: Course) -> set[int]:
    """The students whose review is in, or whose complete team has handed in a slide."""
    mate = aliased(TeamMember)
    members = sa.select(sa.func.count(mate.id)).where(mate.team_id == Team.id)
    in_team = (
        sa.select(TeamMember.user_id)
        .join(Team, TeamMember.team_id == Team.id)
        .join(Proposal, Proposal.team_id == Team.id)
        .where(
            Team.course_id == course.id,
            members.scalar_subquery().between(SMALLEST_TEAM, LARGEST_TEAM),
            sa.exists().where(Slide.proposal_id == Proposal.id, Slide.refusal == ""),
        )
    )
    reviewers = sa.select(PaperReview.user_id).where(
        PaperReview.course_id == course.id,
        sa.or_(PaperReview.body != "", PaperReview.refusal == ""),
    )
    return set(session.scalars(sa.union(in_team, reviewers)))
