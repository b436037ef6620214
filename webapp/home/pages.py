"""The list of one's courses, a course's home, and the page of one assignment."""

from __future__ import annotations

from flask import Blueprint, redirect, render_template, url_for
from flask_login import current_user
from werkzeug.wrappers import Response

from webapp.base.database import db
from webapp.course_page.queries import newest_announcement
from webapp.courses.access import EVERYONE, for_roles
from webapp.home import agenda
from webapp.home.queries import enrolments_of
from webapp.models import Enrolment
from webapp.rendering.prepared import renderings
from webapp.results import requests
from webapp.submissions.standing import standings
from webapp.written.queries import option_of

blueprint = Blueprint("courses", __name__)


@blueprint.get("/")
def index() -> str | Response:
    """One's courses; with only one, straight to it."""
    current, former = _courses()
    if len(current) == 1:
        return redirect(url_for("courses.home", slug=current[0].course.slug))
    return render_template("home/courses.html", current=current, former=former)


@blueprint.get("/courses/")
def every() -> str:
    """All of one's courses, also where it is only one, and those that are archived."""
    current, former = _courses()
    return render_template("home/courses.html", current=current, former=former)


def _courses() -> tuple[list[Enrolment], list[Enrolment]]:
    found = enrolments_of(db.session, current_user.id)
    return (
        [each for each in found if each.course.archived_at is None],
        [each for each in found if each.course.archived_at is not None],
    )


@blueprint.get("/courses/<slug>/")
@for_roles(*EVERYONE)
def home(enrolment: Enrolment) -> str | Response:
    """A student's week at a glance; staff go to the score table."""
    if enrolment.is_staff:
        return redirect(url_for("staff.scores", slug=enrolment.course.slug))
    course = enrolment.course
    found = standings(db.session, course, enrolment.user_id)
    option = option_of(db.session, course, enrolment.user_id)
    news = newest_announcement(db.session, course.id)
    desk = renderings().desk(enrolment.user_id, course.id)
    return render_template(
        "home/home.html",
        course=course,
        standings=found,
        steps=agenda.next_steps(found, course, option),
        week=agenda.week(found, course, option),
        option=option,
        earned=sum(s.assignment.weighed(s.best.counted) for s in found if s.best),
        possible=sum(s.assignment.in_total for s in found),
        news=news,
        news_text=desk.text(news.text, top=3) if news else None,
        requests=requests.news_of(db.session, course, enrolment.user_id),
    )
