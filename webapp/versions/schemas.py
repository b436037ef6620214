"""What goes in and comes out: the site's assignments, by program."""

from __future__ import annotations

from typing import Any

from msgspec import Struct

from webapp.models import VersionState


class SiteAssignmentRow(Struct, frozen=True):
    """An assignment of the site; `in_use` is a version's number, null for the shared folder's."""

    assignment: str
    title: str
    placed: bool
    versions: int
    in_use: int | None
    newest: VersionState | None


class SiteAssignments(Struct, frozen=True):
    """What was brought to the site or lies in its shared folder."""

    assignments: list[SiteAssignmentRow]


class AssignmentVersionInfo(Struct, frozen=True):
    """A version; `report` is what its proof found, or how far it is."""

    number: int
    digest: str
    title: str
    points: float
    state: VersionState
    in_use: bool
    brought_at: str
    report: dict[str, Any]


class AssignmentVersions(Struct, frozen=True):
    """The versions of an assignment, the newest first."""

    assignment: str
    versions: list[AssignmentVersionInfo]
