"""What goes in and comes out: people and links, by program."""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import Meta, Struct

from webapp.api.schemas import Moment, Person

PersonText = Annotated[str, Meta(max_length=300, pattern="^[^\\x00]*$")]


class Link(Struct, frozen=True):
    """A link with which someone sets a password once; hand it to nobody else."""

    user: int
    name: str
    email: str
    link: str


class HandedOutLinks(Struct, frozen=True):
    """What became of links; see Links."""

    mailed: int
    unsent: int
    sending: int
    links: list[Link]
    kept_back: list[int]


class Links(HandedOutLinks, frozen=True):
    """What became of links: how many were mailed, or could not be, and those to hand out.

    Many are mailed afterwards: those are `sending`. Who is in `kept_back` takes part elsewhere too,
    so only mail may bring them theirs.
    """


class CoursePerson(Person, frozen=True):
    """Someone in a course, or who left it at `left_at`.

    `invited_at` is when they were last given a link to set a password.
    """

    student_number: str
    has_password: bool
    invited_at: Moment | None
    left_at: Moment | None


class People(Struct, frozen=True):
    """A page of people, by name."""

    people: list[CoursePerson]
    found: int


class PersonAdded(HandedOutLinks, frozen=True):
    """Who was enrolled: `known` had an account already, `back` was in the course before.

    Links are as in Links.
    """

    user: int
    name: str
    known: bool
    back: bool


class PersonDetails(Struct, frozen=True, forbid_unknown_fields=True):
    """Someone as the course knows them; several sections have commas between them."""

    name: PersonText
    email: PersonText
    role: Literal["student", "grader", "instructor"] = "student"
    section: PersonText = ""
    student_number: PersonText = ""


class PersonChanges(Struct, frozen=True, forbid_unknown_fields=True):
    """What becomes another; what is not named stays."""

    name: PersonText | None = None
    email: PersonText | None = None
    role: Literal["student", "grader", "instructor"] | None = None
    section: PersonText | None = None
    student_number: PersonText | None = None


class PersonChanged(Struct, frozen=True):
    """Which fields became another."""

    changed: list[str]


class Invite(Struct, frozen=True, forbid_unknown_fields=True):
    """Who of those without a password: who has had no link yet, who has, or all."""

    who: Literal["new", "again", "all"] = "new"
