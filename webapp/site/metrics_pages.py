"""Metrics for Prometheus: for this machine itself, or for whoever shows the token."""

from __future__ import annotations

import hmac
import ipaddress

from flask import Blueprint, abort, current_app, make_response, request
from prometheus_client import CONTENT_TYPE_LATEST
from werkzeug.wrappers import Response

from webapp.base.database import db
from webapp.site import metrics

blueprint = Blueprint("metrics", __name__)
_FORWARDED = ("X-Forwarded-For", "X-Real-IP", "Forwarded")


@blueprint.get("/metrics")
def show() -> Response:
    """Queue, grading and requests in Prometheus' text format; 404 for everybody else."""
    if not _allowed():
        abort(404)
    response = make_response(metrics.exposition(db.session))
    response.headers["Content-Type"] = CONTENT_TYPE_LATEST
    return response


def _allowed() -> bool:
    token = str(current_app.config["HELDOUT_METRICS_TOKEN"])
    if token:
        given = request.headers.get("Authorization", "").removeprefix("Bearer ")
        return hmac.compare_digest(given.encode(), token.encode())
    # Behind a proxy on this machine everybody seems to come from it.
    if any(name in request.headers for name in _FORWARDED):
        return False
    try:
        return ipaddress.ip_address(request.remote_addr or "").is_loopback
    except ValueError:
        return False
