"""Assignments and submissions as programs get them."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from flask import url_for

from webapp.api.schemas import AssignmentInfo, moment
from webapp.models import Course, CourseAssignment, Enrolment, Submission
from webapp.scoring.late_policy import own_due_time


def assignment_info(item: CourseAssignment, extended_to: datetime | None = None) -> AssignmentInfo:
    """An assignment as the API shows it, to a student with or without an extension."""
    due_at = own_due_time(item.due_at, extended_to)
    return AssignmentInfo(
        item.assignment,
        item.title,
        item.points,
        item.in_total,
        moment(item.opens_at),
        moment(due_at),
    )


def brief(enrolment: Enrolment, found: Submission) -> dict[str, Any]:
    """What every answer says of a submission."""
    return {
        "submission": found.id,
        "assignment": found.course_assignment.assignment,
        "attempt": found.attempt,
        "state": found.state,
        "score": found.score,
        "counted": found.counted,
        "late": found.late,
        "days_late": found.days_late,
        "max_score": found.course_assignment.points,
        "page": page_of(enrolment.course, found.id),
    }


def page_of(course: Course, submission_id: int) -> str:
    """The address of a submission for people."""
    return url_for("results.show", slug=course.slug, submission_id=submission_id, _external=True)
