"""Guessing at passwords is slowed down, and holds nobody up but who guesses."""

import itertools
import threading
from concurrent.futures import ThreadPoolExecutor

import sqlalchemy as sa

from tests.webapp.conftest import OVERRIDES
from tests.webapp.graders import LIBRARY
from tests.webapp.signing_in.trying import ADA, coming_from, later, right, tried
from webapp import create_app
from webapp.models import SecretTry, User
from webapp.signing_in import operations, pace
from webapp.signing_in.trying import PasswordTry
from webapp.site.sign_in_form import LoginForm

FREE = pace.ACCOUNT_FROM_SOURCE.free


def levels(session):
    session.expire_all()
    return dict(session.execute(sa.select(SecretTry.key, SecretTry.level)).all())


def test_the_owner_comes_in_from_elsewhere_while_somebody_hammers(app):
    attacker = coming_from(app, "192.0.2.66")
    codes = tried(attacker, 40)
    assert codes[:FREE] == [200] * FREE
    assert 429 in codes
    assert right(coming_from(app, "198.51.100.1")).status_code == 302
    assert tried(attacker, 1) == [429]


def test_who_mistypes_meets_no_pause_and_the_right_password_forgets_it(app, session):
    ada = coming_from(app, "192.0.2.1")
    assert tried(ada, FREE - 1) == [200] * (FREE - 1)
    assert right(ada).status_code == 302
    again = coming_from(app, "192.0.2.1")
    assert tried(again, FREE) == [200] * FREE


def test_pauses_grow_and_pass(app, session):
    visitor = coming_from(app, "192.0.2.1")
    tried(visitor, FREE)
    pauses = []
    for _ in range(4):
        refused = visitor.sign_in(ADA, "wrong")
        assert refused.status_code == 429
        pauses.append(int(refused.headers["Retry-After"]))
        later(session, pauses[-1])
        assert tried(visitor, 1) == [200]
    assert all(after > 1.5 * before for before, after in itertools.pairwise(pauses))
    assert right(visitor).status_code == 429
    later(session, pace.ACCOUNT_FROM_SOURCE.longest)
    assert right(visitor).status_code == 302


def test_many_addresses_together_guess_at_a_low_rate(app, session):
    owner = coming_from(app, "198.51.100.1")
    assert right(owner).status_code == 302
    owner.post("/logout")
    codes = [code for n in range(60) for code in tried(coming_from(app, f"192.0.2.{n}"), 2)]
    assert codes == [200] * 100 + [429] * 20
    assert right(coming_from(app, "203.0.113.5")).status_code == 429
    assert right(owner).status_code == 302  # in a browser in which she signed in before
    later(session, 3600 / pace.ACCOUNT.hourly)
    assert [tried(coming_from(app, f"203.0.113.{n}"), 1) for n in range(3)] == [[200], [429], [429]]
    bob = coming_from(app, "192.0.2.1")
    assert right(bob, "bob@example.edu").status_code == 302


def test_an_account_that_is_not_there_is_slowed_down_with_the_same_words(app, session):
    pages, counted = [], []
    for number, email in enumerate((ADA, "nobody@example.edu", "no address")):
        visitor = coming_from(app, f"192.0.2.{number}")
        before = levels(session)
        codes = tried(visitor, FREE + 1, email)
        refused = visitor.sign_in(email, "wrong")
        pages.append((codes, refused.text))
        new = levels(session)
        counted.append(sorted(round(new[key]) for key in new.keys() - before.keys()))
    assert pages[0] == pages[1] == pages[2]
    assert counted[0] == counted[1] == counted[2]


def test_a_password_is_hashed_for_an_account_that_is_not_there_and_not_in_a_pause(app, monkeypatch):
    hashed = []
    whole = LoginForm.validate
    monkeypatch.setattr(
        LoginForm, "validate", lambda form, **more: (hashed.append(1), whole(form, **more))[1]
    )
    for number, email in enumerate((ADA, "nobody@example.edu")):
        hashed.clear()
        tried(coming_from(app, f"192.0.2.{number}"), FREE + 30, email)
        assert len(hashed) == FREE


def test_a_try_in_a_pause_writes_nothing(app, session):
    visitor = coming_from(app, "192.0.2.1")
    tried(visitor, FREE)
    before = levels(session)
    assert tried(visitor, 20) == [429] * 20
    assert levels(session) == before


def test_counts_are_shared_by_all_processes_and_outlive_them(settings):
    first = create_app(settings, library=LIBRARY, overrides=OVERRIDES)
    second = create_app(settings, library=LIBRARY, overrides=OVERRIDES)
    turns = [coming_from((first, second)[n % 2], "::1") for n in range(FREE + 2)]
    assert [tried(each, 1) for each in turns] == [[200]] * FREE + [[429]] * 2
    third = create_app(settings, library=LIBRARY, overrides=OVERRIDES)
    assert tried(coming_from(third, "::1"), 1) == [429]


def test_tries_at_one_moment_are_no_more_than_tries_one_by_one(engine):
    """Each is counted before it is made, under rows that one at a time changes."""
    keys = PasswordTry("secret", ADA, "192.0.2.1")._counted()
    together = threading.Barrier(8)

    def take(_: int) -> float:
        with sa.orm.Session(engine) as session:
            together.wait()
            return operations.take(session, keys).wait

    with ThreadPoolExecutor(8) as pool:
        waits = list(pool.map(take, range(40)))
    assert sum(wait == 0 for wait in waits) == FREE


def test_tries_that_fail_and_succeed_at_one_moment_do_not_wait_for_each_other(engine, monkeypatch):
    monkeypatch.setattr(operations, "MOST_TRIES", 2)
    tries = [PasswordTry("secret", ADA, f"192.0.2.{number % 2}") for number in range(40)]

    def go(number: int) -> None:
        with sa.orm.Session(engine) as session:
            operations.take(session, tries[number]._counted())
            if number % 3:
                tries[number].succeeded(session)
            if number % 4 == 0:
                operations.forget_old(session)

    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(go, range(40))) == [None] * 40


def test_a_browser_that_is_known_counts_for_itself_alone(app, session):
    ada = coming_from(app, "192.0.2.1")
    right(ada)
    ada.post("/logout")
    before = levels(session)
    assert tried(ada, FREE + 1) == [200] * FREE + [429]
    assert [levels(session)[key] for key in before] == list(before.values())
    assert right(coming_from(app, "192.0.2.1")).status_code == 302
    bob = "bob@example.edu"  # to whom the browser is a strange one
    assert tried(ada, 1, bob) == [200]
    assert len(levels(session)) > len(before) + 1


def test_a_known_browser_is_strange_again_when_all_is_ended(app, session):
    lost, here = coming_from(app, "192.0.2.1"), coming_from(app, "198.51.100.1")
    right(lost)
    right(here)
    here.post("/account/sign-out-everywhere")
    key = PasswordTry(app.secret_key, ADA, "192.0.2.1")._key("account", ADA)
    for visitor, level in ((here, 0), (lost, 1)):  # the one in which that was done stays known
        tried(visitor, 1)
        assert levels(session).get(key, 0) == level


def test_who_sets_a_password_by_a_link_is_known_in_that_browser(app, session):
    from webapp.site.sign_in import welcome_token

    ada = session.scalars(sa.select(User).where(User.email == ADA)).one()
    with app.app_context():
        link = f"/welcome/{welcome_token(ada)}"
    for number in range(50):
        tried(coming_from(app, f"192.0.2.{number}"), 2)
    new = coming_from(app, "203.0.113.1")
    password = "another long password"
    form = {"password": password, "again": password, "csrf_token": new.token(link)}
    assert new.client.post(link, data=form).status_code == 302
    assert coming_from(app, "203.0.113.2").sign_in(ADA, password).status_code == 429
    assert new.sign_in(ADA, password).status_code == 302


def test_a_known_browsers_cookie_opens_nothing_and_a_forged_one_is_nobodys(app, session):
    ada = coming_from(app, "192.0.2.1")
    right(ada)
    cookie = ada.client.get_cookie("heldout-known")
    assert (cookie.http_only, ADA in cookie.value) == (True, False)
    ada.client.delete_cookie("heldout")
    assert ada.get("/account").status_code == 302
    ada.client.set_cookie("heldout-known", cookie.value[:-2] + "xx")
    assert tried(ada, FREE + 1) == [200] * FREE + [429]
    assert len(levels(session)) == 4  # the account from here, the account, the address; signed in


def test_addresses_that_are_nobodys_do_not_fill_the_table(app, session, monkeypatch):
    monkeypatch.setattr(operations, "MOST_TRIES", 30)
    tried(coming_from(app, "192.0.2.200"), FREE)
    for number in range(40):
        tried(coming_from(app, f"192.0.2.{number}"), 1, f"{number}@example.com")
    operations.forget_old(session)
    left = levels(session)
    assert len(left) <= 30
    assert [round(level) for level in sorted(left.values())[-3:]] == [
        FREE
    ] * 3  # what says least went first
    later(session, pace.FORGOTTEN_SECONDS + 1)
    operations.forget_old(session)
    assert levels(session) == {}


def test_no_address_is_kept(app, session):
    tried(coming_from(app, "192.0.2.200"), 1)
    kept = str(levels(session))
    assert "192.0.2" not in kept
    assert "ada" not in kept


def test_an_account_signs_in_only_so_often_even_with_its_password(app, session, monkeypatch):
    monkeypatch.setattr(pace, "SIGNED_IN", pace.Steady(burst=3, hourly=1200))
    codes = [right(coming_from(app, f"192.0.2.{n}")).status_code for n in range(5)]
    assert codes == [302, 302, 302, 429, 429]


def test_a_log_in_as_json_is_slowed_down_too(app):
    app.config["WTF_CSRF_ENABLED"] = False
    client = app.test_client()
    wrong = {"email": ADA, "password": "wrong"}
    codes = [client.post("/login", json=wrong).status_code for _ in range(FREE + 1)]
    assert codes == [400] * FREE + [429]
    assert client.post("/login", json=wrong).get_json().keys() == {"error"}
