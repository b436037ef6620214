"""What programs read about what can be handed in."""

from __future__ import annotations

from datetime import datetime

from webapp.api.schemas import AssignmentInfo, moment
from webapp.models import CourseAssignment
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
