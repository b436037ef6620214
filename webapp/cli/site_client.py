"""A site's API as staff's commands use it: the address and token of `heldout submit`."""

from __future__ import annotations

import json
import urllib.parse
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import click

from webapp.base.environment import TOKEN
from webapp.site.submit_client import (
    Client,
    SubmitError,
    address_of,
    keep_token,
    token_file,
    token_for,
)


class _Refused(click.ClickException):
    """The site refuses."""

    exit_code = 2


class _NoAnswer(click.ClickException):
    """The site does not answer, or not as Heldout does."""

    exit_code = 3


class Site(Client):
    """What staff's programs ask of a site; parts of addresses are quoted here."""

    def get(self, *parts: str, **query: str | int) -> dict[str, Any]:
        """Read something."""
        path = _path(parts)
        return self._ask("GET", f"{path}?{urllib.parse.urlencode(query)}" if query else path)

    def post(self, *parts: str, body: dict[str, Any] | None = None) -> dict[str, Any]:
        """Change something."""
        if body is None:
            return self._ask("POST", _path(parts))
        return self._ask("POST", _path(parts), json.dumps(body).encode(), "application/json")

    def pages(self, *parts: str, rows: str, **query: str | int) -> Iterator[dict[str, Any]]:
        """Every row of a list that comes in pages; `rows` is the name of the list."""
        page, seen = 1, 0
        while True:
            answer = self.get(*parts, **query, page=page)
            yield from answer[rows]
            seen += len(answer[rows])
            if not answer[rows] or seen >= answer["found"]:
                return
            page += 1


def _path(parts: tuple[str, ...]) -> str:
    return "/".join(urllib.parse.quote(part, safe="") for part in parts)


@contextmanager
def on_site(site: str | None, what: str) -> Iterator[Site]:
    """The site, by `--site` or HELDOUT_SITE; a refusal ends the command with one sentence.

    `what` is the course and the assignment that the command is about. The exit status is 2 where
    the site refuses, and 3 where it does not answer.
    """
    address = ""
    try:
        address = address_of(site)
        token = token_for(address)
        yield Site(address, token)
    except SubmitError as error:
        if error.wrong_token:
            keep_token(address, None)
        failure = _NoAnswer if error.status == _NoAnswer.exit_code else _Refused
        raise failure(_sentence(error, address, what)) from None
    keep_token(address, token)


def _sentence(error: SubmitError, site: str, what: str) -> str:
    if error.code == 404:
        return f"{site} has no {what}, or you are not on its staff."
    saved = error.code == 403 and "scope" in str(error) and not TOKEN.read()
    other = f" Put it into {TOKEN.name}, or remove the saved one from {token_file()}."
    return f"{error}{other}" if saved else str(error)
