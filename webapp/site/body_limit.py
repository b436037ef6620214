"""How much one client may send, asked with the head of a request before its body is taken."""

from __future__ import annotations

import io
from contextlib import suppress
from typing import Any

from flask import Flask, request
from werkzeug.exceptions import HTTPException


def largest_body(app: Flask, environ: dict[str, Any], size: int) -> int:
    """The bytes that the application takes of this request, which announces `size` of them.

    What runs before every page may allow more than usual, or refuse: then the limit holds that was
    set until there.
    """
    head = {**environ, "CONTENT_LENGTH": str(size), "wsgi.input": io.BytesIO()}
    with app.request_context(head):
        with suppress(HTTPException):
            app.preprocess_request()
        return request.max_content_length or 0
