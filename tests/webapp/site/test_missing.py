"""What a query misses is answered as an address that leads nowhere."""

import re

import pytest

# The first of each is missed by a query, the second one by the page or the API itself.
PAGES = (
    "/courses/dl/staff/readings/reviews/999",
    "/courses/dl/staff/readings/presentations/999/score",
)
PROGRAMS = (
    "/api/v1/courses/dl/staff/readings/review/999",
    "/api/v1/courses/dl/staff/assignments/intro/regrade",
)


def told(response) -> tuple:
    """All that an answer says, without what each request has of its own."""
    headers = {name: value for name, value in response.headers if name != "X-Request-ID"}
    text = re.sub(r'(name="csrf_token" value=)"[^"]*"', r"\1", response.text)
    return response.status_code, headers, text


@pytest.mark.parametrize("headers", [{}, {"HX-Request": "true"}], ids=["page", "part of a page"])
def test_a_page_answers_what_a_query_misses_as_any_wrong_address(auth, headers):
    gil = auth.login("gil")
    gil.get(PAGES[0])  # the first page after signing in also sends the session's cookie
    missed, wrong = (gil.get(path, headers=headers) for path in PAGES)
    assert missed.status_code == 404
    assert "There is nothing here" in missed.text
    assert told(missed) == told(wrong)


def test_a_program_is_answered_what_a_query_misses_as_any_wrong_address(ask):
    missed, wrong = (ask("gil", "GET", path) for path in PROGRAMS)
    assert missed == wrong
    assert missed[0] == 404
    assert missed[1]["error"].startswith("The address may be mistyped")
