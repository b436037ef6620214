"""What goes in and comes out of the course's page and its announcements."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta, Struct

from webapp.api.schemas import LINE, Moment
from webapp.course_page.texts import LONGEST_ANNOUNCEMENT, LONGEST_PAGE, LONGEST_TITLE

Version = Annotated[str, Meta(max_length=64, pattern="^[0-9a-f]*$")]
PageText = Annotated[str, Meta(max_length=LONGEST_PAGE, pattern="^[^\\x00]*$")]
Title = Annotated[str, Meta(min_length=1, max_length=LONGEST_TITLE, pattern=LINE)]
NewsText = Annotated[
    str, Meta(min_length=1, max_length=LONGEST_ANNOUNCEMENT, pattern="^[^\\x00]*$")
]


class CoursePage(Struct, frozen=True):
    """The course's page in Markdown; `version` tells it from what it was before."""

    text: str
    version: str


class NewCoursePage(Struct, frozen=True, forbid_unknown_fields=True):
    """Another page, and the version that it was written on."""

    text: PageText
    version: Version


class AnnouncementInfo(Struct, frozen=True):
    """What was announced, in Markdown, by whom and when."""

    announcement: int
    title: str
    text: str
    author: str
    announced_at: Moment
    version: str


class Announcements(Struct, frozen=True):
    """A page of announcements, newest first."""

    announcements: list[AnnouncementInfo]
    found: int


class NewAnnouncement(Struct, frozen=True, forbid_unknown_fields=True):
    """What to announce."""

    title: Title
    text: NewsText


class ChangedAnnouncement(NewAnnouncement, frozen=True, forbid_unknown_fields=True):
    """What it should say instead, and the version that this was written on."""

    version: Version


class SeenAnnouncement(Struct, frozen=True, forbid_unknown_fields=True):
    """Which version is meant, so that no correction is lost."""

    version: Version
