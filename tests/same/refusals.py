"""What the site says when it refuses: nothing there, not yours, not so, not signed in."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from tests.same.answers import as_text, keep
from tests.same.crawl import Found, kind_of
from tests.same.service import Account
from tests.same.visitor import Visitor

_HTMX = {"HX-Request": "true"}


def refusals(visitor: Visitor, own: Found, others: Iterable[str], folder: Path) -> None:
    """Keep error pages whole, and of others' pages and wrong methods the status alone."""
    nothing = "/courses/nothing-here/"
    for name, headers in (("404", {}), ("404-part-of-a-page", _HTMX)):
        keep(folder, name, as_text(f"GET {nothing}", visitor.get(nothing, headers)))
    form = next((form for _, form in own.forms), None)
    if form is not None:
        answer = visitor.post(form.action, [("csrf_token", "wrong")])
        keep(folder, "400-wrong-csrf", as_text(f"POST {form.action}", answer))
    statuses, seen = [], set(map(kind_of, own.addresses))
    for address in others:
        if kind_of(address) not in seen:
            seen.add(kind_of(address))
            answer = visitor.get(address)
            statuses.append(f"{answer.status} GET {address}")
            if answer.status >= 400:
                keep(folder, str(answer.status), as_text("GET somebody else's", answer))
    for action in sorted({kind_of(form.action): form.action for _, form in own.forms}.values()):
        answer = visitor.get(action)
        statuses.append(f"{answer.status} GET {action}")
        if answer.status == 405:
            keep(folder, "405", as_text("GET what only takes POST", answer))
    keep(folder, "statuses", "".join(f"{line}\n" for line in statuses))


def failed_sign_in(visitor: Visitor, account: Account, folder: Path) -> None:
    """A wrong password, and an account that is not there."""
    for name, email in (("wrong-password", account.email), ("nobody", "nobody@example.edu")):
        fields = [("csrf_token", visitor.csrf("/login")), ("email", email), ("password", "wrong")]
        keep(folder, name, as_text("POST /login", visitor.post("/login", fields)))
