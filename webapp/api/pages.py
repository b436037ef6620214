"""The API's description for people: the same document as a page of ours, without a CDN."""

from __future__ import annotations

from flask import Blueprint, current_app, render_template

from webapp.api.document import SCOPES, openapi_document

blueprint = Blueprint("api_docs", __name__)


@blueprint.get("/api")
def show() -> str:
    """Every operation with its parameters, answers and types."""
    document = openapi_document(current_app)
    return render_template("api/docs.html", document=document, scopes=SCOPES)
