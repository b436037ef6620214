"""A course beside the demo's, for stories that change what everybody in it has.

Nobody of the demo takes part, so what such a story leaves behind meets no other.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import timedelta

import sqlalchemy as sa
from flask_security.utils import hash_password
from sqlalchemy.orm import Session

from tests.browser.service import ASSIGNMENT, Account, Site
from webapp import create_app
from webapp.base.clock import now
from webapp.base.database import make_engine
from webapp.demo import demo_settings
from webapp.models import (
    Course,
    CourseAssignment,
    Enrolment,
    PaperReview,
    Proposal,
    Role,
    Team,
    TeamMember,
    User,
)

SLUG = "workshop"
REVIEWS = 30
CODE = "WEEKTEAM"
_PASSWORD = "everyone of the workshop has this one"


@dataclass(frozen=True)
class Workshop:
    """Thirty students with a review each, of whom the last two wait for a third team member."""

    site: Site
    instructor: Account
    grader: Account
    newcomer: Account
    students: tuple[Account, ...]

    def address(self, path: str = "") -> str:
        """A page of this course."""
        return f"{self.site.url}/courses/{SLUG}/{path}"

    def scores(self) -> dict[str, float]:
        """By email, the best automatic score that the service's database holds."""
        return dict(
            self.site.ask(
                "SELECT u.email, max(s.auto_score) FROM submissions s"
                " JOIN users u ON u.id = s.user_id"
                " JOIN course_assignments i ON i.id = s.course_assignment_id"
                " JOIN courses c ON c.id = i.course_id WHERE c.slug = ? AND s.state = 'graded'"
                " GROUP BY u.email",
                SLUG,
            )
        )

    def newest(self, students: Sequence[Account]) -> list[int]:
        """The newest submission of each of these students, by its number."""
        marks = ", ".join("?" * len(students))
        found = self.site.ask(
            "SELECT max(s.id) FROM submissions s JOIN users u ON u.id = s.user_id"
            f" WHERE u.email IN ({marks}) GROUP BY u.id ORDER BY 1",
            *(student.email for student in students),
        )
        return [number for (number,) in found]

    def leave_time(self, left: timedelta) -> None:
        """The notebook, groups and slides are due so much later than now; the review is not."""
        due = now() + left
        course = sa.select(Course.id).where(Course.slug == SLUG).scalar_subquery()
        moments = {"groups_due_at": due, "slides_due_at": due}

        def change(session: Session) -> None:
            session.execute(sa.update(Course).where(Course.slug == SLUG).values(moments))
            items = sa.update(CourseAssignment).where(CourseAssignment.course_id == course)
            session.execute(items.values(due_at=due))

        in_database(self.site, change)


def open_workshop(site: Site) -> Workshop:
    """Make the course in the running service's database."""
    found = Workshop(
        site,
        _account("instructor", "Noor"),
        _account("grader", "Pim"),
        _account("student", "Zadie"),
        tuple(_account("student", f"Reader {number:02}") for number in range(1, REVIEWS + 1)),
    )
    in_database(site, lambda session: _fill(session, found))
    return found


def _fill(session: Session, workshop: Workshop) -> None:
    course = _course(session)
    users = _enrol(session, course, workshop)
    for number, account in enumerate(workshop.students, start=1):
        review = PaperReview(user_id=users[account.email].id, course_id=course.id)
        review.paper, review.body = f"Paper {number}", f"It says *{number}* things."
        session.add(review)
    team = Team(course_id=course.id, name="Two of Three", invitation_code=CODE)
    team.proposal = Proposal()
    for account in workshop.students[-2:]:
        member = TeamMember(course_id=course.id, user_id=users[account.email].id)
        team.members.append(member)
    session.add(team)


def _course(session: Session) -> Course:
    known = session.scalars(sa.select(CourseAssignment).limit(1)).one()
    due = now() + timedelta(days=2)
    course = Course(slug=SLUG, title="Workshop", term="Summer", reviews_due_at=due)
    course.groups_due_at = course.slides_due_at = due
    course.presentations_at = due + timedelta(days=1)
    item = CourseAssignment(assignment=ASSIGNMENT, title=known.title, points=known.points)
    item.opens_at, item.due_at = now() - timedelta(days=1), due
    course.assignments.append(item)
    session.add(course)
    session.flush()
    return course


def _enrol(session: Session, course: Course, workshop: Workshop) -> dict[str, User]:
    people = (workshop.instructor, workshop.grader, workshop.newcomer, *workshop.students)
    password = hash_password(_PASSWORD)
    users = {a.email: User(email=a.email, name=a.name, password=password) for a in people}
    session.add_all(users.values())
    session.flush()
    for account in people:
        role, user = Role(account.role), users[account.email]
        enrolment = Enrolment(course_id=course.id, user_id=user.id, role=role, section="W")
        session.add(enrolment)
    return users


def _account(role: str, name: str) -> Account:
    email = f"{name.lower().replace(' ', '')}@workshop.example"
    return Account(role, email, _PASSWORD, name)


def in_database(site: Site, work: Callable[[Session], None]) -> None:
    """Change the service's database beside it, away from the event loop of the browser's thread."""

    def change() -> None:
        settings = demo_settings(site.data)
        engine = make_engine(settings.database_url)
        with create_app(settings).app_context(), Session(engine) as session:
            work(session)
            session.commit()
        engine.dispose()

    with ThreadPoolExecutor(1) as apart:
        apart.submit(change).result()
