"""What an address may hold: row numbers that a database can look up, and no NUL characters."""

from __future__ import annotations

from typing import Any

from flask import Flask, abort, request
from werkzeug.routing import IntegerConverter

LARGEST_ROW = 2**31 - 1


class RowNumber(IntegerConverter):
    """`<int:...>`: a larger number is no row's, and PostgreSQL and SQLite would choke on it."""

    def __init__(self, map: Any, *args: Any, **options: Any) -> None:
        super().__init__(map, *args, **{"max": LARGEST_ROW, **options})


def init_app(app: Flask) -> None:
    """Use them everywhere; to be called before any route is added."""
    app.url_map.converters["int"] = RowNumber
    app.before_request(_without_nul)


def _without_nul() -> None:
    """PostgreSQL refuses text with NUL in it."""
    texts = [request.path, *request.args.values(), *request.form.values()]
    if any("\0" in text for text in texts):
        abort(400)
