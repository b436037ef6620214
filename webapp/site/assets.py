"""What pages load and offer: htmx of an installed package, and the client for a terminal."""

from __future__ import annotations

import functools
from importlib.util import find_spec
from pathlib import Path

from flask import Blueprint, request, send_file
from werkzeug.wrappers import Response

from webapp.site.downloads import attachment

blueprint = Blueprint("assets", __name__, url_prefix="/assets")
_CLIENT = Path(__file__).with_name("submit_client.py")


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


@blueprint.get("/heldout_submit.py")
def client() -> Response:
    """The client in one file that needs Python alone, with this site's address filled in."""
    text = _CLIENT.read_text(encoding="utf-8")
    filled = text.replace('SITE = ""', f"SITE = {request.url_root.rstrip('/')!r}", 1)
    return attachment(filled.encode(), "heldout_submit.py", "text/x-python")
