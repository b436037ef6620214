"""The list of one's courses, a course's home, and the page of one assignment."""

from __future__ import annotations

import sqlalchemy as sa
from flask import Blueprint, redirect, render_template, url_for
from flask_login import current_user
from sqlalchemy.orm import contains_eager
from werkzeug.wrappers import Response

from webapp import agenda, leaderboard, regrade_requests, rules, visibility, written
from webapp.access import EVERYONE, assignment_in, for_roles
from webapp.database import db
from webapp.models import Course, Enrolment, Role
from webapp.standing import Standing, standings

blueprint = Blueprint("courses", __name__)


@blueprint.get("/")
def index() -> str | Response:
    """One's courses; with only one, straight to it."""
    enrolments = db.session.scalars(
        sa.select(Enrolment)
        .join(Enrolment.course)
        .options(contains_eager(Enrolment.course))
        .where(Enrolment.user_id == current_user.id)
        .order_by(Course.id.desc())
    ).all()
    if len(enrolments) == 1:
        return redirect(url_for("courses.home", slug=enrolments[0].course.slug))
    return render_template("courses/index.html", enrolments=enrolments)


@blueprint.get("/courses/<slug>/")
@for_roles(*EVERYONE)
def home(enrolment: Enrolment) -> str | Response:
    """A student's week at a glance; staff go to the score table."""
    if enrolment.is_staff:
        return redirect(url_for("staff.scores", slug=enrolment.course.slug))
    course = enrolment.course
    found = standings(db.session, course, enrolment.user_id)
    option = written.option_of(db.session, course, enrolment.user_id)
    return render_template(
        "courses/home.html",
        course=course,
        standings=found,
        steps=agenda.next_steps(found, course, option),
        week=agenda.week(found, course, option),
        option=option,
        earned=sum(s.assignment.weighed(s.best.counted) for s in found if s.best),
        possible=sum(s.assignment.in_total for s in found),
        requests=regrade_requests.news_of(db.session, course, enrolment.user_id),
    )


@blueprint.get("/courses/<slug>/assignments/<name>")
@for_roles(Role.STUDENT)
def assignment(enrolment: Enrolment, name: str) -> str:
    """One assignment: when it is due, the upload form, and one's attempts."""
    return render_assignment(enrolment, name)


def render_assignment(enrolment: Enrolment, name: str, refusal: str = "") -> str:
    """The page, with the sentence why the last upload was refused."""
    item = assignment_in(enrolment, name)
    found = standings(db.session, enrolment.course, enrolment.user_id)
    standing = next((s for s in found if s.assignment.id == item.id), Standing(item, ()))
    return render_template(
        "courses/assignment.html",
        course=enrolment.course,
        standing=standing,
        refusal=refusal,
        rules=rules.in_words(item, standing.policy),
        account=rules.account(standing.best, standing.policy, enrolment.course)
        if standing.best
        else "",
        tries=standing.tries.sentence(enrolment.course.time_zone),
        sight=visibility.sight_of(db.session, item, enrolment.user_id),
        has_leaderboard=leaderboard.is_on(db.session, item),
    )
