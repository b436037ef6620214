"""A small course for tests: people by role, one assignment, an outsider."""

from __future__ import annotations

from datetime import timedelta

from flask_security.utils import hash_password
from sqlalchemy.orm import Session

from webapp.base.clock import now
from webapp.models import Course, CourseAssignment, Enrolment, Role, User

PASSWORD = "a long enough password"
SLUG = "dl"
ASSIGNMENT = "a01_demo"


def add_user(session: Session, name: str) -> User:
    user = User(
        email=f"{name}@example.edu", name=name.capitalize(), password=hash_password(PASSWORD)
    )
    session.add(user)
    session.flush()
    return user


def add_course(session: Session, slug: str = SLUG) -> Course:
    at = now()
    course = Course(
        slug=slug,
        title="Deep Learning",
        term="IAP",
        groups_due_at=at + timedelta(days=1),
        slides_due_at=at + timedelta(days=2),
        presentations_at=at + timedelta(days=3),
        reviews_due_at=at + timedelta(days=2),
    )
    course.assignments.append(
        CourseAssignment(
            assignment=ASSIGNMENT,
            title="The perceptron",
            points=5,
            opens_at=at - timedelta(days=1),
            due_at=at + timedelta(days=2),
        )
    )
    session.add(course)
    session.flush()
    return course


def enrol(session: Session, course: Course, user: User, role: Role) -> Enrolment:
    enrolment = Enrolment(course_id=course.id, user_id=user.id, role=role, section="A")
    session.add(enrolment)
    session.flush()
    return enrolment


def populate(session: Session) -> None:
    """ada and bob are students, gil grades, ina instructs, eve is in another course only."""
    course, other = add_course(session), add_course(session, "other")
    roles = {
        "ada": Role.STUDENT,
        "bob": Role.STUDENT,
        "gil": Role.GRADER,
        "ina": Role.INSTRUCTOR,
    }
    for name, role in roles.items():
        enrol(session, course, add_user(session, name), role)
    enrol(session, other, add_user(session, "eve"), Role.INSTRUCTOR)
    session.commit()
