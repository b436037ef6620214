"""Kinds of work are opened on whatever session they are given, without a request."""

import pytest
from sqlalchemy.orm import Session, object_session

from webapp.base.database import Missing
from webapp.models import Enrolment
from webapp.reading.kinds import place_in, work_at
from webapp.rubrics.names import Names


@pytest.fixture
def other(engine):
    """A session that belongs to no request."""
    with Session(engine) as own:
        yield own


@pytest.fixture
def reader(other, ina) -> Enrolment:
    """ina, as the other session knows her."""
    return other.get_one(Enrolment, ina.id)


def test_an_answer_is_opened_and_shown_on_a_session_of_its_own(other, reader, item, handed_in):
    place = place_in(other, reader, item.assignment, "why")
    work = work_at(other, reader, place, kind="answer", number=handed_in[0])
    assert object_session(work.row) is other
    assert "*because* of ada" in work.kind.show(other, work, Names(hidden=False)).text


def test_a_review_is_opened_and_shown_on_a_session_of_its_own(other, reader, reviews):
    work = work_at(other, reader, place_in(other, reader), kind="review", number=reviews[0])
    assert object_session(work.row) is other
    assert work.kind.show(other, work, Names(hidden=False)).text == "text"


def test_what_is_not_there_is_missing(other, reader, item, handed_in, reviews):
    place = place_in(other, reader, item.assignment, "why")
    course = place_in(other, reader)
    for where, kind, number in (
        (place, "answer", max(handed_in) + 1),
        (place, "review", reviews[0]),
        (course, "review", max(reviews) + 1),
        (course, "proposal", 1),
        (course, "nonsense", 1),
    ):
        with pytest.raises(Missing):
            work_at(other, reader, where, kind=kind, number=number)
    with pytest.raises(Missing):
        place_in(other, reader, item.assignment, "layers")
    with pytest.raises(Missing):
        place_in(other, reader, "nonsense", "why")
