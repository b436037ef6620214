"""Is the service alive, and can it serve: for whatever watches over it."""

from __future__ import annotations

import shutil
from pathlib import Path

import sqlalchemy as sa
from flask import Blueprint, jsonify
from sqlalchemy.exc import SQLAlchemyError
from werkzeug.wrappers import Response

from webapp import migrations
from webapp.base.database import db

blueprint = Blueprint("health", __name__, url_prefix="/health")
# Room for a few uploads and for the database's own log.
_LEAST_FREE_BYTES = 64 * 2**20


@blueprint.get("/live")
def live() -> Response:
    """The process answers."""
    return jsonify(status="ok")


@blueprint.get("/ready")
def ready() -> tuple[Response, int]:
    """The database answers and has this version's schema, and there is room for uploads."""
    try:
        db.session.execute(sa.text("SELECT 1"))
        current = migrations.is_current(db.engine)
    except SQLAlchemyError:
        return jsonify(status="the database does not answer"), 503
    if not current:
        return jsonify(status="the database has another version's schema"), 503
    free = _free_bytes()
    if free is not None and free < _LEAST_FREE_BYTES:
        status = f"only {free // 2**20} MB are free for the database"
        return jsonify(status=status), 503
    return jsonify(status="ok"), 200


def _free_bytes() -> int | None:
    """Free space beside an embedded database; another server watches over its own."""
    if db.engine.dialect.name != "sqlite" or not db.engine.url.database:
        return None
    return shutil.disk_usage(Path(db.engine.url.database).parent).free
