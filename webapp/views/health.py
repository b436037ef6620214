"""Is the service alive, and can it serve: for whatever watches over it."""

from __future__ import annotations

import sqlalchemy as sa
from flask import Blueprint, jsonify
from sqlalchemy.exc import SQLAlchemyError
from werkzeug.wrappers import Response

from webapp import migrations
from webapp.database import db

blueprint = Blueprint("health", __name__, url_prefix="/health")


@blueprint.get("/live")
def live() -> Response:
    """The process answers."""
    return jsonify(status="ok")


@blueprint.get("/ready")
def ready() -> tuple[Response, int]:
    """The database answers and has this version's schema."""
    try:
        db.session.execute(sa.text("SELECT 1"))
        current = migrations.is_current(db.engine)
    except SQLAlchemyError:
        return jsonify(status="the database does not answer"), 503
    if not current:
        return jsonify(status="the database has another version's schema"), 503
    return jsonify(status="ok"), 200
