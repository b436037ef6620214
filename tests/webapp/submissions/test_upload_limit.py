"""How many files one account may hand in: its own count, and a sentence when it is reached."""

import io

import pytest

from tests.webapp.conftest import OVERRIDES, Auth
from tests.webapp.graders import LIBRARY, notebook
from tests.webapp.sample_course import ASSIGNMENT
from webapp import create_app
from webapp.base.config import Settings, SettingsError

SECRETS = {"HELDOUT_SECRET_KEY": "k" * 20, "HELDOUT_PASSWORD_SALT": "s" * 20}
UPLOADS = {
    f"/courses/dl/assignments/{ASSIGNMENT}": "notebook",
    "/courses/dl/proposal/slide": "slide",
    "/courses/dl/review/file": "review",
}


@pytest.fixture
def limited(settings):
    overrides = {**OVERRIDES, "HELDOUT_UPLOAD_LIMIT": "2 per hour"}
    return Auth(create_app(settings, library=LIBRARY, overrides=overrides))


@pytest.mark.parametrize("path", UPLOADS)
def test_one_account_is_slowed_down_with_a_sentence_and_the_next_is_not(limited, path):
    ada, bob = limited.login("ada"), limited.login("bob")
    for number in range(2):
        assert ada.submit(notebook(f"x = {number}")).status_code == 303
    refused = ada.post(path, {UPLOADS[path]: (io.BytesIO(b"%PDF-1"), "file")})
    assert refused.status_code == 429
    assert "wait a minute, then submit it again" in refused.text
    assert "sign-in" not in refused.text
    assert ada.get("/courses/dl/").status_code == 200
    assert bob.submit(notebook("y = 1")).status_code == 303


def test_the_limit_is_a_setting(tmp_path):
    environ = {**SECRETS, "HELDOUT_DATA": str(tmp_path)}
    assert Settings.from_environment(environ).upload_limit == "120 per minute"
    set_to = Settings.from_environment({**environ, "HELDOUT_UPLOAD_LIMIT": "5 per hour"})
    assert set_to.upload_limit == "5 per hour"
    with pytest.raises(SettingsError, match="HELDOUT_UPLOAD_LIMIT is 'many', expected a rate"):
        Settings.from_environment({**environ, "HELDOUT_UPLOAD_LIMIT": "many"})
