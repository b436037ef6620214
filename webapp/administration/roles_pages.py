"""Who looks after the site, who may create courses, and the site's log."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from webapp.administration import role_operations
from webapp.administration.links import HandedOut, hand_out
from webapp.administration.people import NoPerson, read_person
from webapp.administration.queries import people_of_site, site_log
from webapp.administration.role_operations import RoleKept, SiteRole
from webapp.audit.record import SiteActor
from webapp.base.database import db
from webapp.models import User
from webapp.site.addresses import row_number
from webapp.site.roles import for_administrators

blueprint = Blueprint("administration_roles", __name__, url_prefix="/administration")

_PAGE_ROWS = 100
_SITE = "this site"
_ADMINISTRATOR = {"role": SiteRole.ADMINISTRATOR}
_COURSE_MAKER = {"role": SiteRole.COURSE_MAKER}


@blueprint.get("/people")
@for_administrators
def index(_user: User) -> str:
    """Administrators, and who may create courses."""
    return _page()


@blueprint.post("/people/administrators", defaults=_ADMINISTRATOR)
@blueprint.post("/people/course-makers", defaults=_COURSE_MAKER)
@for_administrators
def give(user: User, role: SiteRole) -> str | tuple[str, int]:
    """Give somebody a role of the site."""
    typed = {key: request.form.get(key, "") for key in ("email", "name")}
    try:
        person = read_person(typed["email"], typed["name"])
        account = role_operations.give_role(db.session, SiteActor(user.id), person, role)
    except NoPerson as error:
        return _page(role=role, typed=typed, refusal=str(error)), 422
    does = "looks after the site" if role == SiteRole.ADMINISTRATOR else "may create courses"
    return _page(said=f"{account.user.name} {does} now.", handed=hand_out(account.invited, _SITE))


@blueprint.post("/people/administrators/<int:user_id>/remove", defaults=_ADMINISTRATOR)
@blueprint.post("/people/course-makers/<int:user_id>/remove", defaults=_COURSE_MAKER)
@for_administrators
def take(user: User, user_id: int, role: SiteRole) -> Response:
    """Take a role of the site back; giving it again undoes that."""
    try:
        taken = role_operations.take_role(db.session, SiteActor(user.id), user_id, role)
        does = "looks after the site" if role == SiteRole.ADMINISTRATOR else "creates courses"
        flash(f"{taken.name} no longer {does}.", "success")
        own = taken.id == user.id and role == SiteRole.ADMINISTRATOR
    except RoleKept as error:
        flash(str(error), "danger")
        own = False
    there = "courses.index" if own else "administration_roles.index"
    return redirect(url_for(there), code=303)


@blueprint.post("/people/<int:user_id>/link")
@for_administrators
def new_link(user: User, user_id: int) -> str:
    """A new link for somebody with a role of the site who has no password yet."""
    invited = role_operations.new_link(db.session, SiteActor(user.id), user_id)
    return _page(handed=hand_out(invited, _SITE))


@blueprint.get("/log")
@for_administrators
def log(_user: User) -> str:
    """What was done to the site, newest first."""
    page = request.args.get("page", 1, type=row_number)
    return render_template(
        "administration/log.html", listed=site_log(db.session, page=page, rows=_PAGE_ROWS)
    )


def _page(*, handed: HandedOut | None = None, **shown: object) -> str:
    people = people_of_site(db.session)
    return render_template(
        "administration/people.html",
        administrators=[user for user in people if user.is_administrator],
        makers=[user for user in people if user.may_create_courses],
        handed=handed,
        **shown,
    )
