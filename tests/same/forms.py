"""Forms sent on the copy: first with nothing filled in, then as their page shows them.

What the first refuses shows each sentence of refusal, what the second does shows each confirmation.
"""

from __future__ import annotations

import re
import urllib.parse
from collections.abc import Iterator
from pathlib import Path

from tests.same.answers import as_text, keep
from tests.same.crawl import Found, kind_of
from tests.same.page_text import Form
from tests.same.visitor import Visitor

# These end the session, or its right to change anything.
_ENDING = re.compile(r"/(logout|login|account/sign-out-everywhere|students/\d+/view)$")
# What these make is drawn by chance.
_CHANCE = re.compile(r"/(presentations/draw|account/tokens)$")
_NO_FILE = ("notes.txt", b"This is no notebook, no roster and no archive.")


def send_forms(visitor: Visitor, found: Found, folder: Path, *, filled: bool) -> None:
    """Send one form of each kind that the visitor met, and keep what the site says."""
    for address, form in _one_of_each(found):
        if _ENDING.search(form.action) or (filled and _CHANCE.search(form.action)):
            continue
        fields = [(name, value if filled or _hidden(name) else "") for name, value in form.fields]
        if not filled and all(_hidden(name) for name, _ in fields) and not form.files:
            continue
        _send(visitor, address, form, fields, folder)


def _one_of_each(found: Found) -> Iterator[tuple[str, Form]]:
    seen = set()
    for address, form in found.forms:
        names = tuple(sorted({re.sub(r"\d+", "N", name) for name, _ in form.fields}))
        kind = (kind_of(form.action), names)
        if kind not in seen:
            seen.add(kind)
            yield address, form


def _hidden(name: str) -> bool:
    return name == "csrf_token"


def _send(
    visitor: Visitor, page: str, form: Form, fields: list[tuple[str, str]], folder: Path
) -> None:
    action = urllib.parse.urljoin(page, form.action or page)
    files = dict.fromkeys(form.files, _NO_FILE) if form.files else None
    answer = visitor.post(action, fields, files)
    names = ", ".join(name for name, _ in fields if not _hidden(name))
    text = as_text(f"POST {action} from {page} with {names}", answer)
    if location := answer.headers["Location"]:
        text += as_text(f"then GET {location}", visitor.get(location.removeprefix(visitor.url)))
    kept = action
    # Another form of the same address is kept beside the first.
    while (folder / f"{kept.strip('/').partition('?')[0]}.txt").exists():
        kept = kept.partition("?")[0] + "+"
    keep(folder, kept.partition("?")[0], text)
