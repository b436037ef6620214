"""htmx, served from the installed package that ships it."""

from __future__ import annotations

import functools
from importlib.util import find_spec
from pathlib import Path

from flask import Blueprint, send_file
from werkzeug.wrappers import Response

blueprint = Blueprint("assets", __name__, url_prefix="/assets")


@functools.cache
def htmx_path() -> Path:
    """Where the wheel put htmx; found without importing the package, which wants Django."""
    spec = find_spec("js_lib_htmx")
    if spec is None or not spec.submodule_search_locations:
        raise FileNotFoundError("the package django-js-lib-htmx is not installed")
    return Path(spec.submodule_search_locations[0]) / "static" / "htmx" / "htmx.min.js"


@blueprint.get("/htmx.js")
def htmx() -> Response:
    """The script, with a date so that browsers keep it."""
    return send_file(htmx_path(), mimetype="text/javascript", max_age=86400)
