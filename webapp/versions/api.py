"""The site's assignments by program: bring a version, follow its proof, put it in use."""

from __future__ import annotations

from flask import abort, request

from webapp.api.operations import SITE_PATH, operation
from webapp.api.schemas import Kept, moment
from webapp.assignments.packed import FolderRefused
from webapp.audit.record import SiteActor
from webapp.base.database import db
from webapp.models import User
from webapp.site.roles import for_administrators
from webapp.versions import operations, queries
from webapp.versions.operations import VersionRefused
from webapp.versions.queries import Numbered
from webapp.versions.schemas import (
    AssignmentVersionInfo,
    AssignmentVersions,
    SiteAssignmentRow,
    SiteAssignments,
)
from webapp.versions.uploaded import bring_upload

_PATH = f"{SITE_PATH}/assignments"
_VERSION = f"{_PATH}/<name>/versions/<int:number>"
_CHANGING, _READING = ("administer",), ("read", "administer")


@operation(
    "GET",
    _PATH,
    summary="The assignments that were brought to the site or lie in its shared folder",
    scopes=_READING,
    answers={200: SiteAssignments},
)
@for_administrators
def assignments_of_site(_user: User) -> SiteAssignments:
    found = queries.site_assignments(db.session)
    return SiteAssignments(
        [
            SiteAssignmentRow(
                each.id,
                each.title,
                each.placed,
                each.newest.number if each.newest else 0,
                each.used,
                each.newest.version.state if each.newest else None,
            )
            for each in found
        ]
    )


@operation(
    "POST",
    _PATH,
    summary="Bring an assignment's folder as a ZIP archive; its checks can read every course",
    scopes=_CHANGING,
    file="archive",
    answers={201: AssignmentVersionInfo},
    errors=(409, 422),
)
@for_administrators
def bring_assignment(user: User) -> tuple[AssignmentVersionInfo, int]:
    try:
        return _shown(bring_upload(user, request.files.get("archive"))), 201
    except FolderRefused as error:
        abort(422, str(error))
    except VersionRefused as error:
        abort(409, str(error))


@operation(
    "GET",
    f"{_PATH}/<name>",
    summary="The versions of an assignment, with what the proof of each found",
    scopes=_READING,
    answers={200: AssignmentVersions},
)
@for_administrators
def versions_of_assignment(_user: User, name: str) -> AssignmentVersions:
    return AssignmentVersions(name, [_shown(v) for v in queries.versions_of(db.session, name)])


@operation(
    "POST",
    f"{_VERSION}/prove",
    summary="Have a version proved once more by a worker",
    scopes=_CHANGING,
    answers={200: Kept},
    errors=(409,),
)
@for_administrators
def prove_version(user: User, name: str, number: int) -> Kept:
    try:
        operations.prove_again(db.session, SiteActor(user.id), name, number)
    except VersionRefused as error:
        abort(409, str(error))
    return Kept(True)


@operation(
    "POST",
    f"{_VERSION}/use",
    summary="Grade with a version that is proved sound, from now on",
    scopes=_CHANGING,
    answers={200: Kept},
    errors=(409,),
)
@for_administrators
def use_version(user: User, name: str, number: int) -> Kept:
    try:
        operations.put_in_use(db.session, SiteActor(user.id), name, number)
    except VersionRefused as error:
        abort(409, str(error))
    return Kept(True)


@operation(
    "POST",
    f"{_PATH}/<name>/placed",
    summary="Grade with what lies in the shared folder again; the versions stay",
    scopes=_CHANGING,
    answers={200: Kept},
    errors=(409,),
)
@for_administrators
def use_placed_assignment(user: User, name: str) -> Kept:
    try:
        operations.use_placed(db.session, SiteActor(user.id), name)
    except VersionRefused as error:
        abort(409, str(error))
    return Kept(True)


def _shown(each: Numbered) -> AssignmentVersionInfo:
    version = each.version
    return AssignmentVersionInfo(
        each.number,
        version.digest,
        version.title,
        version.points,
        version.state,
        each.in_use,
        moment(version.brought_at) or "",
        version.report,
    )
