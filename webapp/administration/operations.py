"""What is done to the site's courses: making one, and an administrator taking part in one."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from webapp.administration.accounts import Invited, account_for
from webapp.administration.new_course import CourseRefused, NewCourse
from webapp.audit.record import SiteActor, record
from webapp.base.database import change
from webapp.models import Course, Enrolment, Role, User


class NotJoinable(Exception):
    """Somebody cannot take part in a course as its instructor: one sentence."""


@dataclass(frozen=True)
class Made:
    """A course that was made, and the link of an instructor whose account is new."""

    course: Course
    invited: Invited | None


def create_course(session: Session, actor: SiteActor, new: NewCourse) -> Made:
    """Make a course; raises CourseRefused where there is one of that short name.

    Whoever may create courses without being an administrator instructs what they make.
    """
    with a_new_course(session, new):
        made = make_course(session, actor, new)
        detail = {"title": new.title, "term": new.term, "time zone": new.time_zone}
        if new.instructor is not None:
            detail["instructor"] = new.instructor.email
        about = SiteActor(actor.user_id, made.course.id)
        record(session, about, "create course", subject=f"course {new.slug}", **detail)
    return made


@contextmanager
def a_new_course(session: Session, new: NewCourse) -> Iterator[None]:
    """The change that makes a course; raises CourseRefused where there is one of its name."""
    try:
        with change(session):
            yield
    except IntegrityError:
        raise CourseRefused(
            {"slug": f"There is a course {new.slug!r} already: choose another short name."}
        ) from None


def make_course(session: Session, actor: SiteActor, new: NewCourse) -> Made:
    """A course and its instructors, without a line in the log; the caller commits."""
    course = Course(slug=new.slug, title=new.title, term=new.term, time_zone=new.time_zone)
    course.starts_on = new.starts_on
    session.add(course)
    session.flush()
    return Made(course, _enrol_instructors(session, actor, course, new))


def _enrol_instructors(
    session: Session, actor: SiteActor, course: Course, new: NewCourse
) -> Invited | None:
    """Who is named, and whoever makes the course with no wider right; the caller commits."""
    chosen: list[int] = []
    invited = None
    maker = session.get(User, actor.user_id) if actor.user_id is not None else None
    if maker is not None and not maker.is_administrator:
        chosen.append(maker.id)
    if new.instructor is not None:
        wider = maker is None or maker.is_administrator
        account = account_for(session, new.instructor, any_without_password=wider)
        invited = account.invited
        chosen.append(account.user.id)
    for user_id in dict.fromkeys(chosen):
        session.add(Enrolment(course_id=course.id, user_id=user_id, role=Role.INSTRUCTOR))
    return invited


def join_course(session: Session, actor: SiteActor, course: Course) -> None:
    """An administrator takes part in a course as an instructor; raises NotJoinable."""
    course_id, slug, user_id = course.id, course.slug, actor.user_id
    with change(session):
        known = session.scalar(
            sa.select(Enrolment.role).where(
                Enrolment.course_id == course_id, Enrolment.user_id == user_id
            )
        )
        if known is not None:
            raise NotJoinable(f"You are in {slug} already, as {known.value}.")
        if course.archived_at is not None:
            raise NotJoinable(f"{slug} is archived: nobody can be enrolled in it.")
        session.add(Enrolment(course_id=course_id, user_id=user_id, role=Role.INSTRUCTOR))
        about = SiteActor(user_id, course_id)
        record(session, about, "join course", subject=f"course {slug}", role="instructor")
