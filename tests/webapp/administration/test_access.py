"""Who gets into the site's own rooms: its administrators, who may create courses, no others."""

import pytest
import sqlalchemy as sa

from tests.webapp.courses.route_roles import OF_THE_SITE
from webapp.models import AuditEntry, Course, User

ROOMS = "/administration"
FOR_ADMINISTRATORS = {
    *("administration.join", "administration_roles.index", "administration_roles.give"),
    *("administration_roles.take", "administration_roles.new_link", "administration_roles.log"),
    *("api.join_course", "api.role_holders", "api.make_administrator"),
    *("api.let_create_courses", "api.take_back_administrator", "api.no_longer_let_create"),
    *("api.make_site_link", "api.log_of_site"),
    *("versions.index", "versions.upload", "versions.show", "versions.status", "versions.prove"),
    *("versions.ask", "versions.use", "versions.use_placed"),
    *("api.assignments_of_site", "api.bring_assignment", "api.versions_of_assignment"),
    *("administration_room.show", "administration_room.save", "api.change_course_room"),
    *("api.prove_version", "api.use_version", "api.use_placed_assignment"),
}
# See tests/webapp/terms: instructors may do some of it.
OF_TERMS = {"api.whole_course", "api.copy_course", "api.archive_course", "api.take_back_course"}
OF_TERMS |= {"api.delete_course"}
OF_TERMS |= {each for each in OF_THE_SITE if each.startswith("administration_course.")}
ROOMS_HERE = OF_THE_SITE - OF_TERMS
VERSION = {"name": "a01_demo", "number": 1}

BODIES = {
    "api.change_course_room": {"room_mb": 5},
    "api.create_course": {"slug": "dl", "title": "N", "term": "T", "time_zone": "UTC"},
    "api.make_administrator": {"email": "amy@example.edu"},
    "api.let_create_courses": {"email": "amy@example.edu"},
}


def requests_of(app, values):
    """Every (endpoint, method, address) of the site's rooms, of pages and of the API."""
    adapter = app.url_map.bind("localhost")
    for rule in app.url_map.iter_rules():
        if rule.endpoint in ROOMS_HERE:
            known = VERSION | values
            used = {key: known[key] for key in rule.arguments if key in known}
            used |= rule.defaults or {}
            for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}):
                yield rule.endpoint, method, adapter.build(rule.endpoint, used, method=method)


def statuses(app, visitor, ask, name, values):
    """What each room answers somebody, by endpoint."""
    token, found = visitor.token(), {}
    for endpoint, method, address in requests_of(app, values):
        if endpoint.startswith("api."):
            body = BODIES.get(endpoint, {}) if method == "POST" else None
            found[endpoint] = ask(name, method, address, body)[0]
        else:
            form = {"csrf_token": token}
            found[endpoint] = visitor.client.open(address, method=method, data=form).status_code
    return found


@pytest.mark.parametrize("name", ["ada", "gil", "ina", "eve"])
def test_a_role_in_a_course_opens_no_room_of_the_site(app, auth, ask, session, name):
    found = statuses(app, auth.login(name), ask, name, {"slug": "dl", "user_id": 1})
    assert found == dict.fromkeys(ROOMS_HERE, 403)
    assert session.scalars(sa.select(AuditEntry)).all() == []


def test_who_may_create_courses_gets_no_further(app, auth, ask, session, max_):
    found = statuses(app, auth.login("max"), ask, "max", {"slug": "dl", "user_id": 1})
    refused = {endpoint for endpoint, status in found.items() if status == 403}
    assert refused == FOR_ADMINISTRATORS
    assert all(found[endpoint] in (200, 422) for endpoint in ROOMS_HERE - refused)


def test_an_administrator_gets_everywhere(app, auth, ask, session, amy):
    found = statuses(app, auth.login("amy"), ask, "amy", {"slug": "dl", "user_id": amy.id})
    assert set(found) == ROOMS_HERE
    assert {code for code in found.values() if code not in (200, 303, 404, 409, 422)} == set()


def test_an_administrator_is_no_staff_of_a_course_by_that(auth, ask, amy):
    visitor = auth.login("amy")
    for page in ("", "staff", "staff/people", "staff/settings"):
        assert visitor.get(f"/courses/dl/{page}").status_code == 404
    assert ask("amy", "GET", "/api/v1/courses/dl/staff/roster")[0] == 404


@pytest.mark.parametrize("scopes", [("submit", "read", "grade", "manage"), ("submit",)])
def test_a_token_changes_the_site_only_with_its_scope(ask, session, amy, scopes):
    course = BODIES["api.create_course"] | {"slug": "new"}
    code, answer = ask("amy", "POST", "/api/v1/administration/courses", course, scopes)
    assert code == 403
    assert "lacks the scope administer" in answer["error"]
    assert session.scalar(sa.select(sa.func.count(Course.id))) == 2


def test_strangers_are_sent_to_sign_in(app, client):
    for endpoint, method, address in requests_of(app, {"slug": "dl", "user_id": 1}):
        if not endpoint.startswith("api.") and method == "GET":
            assert client.get(address).status_code == 302, address
        elif endpoint.startswith("api."):
            assert client.open(address, method=method).status_code == 401, address


def test_every_change_of_the_site_needs_a_form_of_ours(app, auth, amy, session):
    visitor = auth.login("amy")
    for endpoint, method, address in requests_of(app, {"slug": "dl", "user_id": amy.id}):
        if not endpoint.startswith("api.") and method == "POST":
            assert visitor.client.post(address).status_code == 400, address
    session.expire_all()
    assert session.get_one(User, amy.id).is_administrator
