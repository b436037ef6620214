"""Signing in and out, and what a session is worth."""

import pytest
import sqlalchemy as sa
from flask import Flask

from tests.webapp.browser import Visitor
from tests.webapp.conftest import OVERRIDES
from tests.webapp.graders import LIBRARY
from tests.webapp.sample_course import PASSWORD
from webapp import create_app
from webapp.models import User
from webapp.site.sign_in import welcome_token


def test_a_visitor_is_sent_to_sign_in_and_back(auth):
    visitor = auth.visitor()
    response = visitor.get("/courses/dl/")
    assert response.status_code == 302
    assert response.location == "/login?next=/courses/dl/"
    form = {"email": "ada@example.edu", "password": PASSWORD, "csrf_token": visitor.token("/login")}
    assert visitor.client.post(response.location, data=form).location == "/courses/dl/"


def test_next_does_not_lead_to_another_site(auth):
    visitor = auth.visitor()
    form = {
        "email": "ada@example.edu",
        "password": PASSWORD,
        "csrf_token": visitor.token("/login"),
        "next": "https://elsewhere.example.com/",
    }
    assert "elsewhere" not in (visitor.client.post("/login", data=form).location or "")


def test_the_answer_does_not_tell_whether_an_account_exists(auth):
    wrong = auth.visitor().sign_in("ada@example.edu", "not the password")
    unknown = auth.visitor().sign_in("nobody@example.edu", "not the password")
    blank = wrong.text.replace("ada@", "X@"), unknown.text.replace("nobody@", "X@")
    assert wrong.status_code == unknown.status_code
    assert "do not match" in wrong.text
    tokens = [text.split('name="csrf_token"')[0] for text in blank]
    assert tokens[0] == tokens[1]


def test_the_session_before_signing_in_does_not_survive_it(auth):
    visitor = auth.visitor()
    before = visitor.token("/login")
    visitor.sign_in("ada@example.edu", PASSWORD)
    refused = visitor.client.post("/logout", data={"csrf_token": before})
    assert refused.status_code == 400


def test_signing_out_needs_a_post_with_a_token(auth):
    ada = auth.login("ada")
    assert ada.get("/logout").status_code == 405
    assert ada.client.post("/logout").status_code == 400
    assert ada.post("/logout").status_code == 302
    assert ada.get("/courses/dl/").status_code == 302


def test_signing_out_everywhere_ends_other_sessions(auth):
    here, there = auth.login("ada"), auth.login("ada")
    here.post("/account/sign-out-everywhere")
    assert there.get("/courses/dl/").location.startswith("/login")


def test_passwords_are_kept_as_argon2id(session):
    hashes = session.scalars(sa.select(User.password)).all()
    assert all(text.startswith("$argon2id$") for text in hashes)


def test_a_deactivated_account_cannot_sign_in(auth, session):
    session.execute(sa.update(User).where(User.email == "ada@example.edu").values(active=False))
    session.commit()
    assert auth.visitor().sign_in("ada@example.edu", PASSWORD).status_code == 200


def test_there_is_no_page_to_register_or_for_passkeys(app: Flask):
    endpoints = {rule.endpoint for rule in app.url_map.iter_rules()}
    assert not {e for e in endpoints if "register" in e or "wan_" in e or "us_" in e}


def test_cookies_are_secure_outside_of_localhost(settings):
    import dataclasses

    app = create_app(
        dataclasses.replace(settings, https=True), library=LIBRARY, overrides=OVERRIDES
    )
    cookie = app.test_client().get("/login", base_url="https://host/").headers["Set-Cookie"]
    assert cookie.startswith("__Host-")
    assert {"Secure", "HttpOnly", "SameSite=Lax"} <= set(cookie.split("; "))


@pytest.fixture
def link(app: Flask, session) -> str:
    ada = session.scalars(sa.select(User).where(User.email == "ada@example.edu")).one()
    with app.app_context():
        return f"/welcome/{welcome_token(ada)}"


def set_password(visitor: Visitor, link: str, password: str, again: str | None = None):
    form = {"password": password, "again": again or password, "csrf_token": visitor.token(link)}
    return visitor.client.post(link, data=form)


def test_a_welcome_link_sets_a_password_once(auth, link):
    visitor = auth.visitor()
    assert set_password(visitor, link, "another long password").status_code == 302
    auth.login("ada", "another long password")
    assert visitor.get(link).status_code == 410


def test_a_welcome_link_wants_a_long_password_twice(auth, link):
    visitor = auth.visitor()
    assert "at least 10" in set_password(visitor, link, "short").text
    assert "differ" in set_password(visitor, link, "long enough to do", "but not the same").text
    auth.login("ada")


def test_a_forged_welcome_link_is_refused(auth, link):
    assert auth.visitor().get(link[:-3] + "abc").status_code == 410


def test_no_token_in_a_header_signs_anyone_in(app: Flask, client, session):
    ada = session.scalars(sa.select(User).where(User.email == "ada@example.edu")).one()
    with app.app_context():
        token = ada.get_auth_token()
    for path in ("/account", f"/account?auth_token={token}"):
        response = client.get(path, headers={"Authentication-Token": token})
        assert response.status_code == 302


def test_who_asks_to_stay_signed_in_stays_so_when_the_browser_is_closed(auth):
    stays, leaves = auth.visitor(), auth.visitor()
    for visitor, more in ((stays, {"remember": "y"}), (leaves, {})):
        form = {"email": "ada@example.edu", "password": PASSWORD, **more}
        visitor.client.post("/login", data={**form, "csrf_token": visitor.token("/login")})
        visitor.client.delete_cookie("heldout")
    assert stays.get("/account").status_code == 200
    assert leaves.get("/account").status_code == 302
    stays.post("/account/sign-out-everywhere")
    stays.client.delete_cookie("heldout")
    assert stays.get("/account").status_code == 302
