"""Taking an assignment out of a course for good: what goes, what stays, and what must be typed."""

from __future__ import annotations

from datetime import timedelta

import pytest
import sqlalchemy as sa

from tests.webapp.arranging.conftest import add
from tests.webapp.graders import notebook
from tests.webapp.sample_course import ASSIGNMENT
from webapp.arranging import operations
from webapp.arranging.operations import NotArranged
from webapp.base.clock import now
from webapp.models import (
    AuditEntry,
    Base,
    Content,
    CourseAssignment,
    Extension,
    Job,
    JobState,
    Leaderboard,
    RegradeRequest,
    ResultRule,
    ResultVisibility,
    Submission,
    TakenRelease,
    User,
)

STAFF = "/courses/dl/staff"
PAGE = f"{STAFF}/assignments/{ASSIGNMENT}"
API = f"/api/v1{STAFF}/assignments"
DAY = timedelta(days=1)


def test_without_work_it_is_deleted_by_one_confirmation(auth, session, item, second):
    visitor = auth.login("ina")
    page = visitor.get(f"{STAFF}/assignments/a02_second/remove").text
    assert "Nobody has handed in anything." in page
    assert 'name="typed"' not in page
    assert visitor.post(f"{STAFF}/assignments/a02_second/remove").status_code == 303
    found = session.scalars(
        sa.select(CourseAssignment.assignment).where(CourseAssignment.course_id == item.course_id)
    )
    assert found.all() == [ASSIGNMENT]
    assert visitor.get(f"{STAFF}/assignments/a02_second/remove").status_code == 404


def test_work_goes_only_from_a_retired_assignment_and_with_its_id_typed(
    auth, session, ina, item, graded
):
    graded("ada")
    graded("ada", data=notebook("y"))
    graded("bob")
    visitor = auth.login("ina")
    assert "retired first" in visitor.get(f"{PAGE}/remove").text
    refused = visitor.post(f"{PAGE}/remove", {"typed": ASSIGNMENT})
    assert refused.status_code == 409
    assert "retire it first" in refused.text
    visitor.post(f"{PAGE}/retire")
    assert "3 submissions of 2 students" in visitor.get(f"{PAGE}/remove").text
    for typed in ("", "a02_second"):
        refused = visitor.post(f"{PAGE}/remove", {"typed": typed})
        assert refused.status_code == 409
        assert f"expected {ASSIGNMENT} to confirm" in refused.text
    assert session.scalar(sa.select(sa.func.count(Submission.id))) == 3
    assert visitor.post(f"{PAGE}/remove", {"typed": f" {ASSIGNMENT} "}).status_code == 303
    assert session.scalar(sa.select(sa.func.count(Submission.id))) == 0
    entry = session.scalars(
        sa.select(AuditEntry).where(AuditEntry.action == "delete assignment")
    ).one()
    assert (entry.detail["submissions"], entry.detail["students"]) == (3, 2)


def test_deleting_takes_all_that_hangs_on_it_and_nothing_else(session, ina, item, graded):
    ours = graded("ada")
    ada = session.scalars(sa.select(User).where(User.name == "Ada")).one()
    content = graded("bob", data=notebook("shared")).sha256
    kept = add(session, item.course, "a02_second")
    session.add_all(
        [
            Extension(course_assignment_id=item.id, user_id=ada.id, due_at=now(), reason="r"),
            ResultVisibility(course_assignment_id=item.id, rule=ResultRule.AT_ONCE),
            Leaderboard(course_assignment_id=item.id),
            TakenRelease(course_assignment_id=item.id, user_id=ada.id, digest="0" * 64),
            RegradeRequest(
                course_assignment_id=item.id,
                user_id=ada.id,
                submission_id=ours.id,
                question="dense",
                reason="Please look again.",
            ),
            Submission(
                course_assignment_id=kept.id,
                user_id=ada.id,
                attempt=1,
                filename="w.ipynb",
                size=1,
                sha256=content,
                digest="d",
            ),
        ]
    )
    session.commit()
    before = counts(session)
    operations.retire(session, ina, item)
    operations.remove(session, ina, item, typed=ASSIGNMENT)
    after = counts(session)
    assert {name: after[name] for name in ("submissions", "course_assignments")} == {
        "submissions": 1,
        "course_assignments": before["course_assignments"] - 1,
    }
    gone = ("extensions", "jobs", "results", "question_scores", "regrade_requests")
    gone += ("leaderboards", "result_visibility", "taken_releases", "check_failures")
    assert {name: after[name] for name in gone} == dict.fromkeys(gone, 0)
    assert session.scalars(sa.select(Content.sha256)).all() == [content]
    assert after["users"] == before["users"]
    assert after["enrolments"] == before["enrolments"]


def counts(session):
    return {
        table.name: session.scalar(sa.select(sa.func.count()).select_from(table))
        for table in Base.metadata.sorted_tables
    }


def test_what_is_still_being_graded_is_not_deleted(session, ina, item, graded):
    graded("ada")
    operations.retire(session, ina, item)
    session.execute(sa.update(Job).values(state=JobState.RUNNING))
    session.commit()
    with pytest.raises(NotArranged, match="still being graded"):
        operations.remove(session, ina, item, typed=ASSIGNMENT)
    assert session.scalar(sa.select(sa.func.count(Submission.id))) == 1


def test_a_program_sees_what_goes_and_deletes_it(ask, session, ina, item, graded):
    graded("ada")
    one = f"{API}/{ASSIGNMENT}"
    found = ask("ina", "GET", f"{one}/removal")[1]
    assert found == {
        "assignment": ASSIGNMENT,
        "retired": False,
        "submissions": 1,
        "students": 1,
        "under_way": 0,
    }
    assert ask("ina", "POST", f"{one}/remove", {"assignment": ASSIGNMENT})[0] == 409
    assert ask("ina", "POST", f"{one}/retire") == (200, {"done": True})
    assert ask("ina", "GET", f"{API}/order")[1] == {"assignments": [], "retired": [ASSIGNMENT]}
    assert ask("ina", "POST", f"{one}/remove", {})[0] == 409
    assert ask("gil", "POST", f"{one}/remove", {"assignment": ASSIGNMENT})[0] == 403
    gone = ask("ina", "POST", f"{one}/remove", {"assignment": ASSIGNMENT})
    assert gone == (200, {"submissions": 1, "students": 1})
    assert ask("ina", "POST", f"{one}/take-back")[0] == 404
