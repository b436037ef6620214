"""The service as a whole: headers on every page, start-up, settings, error pages, time."""

import re
import subprocess
import sys
from datetime import UTC, datetime, timedelta

import pytest

from webapp.base import clock
from webapp.base.config import Settings, SettingsError
from webapp.site.headers import POLICY

HEAVY = ("torch", "nbgrader", "IPython", "numpy", "matplotlib", "reference", "pytest", "django")


@pytest.mark.slow
def test_starting_imports_nothing_heavy():
    script = (
        "import sys, webapp; from webapp.base.config import Settings; from pathlib import Path\n"
        "s = Settings(Path('.'), 'sqlite://', 'k' * 20, 's' * 20)\n"
        "client = webapp.create_app(s).test_client()\n"
        "assert client.get('/login', base_url='https://h').status_code == 200\n"
        f"print([name for name in {HEAVY!r} if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True)
    assert done.stdout.strip() == "[]", done.stderr


def test_a_missing_secret_is_one_sentence(tmp_path):
    expected = (
        r"HELDOUT_SECRET_KEY is not set and .* holds no secrets: run `heldout init` once, .*\.$"
    )
    with pytest.raises(SettingsError, match=expected):
        Settings.from_environment({"HELDOUT_DATA": str(tmp_path)})
    short = {"HELDOUT_SECRET_KEY": "k" * 20, "HELDOUT_PASSWORD_SALT": "short"}
    with pytest.raises(SettingsError, match="HELDOUT_PASSWORD_SALT has 5 characters"):
        Settings.from_environment(short)


def test_settings_come_from_the_environment(tmp_path):
    environ = {
        "HELDOUT_DATA": str(tmp_path),
        "HELDOUT_SECRET_KEY": "k" * 20,
        "HELDOUT_PASSWORD_SALT": "s" * 20,
        "HELDOUT_PROXIES": "1",
    }
    settings = Settings.from_environment(environ)
    assert settings.database_url == f"sqlite:///{tmp_path}/heldout.sqlite"
    assert (settings.https, settings.proxies) == (True, 1)
    with pytest.raises(SettingsError, match="HELDOUT_PROXIES is 'two'"):
        Settings.from_environment({**environ, "HELDOUT_PROXIES": "two"})


PAGES = {
    "ada": [
        *("", "assignments/a01_demo", "proposal", "review", "submissions/1"),
        *("submissions/1/notebook", "nowhere", "staff"),
    ],
    "ina": ["staff", "staff/assignments/a01_demo", "staff/readings", "staff/queue", "staff/log"],
}


def test_every_page_has_the_policy_and_keeps_to_it(auth, graded):
    graded("ada")
    for name, paths in PAGES.items():
        visitor = auth.login(name)
        for path in paths:
            response = visitor.get(f"/courses/dl/{path}")
            assert response.headers["Content-Security-Policy"] == POLICY, path
            assert response.headers["X-Content-Type-Options"] == "nosniff"
            assert response.headers["Cache-Control"] == "private, no-store"
            assert_plain(response.text)
    assert_plain(auth.visitor().get("/login").text)


def assert_plain(page: str) -> None:
    """No inline script, style or handler, nothing from elsewhere, one main heading."""
    assert not re.search(r"<script(?![^>]*\bsrc=)", page)
    assert not re.search(r"<style|\sstyle=|\son\w+=|javascript:", page)
    assert not re.search(r"""(?:src|href|action)=["'](?:https?:)?//""", page)
    assert page.count("<h1") == 1
    assert '<html lang="en">' in page
    ids = re.findall(r'\sid="([^"]+)"', page)
    assert len(ids) == len(set(ids))


def test_the_policy_allows_no_inline_and_no_other_host():
    assert "unsafe" not in POLICY
    assert "http" not in POLICY
    assert POLICY.startswith("default-src 'none'")


def test_assets_come_from_installed_packages(client):
    page = client.get("/login").text
    found = re.findall(r'(?:src|href)="(/[^"]+\.(?:js|css|svg))"', page)
    assert len(found) >= 5
    for address in found:
        assert client.get(address).status_code == 200, address
    assert b"htmx" in client.get("/assets/htmx.js").data[:300]


def test_error_pages_say_what_to_do(app, auth):
    ada = auth.login("ada")
    assert "may be mistyped" in ada.get("/courses/none/").text
    assert "Your role in this course" in ada.get("/courses/dl/staff").text
    assert "too old" in ada.client.post("/courses/dl/review").text
    app.config["PROPAGATE_EXCEPTIONS"] = False

    def broken(**_):
        raise RuntimeError("secret detail")

    app.view_functions["accounts.account"] = broken
    response = ada.get("/account")
    assert response.status_code == 500
    assert "our fault" in response.text.lower()
    assert "secret detail" not in response.text


def test_a_fragment_gets_a_fragment_when_it_fails(auth):
    headers = {"HX-Request": "true"}
    assert "<html" not in auth.login("ada").get("/courses/none/", headers=headers).text
    ended = auth.visitor().get("/courses/dl/", headers=headers)
    assert ended.status_code == 401
    assert "Sign in" in ended.text


def test_health_tells_whether_the_schema_is_this_versions(client, engine):
    from webapp import migrations

    assert client.get("/health/live").json == {"status": "ok"}
    assert client.get("/health/ready").status_code == 200
    migrations.downgrade(engine, "0002")
    assert client.get("/health/ready").status_code == 503


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (0, "just now"),
        (-59, "just now"),
        (30, "in less than a minute"),
        (60, "in 1 minute"),
        (-3600, "1 hour ago"),
        (-3 * 3600, "3 hours ago"),
        (2 * 86400, "in 2 days"),
        (86400 - 60, "in 24 hours"),
        (36 * 3600, "in 36 hours"),
        (2 * 86400 - 60, "in 2 days"),
    ],
)
def test_times_in_words(seconds, words):
    at = datetime(2017, 1, 30, tzinfo=UTC)
    assert clock.in_words(at + timedelta(seconds=seconds), at) == words


def test_a_deadline_keeps_its_wall_clock_across_daylight_saving():
    from datetime import date, time

    before = clock.moment(date(2026, 3, 7), time(17), "America/New_York")
    after = clock.moment(date(2026, 3, 8), time(17), "America/New_York")
    assert (after - before) == timedelta(hours=23)
    assert clock.full_date(before, "America/New_York") == "Sat 7 Mar 2026, 17:00 EST"
    assert clock.full_date(after, "America/New_York") == "Sun 8 Mar 2026, 17:00 EDT"


def test_a_weekend_belongs_to_the_week_ahead():
    from datetime import date

    saturday = datetime(2026, 11, 21, 15, tzinfo=UTC)
    assert clock.week_of(saturday, "America/New_York") == date(2026, 11, 23)
    # 02:00 UTC on Saturday is still Friday evening in New York.
    friday = datetime(2026, 11, 21, 2, tzinfo=UTC)
    assert clock.week_of(friday, "America/New_York") == date(2026, 11, 16)


def test_a_database_of_postgresql_uses_psycopg_3():
    from webapp.base.database import engine_options

    options = engine_options("postgresql://me:secret@db/heldout")
    assert options["url"] == "postgresql+psycopg://me:secret@db/heldout"
