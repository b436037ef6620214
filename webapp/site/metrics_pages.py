"""Metrics for Prometheus: through a socket of the data folder, or for whoever shows the token."""

from __future__ import annotations

import hmac

from flask import Blueprint, abort, current_app, make_response, request
from prometheus_client import CONTENT_TYPE_LATEST
from werkzeug.wrappers import Response

from webapp.base.database import db
from webapp.site import metrics

blueprint = Blueprint("metrics", __name__)


@blueprint.get("/metrics")
def show() -> Response:
    """Queue, grading and requests in Prometheus' text format; 404 for everybody else."""
    if not _allowed():
        abort(404)
    response = make_response(metrics.exposition(db.session))
    response.headers["Content-Type"] = CONTENT_TYPE_LATEST
    return response


def _allowed() -> bool:
    """By the socket of the data folder, or with the token; nobody's address says anything.

    A proxy on this machine has its address, and so has whoever comes through one.
    """
    if request.environ.get(metrics.OWN_SOCKET):
        return True
    token = str(current_app.config["HELDOUT_METRICS_TOKEN"])
    given = request.headers.get("Authorization", "").removeprefix("Bearer ")
    return bool(token) and hmac.compare_digest(given.encode(), token.encode())
