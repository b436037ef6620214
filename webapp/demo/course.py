"""The sample course: its week, its people, and their accounts."""

from __future__ import annotations

import json
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import date, time, timedelta
from pathlib import Path

import sqlalchemy as sa
from flask_security.utils import hash_password
from sqlalchemy.orm import Session

from autograder.assignment import Assignment
from webapp.base.clock import moment, now, week_of
from webapp.base.data_folder import write_private
from webapp.demo.late import passed_day, set_rules
from webapp.models import Course, CourseAssignment, Enrolment, Role, User
from webapp.models.courses import DEFAULT_TIME_ZONE

SLUG = "6s191-iap2017"
_FIRST = (
    *("Amara", "Bruno", "Chiara", "Dmitri", "Elif", "Farid", "Greta", "Hiro", "Imani", "Jonas"),
    *("Keiko", "Lars", "Mei", "Nadia", "Oscar", "Priya", "Quentin", "Rosa", "Sipho", "Tomas"),
    *("Uma", "Viktor", "Wanjiru", "Ximena", "Yusuf", "Zofia", "Anika", "Bilal", "Celia", "Diego"),
)
_LAST = (
    *("Okafor", "Lindqvist", "Moreau", "Petrova", "Tanaka", "Haddad", "Silva", "Novak", "Mbeki"),
    *("Rossi", "Keller", "Nguyen", "Castillo", "Aydin", "Banerjee", "Olsen", "Farah", "Kowalska"),
    *("Reyes", "Duarte", "Iyer"),
)


class DemoError(Exception):
    """The demo cannot be made: one sentence."""


@dataclass(frozen=True)
class Account:
    """Someone of the demo who can sign in."""

    role: str
    email: str
    password: str
    name: str


@contextmanager
def readable(path: Path) -> Iterator[None]:
    """Whatever is wrong with a file of the demo's own is one sentence."""
    try:
        yield
    except (ValueError, TypeError, KeyError):
        raise DemoError(
            f"{path} is not as the demo wrote it: remove the folder {path.parent} to start anew."
        ) from None


def demo_accounts(path: Path, students: int) -> list[Account]:
    """The accounts kept in the file, and new ones so that there are enough students."""
    kept: list[Account] = []
    if path.exists():
        with readable(path):
            kept = [Account(**entry) for entry in json.loads(path.read_text(encoding="utf-8"))]
    else:
        kept = [
            _account(Role.INSTRUCTOR, "instructor@example.edu", "Ines Instructor"),
            _account(Role.GRADER, "grader@example.edu", "Gus Grader"),
        ]
    have = sum(account.role == Role.STUDENT for account in kept)
    for number in range(have, students):
        name = student_name(number)
        email = name.lower().replace(" ", ".") + "@example.edu"
        kept.append(_account(Role.STUDENT, email, name))
    write_private(path, json.dumps([asdict(account) for account in kept], indent=1))
    return kept


def student_name(number: int) -> str:
    """A name for each number; beyond all pairs of names a numeral keeps them apart."""
    pairs = len(_FIRST) * len(_LAST)
    first = _FIRST[number % len(_FIRST)]
    last = _LAST[(number * 8 + number // len(_FIRST)) % len(_LAST)]
    return f"{first} {last}" if number < pairs else f"{first} {last} {number // pairs + 1}"


def _account(role: Role, email: str, name: str) -> Account:
    return Account(str(role), email, secrets.token_urlsafe(9), name)


def ensure_course(session: Session, assignments: list[Assignment]) -> Course:
    """The sample course with every assignment of the folder, from Monday to Friday.

    Of several the first is behind the class already, with rules for what came late.
    """
    course = session.scalar(sa.select(Course).where(Course.slug == SLUG))
    zone = DEFAULT_TIME_ZONE
    if course is None:
        # On Wednesday groups become final: whoever tries the demo shall still find them open.
        monday = week_of(now() + timedelta(days=3), zone)
        day = [monday + timedelta(days=number) for number in range(5)]
        course = Course(
            slug=SLUG,
            title="6.S191 Introduction to Deep Learning",
            term="IAP 2017",
            time_zone=zone,
            pass_rule={"minimum_share": 0.6, "written_option": True},
            groups_due_at=moment(day[2], time(17), zone),
            slides_due_at=moment(day[3], time(21), zone),
            presentations_at=moment(day[4], time(13), zone),
            reviews_due_at=moment(day[4], time(17), zone),
        )
        session.add(course)
        session.flush()
    assert course.groups_due_at is not None
    monday = week_of(course.groups_due_at, zone)
    known = {item.assignment for item in course.assignments}
    behind = not known and len(assignments) > 1
    for position, assignment in enumerate(assignments):
        if assignment.id not in known:
            first = behind and position == 0
            due_on = passed_day(zone) if first else monday + timedelta(days=min(position, 4))
            item = new_item(assignment, position, due_on, zone)
            course.assignments.append(item)
            if first:
                set_rules(course, item)
    session.commit()
    return course


def new_item(assignment: Assignment, position: int, day: date, zone: str) -> CourseAssignment:
    """An assignment that is due on a day, and has been open for a while."""
    opens_at = moment(day - timedelta(days=3), time(9), zone)
    return CourseAssignment(
        assignment=assignment.id,
        title=assignment.title,
        points=assignment.max_score,
        position=position,
        opens_at=min(opens_at, now() - timedelta(days=2)),
        due_at=moment(day, time(23, 59), zone),
    )


def ensure_people(session: Session, course: Course, accounts: list[Account]) -> list[User]:
    """Everyone with an account, enrolled; returns the students in order."""
    known = {user.email: user for user in session.scalars(sa.select(User))}
    enrolled = set(
        session.scalars(sa.select(Enrolment.user_id).where(Enrolment.course_id == course.id))
    )
    for number, account in enumerate(accounts):
        user = known.get(account.email)
        if user is None:
            user = User(
                email=account.email, name=account.name, password=hash_password(account.password)
            )
            # Whoever tries the demo as its instructor can look after the whole site, too.
            user.is_administrator = account.role == Role.INSTRUCTOR
            session.add(user)
            session.flush()
            known[account.email] = user
        if user.id not in enrolled:
            section = "" if account.role != Role.STUDENT else "AB"[number % 2]
            session.add(
                Enrolment(
                    course_id=course.id, user_id=user.id, role=Role(account.role), section=section
                )
            )
    session.commit()
    return [known[account.email] for account in accounts if account.role == Role.STUDENT]
