"""Taking the notebook: as a zip with its data, alone, or into a JupyterHub."""

from __future__ import annotations

from pathlib import Path

from flask import Blueprint, Response, abort, current_app, flash, redirect, url_for
from werkzeug.wrappers import Response as AnyResponse

from webapp.base.database import db
from webapp.courses.access import assignment_in, for_roles
from webapp.grading.release import source_of
from webapp.handout import links
from webapp.handout.shelf import Release
from webapp.handout.taking import NotYet, handed_out, sent, to_take
from webapp.models import CourseAssignment, Enrolment, Role
from webapp.site.downloads import attachment

blueprint = Blueprint("handout", __name__)
_ASSIGNMENT = "/courses/<slug>/assignments/<name>"
_ANY_BYTES = "application/octet-stream"


@blueprint.get(f"{_ASSIGNMENT}/release.zip")
@for_roles(Role.STUDENT)
def archive(enrolment: Enrolment, name: str) -> AnyResponse:
    """The notebook with its data."""
    release = _taken(enrolment, name)
    return sent(release.archive) if isinstance(release, Release) else release


@blueprint.get(f"{_ASSIGNMENT}/release.ipynb")
@for_roles(Role.STUDENT)
def notebook(enrolment: Enrolment, name: str) -> AnyResponse:
    """The notebook alone."""
    release = _taken(enrolment, name)
    return sent(release.notebook) if isinstance(release, Release) else release


@blueprint.get(f"{_ASSIGNMENT}/jupyterhub")
@for_roles(Role.STUDENT)
def hub(enrolment: Enrolment, name: str) -> AnyResponse:
    """The student's own server in the hub, which fetches the notebook and its data."""
    address = current_app.config["HELDOUT_JUPYTERHUB"] or abort(404)
    release = _taken(enrolment, name)
    if not isinstance(release, Release):
        return release
    item = assignment_in(enrolment, name)
    token = links.token_of(item.id)
    # The extension puts every file into the one folder: what lies deeper would be misplaced.
    beside = [file for file in source_of(db.session, name).assignment.files if "/" not in file]
    wanted = [
        url_for("handout.fetched", token=token, file=file, _external=True)
        for file in (*beside, release.notebook.name)  # what is opened last is on top
    ]
    return redirect(links.in_hub(address, wanted, name), code=303)


@blueprint.get("/handed-out/<token>/<path:file>")
def fetched(token: str, file: str) -> Response:
    """A file of a release, for whoever shows a link of `hub`; pages of other sites may read it."""
    number = links.number_of(token)
    item = db.session.get(CourseAssignment, number) if number is not None else None
    if item is None:
        abort(404)
    try:
        path = _file(handed_out(item), file)
    except NotYet:
        abort(404)
    found = sent(path) if path.suffix == ".ipynb" else _data(path)
    found.headers["Access-Control-Allow-Origin"] = "*"
    found.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    return found


def _file(release: Release, name: str) -> Path:
    if name == release.notebook.name:
        return release.notebook
    return source_of(db.session, release.assignment).assignment.data_files().get(name) or abort(404)


def _data(path: Path) -> Response:
    return attachment(path.open("rb"), path.name, _ANY_BYTES)


def _taken(enrolment: Enrolment, name: str) -> Release | AnyResponse:
    """The release, or the way back to the page with the sentence why there is none."""
    item = assignment_in(enrolment, name)
    try:
        return to_take(enrolment, item)
    except NotYet as error:
        flash(str(error), "info")
        address = url_for("submissions.assignment", slug=enrolment.course.slug, name=name)
        return redirect(address, code=303)
