"""Everything kept about someone is theirs to take along, and nothing about anybody else."""

import io
import json
import zipfile

import sqlalchemy as sa

from tests.webapp.graders import notebook
from webapp.accounts import own_data
from webapp.base.database import db
from webapp.models import PaperReview, Team


def download(visitor):
    response = visitor.get("/account/data.zip")
    assert response.mimetype == "application/zip"
    return zipfile.ZipFile(io.BytesIO(response.data))


def test_ones_attempts_points_and_files_are_in_the_zip(auth, graded):
    data = notebook("x = 1", answer="**Answer (why):** because")
    submission = graded("ada", data=data)
    auth.login("gil").post(
        f"/courses/dl/staff/submissions/{submission.id}/grades/why",
        {"points": "1", "comment": "Good."},
    )
    ada = auth.login("ada")
    ada.post(ada.course("review"), {"paper": "Rosenblatt", "body": "It learns."})
    packed = download(ada)
    told = json.loads(packed.read("data.json"))
    assert told["account"]["email"] == "ada@example.edu"
    (course,) = told["courses"]
    assert (course["course"], course["role"], course["section"]) == ("dl", "student", "A")
    (attempt,) = told["submissions"]
    assert (attempt["score"], attempt["staff"][0]["comment"]) == (4, "Good.")
    assert [q["question"] for q in attempt["questions"]] == ["dense", "why"]
    assert packed.read(attempt["file"]) == data
    assert told["paper_reviews"][0]["body"] == "It learns."


def test_slides_and_the_teams_proposal_are_in_the_zip(auth, session):
    ada = auth.login("ada")
    ada.post(ada.course("proposal/team"), {"name": "Team"})
    ada.post(ada.course("proposal/text"), {"title": "A title", "abstract": "An abstract"})
    ada.post(ada.course("proposal/slide"), {"slide": (io.BytesIO(b"%PDF-1"), "s.pdf")})
    assert session.scalar(sa.select(sa.func.count(Team.id))) == 1
    packed = download(ada)
    told = json.loads(packed.read("data.json"))
    assert [(p["team"], p["title"]) for p in told["proposals"]] == [("Team", "A title")]
    assert [packed.read(n) for n in packed.namelist() if n.startswith("slides/")] == [b"%PDF-1"]


def test_nothing_of_anybody_else_is_in_the_zip(auth, graded, session):
    graded("ada")
    ada, bob = auth.login("ada"), auth.login("bob")
    ada.post(ada.course("review"), {"paper": "P", "body": "Ada's own words."})
    assert session.scalar(sa.select(sa.func.count(PaperReview.id))) == 1
    packed = download(bob)
    assert packed.namelist() == ["data.json"]
    assert b"Ada" not in packed.read("data.json")


def test_reviews_of_one_file_name_are_all_in_the_zip_and_files_need_no_statement_each(
    auth, graded, session, app
):
    ada = auth.login("ada")
    seen = []
    with app.app_context():
        engine = db.engine
    sa.event.listen(engine, "before_cursor_execute", lambda _c, _cur, text, *_: seen.append(text))
    counts = []
    for number in range(2):
        for again in range(3):
            graded("ada", data=notebook(f"x = {number}, {again}"))
        seen.clear()
        packed = download(ada)
        counts.append(len(seen))
    assert counts[0] == counts[1]
    assert len([name for name in packed.namelist() if name.startswith("notebooks/")]) == 6


def test_files_of_one_name_do_not_take_each_others_place():
    files = own_data.Files()
    names = [files.add("reviews/dl/r.pdf", sha256) for sha256 in ("a", "b", "a")]
    assert len(set(names)) == 3
    assert [files.hashes[name] for name in names] == ["a", "b", "a"]
