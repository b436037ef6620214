"""Who is in a course: the roster, and links to set a password."""

from __future__ import annotations

from collections.abc import Sequence

import sqlalchemy as sa
from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from webapp import audit, reading_duties
from webapp.access import STAFF, for_roles
from webapp.addresses import row_number
from webapp.database import db
from webapp.mail import Letter, configured_mailer
from webapp.models import Enrolment, Role, User
from webapp.people_list import people_page
from webapp.roster import Invitation, RosterError, enrol, invite, out_of_reach, read_roster
from webapp.security import WELCOME_DAYS
from webapp.tools import FileRefused
from webapp.uploads import read_upload

blueprint = Blueprint("people", __name__, url_prefix="/courses/<slug>/staff/people")

_ROSTER_BYTES = 2 * 2**20
_PAGE_ROWS = 100


@blueprint.get("")
@for_roles(*STAFF)
def index(enrolment: Enrolment) -> str:
    """Everyone in the course, or those who match, in pages."""
    search = request.args.get("search", "").strip()[:100]
    page = request.args.get("page", 1, type=row_number)
    listed = people_page(db.session, enrolment.course, search=search, page=page, rows=_PAGE_ROWS)
    return _page(enrolment, listed=listed, search=search)


@blueprint.post("/roster")
@for_roles(Role.INSTRUCTOR)
def import_file(enrolment: Enrolment) -> str | tuple[str, int]:
    """Enrol everyone of a CSV file, or nobody when a line of it is wrong."""
    try:
        upload = read_upload(request.files.get("roster"), most=_ROSTER_BYTES, what="a CSV roster")
        people = read_roster(upload.data, upload.filename)
    except (FileRefused, RosterError) as error:
        return _page(enrolment, refusal=str(error)), 422
    imported = enrol(db.session, enrolment.course, people)
    audit.record(
        db.session,
        enrolment,
        "import roster",
        subject=f"course {enrolment.course.slug}",
        **imported.told(),
    )
    db.session.commit()
    flash(f"{imported.enrolled} enrolled, {imported.known} were enrolled already.", "success")
    return _hand_out(enrolment, imported.invited)


@blueprint.post("/<int:user_id>/link")
@for_roles(Role.INSTRUCTOR)
def new_link(enrolment: Enrolment, user_id: int) -> str:
    """A new link for someone who has no password, or has forgotten it."""
    user = db.session.scalar(
        sa.select(User)
        .join(Enrolment, Enrolment.user_id == User.id)
        .where(User.id == user_id, Enrolment.course_id == enrolment.course_id, User.active)
    )
    if user is None:
        abort(404)
    audit.record(db.session, enrolment, "make sign-in link", subject=f"user {user.id}")
    db.session.commit()
    return _hand_out(enrolment, [invite(user)])


@blueprint.post("/<int:user_id>/remove")
@for_roles(Role.INSTRUCTOR)
def remove(enrolment: Enrolment, user_id: int) -> Response:
    """Take someone out of the course; the work they handed in stays."""
    if user_id == enrolment.user_id:
        flash("You cannot take yourself out of the course.", "info")
        return redirect(url_for("people.index", slug=enrolment.course.slug), code=303)
    gone = db.session.execute(
        sa.delete(Enrolment).where(
            Enrolment.course_id == enrolment.course_id, Enrolment.user_id == user_id
        )
    )
    if not gone.rowcount:  # type: ignore[attr-defined]
        abort(404)
    left = reading_duties.give_back(db.session, enrolment.course_id, user_id)
    detail = {"readings_given_back": left} if left else {}
    audit.record(db.session, enrolment, "remove from course", subject=f"user {user_id}", **detail)
    db.session.commit()
    flash("Removed from the course. What was handed in is kept.", "success")
    return redirect(url_for("people.index", slug=enrolment.course.slug), code=303)


def _hand_out(enrolment: Enrolment, invited: Sequence[Invitation]) -> str:
    """Mail the links where that is set up; show the instructor those that are theirs to see."""
    mailer, missed = configured_mailer(), {person.email for person in invited}
    if mailer is not None and invited:
        letters = [
            invitation_letter(person, enrolment.course.title, address(person)) for person in invited
        ]
        missed = set(mailer.send(letters))
    unreachable = out_of_reach(
        db.session, enrolment.user_id, [person.user_id for person in invited]
    )
    left = [person for person in invited if person.email in missed]
    return _page(
        enrolment,
        mailed=len(invited) - len(left),
        unsent=len(left) if mailer else 0,
        links=[(person, address(person)) for person in left if person.user_id not in unreachable],
        kept_back=[person for person in left if person.user_id in unreachable],
    )


def address(person: Invitation) -> str:
    """The whole address of the link."""
    return url_for("accounts.welcome", token=person.token, _external=True)


def invitation_letter(person: Invitation, course: str, link: str) -> Letter:
    """What someone reads who is to set a password."""
    text = (
        f"Hello {person.name},\n\nset your password for {course} here, within "
        f"{WELCOME_DAYS} days:\n\n{link}\n\nThe link works once. If you expected no such mail, "
        "ignore it: nothing has changed.\n"
    )
    return Letter(person.email, f"Set your password for {course}", text)


def _page(enrolment: Enrolment, **shown: object) -> str:
    return render_template("staff/people.html", course=enrolment.course, **shown)
