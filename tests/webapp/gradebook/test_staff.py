"""Staff: the score table, written answers, exports, and a flat number of statements."""

import csv
import io
import re

import pytest
import sqlalchemy as sa
from sqlalchemy import event

from autograder.spreadsheet import safe_cell
from tests.webapp.graders import notebook, result
from tests.webapp.sample_course import enrol
from webapp.base import histogram
from webapp.models import (
    Announcement,
    AuditEntry,
    Course,
    ManualGrade,
    RegradeRequest,
    RequestState,
    Role,
    Submission,
)


def test_the_table_shows_the_best_score_of_each_student(auth, graded):
    graded("ada", result(score=3))
    graded("ada", result(score=1))
    graded("bob", result(score=2))
    page = auth.login("gil").get("/courses/dl/staff").text
    rows = re.findall(r'<td class="num"><strong>([\d.]+)</strong>', page)
    assert rows == ["3", "2"]


def test_the_table_is_sorted_and_searched_on_the_server(auth, graded):
    graded("bob", result(score=2))
    gil = auth.login("gil")

    def names(query: str) -> list[str]:
        page = gil.get(f"/courses/dl/staff?{query}").text
        return re.findall(r'<th scope="row"><a [^>]*>(\w+)</a>', page)

    assert names("") == ["Ada", "Bob"]
    assert names("sort=name&order=down") == ["Bob", "Ada"]
    assert names("sort=total&order=down") == ["Bob", "Ada"]
    assert names("search=ADA") == ["Ada"]
    assert names("search=%25") == []
    assert "No student matches" in gil.get("/courses/dl/staff?search=zz<script>").text
    assert names("sort=password&page=99") == ["Ada", "Bob"]


def test_points_for_a_written_answer_complete_the_score(auth, session, graded):
    submission = graded("ada", result(score=3))
    gil = auth.login("gil")
    path = f"/courses/dl/staff/submissions/{submission.id}/grades/why"
    gil.post(path, {"points": "1.5", "comment": "Nearly <b>"})
    session.refresh(submission)
    assert (submission.score, submission.ungraded, submission.final) == (4.5, 0, True)
    page = auth.login("ada").get(f"/courses/dl/submissions/{submission.id}").text
    assert "<strong>4.5</strong>" in page
    assert "Nearly &lt;b&gt;" in page
    gil.post(path, {"points": "2"})
    session.refresh(submission)
    assert submission.score == 5
    assert session.scalar(sa.select(sa.func.count(ManualGrade.id))) == 1
    log = session.scalars(sa.select(AuditEntry.action)).all()
    assert log == ["grade written answer"] * 2
    assert "points: 1.5" in auth.login("ina").get("/courses/dl/staff/log").text


@pytest.mark.parametrize("points", ["-1", "2.01", "nan", "inf", "", "two"])
def test_points_outside_of_the_question_are_refused(auth, session, graded, points):
    submission = graded("ada")
    gil = auth.login("gil")
    path = f"/courses/dl/staff/submissions/{submission.id}/grades/why"
    response = gil.post(path, {"points": points, "comment": "Long <thoughts>."})
    assert response.status_code == 422
    assert response.text.count('role="alert"') == 1
    assert ">Long &lt;thoughts&gt;.</textarea>" in response.text
    assert f'value="{points}"' in response.text
    assert "expected a number from 0 to 2" in response.text
    assert session.scalar(sa.select(sa.func.count(ManualGrade.id))) == 0


def test_a_comment_that_is_too_long_is_refused_and_not_cut(auth, session, graded):
    submission = graded("ada")
    path = f"/courses/dl/staff/submissions/{submission.id}/grades/why"
    response = auth.login("gil").post(path, {"points": "1", "comment": "c" * 5001})
    assert "5001 characters, expected at most 5000" in response.text
    assert "c" * 5001 in response.text
    assert session.scalar(sa.select(sa.func.count(ManualGrade.id))) == 0


def test_an_automatic_question_takes_no_manual_points(auth, graded):
    submission = graded("ada")
    path = f"/courses/dl/staff/submissions/{submission.id}/grades/dense"
    assert auth.login("gil").post(path, {"points": "3"}).status_code == 404


def test_a_manual_grade_outlives_a_regrade(auth, engine, session, graded):
    import threading

    from tests.webapp.graders import StandInPool
    from webapp.grading.worker import Worker
    from webapp.models import Lane
    from webapp.queue import jobs

    submission = graded("ada", result(score=1))
    path = f"/courses/dl/staff/submissions/{submission.id}/grades/why"
    auth.login("gil").post(path, {"points": "2"})
    jobs.enqueue(session, session.get_one(Submission, submission.id), Lane.BATCH)
    session.commit()
    pool = StandInPool(lambda _: result(score=3, version="v2"))
    Worker(engine, pool, poll_seconds=0.01).run(threading.Event(), drain=True)
    session.refresh(submission)
    assert (submission.score, submission.ungraded) == (5, 0)


def test_the_assignment_page_has_the_distribution_as_picture_and_table(auth, graded):
    graded("ada", result(score=3))
    graded("bob", result(score=1))
    page = auth.login("gil").get("/courses/dl/staff/assignments/a01_demo").text
    assert page.count('<rect class="bar"') == 2
    assert "2 students, mean 2, median 2" in page
    assert "1 of 2" in page
    assert "style=" not in page
    assert "Grade the written answer" in page


def test_the_assignment_page_without_work_says_so(auth):
    page = auth.login("gil").get("/courses/dl/staff/assignments/a01_demo").text
    assert "Nobody has submitted yet" in page
    assert "<svg" not in page


def test_a_histogram_counts_everyone_once():
    found = histogram.histogram([0, 0.5, 1, 4.99, 5, 5], 5)
    assert [bar.count for bar in found.bars] == [2, 1, 0, 0, 1, 2]
    assert [bar.label for bar in found.bars][-2:] == ["4 to 5", "5"]
    assert max(bar.height for bar in found.bars) <= found.frame.base
    wide = histogram.histogram([100.0] * 700, 100)
    assert sum(bar.count for bar in wide.bars) == 700
    assert histogram.histogram([], 5).mean is None


@pytest.mark.parametrize("name", ["=1+1", "@SUM(A1)", "+49", "-x", "\t=1", "  =cmd|x", "\r=1"])
def test_a_csv_cell_never_starts_a_formula(name):
    assert safe_cell(name).startswith("'")


def test_the_csv_has_every_student_and_survives_hostile_names(auth, session, graded):
    graded("ada", result(score=3))
    from webapp.models import User

    bob = session.scalars(sa.select(User).where(User.name == "Bob")).one()
    bob.name = '=HYPERLINK("https://x.example")'
    session.commit()
    response = auth.login("ina").get("/courses/dl/staff/scores.csv")
    rows = list(csv.reader(io.StringIO(response.text)))
    name = "a01_demo"
    columns = [name, f"{name} waiting", f"{name} attempts", f"{name} late"]
    ends = ["total", "possible", "written option", "passed"]
    assert rows[0] == ["name", "email", "section", *columns, *ends]
    assert ["Ada", "ada@example.edu", "A", "3", "*", "1", "", "3", "5", "no", ""] in rows
    assert any(row[0].startswith("'=HYPERLINK") for row in rows)


@pytest.fixture
def count_statements(app):
    """How many statements a request needs."""
    from webapp.base.database import db

    with app.app_context():
        engine = db.engine

    def count(visitor, path: str) -> int:
        seen: list[str] = []

        def note(conn, cursor, statement, *rest):
            seen.append(statement)

        event.listen(engine, "before_cursor_execute", note)
        try:
            assert visitor.get(path).status_code == 200, path
        finally:
            event.remove(engine, "before_cursor_execute", note)
        return len(seen)

    return count


def test_pages_need_as_many_statements_for_a_class_as_for_one(
    auth, session, graded, count_statements
):
    gil, ada = auth.login("gil"), auth.login("ada")
    submission = graded("ada")
    ask_for_a_regrade(ada, submission)
    pages = {
        "/courses/dl/staff": gil,
        "/courses/dl/staff/assignments/a01_demo": gil,
        f"/courses/dl/staff/students/{submission.user_id}": gil,
        "/courses/dl/staff/requests?state=all": gil,
        "/courses/dl/staff/log": auth.login("ina"),
        "/courses/dl/staff/readings": gil,
        "/courses/dl/staff/readings/work": gil,
        "/courses/dl/staff/readings/presentations": gil,
        "/courses/dl/review": ada,
        "/courses/dl/staff/readings/rubrics/review": gil,
        "/courses/dl/": ada,
        "/courses/dl/about": ada,
        f"/courses/dl/submissions/{submission.id}": ada,
    }
    before = {path: count_statements(visitor, path) for path, visitor in pages.items()}
    course = session.scalars(sa.select(Course).where(Course.slug == "dl")).one()
    for number in range(12):
        enrol(session, course, add_user_plain(session, f"s{number}"), Role.STUDENT)
    announced = [Announcement(course_id=course.id, title="N", text="T") for _ in range(6)]
    session.add_all(announced)
    session.commit()
    for number in range(6):
        graded(f"s{number}", data=notebook(f"a = {number}"))
        attempt = graded("ada", data=notebook(f"b = {number}"))
        session.execute(sa.update(RegradeRequest).values(state=RequestState.DECLINED))
        session.commit()
        ask_for_a_regrade(ada, attempt)
    session.execute(sa.update(RegradeRequest).values(question="why", reply="No."))
    session.commit()
    after = {path: count_statements(visitor, path) for path, visitor in pages.items()}
    assert after == before
    assert max(after.values()) <= 15


def ask_for_a_regrade(visitor, submission):
    address = f"/courses/dl/submissions/{submission.id}/questions/dense/request"
    assert visitor.post(address, {"reason": "Look."}).status_code == 303


def add_user_plain(session, name):
    from webapp.models import User

    user = User(email=f"{name}@example.edu", name=name.capitalize())
    session.add(user)
    session.flush()
    return user


def test_the_queue_shows_what_waits(auth):
    auth.login("ada").submit(notebook("x = 1"))
    assert "Ada, a01_demo, attempt 1" in auth.login("gil").get("/courses/dl/staff/queue").text


def test_a_student_page_lists_everything(auth, graded):
    submission = graded("ada")
    page = auth.login("gil").get(f"/courses/dl/staff/students/{submission.user_id}").text
    assert "ada@example.edu" in page
    assert "written answer waits" in page
