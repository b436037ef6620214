"""From a registrar's file to a score, by pages alone: a student who was in no course before."""

from __future__ import annotations

import io
import json
import re
import zipfile
from pathlib import Path

from playwright.sync_api import expect

from tests.browser import notebooks
from tests.browser.conftest import Visitors
from tests.browser.service import ASSIGNMENT, Site
from tests.browser.test_student import TITLE, hand_in, total

_ROSTER = "Nachname;Vorname;E-Mail\nÅberg;Zoë;zoe.aberg@example.org\n"


def test_a_student_of_a_registrars_file_takes_the_notebook_and_is_graded(
    site: Site, visitors: Visitors
) -> None:
    staff = visitors.signed_in(site.staff("instructor"))
    staff.goto(site.address("staff/people"))
    staff.get_by_role("link", name=re.compile("roster", re.I)).first.click()
    file = {"name": "export.csv", "mimeType": "text/csv", "buffer": _ROSTER.encode("utf-16")}
    staff.get_by_label("The roster").set_input_files(file)
    staff.get_by_role("button", name="Look at it").click()
    expect(staff.get_by_text("Zoë Åberg").first).to_be_visible()
    staff.get_by_role("button", name="Do exactly this").click()
    expect(staff.get_by_role("heading", name="Links to set a password")).to_be_visible()
    link = re.search(r"https?://[^\s\"<]+/welcome/[\w.-]+", staff.content())
    assert link is not None

    zoe = visitors.newcomer("Zoe.Aberg", link[0])
    zoe.goto(site.address(f"assignments/{ASSIGNMENT}"))
    expect(zoe.get_by_role("heading", level=1)).to_have_text(TITLE)
    download = zoe.get_by_role("link", name=re.compile(r"^Download .*\(zip\)$"))
    for _ in range(30):  # it is made once, beside the service
        if download.count():
            break
        zoe.wait_for_timeout(500)
        zoe.get_by_role("link", name="Look again").click()
    with zoe.expect_download() as downloading:
        download.click()
    with zipfile.ZipFile(io.BytesIO(Path(downloading.value.path()).read_bytes())) as taken:
        name = f"{ASSIGNMENT}/{ASSIGNMENT}.ipynb"
        assert {name, f"{ASSIGNMENT}/README.txt"} <= set(taken.namelist())
        assert json.loads(taken.read(name))["cells"]
    hand_in(zoe, notebooks.solved())
    assert total(zoe) == 18

    staff.goto(site.address("staff"))
    expect(staff.get_by_role("row", name="Zoë Åberg")).to_contain_text("18")
