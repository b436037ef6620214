"""The audit log: every change with its reason, filtered and paged by the database, safe as CSV."""

import ast
import csv
import io
import re
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

import webapp
from webapp.audit import log
from webapp.audit.log import LogFilters
from webapp.audit.record import KINDS, CommandLine, record
from webapp.base.clock import now
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
        ("Ina", "give extension", "user 1", {"until": "Friday", "reason": "ill"}, 0),
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
        r"<td>(override score|import roster|give extension)</td>",
        visitor.get(f"{LOG}?{query}").text,
    )


def test_the_log_is_filtered_by_kind_person_words_and_day(auth, entries):
    ina = auth.login("ina")
    assert actions(ina) == ["give extension", "import roster", "override score"]
    assert actions(ina, "kind=score") == ["override score"]
    assert actions(ina, "kind=time") == ["give extension"]
    assert actions(ina, "kind=role") == ["import roster"]
    assert actions(ina, f"who={entries['Gil']}") == ["override score"]
    assert actions(ina, "search=STRICT") == ["override score"]
    assert actions(ina, "search=%25") == []
    today = now().date()
    assert actions(ina, f"until={today - timedelta(days=4)}") == []
    assert len(actions(ina, f"since={today - timedelta(days=4)}&until={today}")) == 3
    assert len(actions(ina, "since=yesterday&until=9999-12-31&who=x&kind=nothing&page=-3")) == 3


@pytest.mark.parametrize(
    ("action", "kind"),
    [
        *((action, "score") for action in ("override score", "remove override", "change rubric")),
        *((action, "score") for action in ("grade written answer", "read written answer")),
        *((action, "score") for action in ("answer regrade request", "publish regrade", "cancel")),
        *((action, "score") for action in ("grade again", "import work", "import gradebook")),
        *((action, "score") for action in ("score written option", "score presentation")),
        *((action, "time") for action in ("give extension", "change pass rule", "add assignment")),
        *((action, "role") for action in ("make sign-in link", "end viewing as student")),
        *((action, "sight") for action in ("publish written scores", "show results after due")),
        *((action, "work") for action in ("cancel comparison", "pause grading", "assign reader")),
        *((action, "site") for action in ("create course", "join course")),
    ],
)
def test_an_action_is_among_those_of_its_kind_and_no_other(session, course, action, kind):
    record(session, CommandLine(course.id), action, subject="submission 1")
    session.commit()
    pages = {
        each: log.log_page(session, course, LogFilters(kind=each), page=1, rows=9) for each in KINDS
    }
    assert {each for each, page in pages.items() if page.entries} == {kind}


def test_every_action_that_the_code_records_is_of_one_kind_and_every_kinds_action_is_recorded():
    kept = [action for _, actions in KINDS.values() for action in actions]
    assert sorted(kept) == sorted(set(kept))
    assert recorded_in_code() == set(kept)


def recorded_in_code() -> set[str]:
    """The texts that can reach a parameter `action` anywhere in the web service."""
    trees = [
        ast.parse(path.read_text())
        for path in Path(webapp.__file__).parent.rglob("*.py")
        if path.parts[-2:] != ("audit", "record.py")
    ]
    functions = [f for tree in trees for f in ast.walk(tree) if isinstance(f, ast.FunctionDef)]
    takes = {"record": 2, "record_by": 3}
    for function in functions:
        names = [each.arg for each in (*function.args.args, *function.args.kwonlyargs)]
        if "action" in names:
            takes[function.name] = names.index("action")
    found = {
        text
        for function in functions
        for call in ast.walk(function)
        if isinstance(call, ast.Call)
        for given in given_to(call, takes)
        for text in texts_of(given, function)
    }
    return found | {text for tree in trees for text in annotated(tree)}


def given_to(call: ast.Call, takes: dict[str, int]) -> list[ast.expr]:
    """What a call gives as the action, if anything."""
    name = getattr(call.func, "attr", getattr(call.func, "id", ""))
    if name not in takes:
        return []
    named = [keyword.value for keyword in call.keywords if keyword.arg == "action"]
    return named or call.args[takes[name] : takes[name] + 1]


def texts_of(given: ast.expr, function: ast.FunctionDef) -> list[str]:
    """The texts that an expression can be; of a name, what the function gives it."""
    if isinstance(given, ast.Constant):
        return [given.value]
    if isinstance(given, ast.IfExp):
        return texts_of(given.body, function) + texts_of(given.orelse, function)
    assert isinstance(given, ast.Name | ast.Subscript | ast.Lambda), ast.unparse(given)
    return []


def annotated(tree: ast.Module) -> list[str]:
    """The texts of what is declared as an action, or as a table of actions."""
    return [
        text.value
        for each in ast.walk(tree)
        if isinstance(each, ast.AnnAssign) and "Action" in ast.unparse(each.annotation)
        for text in ast.walk(each.value)
        if isinstance(text, ast.Constant)
    ]


def test_an_action_without_a_kind_is_not_recorded(session, course):
    with pytest.raises(ValueError, match="no kind for 'alter score'"):
        record(session, CommandLine(course.id), "alter score", subject="submission 1")


def test_numbers_that_no_row_can_have_are_as_if_they_were_not_there(auth, entries):
    ina, huge = auth.login("ina"), "1" + "0" * 30
    assert len(actions(ina, f"who={huge}&page={huge}")) == 3
    for page in ("staff", "staff/insight", "staff/people", "staff/assignments/a01_demo"):
        assert ina.get(ina.course(f"{page}?page={huge}")).status_code == 200
    ada = entries["Ada"]
    view = ina.course(f"staff/students/{ada}/view")
    assert ina.post(view, {"submission_id": huge}).status_code == 303


def test_pages_are_cut_by_the_database(session, course, entries):
    page = log.log_page(session, course, LogFilters(), page=2, rows=2)
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
