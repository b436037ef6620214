"""The interface for programs: a token and nothing else opens it, and it says what pages say."""

import io
from datetime import timedelta

import pytest
import sqlalchemy as sa

from tests.webapp.graders import notebook
from tests.webapp.sample_course import ASSIGNMENT, PASSWORD
from webapp.base.clock import now
from webapp.models import ApiToken, CourseAssignment, Submission, User
from webapp.site import tokens

HAND_IN = f"/api/v1/courses/dl/assignments/{ASSIGNMENT}/submissions"


@pytest.fixture
def token(session):
    """Makes a token for someone; returns the header that carries it."""

    def make(name: str, label: str = "laptop") -> dict[str, str]:
        user = session.scalars(sa.select(User).where(User.name == name.capitalize())).one()
        text = tokens.create(session, user, label)
        session.commit()
        return {"Authorization": f"Bearer {text}"}

    return make


def hand_in(client, headers, data, **options):
    files = {"notebook": (io.BytesIO(data), "work.ipynb")}
    return client.post(HAND_IN, data=files, headers=headers, **options)


def test_a_program_hands_in_and_reads_its_receipt(client, token, session):
    response = hand_in(client, token("ada"), notebook("x = 1"))
    assert response.status_code == 201
    receipt = response.get_json()
    kept = session.scalars(sa.select(Submission)).one()
    assert (receipt["submission"], receipt["sha256"]) == (kept.id, kept.sha256)
    assert (receipt["attempt"], receipt["new"], receipt["state"]) == (1, True, "queued")
    assert receipt["page"].endswith(f"/courses/dl/submissions/{kept.id}")


def test_the_same_work_again_is_said_and_not_kept_twice(client, token, session):
    headers = token("ada")
    hand_in(client, headers, notebook("x = 1"))
    again = hand_in(client, headers, notebook("x = 1"))
    assert (again.status_code, again.get_json()["new"]) == (200, False)
    assert session.scalar(sa.select(sa.func.count(Submission.id))) == 1


def test_questions_and_staffs_points_are_read_once_graded(client, token, auth, graded):
    submission = graded("ada")
    auth.login("gil").post(
        f"/courses/dl/staff/submissions/{submission.id}/grades/why",
        {"points": "1.5", "comment": "Say more."},
    )
    address = f"/api/v1/courses/dl/submissions/{submission.id}"
    found = client.get(address, headers=token("ada")).get_json()
    assert (found["state"], found["score"], found["max_score"]) == ("graded", 4.5, 5)
    shown = {q["name"]: (q["score"], q["message"]) for q in found["questions"]}
    assert shown == {"dense": (3, ""), "why": (1.5, "Say more.")}


def test_the_courses_one_takes_are_listed_with_their_assignments(client, token):
    (course,) = client.get("/api/v1/courses", headers=token("ada")).get_json()["courses"]
    assert course["course"] == "dl"
    assert [a["assignment"] for a in course["assignments"]] == [ASSIGNMENT]
    assert client.get("/api/v1/courses", headers=token("gil")).get_json() == {"courses": []}


@pytest.mark.parametrize("address", ["/api/v1/courses", "/api/v1/courses/dl/submissions/1"])
def test_a_session_does_not_open_the_interface(auth, graded, address):
    graded("ada")
    response = auth.login("ada").get(address)
    assert response.status_code == 400
    assert "no session" in response.get_json()["error"]


@pytest.mark.parametrize("name", [None, "bob"])
def test_a_browsers_remember_cookie_does_not_open_the_interface(auth, token, session, name):
    ada = auth.visitor()
    form = {"email": "ada@example.edu", "password": PASSWORD, "remember": "y"}
    ada.client.post("/login", data={**form, "csrf_token": ada.token("/login")})
    ada.client.delete_cookie("heldout")
    assert ada.client.get_cookie("heldout-remember") is not None
    headers = token(name) if name else {}
    response = ada.client.get("/api/v1/courses", headers=headers)
    assert response.status_code in (400, 401)
    assert response.get_json().keys() == {"error"}
    ada.client.delete_cookie("heldout")
    assert hand_in(ada.client, headers, notebook("x = 1")).status_code in (400, 401)
    assert session.scalar(sa.select(sa.func.count(Submission.id))) == 0


@pytest.mark.parametrize(
    "authorization",
    ["", "Bearer", "Bearer heldout_", "Bearer x", "Basic YWRhOmFkYQ==", "Bearer heldout_é"],
)
def test_without_a_token_of_ours_nothing_opens(client, authorization):
    headers = {"Authorization": authorization.encode().decode("latin-1")}
    response = hand_in(client, headers, notebook("x = 1"))
    assert response.status_code == 401
    assert "token" in response.get_json()["error"]


def test_an_expired_or_removed_token_and_a_closed_account_open_nothing(client, token, session):
    expired, removed, closed = token("ada"), token("ada"), token("bob")
    first, second, _ = session.scalars(sa.select(ApiToken).order_by(ApiToken.id)).all()
    first.expires_at = now() - timedelta(seconds=1)
    session.delete(second)
    session.execute(sa.update(User).where(User.name == "Bob").values(active=False))
    session.commit()
    for headers in (expired, removed, closed):
        assert client.get("/api/v1/courses", headers=headers).status_code == 401


def test_a_token_opens_no_page(client, token):
    headers = token("ada")
    assert client.get("/account", headers=headers).status_code == 302
    assert client.get("/courses/dl/", headers=headers).status_code == 302


@pytest.mark.parametrize(("name", "code"), [("bob", 404), ("gil", 403), ("ina", 403), ("eve", 404)])
def test_nobody_else_reads_a_submission(client, token, graded, name, code):
    address = f"/api/v1/courses/dl/submissions/{graded('ada').id}"
    response = client.get(address, headers=token(name))
    assert response.status_code == code
    assert response.get_json().keys() == {"error"}


def test_refusals_are_the_pages_sentences(client, token, session):
    headers = token("ada")
    refused = hand_in(client, headers, b"\x89PNG")
    assert (refused.status_code, refused.get_json()["error"][:22]) == (
        422,
        "This is not a notebook",
    )
    session.execute(sa.update(CourseAssignment).values(opens_at=now() + timedelta(hours=5)))
    session.commit()
    early = hand_in(client, headers, notebook("x = 1"))
    assert early.status_code == 409
    assert early.get_json() == {"error": "This assignment is not open yet."}
    assert client.get("/api/v1/nothing", headers=headers).get_json().keys() == {"error"}


def test_the_account_page_shows_a_token_once_and_only_its_hash_is_kept(auth, client, session):
    ada = auth.login("ada")
    made = ada.post("/account/tokens", {"label": "laptop", "scopes": "submit"}).text
    text = made.split('id="made" type="text" readonly value="')[1].split('"')[0]
    assert text not in ada.get("/account").text
    entry = session.scalars(sa.select(ApiToken)).one()
    assert entry.name == "laptop"
    assert text not in (entry.name, entry.sha256)
    headers = {"Authorization": f"Bearer {text}"}
    assert client.get("/api/v1/courses", headers=headers).status_code == 200
    ada.post(f"/account/tokens/{entry.id}/remove")
    assert client.get("/api/v1/courses", headers=headers).status_code == 401


def test_nobody_removes_someone_elses_token(auth, token, session):
    token("ada")
    entry = session.scalars(sa.select(ApiToken)).one()
    assert auth.login("bob").post(f"/account/tokens/{entry.id}/remove").status_code == 404
    session.expire_all()
    assert session.scalar(sa.select(sa.func.count(ApiToken.id))) == 1


def test_signing_out_everywhere_ends_tokens_too(auth, client, token):
    headers = token("ada")
    auth.login("ada").post("/account/sign-out-everywhere")
    assert client.get("/api/v1/courses", headers=headers).status_code == 401


def test_a_token_needs_a_name_and_there_is_a_most(auth, session):
    ada = auth.login("ada")
    assert (
        "Say what the token is for"
        in ada.post("/account/tokens", {"label": " ", "scopes": "submit"}).text
    )
    user = session.scalars(sa.select(User).where(User.name == "Ada")).one()
    for number in range(tokens.MOST):
        tokens.create(session, user, f"{number}")
    session.commit()
    refused = ada.post("/account/tokens", {"label": "one more", "scopes": "submit"})
    assert refused.status_code == 409
    assert "remove one first" in refused.text
