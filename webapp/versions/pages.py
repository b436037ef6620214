"""Administrators: the site's assignments, the proof of each version, and which is in use."""

from __future__ import annotations

from flask import Blueprint, flash, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from webapp.assignments.finding import placed
from webapp.assignments.packed import MOST_PACKED, FolderRefused
from webapp.audit.record import SiteActor
from webapp.base.database import db
from webapp.models import User
from webapp.site.roles import for_administrators
from webapp.versions import operations, queries
from webapp.versions.operations import VersionRefused
from webapp.versions.uploaded import bring_upload

blueprint = Blueprint("versions", __name__, url_prefix="/administration/assignments")

_STOP_POLLING = 286


@blueprint.get("/")
@for_administrators
def index(_user: User) -> str:
    """What the site has, and the form to bring more."""
    return _index()


@blueprint.post("/")
@for_administrators
def upload(user: User) -> Response | tuple[str, int]:
    """Bring an assignment's folder as a ZIP archive; a worker proves it."""
    try:
        brought = bring_upload(user, request.files.get("archive"))
    except FolderRefused as error:
        return _index(str(error)), 422
    except VersionRefused as error:
        return _index(str(error)), 409
    name = brought.version.assignment
    flash(f"Version {brought.number} of {brought.version.title} is brought.", "success")
    return _to(name)


@blueprint.get("/<name>/")
@for_administrators
def show(user: User, name: str) -> str:
    """The versions of an assignment, and where it is set."""
    return _show(user, name)


@blueprint.get("/<name>/versions/<int:number>/status")
@for_administrators
def status(_user: User, name: str, number: int) -> Response:
    """How far the proof has come; when it is done the whole page is asked for anew."""
    found = queries.version_numbered(db.session, name, number)
    if not found.version.open:
        return make_response("", _STOP_POLLING, {"HX-Refresh": "true"})
    return make_response(render_template("versions/_progress.html", each=found))


@blueprint.post("/<name>/versions/<int:number>/prove")
@for_administrators
def prove(user: User, name: str, number: int) -> Response | tuple[str, int]:
    """Have a version proved once more."""
    try:
        operations.prove_again(db.session, SiteActor(user.id), name, number)
    except VersionRefused as error:
        return _show(user, name, str(error)), 409
    return _to(name)


@blueprint.get("/<name>/versions/<int:number>/use")
@for_administrators
def ask(user: User, name: str, number: int) -> str:
    """What putting a version in use would do."""
    return render_template(
        "versions/use.html",
        name=name,
        each=queries.version_numbered(db.session, name, number),
        courses=queries.set_in(db.session, name, viewer_id=user.id),
    )


@blueprint.post("/<name>/versions/<int:number>/use")
@for_administrators
def use(user: User, name: str, number: int) -> Response | tuple[str, int]:
    """Grade with a version from now on."""
    try:
        operations.put_in_use(db.session, SiteActor(user.id), name, number)
    except VersionRefused as error:
        return _show(user, name, str(error)), 409
    flash(f"Version {number} is in use: new work is graded with it.", "success")
    return _to(name)


@blueprint.post("/<name>/placed")
@for_administrators
def use_placed(user: User, name: str) -> Response | tuple[str, int]:
    """Grade with what lies in the shared folder again; any version can be put in use again."""
    try:
        operations.use_placed(db.session, SiteActor(user.id), name)
    except VersionRefused as error:
        return _show(user, name, str(error)), 409
    flash("What lies in the shared folder is in use.", "success")
    return _to(name)


def _to(name: str) -> Response:
    return redirect(url_for("versions.show", name=name), code=303)


def _index(refusal: str = "") -> str:
    return render_template(
        "versions/index.html",
        assignments=queries.site_assignments(db.session),
        refusal=refusal,
        most_bytes=MOST_PACKED,
    )


def _show(user: User, name: str, refusal: str = "") -> str:
    return render_template(
        "versions/show.html",
        name=name,
        versions=queries.versions_of(db.session, name),
        courses=queries.set_in(db.session, name, viewer_id=user.id),
        placed=name in placed(),
        refusal=refusal,
    )
