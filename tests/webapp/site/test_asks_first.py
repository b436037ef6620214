"""What cannot be taken back, or not guessed, asks first and says what will happen."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import sqlalchemy as sa

from tests.webapp.graders import result
from webapp.models import Submission, SubmissionState

WEBAPP = Path(__file__).resolve().parents[3] / "webapp"
ASKS = (
    "accounts.end_session",
    "accounts.remove_token",
    "accounts.sign_out_everywhere",
    "course_page.remove_announcement",
    "imports.discard",
    "leaderboard.reveal",
    "proposals.leave_team",
    "queue.cancel",
    "readings.rubrics.remove_comment",
    "requests.remove_template",
    "similarity.cancel",
    "students.remove_note",
)
ASKED = re.compile(r"{% call asks_first\(.*?{% endcall %}", re.DOTALL)


@pytest.mark.parametrize("endpoint", ASKS)
def test_no_form_does_it_without_asking(endpoint):
    form = re.compile(rf"<form[^>]*url_for\('{re.escape(endpoint)}'")
    pages = [path.read_text(encoding="utf-8") for path in WEBAPP.rglob("*.html")]
    everywhere = sum(len(form.findall(page)) for page in pages)
    asking = sum(len(form.findall(part)) for page in pages for part in ASKED.findall(page))
    assert asking == everywhere > 0


def asked(page: str, button: str) -> str:
    """What a page says will happen where somebody presses a button that asks first."""
    opened = re.search(
        rf'<details class="asks-first"><summary[^>]*>{button}.*?</details>', page, re.DOTALL
    )
    assert opened is not None, button
    return opened[0]


def test_publishing_says_how_much_is_unread_and_not_graded(auth, graded, session):
    graded("ada", result(score=1))
    ina, path = auth.login("ina"), "/courses/dl/staff/assignments/a01_demo/results"
    ina.post(f"{path}/rule", {"rule": "published"})
    session.execute(sa.update(Submission).values(ungraded=2))
    session.commit()
    said = asked(ina.get(path).text, "Publish the results…")
    assert "1 student has written answers that nobody has read." in said
    assert 'value="yes"' in said
    session.execute(sa.update(Submission).values(state=SubmissionState.FAULT))
    session.commit()
    both = "nobody has read, and 1 attempt is not graded yet."
    assert both in asked(ina.get(path).text, "Publish the results…")
    session.execute(sa.update(Submission).values(ungraded=0, state=SubmissionState.GRADED))
    session.commit()
    page = ina.get(path).text
    assert "asks-first" not in page
    assert "Publish the results</button>" in page


def test_a_program_is_told_as_well(ask, graded, session):
    graded("ada", result(score=1))
    session.execute(sa.update(Submission).values(ungraded=1))
    session.commit()
    path = "/api/v1/courses/dl/staff/assignments/a01_demo/results/publish"
    code, found = ask("ina", "POST", path)
    assert (code, found["shown"], found["unread"], found["waiting"]) == (200, True, 1, 0)


def test_written_scores_say_how_many_works_are_unread(auth):
    ada, ina = auth.login("ada"), auth.login("ina")
    path = "/courses/dl/staff/readings"
    assert "asks-first" not in ina.get(path).text
    ada.post("/courses/dl/review", {"paper": "P", "body": "Text", "revision": "0"})
    said = asked(ina.get(path).text, "Publish the scores to students…")
    assert "1 of 1 proposals and reviews is unread" in said
    ina.post(f"{path}/publish", {"shown": "yes"})
    assert "Hide the scores from students" in ina.get(path).text


def test_leaving_a_team_says_what_becomes_of_it(auth):
    ada, bob, path = auth.login("ada"), auth.login("bob"), "/courses/dl/proposal"
    ada.post(f"{path}/team", {"name": "Bees"})
    page = ada.get(path).text
    assert "the team is dissolved" in asked(page, "Leave the team…")
    code = re.search(r'<code class="code">(\w+)</code>', page)[1]
    bob.post(f"{path}/join", {"code": code})
    said = asked(ada.get(path).text, "Leave the team…")
    assert "The others keep the team" in said
    assert "dissolved" not in said
