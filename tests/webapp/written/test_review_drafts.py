"""Drafts of paper reviews: saved while writing, never over another window, one page at most."""

import sqlalchemy as sa

from tests.webapp.conftest import OVERRIDES
from webapp.base.printed_length import printed_pages
from webapp.models import Course, PaperReview, ReviewDraft

PAGE = "/courses/dl/review"


def draft(visitor, body: str, revision: int, paper: str = "Adam"):
    form = {"paper": paper, "body": body, "revision": str(revision)}
    return visitor.post(f"{PAGE}/draft", form).json


def test_a_draft_outlives_signing_out_and_is_not_handed_in(auth, session):
    ada = auth.login("ada")
    said = draft(ada, "half a *thought*", 0)
    assert (said["state"], said["revision"]) == ("saved", 1)
    assert said["sentence"].startswith("Draft saved at ")
    ada.post("/logout")
    page = auth.login("ada").get(PAGE).text
    assert ">half a *thought*</textarea>" in page
    assert "It is not handed in yet." in page
    assert 'name="revision" value="1"' in page
    assert session.scalar(sa.select(sa.func.count(PaperReview.id))) == 0
    assert "half a" not in auth.login("bob").get(PAGE).text


def test_a_draft_on_an_older_revision_changes_nothing_and_says_so(auth, session):
    one, other = auth.login("ada"), auth.login("ada")
    draft(one, "first", 0)
    draft(one, "second", 1)
    late = draft(other, "from before", 1)
    assert late["state"] == "conflict"
    assert "Another window saved a different text" in late["sentence"]
    assert draft(other, "also new", 0)["state"] == "conflict"
    assert session.scalars(sa.select(ReviewDraft.body)).all() == ["second"]


def test_handing_in_over_another_window_shows_both_and_then_takes_the_chosen(auth, session):
    one, other = auth.login("ada"), auth.login("ada")
    draft(one, "of the first window", 0)
    form = {"paper": "P", "body": "of the <second> window", "revision": "0"}
    refused = other.post(PAGE, form)
    assert refused.status_code == 409
    assert "of the first window</pre>" in refused.text
    assert ">of the &lt;second&gt; window</textarea>" in refused.text
    assert session.scalar(sa.select(sa.func.count(PaperReview.id))) == 0
    other.post(PAGE, form | {"revision": "1"})
    assert session.scalars(sa.select(PaperReview.body)).all() == ["of the <second> window"]


def test_a_review_of_more_than_a_page_stays_a_draft(auth, session):
    ada = auth.login("ada")
    long = "A sentence that says rather little about rather much.\n\n" * 60
    refused = ada.post(PAGE, {"paper": "P", "body": long, "revision": "0"})
    assert refused.status_code == 422
    assert "pages, expected at most 1" in refused.text
    assert session.scalar(sa.select(sa.func.count(PaperReview.id))) == 0
    assert len(session.scalars(sa.select(ReviewDraft.body)).one()) == len(long)
    preview = ada.post(f"{PAGE}/preview", {"body": long}).text
    assert "too long" in preview


def test_a_draft_that_is_too_long_is_refused_with_numbers(auth, session):
    said = draft(auth.login("ada"), "x" * 12_001, 0)
    assert said["state"] == "refused"
    assert "12001 characters, expected at most 12000" in said["sentence"]
    assert session.scalar(sa.select(sa.func.count(ReviewDraft.id))) == 0


def test_without_javascript_a_button_keeps_a_draft_and_shows_it(auth, session):
    ada = auth.login("ada")
    form = {"paper": "P", "body": "some **bold** words", "revision": "0", "then": "preview"}
    page = ada.post(PAGE, form, follow_redirects=True).text
    assert "<strong>bold</strong>" in page
    assert "not handed in yet" in page
    assert session.scalar(sa.select(sa.func.count(PaperReview.id))) == 0


def test_a_pdf_and_a_text_live_beside_each_other_and_a_draft_is_never_late(auth, session):
    from datetime import timedelta

    from webapp.base.clock import now

    ada = auth.login("ada")
    ada.post(PAGE, {"paper": "P", "body": "in time", "revision": "0"})
    session.execute(sa.update(Course).values(reviews_due_at=now() - timedelta(microseconds=1)))
    session.commit()
    draft(ada, "second thoughts", 1)
    page = ada.get(PAGE).text
    assert '<span class="tag">late</span>' not in page
    assert session.scalars(sa.select(PaperReview.body)).one() == "in time"


def test_somebody_who_types_without_end_is_slowed_down(settings):
    from tests.webapp.conftest import Auth
    from tests.webapp.graders import LIBRARY
    from webapp import create_app

    app = create_app(
        settings, library=LIBRARY, overrides=OVERRIDES | {"HELDOUT_TYPING_LIMIT": "2 per hour"}
    )
    ada = Auth(app).login("ada")
    answers = [ada.post(f"{PAGE}/preview", {"body": "x"}).status_code for _ in range(3)]
    assert answers == [200, 200, 429]


def test_a_page_holds_about_six_hundred_words_and_every_kind_of_block_takes_room():
    words = "word " * 6
    assert 0.7 < printed_pages(words * 100) < 1.1
    assert printed_pages(words * 200) > 1.2
    assert printed_pages("") == 0
    plain = printed_pages("a\n\nb")
    for larger in ("# a\n\nb", "a\n\n$$x$$\n\nb", "a\n\n```\nc\nd\n```\n\nb", "- a\n- b\n- c\n- d"):
        assert printed_pages(larger) > plain, larger
    assert printed_pages("x" * 12_000) > 1


def test_a_draft_is_among_ones_own_data(auth):
    import io
    import json
    import zipfile

    ada = auth.login("ada")
    draft(ada, "half a thought", 0)
    response = ada.get("/account/data.zip")
    with zipfile.ZipFile(io.BytesIO(response.data)) as packed:
        record = json.loads(packed.read("data.json"))
    assert [each["body"] for each in record["review_drafts"]] == ["half a thought"]
