"""What goes in and comes out: room, by program."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta, Struct

from webapp.room.room import LEAST_MB, MOST_MB

Megabytes = Annotated[int, Meta(ge=LEAST_MB, le=MOST_MB)]


class AccountRoom(Struct, frozen=True):
    """What the files of one person take."""

    user: int
    name: str
    bytes: int


class CourseRoom(Struct, frozen=True):
    """What a course's files take, of what they may; each student may have `student_room_mb`."""

    used_bytes: int
    room_mb: int
    student_room_mb: int
    nearly_full: bool
    largest: list[AccountRoom]


class StudentRoom(Struct, frozen=True, forbid_unknown_fields=True):
    """How many MB each student may have."""

    student_room_mb: Megabytes


class RoomOfCourse(Struct, frozen=True, forbid_unknown_fields=True):
    """How many MB a course may have."""

    room_mb: Megabytes


class OwnRoom(Struct, frozen=True):
    """What one's own files in a course take, of what they may; `warning` is empty while it fits."""

    used_bytes: int
    room_mb: int
    warning: str
