"""Somebody's browser: cookies, forms and answers, without following where they lead."""

from __future__ import annotations

import http.cookiejar
import re
import secrets
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from email.message import Message
from typing import Any

from tests.same.service import Account, CannotServe

_TOKEN = re.compile(r'name="csrf_token"[^>]*value="([^"]+)"')
_SECONDS = 60.0
MOST_BYTES = 2**20


@dataclass(frozen=True)
class Answer:
    """What came back, at most a megabyte of it."""

    status: int
    headers: Message
    body: bytes

    @property
    def kind(self) -> str:
        """The content's type without its parameters."""
        return self.headers.get_content_type()

    @property
    def text(self) -> str:
        """The body as text."""
        return self.body.decode("utf-8", "replace")


class _Stay(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_: Any, **__: Any) -> None:
        return None


class Visitor:
    """A session on a site, of somebody who may be signed in."""

    def __init__(self, url: str) -> None:
        self.url = url
        cookies = urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar())
        self._browser = urllib.request.build_opener(cookies, _Stay())

    def get(self, address: str, headers: Mapping[str, str] | None = None) -> Answer:
        """Ask for an address of the site."""
        return self.ask("GET", address, headers=headers)

    def post(
        self,
        address: str,
        fields: Sequence[tuple[str, str]],
        files: Mapping[str, tuple[str, bytes]] | None = None,
    ) -> Answer:
        """Send a form; `files` are names and contents by field."""
        headers = {"Referer": self.url + address}
        if files is None:
            body = urllib.parse.urlencode(fields).encode()
            return self.ask("POST", address, body=body, headers=headers)
        boundary = secrets.token_hex(16)
        headers["Content-Type"] = f"multipart/form-data; boundary={boundary}"
        body = _multipart(boundary, fields, files)
        return self.ask("POST", address, body=body, headers=headers)

    def ask(
        self,
        method: str,
        address: str,
        *,
        body: bytes | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Answer:
        """Any request; an error is an answer too."""
        request = urllib.request.Request(
            self.url + urllib.parse.quote(address, safe="/?&=%+:,;@~!$'()*"),
            data=body,
            method=method,
            headers=dict(headers or {}),
        )
        try:
            with self._browser.open(request, timeout=_SECONDS) as answer:
                return Answer(answer.status, answer.headers, answer.read(MOST_BYTES + 1))
        except urllib.error.HTTPError as error:
            with error:
                return Answer(error.code, error.headers, error.read(MOST_BYTES + 1))

    def csrf(self, address: str) -> str:
        """The token that a page's forms carry."""
        found = _TOKEN.search(self.get(address).text)
        return found[1] if found else ""

    def sign_in(self, account: Account) -> Visitor:
        """Sign in, or say why not."""
        fields = [("email", account.email), ("password", account.password)]
        answer = self.post("/login", [("csrf_token", self.csrf("/login")), *fields])
        if answer.status != 302:
            raise CannotServe(f"{account.email} cannot sign in: status {answer.status}.")
        return self


def _multipart(
    boundary: str, fields: Sequence[tuple[str, str]], files: Mapping[str, tuple[str, bytes]]
) -> bytes:
    parts = [
        f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'.encode()
        for name, value in fields
    ]
    for name, (filename, content) in files.items():
        said = f'Content-Disposition: form-data; name="{name}"; filename="{filename}"'
        kind = "Content-Type: application/octet-stream"
        parts += [f"--{boundary}\r\n{said}\r\n{kind}\r\n\r\n".encode(), content, b"\r\n"]
    return b"".join([*parts, f"--{boundary}--\r\n".encode()])
