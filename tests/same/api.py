"""The API's document, and what its GET operations answer to a token."""

from __future__ import annotations

import itertools
import json
import re
import urllib.parse
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from tests.same.answers import as_text, keep
from tests.same.visitor import Visitor

DOCUMENT = "/api/v1/openapi.json"
_SCOPES = ("submit", "read", "grade", "manage")
_MOST_EACH = 3
_SLOW = ("/preview", "/release", "/gradebook.db")


def document_of(visitor: Visitor) -> dict[str, Any]:
    """The OpenAPI document."""
    document: dict[str, Any] = json.loads(visitor.get(DOCUMENT).text)
    return document


def make_token(visitor: Visitor) -> str:
    """A token of the visitor's own, with every scope."""
    fields = [("csrf_token", visitor.csrf("/account")), ("label", "a program")]
    answer = visitor.post("/account/tokens", [*fields, *(("scopes", scope) for scope in _SCOPES)])
    found = re.search(r"\bheldout_[\w-]{20,}", answer.text)
    return found[0] if found else ""


def ask_api(
    stranger: Visitor, token: str, document: dict[str, Any], *, seen: Iterable[str], folder: Path
) -> None:
    """Keep the answer of each GET operation; `seen` are pages' addresses, which name things."""
    known = _names(seen)
    for path in sorted(document["paths"]):
        if "get" not in document["paths"][path]:
            continue
        # Releases and previews are made anew, which takes seconds.
        most = 1 if path.endswith(_SLOW) else _MOST_EACH
        for address in itertools.islice(_filled(path, known), most):
            answer = stranger.get(address, {"Authorization": f"Bearer {token}"})
            keep(folder, address, as_text(f"GET {address}", answer))


def _names(seen: Iterable[str]) -> dict[str, list[str]]:
    """What a path's parameters may be, from the addresses of pages, by the parameter's name."""
    patterns = {
        "slug": r"^/courses/([\w-]+)/",
        "name": r"/staff/assignments/(\w+)$|/answers/(\w+)/",
        "question": r"/answers/\w+/([\w-]+)$",
        "kind": r"/rubrics/(\w+)$",
        "submission_id": r"/submissions/(\d+)$|/answers/\w+/[\w-]+/(\d+)$",
        "user_id": r"/staff/students/(\d+)$",
    }
    found: dict[str, list[str]] = {}
    for address in seen:
        for name, pattern in patterns.items():
            if match := re.search(pattern, urllib.parse.unquote(address).partition("?")[0]):
                value = next(filter(None, match.groups()))
                if value not in found.setdefault(name, []):
                    found[name].append(value)
    return found


def _filled(path: str, known: dict[str, list[str]]) -> Iterator[str]:
    names = re.findall(r"\{(\w+)\}", path)
    for values in itertools.product(*(known.get(name, ["1", "2"]) for name in names)):
        address = path
        for name, value in zip(names, values, strict=True):
            address = address.replace(f"{{{name}}}", value)
        yield address
