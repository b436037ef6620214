"""What addresses and forms may hold: numbers that a database can look up, and no NUL."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from flask import Flask, abort, request
from werkzeug.routing import IntegerConverter

LARGEST_ROW = 2**31 - 1


class RowNumber(IntegerConverter):
    """`<int:...>`: a larger number is no row's, and PostgreSQL and SQLite would choke on it."""

    def __init__(self, map: Any, *args: Any, **options: Any) -> None:
        super().__init__(map, *args, **{"max": LARGEST_ROW, **options})


def row_number(text: str) -> int:
    """A number of a form or a query that a database can look up; raises ValueError otherwise."""
    number = int(text)
    if not 0 <= number <= LARGEST_ROW:
        raise ValueError(f"{number} is the number of no row")
    return number


def init_app(app: Flask) -> None:
    """Use them everywhere; to be called before any route is added."""
    app.url_map.converters["int"] = RowNumber
    app.before_request(_address_without_nul)


def guard_forms(app: Flask) -> None:
    """Refuse NUL in forms; to be called after every part that sets how large a form may be."""
    app.before_request(_form_without_nul)


def refuse_nul_sent() -> None:
    """Refuse NUL in query and form; an operation of the API asks once the caller was let in."""
    _refuse_nul(request.args.values())
    _refuse_nul(request.form.values())


def _address_without_nul() -> None:
    _refuse_nul([request.path])


def _form_without_nul() -> None:
    if request.blueprint != "api":
        refuse_nul_sent()


def _refuse_nul(texts: Iterable[str]) -> None:
    """PostgreSQL refuses text with NUL in it."""
    if any("\0" in text for text in texts):
        abort(400)
