"""A student makes a token in the browser and hands in from a terminal."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from playwright.sync_api import expect

from tests.browser import notebooks
from tests.browser.accessibility import COLOURS, EVERY_RULE, violations
from tests.browser.confirming import confirm
from tests.browser.conftest import Visitors
from tests.browser.service import ASSIGNMENT, Site
from tests.browser.watch import overflow


def test_a_token_made_on_the_page_hands_in_from_a_terminal(
    site: Site, visitors: Visitors, tmp_path: Path
) -> None:
    page = visitors.signed_in(site.student(9), color_scheme="light")
    page.goto("/account")
    page.get_by_label("What is it for?").fill("my laptop")
    page.get_by_role("button", name="Make a token").click()
    token = page.get_by_label("Your new token").input_value()
    assert violations(page, EVERY_RULE) == ""
    page.emulate_media(color_scheme="dark", reduced_motion="reduce")
    expect(page.locator("body")).to_have_css("background-color", "rgb(18, 24, 27)")
    assert violations(page, COLOURS) == ""
    page.set_viewport_size({"width": 360, "height": 740})
    assert overflow(page) == []

    with page.expect_download() as download:
        page.get_by_role("link", name="heldout_submit.py").click()
    client = tmp_path / "heldout_submit.py"
    download.value.save_as(client)
    work = tmp_path / f"{ASSIGNMENT}.ipynb"
    work.write_bytes(notebooks.solved("from_a_terminal = 1"))
    environment = {**os.environ, "HELDOUT_TOKEN": token, "XDG_CONFIG_HOME": str(tmp_path)}
    done = subprocess.run(
        [sys.executable, client, work], env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert "in all" in done.stdout

    page.goto(next(line for line in done.stdout.splitlines() if line.startswith("http")))
    expect(page.get_by_role("heading", name="Questions")).to_be_visible()
    page.goto("/account")
    confirm(page, "Remove… my laptop", "Remove it")
    expect(page.get_by_text("The token is removed")).to_be_visible()
    again = subprocess.run(
        [sys.executable, client, work], env=environment, capture_output=True, text=True, check=False
    )
    assert again.returncode == 2
    assert "no longer valid" in again.stderr
