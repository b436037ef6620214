"""The pages of a place and of a work: the same names for a course and for a written question."""

from __future__ import annotations

from typing import Any

from flask import url_for

from webapp.reading.kinds.kind import Place


def list_address(place: Place, endpoint: str = "", **more: Any) -> str:
    """A page of a place; without an endpoint, its list."""
    endpoint = endpoint or ("readings.answers" if place.item else "readings.index")
    return url_for(endpoint, slug=place.course.slug, **place.address, **more)


def address_of(place: Place, kind: str, number: int, *, endpoint: str = "readings.read") -> str:
    """A page of one work; without an endpoint, where it is read."""
    return list_address(place, endpoint, kind=kind, number=number)
