"""Without its database the service says so in words, on pages, in fragments and to programs."""

import errno
import shutil

import pytest

from tests.webapp.site.test_service import assert_plain
from webapp.base.database import db
from webapp.site.arrival import NOT_TAKEN
from webapp.site.headers import POLICY

SENTENCE = "What you just sent was not kept"


@pytest.fixture
def down(app, auth, settings):
    """A signed-in student whose service has lost its database."""
    visitor = auth.login("ada")
    with app.app_context():
        db.engine.dispose()
    for leftover in settings.data.glob("heldout.sqlite*"):
        leftover.unlink()
    # A folder in its place cannot be opened, where a missing file would be made anew.
    (settings.data / "heldout.sqlite").mkdir()
    yield visitor
    shutil.rmtree(settings.data / "heldout.sqlite")


def test_a_page_says_that_the_records_cannot_be_reached(down):
    response = down.get("/courses/dl/")
    assert response.status_code == 503
    assert response.headers["Retry-After"] == "30"
    assert response.headers["Content-Security-Policy"] == POLICY
    assert SENTENCE in response.text
    assert_plain(response.text)


def test_a_part_of_a_page_and_a_program_get_the_same_sentence(down):
    part = down.get("/courses/dl/", headers={"HX-Request": "true"})
    assert (part.status_code, part.text.count("<html")) == (503, 0)
    assert SENTENCE in part.text
    token = {"Authorization": "Bearer hd_unknown"}
    program = down.get("/api/v1/courses", headers=token)
    assert program.status_code == 503
    assert SENTENCE in program.json["error"]


def test_what_a_full_disk_did_not_take_is_said_alike_and_the_next_is_answered(auth):
    visitor = auth.login("ada")
    lost = {NOT_TAKEN: OSError(errno.ENOSPC, "No space left on device")}
    response = visitor.post("/courses/dl/", environ_overrides=lost)
    assert response.status_code == 503
    assert SENTENCE in response.text
    assert_plain(response.text)
    assert visitor.get("/courses/dl/").status_code == 200
