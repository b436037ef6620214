"""The audit log: written in the transaction of the change it records."""

from __future__ import annotations

from typing import Any

from sqlalchemy.orm import Session

from webapp.models import AuditEntry, Enrolment


def record(
    session: Session, enrolment: Enrolment, action: str, *, subject: str, **detail: Any
) -> None:
    """Note that someone did `action` to `subject`; the caller commits."""
    session.add(
        AuditEntry(
            actor_id=enrolment.user_id,
            course_id=enrolment.course_id,
            action=action,
            subject=subject,
            detail=detail,
        )
    )


def record_command(
    session: Session, course_id: int, action: str, *, subject: str, **detail: Any
) -> None:
    """Note what whoever runs the site did from the command line; the caller commits."""
    session.add(
        AuditEntry(
            course_id=course_id,
            action=action,
            subject=subject,
            detail={**detail, "by": "command line"},
        )
    )
