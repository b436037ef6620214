"""The API keeps its own description: every answer fits it, and no request breaks the service."""

from __future__ import annotations

import pytest
import schemathesis
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from tests.webapp.graders import LIBRARY, result
from tests.webapp.sample_course import ASSIGNMENT
from webapp.api.document import openapi_document
from webapp.models import ApiToken, AuditEntry, Regrade, RegradeState, User
from webapp.site import tokens

pytestmark = pytest.mark.slow

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
]
# Each example is a request; a longer run is a matter of this number.
EXAMPLES = 12
# Where one's role is refused, before anything that was sent is looked at, few say as much.
REFUSED_EXAMPLES = 3


def _settings(examples: int) -> settings:
    return settings(
        max_examples=examples,
        deadline=None,
        database=None,
        derandomize=True,
        suppress_health_check=list(HealthCheck),
    )


STAFF = "/api/v1/courses/dl/staff"
PLACES = {"slug": "dl", "name": ASSIGNMENT, "submission_id": 1, "question": "why", "user_id": 1}
PLACES |= {"kind": "review", "number": 1, "proposal_id": 1}


@pytest.fixture
def token(session):
    """Makes a token with scopes for someone; returns the header that carries it."""

    def make(name: str, *scopes: str) -> dict[str, str]:
        user = session.scalars(sa.select(User).where(User.name == name.capitalize())).one()
        text = tokens.create(session, user, "test", scopes)
        session.commit()
        return {"Authorization": f"Bearer {text}"}

    return make


@pytest.mark.parametrize("name", ["ada", "ina", "eve"])
def test_no_request_breaks_what_the_document_promises(app, graded, session, token, name):
    graded("ada", result(score=1))
    # Eve looks after the site; her token opens its rooms, and no course but her own.
    session.execute(sa.update(User).where(User.name == "Eve").values(is_administrator=True))
    session.commit()
    headers = token(name, *tokens.SCOPES)
    schema = schemathesis.openapi.from_wsgi("/api/v1/openapi.json", app)
    tried, codes = 0, set()
    for found in schema.get_all_operations():
        operation = found.ok()
        if name == "eve" and not _of_site(operation.path):
            continue
        of_staff = "/staff" in operation.path or _of_site(operation.path)
        refused = name == "ada" and of_staff

        @_settings(REFUSED_EXAMPLES if refused else EXAMPLES)
        @given(case=operation.as_strategy())
        def request(case):
            # Half of the requests go where there is something.
            # Who is taken out of the course is not the one whose things the others try.
            places = PLACES | ({"user_id": 2} if "/people/" in case.operation.path else {})
            for key, value in places.items():
                if key in case.path_parameters and len(str(case.path_parameters[key])) % 2:
                    case.path_parameters[key] = value
            codes.add(case.call_and_validate(checks=CHECKS, headers=headers).status_code)

        request()
        tried += 1
    assert tried == len([p for _, p in _operations(app) if name != "eve" or _of_site(p)])
    assert codes >= {200, 404}


def _of_site(path):
    return "/administration/" in path


def _operations(app):
    for path, methods in openapi_document(app)["paths"].items():
        for method in methods:
            yield method, path


def test_every_route_of_the_api_is_in_the_document(app):
    routes = {
        (method.lower(), rule.rule.replace("<int:", "<"))
        for rule in app.url_map.iter_rules()
        if rule.endpoint.startswith("api.") and rule.endpoint != "api.openapi"
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
    }
    shown = {(m, p.replace("{", "<").replace("}", ">")) for m, p in _operations(app)}
    assert routes == shown


def test_the_document_is_read_by_everybody_and_so_is_its_page(app, client, auth):
    document = client.get("/api/v1/openapi.json").get_json()
    assert document["openapi"].startswith("3.1")
    page = client.get("/api").text
    for path in document["paths"]:
        assert path in page
    assert "<script" not in page.split("<main")[1]
    assert auth.login("ada").get("/api").status_code == 200


@pytest.mark.parametrize(
    ("scopes", "codes"),
    [
        (("submit",), {"own": 200, "roster": 403, "regrade": 403}),
        (("read",), {"own": 200, "roster": 200, "regrade": 403}),
        (("grade",), {"own": 403, "roster": 403, "regrade": 409}),
    ],
)
def test_a_token_does_only_what_its_scopes_say(client, token, scopes, codes):
    headers = token("ina", *scopes)
    found = {
        "own": client.get("/api/v1/courses", headers=headers),
        "roster": client.get(f"{STAFF}/roster", headers=headers),
        "regrade": client.post(
            f"{STAFF}/assignments/{ASSIGNMENT}/regrade", headers=headers, json={}
        ),
    }
    assert {name: answer.status_code for name, answer in found.items()} == codes
    refused = [a for a in found.values() if a.status_code == 403]
    assert all("lacks the scope" in answer.get_json()["error"] for answer in refused)


def test_tokens_from_before_there_were_scopes_hand_in_and_follow_their_own_work(session):
    session.execute(
        sa.text(
            "INSERT INTO api_tokens (user_id, name, sha256, created_at, expires_at) "
            "SELECT id, 'old', 'x', '2026-01-01', '2030-01-01' FROM users LIMIT 1"
        )
    )
    assert session.scalars(sa.select(ApiToken.scopes)).all() == ["submit"]


@pytest.mark.parametrize(("name", "code"), [("ada", 403), ("gil", 200), ("ina", 200), ("eve", 404)])
def test_only_staff_of_the_course_read_it(client, token, graded, name, code):
    submission = graded("ada")
    headers = token(name, *tokens.SCOPES)
    for path in ("roster", "gradebook", "submissions", f"submissions/{submission.id}"):
        assert client.get(f"{STAFF}/{path}", headers=headers).status_code == code, path


@pytest.mark.parametrize(("name", "code"), [("ada", 403), ("gil", 403), ("eve", 404)])
@pytest.mark.parametrize("path", ["", "/publish", "/discard"])
def test_only_instructors_regrade(client, token, name, code, path):
    address = f"{STAFF}/assignments/{ASSIGNMENT}/regrade{path}"
    body = {"regrade": 1} if path else {}
    answer = client.post(address, headers=token(name, *tokens.SCOPES), json=body)
    assert answer.status_code == code


def test_the_score_table_says_what_the_page_says(client, token, graded):
    graded("ada", result(score=3))
    found = client.get(f"{STAFF}/gradebook", headers=token("gil", "read")).get_json()
    assert [row["name"] for row in found["students"]] == ["Ada", "Bob"]
    cell = found["students"][0]["scores"][ASSIGNMENT]
    assert (cell["score"], cell["waiting"], cell["attempts"]) == (3, 1, 1)
    assert found["students"][1]["scores"] == {}
    assert found["found"] == 2
    beyond = client.get(f"{STAFF}/gradebook?page=2", headers=token("gil", "read")).get_json()
    assert beyond == {"students": [], "found": 2}


def test_a_regrade_is_started_seen_and_discarded_by_program(app, client, token, session, graded):
    graded("ada", result(score=1))
    app.extensions["heldout"] = type(LIBRARY)(conditions=_other_conditions)
    headers = token("ina", "grade")
    address = f"{STAFF}/assignments/{ASSIGNMENT}/regrade"
    started = client.post(address, headers=headers, json={"scope": "all"})
    assert started.status_code == 201
    number = started.get_json()["regrade"]
    seen = client.get(address, headers=headers).get_json()
    assert (seen["total"], seen["done"], seen["running"]) == (1, 0, True)
    unseen = client.post(f"{address}/discard", headers=headers, json={"regrade": number + 1})
    assert unseen.status_code == 409
    gone = client.post(f"{address}/discard", headers=headers, json={"regrade": number})
    assert gone.get_json() == {"regrade": number, "state": "discarded", "published": 0}
    assert session.scalars(sa.select(Regrade.state)).all() == [RegradeState.DISCARDED]
    actions = session.scalars(sa.select(AuditEntry.action)).all()
    assert actions == ["start regrade", "discard regrade"]
    assert client.get(address, headers=headers).status_code == 404


def _other_conditions(_session: object, _assignment: str):
    from webapp.grading.conditions import Conditions

    return Conditions("v2", "")


@pytest.mark.parametrize(
    ("options", "code"),
    [
        ({"json": {"scope": "everything"}}, 422),
        ({"json": {"unknown": 1}}, 422),
        ({"data": "{", "content_type": "application/json"}, 400),
        ({"data": {"scope": "all"}}, 415),
    ],
)
def test_a_body_that_does_not_fit_is_refused_with_a_sentence(client, token, options, code):
    address = f"{STAFF}/assignments/{ASSIGNMENT}/regrade"
    answer = client.post(address, headers=token("ina", "grade"), **options)
    assert answer.status_code == code
    assert answer.get_json()["error"]


@pytest.mark.parametrize("number", [2**31, 2**63, 10**30])
def test_a_number_that_no_database_holds_is_no_submission(client, auth, token, number):
    headers = token("ada", "read")
    assert (
        client.get(f"/api/v1/courses/dl/submissions/{number}", headers=headers).status_code == 404
    )
    page = auth.login("ada").get(f"/courses/dl/submissions/{number}")
    assert page.status_code == 404


def test_an_address_with_nul_is_refused(client, token):
    headers = token("ina", "read")
    assert client.get("/api/v1/courses/d%00l/submissions", headers=headers).status_code == 400
    found = client.get(f"{STAFF}/gradebook?search=%00", headers=headers)
    assert found.status_code == 400
