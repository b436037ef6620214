"""What a new course needs: a short name for addresses, a title, a term, a clock, a first day."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import TypeVar

from webapp.administration.people import NamedAddress, read_person
from webapp.base.time_zones import read_zone
from webapp.base.typed_times import read_day

_SLUG = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
_LONGEST_SLUG, _LONGEST_TITLE, _LONGEST_TERM = 60, 200, 60
_Value = TypeVar("_Value")


class CourseRefused(ValueError):
    """A course cannot be made like that: a sentence for each value at fault."""

    def __init__(self, sentences: Mapping[str, str]) -> None:
        super().__init__(" ".join(sentences.values()))
        self.sentences = dict(sentences)


@dataclass(frozen=True)
class TypedCourse:
    """A course as somebody typed it."""

    slug: str
    title: str
    term: str
    time_zone: str
    starts_on: str = ""
    instructor: str = ""
    instructor_name: str = ""


@dataclass(frozen=True)
class NewCourse:
    """A course that can be made."""

    slug: str
    title: str
    term: str
    time_zone: str
    starts_on: date | None
    instructor: NamedAddress | None


def read_course(typed: TypedCourse) -> NewCourse:
    """The course that was typed; raises CourseRefused with every sentence at once."""
    refused: dict[str, str] = {}

    def taken(key: str, read: Callable[[], _Value], instead: _Value) -> _Value:
        try:
            return read()
        except ValueError as error:
            refused[key] = str(error)
            return instead

    said_who = typed.instructor.strip()
    found = NewCourse(
        taken("slug", lambda: read_slug(typed.slug), ""),
        taken("title", lambda: _line(typed.title, "The title", _LONGEST_TITLE), ""),
        taken("term", lambda: _line(typed.term, "The term", _LONGEST_TERM), ""),
        taken("time_zone", lambda: read_zone(typed.time_zone), ""),
        taken("starts_on", lambda: read_day(typed.starts_on), None),
        taken("instructor", lambda: read_person(said_who, typed.instructor_name), None)
        if said_who
        else None,
    )
    if refused:
        raise CourseRefused(refused)
    return found


def read_slug(text: str) -> str:
    """A course's short name, as its addresses have it; raises ValueError with a sentence."""
    slug = text.strip()
    if not _SLUG.fullmatch(slug) or len(slug) > _LONGEST_SLUG:
        raise ValueError(
            f"The short name is {slug[:80]!r}, expected 1 to {_LONGEST_SLUG} small letters, digits"
            " and single hyphens, such as dl-2027."
        )
    return slug


def _line(text: str, label: str, most: int) -> str:
    line = unicodedata.normalize("NFC", " ".join(text.split()))
    if not 1 <= len(line) <= most:
        got = f"has {len(line)} characters" if line else "is empty"
        raise ValueError(f"{label} {got}, expected 1 to {most} characters.")
    return line
