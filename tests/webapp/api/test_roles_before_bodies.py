"""Who may not come in learns nothing of what is wrong with what they sent, at any operation."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import sqlalchemy as sa
from flask import url_for

from webapp.api.document import operations
from webapp.api.operations import SITE_PATH
from webapp.models import User
from webapp.site import tokens

# What each argument of an address is here: no such thing need be there.
PLACES = {"slug": "dl", "name": "a01_perceptron", "question": "why", "kind": "review"}
BROKEN = {
    "no JSON": {"data": b"{", "content_type": "application/json"},
    "another value": {"json": {"nobody": "knows this"}},
    "another kind": {"data": b"x", "content_type": "text/plain"},
    "no form": {"data": b"x", "content_type": "multipart/form-data; boundary=y"},
    "too much": {"data": b"x" * 2000, "content_type": "application/json"},
    "a NUL": {"data": {"text": "\0"}},
    "a NUL in the query": {"query_string": {"page": "\0"}},
    "another query": {"query_string": {"page": "none", "unknown": "1"}},
}


@pytest.fixture
def addresses(app) -> list[tuple[str, str, bool]]:
    """Method and address of every operation that reads something, and whether it is the site's."""
    found = []
    with app.test_request_context():
        for rule, described in operations(app):
            values = {name: PLACES.get(name, 1) for name in rule.arguments}
            if described.body or described.query or described.file:
                address = url_for(rule.endpoint, **values)
                found.append((described.method, address, f"{SITE_PATH}/" in rule.rule))
    return found


def _tried(app, client, addresses, headers) -> Iterator[tuple[str, int]]:
    app.config["MAX_CONTENT_LENGTH"] = 1000
    for method, address, _ in addresses:
        for broken, sent in BROKEN.items():
            code = client.open(address, method=method, headers=headers, **sent).status_code
            yield f"{method} {address} with {broken}", code


@pytest.fixture
def token(session):
    def make(name: str, *scopes: str) -> dict[str, str]:
        user = session.scalars(sa.select(User).where(User.name == name)).one()
        text = tokens.create(session, user, "test", scopes)
        session.commit()
        return {"Authorization": f"Bearer {text}"}

    return make


def test_the_walk_finds_bodies_queries_and_files(app):
    kinds = [(bool(each.body), bool(each.query), bool(each.file)) for _, each in operations(app)]
    assert all(any(column) for column in zip(*kinds, strict=True))


def test_without_a_token_it_is_401(app, client, addresses):
    assert [said for said in _tried(app, client, addresses, {}) if said[1] != 401] == []


def test_without_the_scope_it_is_403(app, client, addresses, token):
    """Hers are all other roles; `administer` opens the site's rooms alone."""
    course = [each for each in addresses if not each[2]]
    site = [each for each in addresses if each[2]]
    for narrow, closed in (("administer", course), ("submit", site)):
        tried = _tried(app, client, closed, token("Ina", narrow))
        assert [said for said in tried if said[1] != 403] == []


def test_outside_the_course_it_is_404(app, client, addresses, token):
    inside = [each for each in addresses if "/courses/dl/" in each[1] and not each[2]]
    headers = token("Eve", *tokens.SCOPES)
    assert inside
    assert [said for said in _tried(app, client, inside, headers) if said[1] != 404] == []


def test_without_the_role_it_is_403(app, client, addresses, token):
    headers = token("Ada", *tokens.SCOPES)
    staff = [each for each in addresses if "/staff/" in each[1] and not each[2]]
    site = [each for each in addresses if each[2]]
    assert staff
    assert site
    wrong = [said for said in _tried(app, client, staff, headers) if said[1] != 403]
    # A course that is none of theirs is nothing that they could be told about.
    wrong += [said for said in _tried(app, client, site, headers) if said[1] not in (403, 404)]
    assert wrong == []
