"""A session ends on the server, whoever has a copy of its cookie."""

from datetime import timedelta

import pytest
import sqlalchemy as sa

from tests.webapp.browser import Visitor
from tests.webapp.sample_course import PASSWORD
from webapp.base.clock import now
from webapp.base.database import db
from webapp.models import ApiToken, BrowserSession, User
from webapp.signing_in import operations
from webapp.site.sign_in import welcome_token

COOKIES = ("heldout", "heldout-remember")
FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
SAFARI = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15"
    " (KHTML, like Gecko) Version/18.5 Mobile/15E148 Safari/604.1"
)


def copy_of(app, visitor: Visitor) -> Visitor:
    """Somebody who has the cookies of a session, and nothing else."""
    thief = app.test_client()
    for name in COOKIES:
        cookie = visitor.client.get_cookie(name)
        if cookie is not None:
            thief.set_cookie(name, cookie.value)
    return Visitor(thief)


def signed_in(visitor: Visitor) -> bool:
    return visitor.get("/account").status_code == 200


@pytest.fixture
def ada(session) -> User:
    return session.scalars(sa.select(User).where(User.name == "Ada")).one()


def kept(auth, agent: str = FIREFOX) -> Visitor:
    """Ada in a browser in which she chose to stay signed in."""
    visitor = auth.visitor()
    visitor.client.environ_base["HTTP_USER_AGENT"] = agent
    form = {"email": "ada@example.edu", "password": PASSWORD, "remember": "y"}
    form["csrf_token"] = visitor.token("/login")
    assert visitor.client.post("/login", data=form).status_code == 302
    return visitor


def move(session, **fields) -> None:
    session.execute(sa.update(BrowserSession).values(**fields))
    session.commit()


@pytest.mark.parametrize("stays", [False, True])
def test_a_copied_cookie_opens_nothing_after_signing_out(app, auth, stays):
    visitor = kept(auth) if stays else auth.login("ada")
    thief = copy_of(app, visitor)
    assert signed_in(thief)
    assert visitor.post("/logout").status_code == 302
    assert not signed_in(thief)
    if stays:  # with the cookie that outlives the browser alone
        thief.client.delete_cookie("heldout")
        assert not signed_in(thief)


def test_signing_out_leaves_other_browsers_signed_in(auth):
    here, there = auth.login("ada"), auth.login("ada")
    here.post("/logout")
    assert signed_in(there)


def test_a_new_password_ends_every_session_and_token(app, auth, session, ada):
    there, stays = auth.login("ada"), kept(auth)
    there.post("/account/tokens", {"label": "laptop", "scopes": "submit"})
    thieves = [copy_of(app, there), copy_of(app, stays)]
    with app.app_context():
        link = f"/welcome/{welcome_token(ada)}"
    new = auth.visitor()
    assert "signs you out in every browser" in new.get(link).text
    password = "another long password"
    form = {"password": password, "again": password, "csrf_token": new.token(link)}
    assert new.client.post(link, data=form).status_code == 302
    assert not any(signed_in(each) for each in (there, stays, *thieves))
    assert session.scalar(sa.select(sa.func.count(ApiToken.id))) == 0


@pytest.mark.parametrize("how", ["links ended", "made administrator"])
def test_what_staff_and_administrators_end_ends_every_session(app, auth, session, ada, how):
    from webapp.administration.people import NamedAddress
    from webapp.administration.role_operations import SiteRole, give_role
    from webapp.audit.record import SiteActor

    there = auth.login("ada")
    if how == "links ended":
        auth.login("ina").post(f"/courses/dl/staff/people/{ada.id}/end-links")
    else:
        person = NamedAddress(name="Ada", email="ada@example.edu")
        with app.app_context():
            give_role(session, SiteActor(None), person, SiteRole.ADMINISTRATOR)
    assert not signed_in(there)


def test_a_closed_account_is_signed_out(auth, session, ada):
    there = auth.login("ada")
    ada.active = False
    session.commit()
    assert not signed_in(there)


def test_a_session_ends_some_hours_after_its_last_page(auth, session):
    leaves, stays = auth.login("ada"), kept(auth)
    move(session, seen_at=now() - timedelta(hours=23))
    assert signed_in(leaves)
    move(session, seen_at=now() - timedelta(hours=25))
    assert not signed_in(leaves)
    assert signed_in(stays)


def test_a_session_ends_some_days_after_it_began_whatever_happens(auth, session):
    leaves, stays = auth.login("ada"), kept(auth)
    move(session, created_at=now() - timedelta(days=13))
    assert signed_in(leaves)
    assert signed_in(stays)
    move(session, created_at=now() - timedelta(days=15))
    assert not signed_in(leaves)
    assert not signed_in(stays)


def test_how_long_is_a_setting(app, auth, session):
    app.config["HELDOUT_SESSION_IDLE"] = timedelta(hours=2)
    ada = auth.login("ada")
    assert "2 hours after its last page" in ada.get("/account").text
    move(session, seen_at=now() - timedelta(hours=3))
    assert not signed_in(ada)


def test_the_account_page_lists_sessions_and_ends_one(app, auth, session):
    here, phone = kept(auth), kept(auth, SAFARI)
    auth.login("bob")
    page = here.get("/account").text
    assert page.count("Sign it out") == 1
    rows = page.split('id="sessions-title"')[1].split("</table>")[0].split("<tr>")[2:]
    (mine,) = [row for row in rows if "this one" in row]
    (other,) = [row for row in rows if "this one" not in row]
    assert "Firefox on Linux" in mine
    assert "Safari on iPhone" in other
    thief = copy_of(app, phone)
    address = other.split('action="')[1].split('"')[0]
    assert here.post(address).location == "/account"
    assert "That browser is signed out." in here.get("/account").text
    assert not signed_in(phone)
    assert not signed_in(thief)
    assert here.post(address).status_code == 404


def test_ending_this_session_leads_to_signing_in(auth, session):
    ada = auth.login("ada")
    number = session.scalars(sa.select(BrowserSession.id)).one()
    assert ada.post(f"/account/sessions/{number}/end").location == "/login"
    assert not signed_in(ada)


def test_nobody_ends_anothers_session(auth, session):
    ada = auth.login("ada")
    number = session.scalars(sa.select(BrowserSession.id)).one()
    assert auth.login("bob").post(f"/account/sessions/{number}/end").status_code == 404
    assert signed_in(ada)


def test_pages_write_nothing_but_every_few_minutes(app, auth, session):
    ada = auth.login("ada")
    with app.app_context():
        engine = db.engine
    seen: list[str] = []
    sa.event.listen(engine, "before_cursor_execute", lambda _c, _cur, text, *_: seen.append(text))
    for passed, writes in ((0, 0), (4, 0), (6, 1), (0, 0)):
        session.execute(
            sa.update(BrowserSession).values(seen_at=BrowserSession.seen_at)
            if not passed
            else sa.update(BrowserSession).values(seen_at=now() - timedelta(minutes=passed))
        )
        session.commit()
        seen.clear()
        for _ in range(3):
            assert signed_in(ada)
        written = [text for text in seen if not text.lstrip().startswith("SELECT")]
        assert len(written) == writes


def test_an_account_has_so_many_sessions_and_the_least_used_ends(auth, session, monkeypatch):
    monkeypatch.setattr(operations, "MOST_SESSIONS", 3)
    visitors = [auth.login("ada") for _ in range(4)]
    assert [signed_in(each) for each in visitors] == [False, True, True, True]
    auth.login("bob")
    assert signed_in(visitors[1])


def test_sessions_that_ended_by_themselves_are_removed(auth, session):
    auth.login("ada")
    move(session, created_at=now() - timedelta(days=15))
    auth.login("bob")
    assert session.scalar(sa.select(sa.func.count(BrowserSession.id))) == 1


def test_what_the_database_holds_opens_nothing(app, auth, session):
    ada = auth.login("ada")
    entry = session.scalars(sa.select(BrowserSession)).one()
    with ada.client.session_transaction() as cookie:
        assert entry.sha256 not in str(dict(cookie))
        cookie["_user_id"] = entry.sha256
    assert not signed_in(ada)


def test_a_cookie_of_before_sessions_were_kept_opens_nothing(auth, ada):
    visitor = auth.visitor()
    with visitor.client.session_transaction() as cookie:
        cookie["_user_id"] = ada.fs_uniquifier
    assert not signed_in(visitor)


def test_a_word_to_the_next_page_and_forms_outlive_the_end_of_a_session(auth):
    ada = auth.login("ada")
    response = ada.post("/account/sign-out-everywhere")
    assert "You are signed out on every device." in ada.get(response.location).text
    assert ada.sign_in("ada@example.edu", PASSWORD).status_code == 302


def test_ones_sessions_are_among_ones_own_data(auth):
    import io
    import json
    import zipfile

    packed = zipfile.ZipFile(io.BytesIO(kept(auth).get("/account/data.zip").data))
    (session,) = json.loads(packed.read("data.json"))["sessions"]
    assert session["browser"] == "Firefox on Linux"
    assert session.keys() == {"browser", "since", "last_used"}
