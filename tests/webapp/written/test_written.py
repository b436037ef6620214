"""The written option: teams, slides, reviews, their deadlines, and staff's two criteria."""

import io
import re
from datetime import timedelta

import pytest
import sqlalchemy as sa

from tests.webapp.sample_course import add_user, enrol
from webapp.base.clock import full_date, now
from webapp.models import Course, PaperReview, Proposal, Role, Slide, Team, TeamMember, User
from webapp.models.courses import DEFAULT_TIME_ZONE

CODE = re.compile(r'<code class="code">(\w+)</code>')


@pytest.fixture
def classmates(app, session):
    """Four more students: cy, di, ed, flo."""
    course = session.scalars(sa.select(Course).where(Course.slug == "dl")).one()
    with app.app_context():
        for name in ("cy", "di", "ed", "flo"):
            enrol(session, course, add_user(session, name), Role.STUDENT)
    session.commit()


def start_team(auth, name="ada") -> tuple[object, str]:
    visitor = auth.login(name)
    visitor.post("/courses/dl/proposal/team", {"name": "The Team"})
    return visitor, CODE.search(visitor.get("/courses/dl/proposal").text)[1]


def hand_in_slide(visitor, data: bytes = b"%PDF-1", name: str = "slide.pdf"):
    files = {"slide": (io.BytesIO(data), name)}
    return visitor.post("/courses/dl/proposal/slide", files)


def past(session, column: str) -> None:
    session.execute(sa.update(Course).values({column: now() - timedelta(hours=1)}))
    session.commit()


def test_a_team_forms_by_invitation_code(auth, session, classmates):
    ada, code = start_team(auth)
    assert "it has 1" in ada.get("/courses/dl/proposal").text
    for name in ("bob", "cy"):
        dashed = f" {code[:4].lower()}-{code[4:]} "
        joined = auth.login(name).post("/courses/dl/proposal/join", {"code": dashed})
        assert joined.status_code == 303
    page = ada.get("/courses/dl/proposal").text
    assert "it has 3" in page
    assert "Bob" in page
    assert session.scalars(sa.select(Team)).one().completed_at is not None


def test_the_fifth_member_is_told_that_the_team_is_full(auth, session, classmates):
    _, code = start_team(auth)
    for name in ("bob", "cy", "di"):
        auth.login(name).post("/courses/dl/proposal/join", {"code": code})
    refused = auth.login("ed").post("/courses/dl/proposal/join", {"code": code})
    assert refused.status_code == 422
    assert "full" in refused.text
    assert session.scalar(sa.select(sa.func.count(TeamMember.id))) == 4


def test_nobody_is_in_two_teams(auth, session):
    _, code = start_team(auth)
    bob, _ = start_team(auth, "bob")
    refused = bob.post("/courses/dl/proposal/join", {"code": code})
    assert "in a team already" in refused.text
    again = bob.post("/courses/dl/proposal/team", {"name": "Another"})
    assert again.status_code == 409
    assert session.scalar(sa.select(sa.func.count(Team.id))) == 2


def test_a_wrong_code_and_another_courses_code_say_the_same(auth, session):
    other = session.scalars(sa.select(Course).where(Course.slug == "other")).one()
    session.add(Team(course_id=other.id, name="Far", invitation_code="FARAWAY2"))
    session.commit()
    bob = auth.login("bob")
    answers = [
        bob.post("/courses/dl/proposal/join", {"code": code}).text for code in ("FARAWAY2", "NO")
    ]
    assert all("No team has that invitation code" in text for text in answers)


def test_one_may_leave_until_groups_are_due(auth, session):
    ada, _ = start_team(auth)
    past(session, "groups_due_at")
    assert "Groups are final" in ada.post("/courses/dl/proposal/leave").text
    session.execute(sa.update(Course).values(groups_due_at=now() + timedelta(hours=1)))
    session.commit()
    ada.post("/courses/dl/proposal/leave")
    assert session.scalar(sa.select(sa.func.count(Team.id))) == 0
    assert session.scalar(sa.select(sa.func.count(Proposal.id))) == 0


def test_nobody_starts_or_joins_a_team_once_groups_are_due(auth, session):
    _, code = start_team(auth)
    past(session, "groups_due_at")
    bob = auth.login("bob")
    due = session.scalars(sa.select(Course.groups_due_at).where(Course.slug == "dl")).one()
    sentence = f"Groups are final since {full_date(due, DEFAULT_TIME_ZONE)}: ask the staff"
    for path, form in (("join", {"code": code}), ("team", {"name": "Late"})):
        refused = bob.post(f"/courses/dl/proposal/{path}", form)
        assert refused.status_code in (409, 422)
        assert sentence in refused.text
    assert session.scalar(sa.select(sa.func.count(TeamMember.id))) == 1


def test_a_team_that_staff_complete_late_is_marked(auth, session, classmates):
    ada, _ = start_team(auth)
    team = session.scalars(sa.select(Team)).one()
    for name in ("Bob", "Cy"):
        user = session.scalars(sa.select(User).where(User.name == name)).one()
        team.members.append(TeamMember(course_id=team.course_id, user_id=user.id))
    team.completed_at = now()
    past(session, "groups_due_at")
    assert "Late</span> A team of 3 or 4" in ada.get("/courses/dl/proposal").text


def test_title_and_abstract_are_kept_and_escaped(auth):
    ada, _ = start_team(auth)
    text = {"title": "Better <i>", "abstract": "We *will*."}
    ada.post("/courses/dl/proposal/text", text)
    page = ada.get("/courses/dl/proposal").text
    assert "Better &lt;i&gt;" in page
    assert "We *will*." in page
    long = ada.post("/courses/dl/proposal/text", {"title": "x" * 161, "abstract": ""})
    assert "161 characters (at most 160)" in long.text


def test_a_refused_form_comes_back_as_it_was_typed(auth, session):
    ada, _ = start_team(auth)
    abstract = "what we typed " * 150
    refused = ada.post("/courses/dl/proposal/text", {"title": "New name", "abstract": abstract})
    assert refused.status_code == 422
    assert refused.text.count('role="alert"') == 1
    assert 'value="New name"' in refused.text
    assert abstract.strip() in refused.text
    assert "New name" not in ada.get("/courses/dl/proposal").text
    wrong = auth.login("bob").post("/courses/dl/proposal/join", {"code": "NOTHERE1"})
    assert 'value="NOTHERE1"' in wrong.text


def test_a_readers_comment_is_not_lost_with_a_missing_mark(auth, session):
    start_team(auth)
    key = session.scalars(sa.select(Proposal.id)).one()
    marks = {"clarity": "4", "communication": "", "comment": "Long thoughts."}
    path = f"/courses/dl/staff/readings/proposals/{key}"
    refused = auth.login("gil").post(path, marks)
    assert refused.status_code == 422
    assert ">Long thoughts.</textarea>" in refused.text
    assert re.search(r'id="clarity-4"[^>]* checked', refused.text)


def test_a_slide_of_two_pages_is_refused_and_one_page_replaces_another(auth, session):
    ada, _ = start_team(auth)
    two = hand_in_slide(ada, b"%PDF-2")
    assert two.status_code == 422
    assert "2 pages, expected 1" in two.text
    assert "is not a PDF" in hand_in_slide(ada, b"GIF89a").text
    hand_in_slide(ada, b"%PDF-1 first")
    hand_in_slide(ada, b"%PDF-1 second", "final.pdf")
    page = ada.get("/courses/dl/proposal").text
    assert "final.pdf" in page
    proposal = session.scalars(sa.select(Proposal)).one()
    file = ada.get(f"/courses/dl/proposals/{proposal.id}/slide")
    assert file.data == b"%PDF-1 second"
    assert file.headers["Content-Disposition"].startswith("attachment")
    assert ada.get(f"/courses/dl/proposals/{proposal.id}/slide.png").mimetype == "image/png"
    assert session.scalar(sa.select(sa.func.count(Slide.id))) == 2


def test_a_late_slide_is_kept_and_marked(auth, session):
    ada, _ = start_team(auth)
    past(session, "slides_due_at")
    response = hand_in_slide(ada)
    assert response.status_code == 303
    page = ada.get("/courses/dl/proposal").text
    assert "marked as late" in page
    assert "Late</span> A one-page PDF slide" in page


def test_a_review_is_saved_and_previewed_without_its_html(auth, session):
    ada = auth.login("ada")
    body = "# Idea\n\n*clear* <script>alert(1)</script>"
    preview = ada.post("/courses/dl/review/preview", {"body": body}).text
    assert "<em>clear</em>" in preview
    assert "<script>alert" not in preview
    ada.post("/courses/dl/review", {"paper": "Adam", "body": body})
    page = ada.get("/courses/dl/review").text
    assert "Your review is handed in." in page
    assert "<em>clear</em>" in page
    assert "<script>alert" not in page
    assert session.scalars(sa.select(PaperReview.paper)).one() == "Adam"


def test_a_review_that_is_too_long_is_refused_but_not_lost(auth, session):
    long = "word " * 3000
    response = auth.login("ada").post("/courses/dl/review", {"paper": "", "body": long})
    assert response.status_code == 422
    assert "15000 characters, expected at most 12000" in response.text
    assert long.strip() in response.text
    assert session.scalar(sa.select(sa.func.count(PaperReview.id))) == 0


def test_a_review_as_pdf_leaves_the_markdown_alone(auth, session):
    ada = auth.login("ada")
    ada.post("/courses/dl/review", {"paper": "Adam", "body": "text"})
    files = {"review": (io.BytesIO(b"%PDF-1"), "review.pdf")}
    ada.post("/courses/dl/review/file", files)
    review = session.scalars(sa.select(PaperReview)).one()
    assert (review.body, review.filename) == ("text", "review.pdf")
    assert ada.get(f"/courses/dl/reviews/{review.id}/file").data == b"%PDF-1"
    two = ada.post("/courses/dl/review/file", {"review": (io.BytesIO(b"%PDF-3"), "r.pdf")})
    assert "3 pages, expected 1" in two.text


def test_a_late_review_is_kept_and_marked(auth, session):
    past(session, "reviews_due_at")
    ada = auth.login("ada")
    ada.post("/courses/dl/review", {"paper": "Adam", "body": "late"})
    assert "marked as late" in ada.get("/courses/dl/review").text


def test_students_see_scores_only_once_they_are_published(auth, session):
    ada = auth.login("ada")
    ada.post("/courses/dl/review", {"paper": "Adam", "body": "text"})
    key = session.scalars(sa.select(PaperReview.id)).one()
    marks = {"clarity": "4", "communication": "3", "comment": "Well <b>put"}
    gil, ina = auth.login("gil"), auth.login("ina")
    gil.post(f"/courses/dl/staff/readings/reviews/{key}", marks)
    ina.post(f"/courses/dl/staff/readings/reviews/{key}", {**marks, "clarity": "5"})
    assert "&lt;b&gt;put" not in ada.get("/courses/dl/review").text
    ina.post("/courses/dl/staff/readings/publish", {"shown": "yes"})
    page = ada.get("/courses/dl/review").text
    assert "<dd>4 of 5</dd>" in page
    assert "<dd>5 of 5</dd>" in page
    assert "Well &lt;b&gt;put" in page
    ina.post("/courses/dl/staff/readings/publish", {"shown": "no"})
    assert "&lt;b&gt;put" not in ada.get("/courses/dl/review").text


def test_a_score_is_changed_not_doubled_and_marks_stay_in_range(auth, session):
    start_team(auth)
    key = session.scalars(sa.select(Proposal.id)).one()
    gil = auth.login("gil")
    path = f"/courses/dl/staff/readings/proposals/{key}"
    for clarity in ("6", "-1", "x", "", "²"):
        refused = gil.post(path, {"clarity": clarity, "communication": "1"})
        assert refused.status_code == 422, clarity
    gil.post(path, {"clarity": "1", "communication": "1"})
    gil.post(path, {"clarity": "2", "communication": "5"})
    page = gil.get("/courses/dl/staff/readings").text
    assert "2, 5" in page
    assert "1, 1" not in page


def test_suggested_papers_and_examples_are_listed(auth):
    ada = auth.login("ada")
    assert ada.get("/courses/dl/review").text.count("<cite>") >= 12
    assert "Examples of proposals" in ada.get("/courses/dl/proposal").text


def test_staff_change_the_suggested_papers(auth):
    ada, ina = auth.login("ada"), auth.login("ina")
    path = "/courses/dl/staff/readings/papers"
    ina.post(path, {"references": "\n A. One (2020). Two <b>. Three.\n\nB (2021). C. D.\n"})
    page = ada.get("/courses/dl/review").text
    assert page.count("<cite>") == 2
    assert "A. One (2020). Two &lt;b&gt;. Three." in page
    refused = ina.post(path, {"references": "x" * 301})
    assert refused.status_code == 422
    assert "301 characters, expected at most 300" in refused.text
    assert ada.get("/courses/dl/review").text.count("<cite>") == 2


EXAMPLES = "/courses/dl/staff/readings/examples"


def test_examples_of_proposals_are_changed_by_instructors_and_read_by_students(auth):
    ada, ina = auth.login("ada"), auth.login("ina")
    assert "Sketch to circuit" in ada.get("/courses/dl/proposal").text
    text = "One <title>\nIts text,\nin two lines.\n\n\nAnother\nAlso with text."
    assert ina.post(EXAMPLES, {"examples": text}).status_code == 303
    page = ada.get("/courses/dl/proposal").text
    assert "<dt>One &lt;title&gt;</dt><dd>Its text, in two lines.</dd>" in page
    assert "<dt>Another</dt>" in page
    assert "Sketch to circuit" not in page
    assert "Also with text." in auth.login("gil").get(EXAMPLES).text
    ina.post(EXAMPLES, {"examples": " "})
    assert "Examples of proposals" not in ada.get("/courses/dl/proposal").text


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("A title alone", "Write the text of the example"),
        ("x" * 161 + "\ntext", "has 161 characters, expected at most 160"),
        ("Title\n" + "x" * 1001, "has 1001 characters, expected at most 1000"),
        ("\n\n".join(f"Title {n}\ntext" for n in range(31)), "31 examples, expected at most 30"),
    ],
)
def test_examples_that_are_none_are_refused_and_come_back(auth, text, sentence):
    refused = auth.login("ina").post(EXAMPLES, {"examples": text})
    assert refused.status_code == 422
    assert sentence in refused.text
    assert text[:20].split("\n")[0] in refused.text
    assert "Sketch to circuit" in auth.login("ada").get("/courses/dl/proposal").text
