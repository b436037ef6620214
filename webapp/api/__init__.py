"""The interface for programs: JSON and files, opened by a token alone.

A session does not open it: a page of another site could make a browser send one along, while
nothing but a program sends a token. `operations` says what an operation is, `schemas` what goes in
and out, and `document` makes the OpenAPI description from both.
"""

from __future__ import annotations

from flask import Blueprint, abort, g, request, session
from flask_login import current_user

from webapp.base.database import db, make_with
from webapp.site.operations import use_token

blueprint = Blueprint("api", __name__, url_prefix="/api/v1")


@blueprint.before_request
def _by_token_alone() -> None:
    if request.endpoint == "api.openapi":
        return
    if "_user_id" in session:
        abort(400, "The API takes a token and no session: send the request without cookies.")
    token = use_token(db.session, request.headers.get("Authorization", ""))
    if token is None or token.user_id != current_user.id:
        abort(401, "The token is missing, mistyped or no longer valid: make one on your account.")
    make_with(db.session, "API")
    g.token_scopes = frozenset(token.scopes.split())
