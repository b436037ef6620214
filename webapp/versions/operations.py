"""What administrators do with assignments: bring a version, have it proved, put it in use."""

from __future__ import annotations

from datetime import timedelta

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from webapp.assignments.described import described
from webapp.assignments.finding import placed
from webapp.assignments.packed import Packed
from webapp.audit.record import SiteActor, record
from webapp.base.database import change, moment_of
from webapp.models import AssignmentVersion, Course, CourseAssignment, VersionState
from webapp.versions.queries import Numbered, version_numbered, versions_of


class VersionRefused(Exception):
    """A version cannot be brought, proved or put in use as it is: one sentence."""


def bring(session: Session, actor: SiteActor, packed: Packed) -> Numbered:
    """Keep an assignment's folder as a version; a worker proves it, and it is not yet in use.

    Raises FolderRefused for what cannot be read, VersionRefused for files that the site has.
    """
    name, digest, about = packed.id, packed.digest, described(packed)
    archive = packed.archive
    try:
        with change(session):
            _refuse_known(session, name, digest)
            version = AssignmentVersion(
                assignment=name,
                digest=digest,
                title=about.title[:200],
                points=about.points,
                archive=archive,
                size=len(archive),
                report={"needs": about.needs},
                brought_by_id=actor.user_id,
                brought_at=moment_of(session),
            )
            session.add(version)
            session.flush()
            record(session, actor, "bring assignment", subject=name, digest=digest[:12])
    except IntegrityError:
        raise VersionRefused(f"These files of {name} are being brought already.") from None
    return versions_of(session, name)[0]


def _refuse_known(session: Session, name: str, digest: str) -> None:
    rows = session.execute(
        sa.select(AssignmentVersion.digest)
        .where(AssignmentVersion.assignment == name)
        .order_by(AssignmentVersion.id)
    ).all()
    for number, row in enumerate(rows, start=1):
        if row.digest == digest:
            raise VersionRefused(f"These files are version {number} of {name} already.")


def prove_again(session: Session, actor: SiteActor, name: str, number: int) -> Numbered:
    """Have a version proved once more, such as after Heldout has changed; in use it stays so.

    Raises Missing, and VersionRefused while its proof waits or is being made.
    """
    with change(session):
        found = version_numbered(session, name, number)
        version = found.version
        if version.open:
            raise VersionRefused(f"Version {number} of {name} is being proved: wait for that.")
        version.state, version.owner, version.lease_expires_at = VersionState.WAITING, "", None
        record(session, actor, "prove assignment", subject=name, version=number)
    return found


def put_in_use(session: Session, actor: SiteActor, name: str, number: int) -> Numbered:
    """Grade with a version from now on, a new or an earlier one; results stay until a regrade.

    Raises Missing, and VersionRefused unless it was proved sound.
    """
    with change(session):
        # One at a time: the latest is the one in use.
        session.execute(
            sa.select(AssignmentVersion.id)
            .where(AssignmentVersion.assignment == name)
            .with_for_update()
        )
        versions = versions_of(session, name)
        found = next((each for each in versions if each.number == number), None)
        found = found or version_numbered(session, name, number)
        if found.in_use:
            raise VersionRefused(f"Version {number} of {name} is in use already.")
        if found.version.state != VersionState.SOUND:
            raise VersionRefused(
                f"Version {number} of {name} is not proved sound, so nothing is graded with it."
            )
        earlier = [v.version.in_use_since for v in versions if v.version.in_use_since]
        latest = max(earlier, default=None)
        moment = moment_of(session)
        if latest is not None and latest >= moment:  # a clock was set back
            moment = latest + timedelta(microseconds=1)
        found.version.in_use_since = moment
        _courses_follow(session, name, found.version.points)
        before = next((v.number for v in versions if v.in_use), None)
        detail = {"version": number, "before": before, "digest": found.version.digest[:12]}
        record(session, actor, "use assignment version", subject=name, **detail)
    return version_numbered(session, name, number)


def _courses_follow(session: Session, name: str, points: float) -> None:
    """What the assignment gives is from now on what the version gives; archived courses stay."""
    open_courses = sa.select(Course.id).where(Course.archived_at.is_(None))
    session.execute(
        sa.update(CourseAssignment)
        .where(
            CourseAssignment.assignment == name,
            CourseAssignment.course_id.in_(open_courses),
            CourseAssignment.points != points,
        )
        .values(points=points)
    )


def use_placed(session: Session, actor: SiteActor, name: str) -> None:
    """Grade with what lies in the shared folder again; the versions stay.

    Raises Missing, and VersionRefused where nothing is placed or no version is in use.
    """
    with change(session):
        versions = versions_of(session, name)
        used = next((each.number for each in versions if each.in_use), None)
        if used is None:
            raise VersionRefused(f"No version of {name} is in use.")
        if name not in placed():
            raise VersionRefused(f"The shared folder holds no {name}, so nothing could grade it.")
        for each in versions:
            each.version.in_use_since = None
        record(session, actor, "use placed assignment", subject=name, before=used)
