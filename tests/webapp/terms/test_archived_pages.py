"""An archived course as people and programs reach it: everything is shown, nothing is taken."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, get_args, get_origin

import msgspec
import pytest
import sqlalchemy as sa
from flask import Flask
from flask_security.utils import hash_password
from sqlalchemy.orm import Session

from tests.webapp import sample_course
from tests.webapp.conftest import Auth
from tests.webapp.graders import notebook
from tests.webapp.migrations.old_courses import DAMAGED, DETAILS
from tests.webapp.shared import SharedApplication
from tests.webapp.terms.changes import open_everything
from tests.webapp.terms.two_courses import FIRST, SECOND, Dump, dump
from webapp.api.operations import Operation
from webapp.audit.record import SiteActor
from webapp.models import Content, Course, Result, User
from webapp.site import tokens
from webapp.terms.operations import archive_course

VALUES: dict[str, Any] = {
    **{"slug": "dl", "name": "a01_demo", "question": "why", "kind": "review", "submission_id": 1},
    **dict.fromkeys(("user_id", "proposal_id", "review_id", "number", "comment_id"), 1),
    **dict.fromkeys(("request_id", "note_id", "template_id", "pair_id", "position", "cell"), 1),
    **dict.fromkeys(("import_id", "reply_id", "report_id", "regrade_id"), 1),
}


@pytest.fixture
def app(full: sa.Engine, shared_application: SharedApplication) -> Iterator[Flask]:
    """The application over both courses, of which the first is archived."""
    with shared_application.over(full.url.render_as_string(hide_password=False)) as app:
        with app.app_context(), Session(full) as session:
            session.execute(sa.update(User).values(password=hash_password(sample_course.PASSWORD)))
            session.execute(sa.update(Content).values(data=notebook("x = 1")))
            # No page shows a result that is damaged.
            for number in (each + apart for each in DAMAGED for apart in (0, SECOND - FIRST)):
                session.get_one(Result, number).detail = DETAILS[2]
            session.commit()
            open_everything(session)
            course = session.get_one(Course, 1)
            archive_course(session, SiteActor(5), course, cancel_waiting=True)
        yield app


def _changing(app: Flask, *, api: bool) -> Iterator[tuple[str, str, Operation | None]]:
    """Every route of a course that could change something: method, address, operation."""
    with app.test_request_context():
        for rule in app.url_map.iter_rules():
            if "slug" not in rule.arguments or "/administration/" in rule.rule:
                continue
            if rule.rule.startswith("/api/") != api:
                continue
            values = {key: VALUES.get(key, "x") for key in rule.arguments} | (rule.defaults or {})
            for method in sorted((rule.methods or set()) - {"GET", "HEAD", "OPTIONS"}):
                found = getattr(app.view_functions[rule.endpoint], "operation", None)
                yield method, rule.build(values)[1], found


def _dumped(engine: sa.Engine) -> Dump:
    """All but when a token was used last."""
    with engine.connect() as connection:
        found = dump(connection)
    for row in found["api_tokens"]:
        row["last_used_at"] = None
    return found


@pytest.mark.parametrize("name", ["ina", "ada"])
def test_no_form_of_an_archived_course_is_taken(app: Flask, full: sa.Engine, name: str) -> None:
    visitor = Auth(app).login(name)
    token = visitor.token()
    before, refused = _dumped(full), 0
    for method, address, _ in _changing(app, api=False):
        answer = visitor.client.open(address, method=method, data={"csrf_token": token})
        assert answer.status_code in (409, 403), (address, answer.status_code)
        if answer.status_code == 409:
            refused += 1
            assert "This course is archived" in answer.text
    assert refused > {"ina": 40, "ada": 10}[name]
    assert _dumped(full) == before


@pytest.mark.parametrize("name", ["ina", "ada"])
def test_no_program_changes_an_archived_course(app: Flask, full: sa.Engine, name: str) -> None:
    with Session(full) as session:
        user = session.scalars(sa.select(User).where(User.name == name.capitalize())).one()
        token = tokens.create(session, user, "test", tokens.SCOPES)
        session.commit()
    client, headers = app.test_client(), {"Authorization": f"Bearer {token}"}
    before, refused = _dumped(full), 0
    for method, address, found in _changing(app, api=True):
        options = {"json": _filled(found.body)} if found and found.body else {}
        answer = client.open(address, method=method, headers=headers, **options)
        assert answer.status_code in (409, 403), (address, answer.status_code, answer.text)
        refused += answer.status_code == 409
    assert refused > {"ina": 30, "ada": 0}[name]
    assert _dumped(full) == before


def _filled(kind: Any) -> Any:
    """Some value of a type that a body may have."""
    if isinstance(kind, type) and issubclass(kind, msgspec.Struct):
        fields = msgspec.structs.fields(kind)
        return {each.encode_name: _filled(each.type) for each in fields if each.required}
    if get_origin(kind) in (list, tuple):
        return [_filled(get_args(kind)[0])] * 2
    for some in ("2027-01-11", "abc", 1, True, {}):
        try:
            msgspec.convert(some, kind)
        except msgspec.ValidationError:
            continue
        return some
    if hasattr(kind, "__members__"):
        return next(iter(kind)).value
    return (
        _filled(get_args(kind)[0]) if not isinstance(get_args(kind)[0], str) else get_args(kind)[0]
    )


@pytest.mark.parametrize("folder", ["gone", "changed"])
@pytest.mark.parametrize("name", ["ina", "ada"])
def test_every_page_is_whole_whatever_the_folder_of_assignments_holds(
    app: Flask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, folder: str
) -> None:
    place = tmp_path / "assignments"
    monkeypatch.setenv("HELDOUT_ASSIGNMENTS", str(place))
    if folder == "changed":
        (place / "a01_demo").mkdir(parents=True)
        (place / "a01_demo" / "assignment.toml").write_text("title = ")
    visitor = Auth(app).login(name)
    # nbgrader's database is made by nbgrader, which takes longer than all else.
    seen, waiting = {"/static/", "/courses/dl/staff/grades/gradebook.db"}, ["/courses/dl/"]
    while waiting:
        path = waiting.pop()
        kind = "/static/" if path.startswith("/static/") else re.sub(r"\d+", "#", path)
        if kind in seen:
            continue
        seen.add(kind)
        answer = visitor.get(path)
        # What hands a release out says that it cannot, in a sentence.
        fine = (200, 302, 303, 409) if "release" in path else (200, 302, 303)
        assert answer.status_code in fine, (path, answer.status_code)
        if answer.mimetype == "text/html":
            links = re.findall(r'href="(/[^"#?]*)', answer.text)
            waiting += [*links, *([answer.location] if answer.location else [])]
    assert len(seen) > 10


def test_downloads_show_what_is_stored(
    app: Flask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ina = Auth(app).login("ina")
    monkeypatch.setenv("HELDOUT_ASSIGNMENTS", str(tmp_path / "gone"))
    scores = ina.get("/courses/dl/staff")
    assert "Ada" in scores.text
    assert "Title" in scores.text
    result = ina.get("/courses/dl/submissions/1")
    assert result.status_code == 200
    assert "dense" in result.text
    with app.test_request_context():
        rules = [rule for rule in app.url_map.iter_rules() if rule.endpoint in _DOWNLOADS]
        paths = [rule.build({k: VALUES[k] for k in rule.arguments})[1] for rule in rules]
    assert len(paths) == len(_DOWNLOADS)
    for path in paths:
        answer = ina.get(path)
        assert (answer.status_code, bool(answer.data)) == (200, True), path


_DOWNLOADS = {
    *("submissions.download", "grades.export", "grades.canvas", "log.export"),
    *("proposals.slide", "readings.presentations.export"),
}
