"""Handing in: refusals, receipts, the same work again, and the way to a score."""

import hashlib
import io
import re
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from autograder.submitted import notebook as parsing
from tests.webapp.graders import LIBRARY, broken, notebook, rejected, result
from tests.webapp.sample_course import ASSIGNMENT
from webapp.base.config import MAX_UPLOAD_BYTES
from webapp.grading.library import GraderLibrary
from webapp.models import (
    Content,
    CourseAssignment,
    Job,
    JobState,
    Submission,
    SubmissionState,
    User,
)
from webapp.site.arrival import ARRIVED
from webapp.site.uploads import Upload, safe_filename
from webapp.submissions.operations import receive

SECOND = timedelta(seconds=1)


def test_a_receipt_is_given_for_what_the_database_holds(auth, session):
    data = notebook("x = 1")
    ada = auth.login("ada")
    response = ada.submit(data)
    assert response.status_code == 303
    submission = session.scalars(sa.select(Submission)).one()
    content = session.get_one(Content, submission.sha256)
    job = session.scalars(sa.select(Job)).one()
    assert content.data == data
    assert (job.submission_id, job.state) == (submission.id, JobState.QUEUED)
    page = ada.get(response.location).text
    assert hashlib.sha256(data).hexdigest() in page
    assert "work.ipynb" in page
    assert "Yours is next" in page


def test_a_bad_file_is_refused_at_once_with_its_sentence(auth, session):
    response = auth.login("ada").submit(b"\x89PNG")
    assert response.status_code == 422
    assert "This is not a notebook" in response.text
    assert 'aria-invalid="true"' in response.text
    assert session.scalar(sa.select(sa.func.count(Submission.id))) == 0


def test_an_empty_file_and_no_file_are_told_apart(auth):
    ada = auth.login("ada")
    assert "0 bytes" in ada.submit(b"").text
    missing = ada.post(ada.course(f"assignments/{ASSIGNMENT}"), {})
    assert "No file was chosen" in missing.text


def test_a_file_over_the_limit_is_refused_with_advice(auth, session):
    response = auth.login("ada").submit(b"{" + b" " * MAX_UPLOAD_BYTES)
    assert response.status_code == 422
    assert "32 MB" in response.text
    huge = auth.login("bob").submit(b"{" + b" " * (MAX_UPLOAD_BYTES + 2**20))
    assert huge.status_code == 413
    assert "Clear its outputs" in huge.text
    assert session.scalar(sa.select(sa.func.count(Content.sha256))) == 0


def test_an_assignment_that_is_not_open_takes_nothing(auth, session):
    from datetime import timedelta

    from webapp.base.clock import now

    session.execute(sa.update(CourseAssignment).values(opens_at=now() + timedelta(hours=5)))
    session.commit()
    ada = auth.login("ada")
    assert ada.submit(notebook("x")).status_code == 409
    assert "Submit</button>" not in ada.get(ada.course(f"assignments/{ASSIGNMENT}")).text


def test_late_work_is_taken_and_marked(auth, session):
    from datetime import timedelta

    from webapp.base.clock import now

    session.execute(sa.update(CourseAssignment).values(due_at=now() - timedelta(hours=5)))
    session.commit()
    ada = auth.login("ada")
    assert "marked as late" in ada.get(ada.course(f"assignments/{ASSIGNMENT}")).text
    response = ada.submit(notebook("x"))
    assert '<span class="tag">late</span>' in ada.get(response.location).text


def test_the_same_work_again_is_recognised(auth, session):
    ada = auth.login("ada")
    first, second = ada.submit(notebook("x = 1")), ada.submit(notebook("x = 1"))
    assert first.location == second.location
    assert "same work as attempt 1" in ada.get(second.location).text
    ada.submit(notebook("x = 2"))
    back = ada.submit(notebook("x = 1"))
    assert back.location not in (first.location,)
    assert session.scalar(sa.select(sa.func.max(Submission.attempt))) == 3
    assert session.scalar(sa.select(sa.func.count(Content.sha256))) == 2


def test_the_same_work_from_many_tabs_at_the_same_moment_is_one_attempt(engine, session):
    data = notebook("x = 1")
    upload = Upload("work.ipynb", data, hashlib.sha256(data).hexdigest())
    item = session.scalars(sa.select(CourseAssignment.id).order_by(CourseAssignment.id)).first()
    user = session.scalars(sa.select(User.id).where(User.name == "Ada")).one()
    session.rollback()
    tabs = 6
    together = threading.Barrier(tabs)

    def hand_in(_):
        with Session(engine) as own:
            assignment = own.get_one(CourseAssignment, item)
            together.wait()
            given = receive(own, assignment, user_id=user, upload=upload, digest="d" * 64)
            return given.new, given.submission.attempt

    with ThreadPoolExecutor(tabs) as pool:
        given = sorted(pool.map(hand_in, range(tabs)))
    assert given == [(False, 1)] * (tabs - 1) + [(True, 1)]
    assert session.scalar(sa.select(sa.func.count(Submission.id))) == 1
    assert session.scalar(sa.select(sa.func.count(Job.id))) == 1


def test_two_students_with_the_same_file_both_have_it(auth, session):
    auth.login("ada").submit(notebook("x = 1"))
    auth.login("bob").submit(notebook("x = 1"))
    assert session.scalar(sa.select(sa.func.count(Submission.id))) == 2


def test_a_file_comes_back_as_it_was_handed_in(auth):
    ada = auth.login("ada")
    data = notebook("x = 'ünï'")
    location = ada.submit(data, "../../Übung 1 <b>.ipynb").location
    response = ada.get(f"{location}/file")
    assert response.data == data
    assert response.headers["Content-Disposition"].startswith("attachment")
    assert "sandbox" in response.headers["Content-Security-Policy"]


def test_file_names_keep_their_script_and_lose_their_tricks():
    assert safe_filename("../../etc/задача 1.ipynb") == "задача 1.ipynb"
    assert safe_filename("C:\\Users\\me\\work.ipynb") == "work.ipynb"
    assert safe_filename('a"\r\nSet-Cookie: x.ipynb') == "a___Set-Cookie_ x.ipynb"
    assert safe_filename("...") == "file"
    long = safe_filename("x" * 500 + ".ipynb")
    assert len(long) == 120
    assert long.endswith(".ipynb")


def test_the_status_moves_from_queued_to_the_result_and_ends_polling(auth, session, graded):
    ada = auth.login("ada")
    waiting = ada.submit(notebook("y = 1")).location
    moving = ada.get(f"{waiting}/status")
    assert moving.status_code == 200
    assert "Queued" in moving.text
    assert "<html" not in moving.text
    seen = re.search('name="seen" value="([^"]+)"', moving.text)[1]
    assert ada.get(f"{waiting}/status?seen={seen}").status_code == 204
    assert ada.get(f"{waiting}/status?seen=other").status_code == 200
    page = ada.get(waiting).text
    assert f'hx-get="{waiting}/status"' in page
    assert '<noscript><meta http-equiv="refresh"' in page
    graded("bob")
    done = ada.get(f"{waiting}/status")
    assert done.status_code == 286
    assert done.headers["HX-Retarget"] == "#panel"
    assert "of 5 points" in done.text
    assert ">Queued<" not in done.text
    assert "hx-get" not in ada.get(waiting).text


def test_progress_is_shown_while_it_runs(auth, session):
    from webapp.queue import jobs

    ada = auth.login("ada")
    location = ada.submit(notebook("y = 1")).location
    claim = jobs.claim(session, "w")
    jobs.note_progress(session, claim, {"stage": "checks", "done": 3, "total": 8})
    page = ada.get(location).text
    assert "Checking: 3 of 8" in page


def test_questions_are_shown_as_they_arrive(auth, engine, session, monkeypatch):
    from webapp.grading import progress
    from webapp.queue import jobs

    monkeypatch.setattr(progress, "_PROGRESS_SECONDS", 0.0)
    ada = auth.login("ada")
    location = ada.submit(notebook("y = 2")).location
    showing = progress.Progress(engine, jobs.claim(session, "w"))
    question = {"kind": "auto", "score": 1.5, "max_score": 2, "verdict": "partial", "message": ""}
    for done, name in enumerate(("first", "second"), start=1):
        found = {**question, "name": name}
        showing({"stage": "checks", "done": done, "total": 3, "question": found})
    page = ada.get(location).text
    assert "Checking: 2 of 3" in page
    assert page.count("Partly right") == 2
    assert "1.5 of 2" in page
    assert page.index("first") < page.index("second")


def test_those_ahead_are_counted(auth):
    auth.login("bob").submit(notebook("z = 1"))
    ada = auth.login("ada")
    assert "1 before yours" in ada.get(ada.submit(notebook("z = 2")).location).text


def test_a_rejected_notebook_shows_its_sentence_and_no_score(auth, graded):
    submission = graded("ada", rejected("The notebook has no code cells."))
    page = auth.login("ada").get(f"/courses/dl/submissions/{submission.id}").text
    assert "The notebook has no code cells." in page
    assert "Not accepted" in page
    assert "of 5 points" not in page


def test_a_fault_of_ours_is_never_a_zero(auth, session, graded, monkeypatch):
    from datetime import timedelta

    from webapp.queue import jobs

    monkeypatch.setattr(jobs, "_FIRST_PAUSE", timedelta(0))
    submission = graded("ada", broken())
    assert submission.state == SubmissionState.FAULT
    ada, ina = auth.login("ada"), auth.login("ina")
    page = ada.get(f"/courses/dl/submissions/{submission.id}").text
    assert "not because of your notebook" in page
    assert "sandbox did not start" not in page
    assert "sandbox did not start" in ina.get("/courses/dl/staff/queue").text
    ina.post(f"/courses/dl/submissions/{submission.id}/retry")
    session.refresh(submission)
    assert submission.state == SubmissionState.QUEUED


def test_the_course_home_shows_latest_and_best(auth, graded):
    graded("ada", result(score=3))
    graded("ada", result(score=1))
    page = auth.login("ada").get("/courses/dl/").text
    assert "Best of 2 attempts" in page
    assert '<strong>1</strong> <span class="quiet">attempt 2' in page
    assert "<strong>3</strong> <span>of 5 points" in page


def test_the_course_home_before_any_work_says_what_is_next(auth):
    page = auth.login("ada").get("/courses/dl/").text
    assert "Submit The perceptron" in page
    assert "in 2 days" in page


def test_an_upload_in_another_field_changes_nothing(auth):
    ada = auth.login("ada")
    files = {"other": (io.BytesIO(b"{}"), "x.ipynb")}
    assert ada.post(ada.course(f"assignments/{ASSIGNMENT}"), files).status_code == 422


def test_work_came_when_it_was_here_as_a_whole_not_when_a_thread_took_it(auth, session):
    due = datetime(2026, 2, 4, 22, tzinfo=UTC)
    session.execute(sa.update(CourseAssignment).values(due_at=due, opens_at=None))
    session.commit()
    ada = auth.login("ada")
    for late, moment in ((False, due + timedelta(microseconds=1)), (True, due + SECOND)):
        ada.client.environ_base[ARRIVED] = moment
        ada.submit(notebook(f"x = {late}"))
        newest = session.scalars(sa.select(Submission).order_by(Submission.id.desc())).first()
        assert (newest.received_at, newest.late) == (moment, late)


def test_an_upload_is_parsed_once(auth, app, monkeypatch):
    """What is kept of it is parsed again, which proves that it is the same work."""
    app.extensions["heldout"] = replace(LIBRARY, parse_notebook=GraderLibrary().parse_notebook)
    parse, seen = parsing.parse_notebook, []
    monkeypatch.setattr(parsing, "parse_notebook", lambda data: seen.append(data) or parse(data))
    assert auth.login("ada").submit(data := notebook("x = 1")).status_code == 303
    assert seen == [data]
