"""Room: each file counts once for each person, and what is full takes no more, after a warning."""

from __future__ import annotations

import hashlib
import io
import os
from typing import Any

import pytest
import sqlalchemy as sa

from tests.webapp.graders import PNG, notebook
from webapp.arranging.operations import remove, retire
from webapp.base.clock import now
from webapp.grading.library import Slide as SeenPdf
from webapp.models import (
    AuditEntry,
    Content,
    Course,
    CourseAssignment,
    Enrolment,
    Submission,
    UsedRoom,
    User,
)
from webapp.room import keeping, operations
from webapp.room.queries import rooms_of
from webapp.room.room import MB, Room, Rooms
from webapp.site.uploads import Upload
from webapp.submissions.operations import receive
from webapp.written.operations import hand_in_review_file

PAGE = "/courses/dl/assignments/a01_demo"


def _user(session: Any, name: str) -> int:
    return session.scalar(sa.select(User.id).where(User.name == name.capitalize()))


def _send(client: Any, data: bytes) -> Any:
    token = client.get(PAGE).text.partition('name="csrf_token" value="')[2].partition('"')[0]
    form = {"csrf_token": token, "notebook": (io.BytesIO(data), "w.ipynb")}
    return client.post(PAGE, data=form, content_type="multipart/form-data")


def _hand_in(session: Any, item: CourseAssignment, name: str, data: bytes) -> Submission:
    upload = Upload("w.ipynb", data, hashlib.sha256(data).hexdigest())
    return receive(
        session, item, user_id=_user(session, name), upload=upload, digest=os.urandom(9).hex()
    ).submission


def _used(session: Any) -> dict[str, int]:
    rows = session.execute(
        sa.select(User.name, UsedRoom.bytes).join(UsedRoom, UsedRoom.user_id == User.id)
    )
    return {name.lower(): size for name, size in rows}


def test_each_file_counts_once_for_each_person(session, item):
    first, second = notebook("x = 1"), notebook("x = 22")
    for name, data in (("ada", first), ("ada", second), ("ada", first), ("bob", first)):
        _hand_in(session, item, name, data)
    assert _used(session) == {"ada": len(first) + len(second), "bob": len(first)}
    kept = _used(session)
    keeping.add_up(session, item.course_id)
    session.commit()
    assert _used(session) == kept


def test_a_pdf_counts_and_the_one_that_it_replaces_does_not(session, item):
    ada = session.scalars(
        sa.select(Enrolment).where(Enrolment.user_id == _user(session, "ada"))
    ).one()
    _hand_in(session, item, "ada", notebook("x = 1"))
    for size in (1000, 300):
        data = b"%PDF-1" + b"." * size
        upload = Upload("r.pdf", data, hashlib.sha256(data).hexdigest())
        hand_in_review_file(session, ada, upload=upload, seen=SeenPdf(1, PNG))
    assert _used(session) == {"ada": len(notebook("x = 1")) + 306}


def test_a_pdf_meets_the_room_too_and_what_takes_no_more_is_taken(session, item, auth):
    item.course.student_room_mb = 1
    session.commit()
    ada = auth.login("ada")
    ada.post("/courses/dl/proposal/team", {"name": "The Team"})

    def send(what: str, size: int) -> Any:
        data = b"%PDF-1" + what.encode() + b"." * size
        path = "proposal/slide" if what == "slide" else "review/file"
        return ada.post(f"/courses/dl/{path}", {what: (io.BytesIO(data), "p.pdf")})

    assert send("review", MB // 2).status_code == 303
    kept = _used(session)
    for what in ("slide", "review"):
        refused = send(what, MB + MB // 2)
        assert refused.status_code == 422, what
        assert "MB, so it was not taken: export it as a smaller PDF" in refused.text
        assert _used(session) == kept
    assert session.scalar(sa.select(sa.func.count(Content.sha256))) == 1
    # The very same again, one that replaces as much, and a slide that just fits.
    for what, size in (("review", MB // 2), ("review", MB // 2 + 9), ("slide", MB // 2 - 100)):
        assert send(what, size).status_code == 303, (what, size)
    assert send("slide", MB // 2 - 100).status_code == 303
    assert send("review", MB // 2 - 9).status_code == 303
    assert send("slide", 200).status_code == 422


def test_what_is_deleted_gives_its_room_back(session, item, ina):
    _hand_in(session, item, "ada", notebook("x = 1"))
    retire(session, ina, item)
    submission = session.scalars(sa.select(Submission)).one()
    for job in session.scalars(sa.text("SELECT id FROM jobs")).all():
        session.execute(sa.text("UPDATE jobs SET state = 'done' WHERE id = :n"), {"n": job})
    submission.state = "graded"
    session.commit()
    remove(session, ina, item, typed=item.assignment)
    assert _used(session) == {}
    assert session.scalar(sa.select(sa.func.count(Content.sha256))) == 0


def test_a_full_room_refuses_on_the_page_and_by_program_alike(session, item, auth, ask):
    item.course.student_room_mb = 1
    session.commit()
    big = notebook("#" * (MB - 200))
    _hand_in(session, item, "ada", big)
    refused = _send(auth.login("ada").client, notebook("y = 1" * 200))
    assert refused.status_code == 409
    assert "ask the course&#39;s staff for more room" in refused.text
    files = {"notebook": ("w.ipynb", notebook("y = 1" * 200))}
    code, answer = ask(
        "ada", "POST", "/api/v1/courses/dl/assignments/a01_demo/submissions", files=files
    )
    assert code == 409
    assert "1.0 of 1.0 MB" in answer["message" if "message" in answer else "error"]
    # Another's own is theirs.
    assert _send(auth.login("bob").client, notebook("y = 1" * 200)).status_code == 303


def test_the_courses_room_holds_for_everyone(session, item, auth):
    item.course.room_mb = 1
    session.commit()
    _hand_in(session, item, "ada", notebook("#" * (MB - 200)))
    refused = _send(auth.login("bob").client, notebook("y = 1" * 200))
    assert refused.status_code == 409
    assert "The course&#39;s files take" in refused.text


def test_people_are_told_before_anything_is_refused(session, item, auth, ask):
    item.course.student_room_mb = 1
    session.commit()
    ada = auth.login("ada").client
    assert "take 0" not in ada.get(PAGE).text
    _hand_in(session, item, "ada", notebook("#" * int(0.79 * MB)))
    assert "ask the course&#39;s staff if you need more" not in ada.get(PAGE).text
    _hand_in(session, item, "ada", notebook("#" * int(0.02 * MB)))
    assert "ask the course&#39;s staff if you need more" in ada.get(PAGE).text
    code, own = ask("ada", "GET", "/api/v1/courses/dl/room")
    assert (code, own["room_mb"]) == (200, 1)
    assert "0.8 of 1.0 MB" in own["warning"]
    assert ask("bob", "GET", "/api/v1/courses/dl/room")[1]["warning"] == ""


@pytest.mark.parametrize(("used", "fits"), [(0, True), (9, True), (10, False)])
def test_what_just_fits_fits(used, fits):
    assert Room(used, 10).fits(1) is fits
    rooms = Rooms(Room(used, 10), Room(0, 100))
    assert (rooms.refusal(1) == "") is fits


def test_staff_see_whose_files_take_most_and_give_more(session, item, auth, ina):
    _hand_in(session, item, "ada", notebook("#" * MB))
    _hand_in(session, item, "bob", notebook("x"))
    visitor = auth.login("ina")
    page = visitor.client.get("/courses/dl/staff/room").text
    assert page.index("Ada") < page.index("Bob")
    assert "1.0 of 20,000 MB" in page
    form = {"csrf_token": visitor.token(), "student_room_mb": "300"}
    assert visitor.client.post("/courses/dl/staff/room", data=form).status_code == 303
    session.expire_all()
    assert rooms_of(session, item.course, _user(session, "ada")).own.most == 300 * MB
    entry = session.scalars(sa.select(AuditEntry).order_by(AuditEntry.id.desc())).first()
    assert (entry.action, entry.detail) == ("change room", {"a student's room": "200 → 300 MB"})


@pytest.mark.parametrize("typed", ["", "0", "-1", "1.5", "much", "20001", "9" * 400])
def test_what_is_no_room_is_refused_with_a_sentence(session, auth, typed):
    visitor = auth.login("ina")
    form = {"csrf_token": visitor.token(), "student_room_mb": typed}
    answer = visitor.client.post("/courses/dl/staff/room", data=form)
    assert answer.status_code == 422
    assert "expected a whole number of MB, 1 to 20,000" in answer.text


def test_administrators_give_a_course_room(session, item, auth, ask):
    ina = session.scalars(sa.select(User).where(User.name == "Ina")).one()
    ina.is_administrator = True
    session.commit()
    _hand_in(session, item, "ada", notebook("#" * MB))
    visitor = auth.login("ina")
    page = visitor.client.get("/administration/room").text
    assert page.index("Room of Deep Learning") > 0
    form = {"csrf_token": visitor.token(), "room_mb": "5"}
    assert visitor.client.post("/administration/courses/dl/room", data=form).status_code == 303
    form["room_mb"] = "none"
    refused = visitor.client.post("/administration/courses/dl/room", data=form)
    assert (refused.status_code, "expected a whole number" in refused.text) == (422, True)
    code, shown = ask("ina", "POST", "/api/v1/administration/courses/dl/room", {"room_mb": 6})
    assert (code, shown["room_mb"], shown["largest"][0]["name"]) == (200, 6, "Ada")
    assert visitor.client.post("/administration/courses/x/room", data=form).status_code == 404


def test_no_upload_looks_at_more_when_there_is_more(session, item, engine):
    """The statements of an upload are the same in number, and none adds up files."""
    seen: list[str] = []
    sa.event.listen(engine, "before_cursor_execute", lambda *a: seen.append(a[2]))
    _hand_in(session, item, "ada", notebook("x = 0"))
    few = len(seen)
    for number in range(30):
        _hand_in(session, item, "ada", notebook(f"x = {number}"))
    seen.clear()
    _hand_in(session, item, "ada", notebook("x = 99"))
    assert len(seen) <= few
    assert not [each for each in seen if "sum(" in each.lower() and "contents" in each]


def test_a_course_that_goes_takes_its_sums_along(session):
    from webapp.courses.erasing import erase

    course = session.scalars(sa.select(Course).where(Course.slug == "other")).one()
    item = course.assignments[0]
    item.opens_at = now()
    session.commit()
    _hand_in(session, item, "eve", notebook("x = 1"))
    assert _used(session)
    operations.change_student_room(
        session,
        session.scalars(sa.select(Enrolment).where(Enrolment.course_id == course.id)).one(),
        5,
    )
    erase(session, course)
    session.commit()
    assert _used(session) == {}
