"""Pages of what people wrote: being prepared, there, cut, or said to be impossible."""

import io
import time

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import scoped_session, sessionmaker

from tests.webapp.graders import notebook, result
from tests.webapp.rendering.here import made_here
from webapp.models import Course, PaperReview, Proposal, Slide
from webapp.rendering import inside_made
from webapp.rendering.asked import Made, decode_asked
from webapp.rendering.forgetting import forget_when_kept, know_copies
from webapp.rendering.prepared import Renderings
from webapp.rendering.shelf import RENDERINGS, Shelf
from webapp.service.web import forget_what_is_gone
from webapp.terms.operations import archive_course
from webapp.written.looking import look_at_waiting, waiting

BEING_PREPARED = "This is being prepared"


class NeverMade(Shelf):
    """A folder whose renderer has more to do than it ever can."""

    def has_renderer(self) -> bool:
        return True


@pytest.fixture
def busy(app, tmp_path):
    """The application beside a renderer that has no time."""
    found = Renderings(NeverMade(tmp_path / RENDERINGS), threads=16, patience=0.0, pdf_patience=0.0)
    app.extensions["heldout-renderings"] = found
    return found


@pytest.fixture
def away(app, tmp_path):
    """The application with no renderer beside it."""
    app.extensions["heldout-renderings"] = Renderings(Shelf(tmp_path / RENDERINGS), threads=16)


@pytest.fixture
def here(app, tmp_path):
    """The application with copies of this test alone."""
    return made_here(app, tmp_path)


def notebook_of(auth, submission):
    return auth.login("ada").get(f"/courses/dl/submissions/{submission.id}/notebook")


def test_a_notebook_is_being_prepared_and_the_page_looks_again_by_itself(auth, graded, busy):
    page = notebook_of(auth, graded("ada"))
    assert page.status_code == 200
    assert BEING_PREPARED in page.text
    assert '<noscript><meta http-equiv="refresh"' in page.text
    assert 'hx-select="#notebook"' in page.text
    assert len(list(busy.shelf.wanted("text"))) == 1


def test_then_the_same_page_shows_it_and_looks_no_more(app, auth, graded, here):
    page = notebook_of(auth, graded("ada", data=notebook("x = 41"))).text
    assert "x = 41" in page
    assert BEING_PREPARED not in page
    assert "refresh" not in page


def test_without_a_renderer_a_page_says_so_and_has_the_file(auth, graded, away):
    submission = graded("ada")
    page = notebook_of(auth, submission)
    assert page.status_code == 200
    assert "what prepares pages is not running" in page.text
    assert f"/courses/dl/submissions/{submission.id}/file" in page.text


def test_without_a_renderer_an_answer_is_read_as_it_was_written(auth, graded, away):
    submission = graded("ada", data=notebook("x", answer="**Answer (why):**\n\n*so* <b>"))
    page = auth.login("gil").get(f"/courses/dl/submissions/{submission.id}").text
    assert '<pre tabindex="0">*so* &lt;b&gt;</pre>' in page


def test_a_page_that_cannot_be_made_says_so(app, auth, graded, here, monkeypatch):
    monkeypatch.setattr("tests.webapp.rendering.here.make", lambda _: Made(failed="time"))
    page = notebook_of(auth, graded("ada"))
    assert page.status_code == 200
    assert "takes too long" in page.text
    assert "/file" in page.text


def test_a_notebook_is_made_once_for_all_who_read_it(auth, graded, here, monkeypatch):
    made = []
    monkeypatch.setattr(
        "tests.webapp.rendering.here.make",
        lambda asked: made.append(asked.kind) or inside_made.make(asked),
    )
    submission = graded("ada")
    for name in ("ada", "gil", "ada"):
        auth.login(name).get(f"/courses/dl/submissions/{submission.id}/notebook")
    assert made.count("notebook") == 1


def test_another_student_reads_no_copy(auth, graded, here):
    submission = graded("ada")
    notebook_of(auth, submission)
    other = auth.login("bob").get(f"/courses/dl/submissions/{submission.id}/notebook")
    assert other.status_code == 404


def test_a_notebook_ends_where_it_is_a_page_and_says_how_to_read_the_rest(auth, graded, here):
    cells = [f"x = {number}" for number in range(inside_made.MOST_CELLS + 50)]
    page = notebook_of(auth, graded("ada", data=notebook(*cells))).text
    assert page.count('class="cell"') == inside_made.MOST_CELLS
    assert "download the notebook" in page


def test_a_long_text_in_a_notebook_leaves_the_rest_for_the_file(auth, graded, here):
    cells = ["#" * 59_000 + f" {number}" for number in range(60)]
    page = notebook_of(auth, graded("ada", result(outputs=()), data=notebook(*cells))).text
    assert len(page) < 1.3 * inside_made.MOST_CHARACTERS
    assert "characters): download the notebook" in page


def test_a_preview_is_being_prepared_and_asks_again(auth, busy):
    page = auth.login("ada").post("/courses/dl/review/preview", {"body": "*a*"}).text
    assert BEING_PREPARED in page
    assert 'hx-trigger="load delay:1s"' in page


def test_a_review_is_handed_in_though_nobody_has_time_to_lay_it_out(auth, session, busy):
    auth.login("ada").post("/courses/dl/review", {"paper": "Adam", "body": "*a*"})
    assert session.scalars(sa.select(PaperReview.body)).one() == "*a*"


def test_a_review_is_laid_out_once_and_its_preview_says_whether_it_may_be_handed_in(
    auth, session, busy
):
    ada = auth.login("ada")
    long = "A sentence that says rather little about rather much.\n\n" * 60
    ada.post("/courses/dl/review/preview", {"body": long})
    (wanted,) = busy.shelf.wanted("text")
    busy.shelf.keep(wanted, inside_made.make(decode_asked(wanted.path.read_bytes())))
    refused = ada.post("/courses/dl/review", {"paper": "Adam", "body": long})
    assert refused.status_code == 422
    assert "pages, expected at most 1" in refused.text
    assert session.scalars(sa.select(PaperReview)).all() == []
    assert list(busy.shelf.wanted("text")) == []


def hand_in_slide(auth, data: bytes):
    ada = auth.login("ada")
    ada.post("/courses/dl/proposal/team", {"name": "The Team"})
    return ada, ada.post("/courses/dl/proposal/slide", {"slide": (io.BytesIO(data), "s.pdf")})


def test_a_slide_is_in_though_nobody_has_time_to_look_at_it(auth, session, busy, app, tmp_path):
    ada, response = hand_in_slide(auth, b"%PDF-1")
    assert response.status_code == 303
    page = ada.get("/courses/dl/proposal").text
    assert "being looked at" in page
    assert "<img" not in page.split("The slide</h2>")[1].split("</figure>")[0]
    number = session.scalars(sa.select(Proposal.id)).one()
    assert ada.get(f"/courses/dl/proposals/{number}/slide.png").status_code == 404
    assert ada.get(f"/courses/dl/proposals/{number}/slide").data == b"%PDF-1"

    assert look_at_waiting(session, made_here(app, tmp_path)) == 1
    page = ada.get("/courses/dl/proposal").text
    assert "being looked at" not in page
    assert ada.get(f"/courses/dl/proposals/{number}/slide.png").mimetype == "image/png"


def test_a_slide_that_turns_out_to_have_two_pages_does_not_count(
    auth, session, busy, app, tmp_path
):
    ada, _ = hand_in_slide(auth, b"%PDF-2")
    assert look_at_waiting(session, made_here(app, tmp_path)) == 1
    page = ada.get("/courses/dl/proposal").text
    assert "does not count" in page
    assert "2 pages, expected 1" in page
    assert "No slide yet" in page
    assert session.scalars(sa.select(Proposal)).one().slide is None


def test_what_was_refused_leaves_the_slide_before_it_in_force(auth, session, app, busy, tmp_path):
    here = made_here(app, tmp_path)
    ada, _ = hand_in_slide(auth, b"%PDF-1 good")
    app.extensions["heldout-renderings"] = busy
    ada.post("/courses/dl/proposal/slide", {"slide": (io.BytesIO(b"%PDF-2"), "two.pdf")})
    look_at_waiting(session, here)
    found = session.scalars(sa.select(Proposal)).one()
    assert found.slide.content.data == b"%PDF-1 good"
    assert found.refused.filename == "two.pdf"


def test_a_review_that_turns_out_to_be_no_pdf_is_no_review(auth, session, busy, app, tmp_path):
    ada = auth.login("ada")
    ada.post("/courses/dl/review/file", {"review": (io.BytesIO(b"%PDF-3"), "r.pdf")})
    assert look_at_waiting(session, made_here(app, tmp_path)) == 1
    review = session.scalars(sa.select(PaperReview)).one()
    assert not review.counts
    assert "does not count" in ada.get("/courses/dl/review").text


def test_what_is_no_pdf_is_refused_without_a_renderer(auth, session, away):
    _, response = hand_in_slide(auth, b"GIF89a")
    assert response.status_code == 422
    assert session.scalars(sa.select(Slide)).all() == []


def test_an_archived_course_is_read_and_its_slides_stay_as_they_are(
    auth, session, app, busy, tmp_path, graded, ina
):
    ada, _ = hand_in_slide(auth, b"%PDF-1")
    ada.post("/courses/dl/review/file", {"review": (io.BytesIO(b"%PDF-1 r"), "r.pdf")})
    assert len(waiting(session)) == 2
    submission = graded("ada")
    archive_course(session, ina, session.scalars(sa.select(Course).filter_by(slug="dl")).one())
    here = made_here(app, tmp_path)
    assert waiting(session) == []
    assert look_at_waiting(session, here) == 0
    assert "x = 1" in notebook_of(auth, submission).text


def test_copies_go_with_their_course(auth, graded, here, engine, session):
    submission = graded("ada")
    notebook_of(auth, submission)
    course = submission.course_assignment.course_id
    assert here.shelf.courses() == {course}
    gone = here.shelf._folder / "made" / "987654"
    gone.mkdir()
    forget_what_is_gone(session, here)
    assert here.shelf.courses() == {course}


def test_copies_go_when_their_change_is_kept_and_at_no_other_commit(engine, tmp_path):
    copies = tmp_path / RENDERINGS / "made" / "1"
    sessions = sessionmaker(engine)
    know_copies(sessions, Shelf(tmp_path / RENDERINGS))
    session, other = scoped_session(sessions), sessions()  # pages have a scoped one

    def commit(whose) -> bool:
        copies.mkdir(parents=True, exist_ok=True)
        whose.execute(sa.select(1))
        whose.commit()
        return copies.exists()

    forget_when_kept(session, 1)
    assert commit(other)
    assert not commit(session)
    assert commit(session)
    session.execute(sa.select(1))
    forget_when_kept(session, 1)
    session.rollback()
    assert commit(session)
    session.remove()
    other.close()


def test_one_page_waits_for_a_moment_in_all(auth, app, tmp_path, session, ina):
    """However many texts it has: the announcements of a page share the patience."""
    app.extensions["heldout-renderings"] = Renderings(NeverMade(tmp_path / RENDERINGS), threads=16)
    desk = app.extensions["heldout-renderings"].desk(1, 1)
    start = time.monotonic()
    assert all(desk.text(f"text {number}").waiting for number in range(20))
    assert time.monotonic() - start < 20 * 0.5


def test_a_course_page_looks_again_while_its_texts_are_made(auth, session, busy):
    session.execute(sa.update(Course).values(page="# Timetable"))
    session.commit()
    page = auth.login("ada").get("/courses/dl/about").text
    assert BEING_PREPARED in page
    assert "Timetable" not in page
