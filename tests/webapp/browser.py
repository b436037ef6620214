"""A visitor who fills in forms as a browser does: with the CSRF token of a page."""

from __future__ import annotations

import io
import re
from typing import Any

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from tests.webapp.sample_course import ASSIGNMENT, SLUG

_TOKEN = re.compile(r'name="csrf_token"[^>]*value="([^"]+)"')


class Visitor:
    """A client that keeps cookies and the newest CSRF token."""

    def __init__(self, client: FlaskClient) -> None:
        self.client = client

    def get(self, path: str, **options: Any) -> TestResponse:
        # Buffered: read to its end and closed, as a server does with what a page streams.
        return self.client.get(path, buffered=True, **options)

    def token(self, path: str = "/account") -> str:
        found = _TOKEN.search(self.client.get(path, follow_redirects=True).text)
        assert found is not None, f"{path} has no form"
        return found.group(1)

    def post(self, path: str, data: dict[str, Any] | None = None, **options: Any) -> TestResponse:
        form = {"csrf_token": self.token(), **(data or {})}
        return self.client.post(path, data=form, **options)

    def sign_in(self, email: str, password: str) -> TestResponse:
        form = {"email": email, "password": password, "csrf_token": self.token("/login")}
        return self.client.post("/login", data=form)

    def course(self, path: str = "") -> str:
        return f"/courses/{SLUG}/{path}"

    def submit(self, data: bytes, name: str = "work.ipynb", to: str = ASSIGNMENT) -> TestResponse:
        files = {"notebook": (io.BytesIO(data), name)}
        return self.post(self.course(f"assignments/{to}"), files)
