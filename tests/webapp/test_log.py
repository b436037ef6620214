"""The audit log: every change with its reason, filtered and paged by the database, safe as CSV."""

import csv
import io
import re
from datetime import timedelta

import pytest
import sqlalchemy as sa

from webapp import audit_log
from webapp.audit_log import LogFilters
from webapp.clock import now
from webapp.models import AuditEntry, Course, User

LOG = "/courses/dl/staff/log"


@pytest.fixture
def course(session):
    return session.scalars(sa.select(Course).where(Course.slug == "dl")).one()


@pytest.fixture
def entries(session, course):
    """Three changes by two people, the oldest two days ago."""
    ids = {u.name: u.id for u in session.scalars(sa.select(User))}
    made = [
        ("Gil", "override score", "submission 7", {"points": 2, "reason": "=too strict"}, 2),
        ("Ina", "import roster", "course dl", {"enrolled": 3}, 1),
        ("Ina", "grant extension", "user 1", {"until": "Friday", "reason": "ill"}, 0),
    ]
    for name, action, subject, detail, days in made:
        session.add(
            AuditEntry(
                actor_id=ids[name],
                course_id=course.id,
                action=action,
                subject=subject,
                detail=detail,
                at=now() - timedelta(days=days),
            )
        )
    session.commit()
    return ids


def actions(visitor, query=""):
    return re.findall(
        r"<td>(override score|import roster|grant extension)</td>",
        visitor.get(f"{LOG}?{query}").text,
    )


def test_the_log_is_filtered_by_kind_person_words_and_day(auth, entries):
    ina = auth.login("ina")
    assert actions(ina) == ["grant extension", "import roster", "override score"]
    assert actions(ina, "kind=score") == ["override score"]
    assert actions(ina, "kind=time") == ["grant extension"]
    assert actions(ina, "kind=role") == ["import roster"]
    assert actions(ina, f"who={entries['Gil']}") == ["override score"]
    assert actions(ina, "search=STRICT") == ["override score"]
    assert actions(ina, "search=%25") == []
    today = now().date()
    assert actions(ina, f"until={today - timedelta(days=4)}") == []
    assert len(actions(ina, f"since={today - timedelta(days=4)}&until={today}")) == 3
    assert len(actions(ina, "since=yesterday&until=9999-12-31&who=x&kind=nothing&page=-3")) == 3


@pytest.mark.parametrize(
    "action",
    [
        *("override score", "remove override", "grade written answer", "read written answer"),
        *("change rubric", "answer regrade request", "grade again", "publish regrade"),
        *("import work", "import gradebook", "score written option", "cancel"),
    ],
)
def test_every_change_of_a_score_is_among_the_scores(session, course, action):
    session.add(AuditEntry(course_id=course.id, action=action, subject="submission 1", detail={}))
    session.commit()
    page = audit_log.log_page(session, course, LogFilters(kind="score"), page=1, rows=9)
    assert [entry.action for entry in page.entries] == [action]


def test_numbers_that_no_row_can_have_are_as_if_they_were_not_there(auth, entries):
    ina, huge = auth.login("ina"), "1" + "0" * 30
    assert len(actions(ina, f"who={huge}&page={huge}")) == 3
    for page in ("staff", "staff/insight", "staff/people", "staff/assignments/a01_demo"):
        assert ina.get(ina.course(f"{page}?page={huge}")).status_code == 200
    ada = entries["Ada"]
    view = ina.course(f"staff/students/{ada}/view")
    assert ina.post(view, {"submission_id": huge}).status_code == 303


def test_pages_are_cut_by_the_database(session, course, entries):
    page = audit_log.log_page(session, course, LogFilters(), page=2, rows=2)
    assert (page.found, page.page, page.pages) == (3, 2, 2)
    assert [entry.action for entry in page.entries] == ["override score"]
    assert [entry.reason for entry in page.entries] == ["=too strict"]


def test_the_csv_holds_what_matches_and_starts_no_formula(auth, entries):
    ina = auth.login("ina")
    response = ina.get(f"{LOG}.csv?kind=score")
    rows = list(csv.reader(io.StringIO(response.text)))
    assert rows[0] == ["at", "who", "email", "action", "on", "reason", "details"]
    assert [row[1:6] for row in rows[1:]] == [
        ["Gil", "gil@example.edu", "override score", "submission 7", "'=too strict"]
    ]
    assert len(list(csv.reader(io.StringIO(ina.get(f"{LOG}.csv").text)))) == 4


def test_another_courses_log_stays_there(auth, entries):
    assert "override score" not in auth.login("eve").get("/courses/other/staff/log").text
