"""Reading by rubric: points by stored levels, who reads what, names hidden, graders compared."""

import io
import re
import threading
from dataclasses import replace

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from webapp.models import (
    AuditEntry,
    Course,
    PaperReview,
    Proposal,
    Reading,
    User,
)
from webapp.reading.keeping import give, put_rubric
from webapp.reading.kinds.kind import Opened, Place
from webapp.reading.kinds.review import REVIEW
from webapp.reading.queries import works
from webapp.rubrics.marks import Sent
from webapp.rubrics.names import Names

READINGS = "/courses/dl/staff/readings"
BOTH = {"clarity": "4", "communication": "3"}


def read(visitor, number: int, **marks: str):
    return visitor.post(f"{READINGS}/reviews/{number}", {**BOTH, **marks})


def rubric_form(visitor, kind: str = "review") -> dict[str, str]:
    """The rubric's form as a browser would send it back."""
    page = visitor.get(f"{READINGS}/rubrics/{kind}").text
    inputs = re.findall(r"<input [^>]*>", page)
    found = {}
    for field in inputs:
        name, value = re.search(r'name="([^"]+)"', field), re.search(r'value="([^"]*)"', field)
        if name and re.match(r"(item|title|level|points|label)-", name[1]):
            found[name[1]] = value[1] if value else ""
    return found


def mean_of(session, number: int):
    course = session.scalars(sa.select(Course).where(Course.slug == "dl")).one()
    session.expire_all()
    found = works(session, Place(course), Names(hidden=False))
    return next(work for work in found if (work.kind, work.id) == ("review", number)).mean


def test_a_changed_level_changes_what_is_read_already_and_is_in_the_log(auth, session, reviews):
    read(auth.login("gil"), reviews[0])
    assert mean_of(session, reviews[0]) == 7
    ina = auth.login("ina")
    form = rubric_form(ina)
    form["points-0-4"], form["label-0-4"] = "8.5", "lucid"
    assert ina.post(f"{READINGS}/rubrics/review", form).status_code == 303
    assert mean_of(session, reviews[0]) == 11.5
    entry = session.scalars(sa.select(AuditEntry).where(AuditEntry.action == "change rubric")).one()
    assert entry.detail["scores_changed"] == 1
    page = ina.get(f"{READINGS}/reviews/{reviews[0]}").text
    assert "8.5 lucid" in page
    assert mean_of(session, reviews[1]) is None


def version_in(text: str) -> dict[str, str]:
    """The rubric that a page shows, as its form names it."""
    return {"rubric-version": re.search(r'name="rubric-version" value="(\w+)"', text)[1]}


def test_a_reading_sent_while_the_rubric_changes_waits_and_is_refused_as_typed(
    auth, session, reviews, engine
):
    gil, answers = auth.login("gil"), []
    opened = version_in(gil.get(f"{READINGS}/reviews/{reviews[0]}").text)
    marks = opened | {"comment": "Kept <b>"}
    reader = threading.Thread(target=lambda: answers.append(read(gil, reviews[0], **marks)))
    with Session(engine) as changing:
        place = Place(changing.scalars(sa.select(Course).where(Course.slug == "dl")).one())
        REVIEW.lock_to_change(changing, place)
        before = REVIEW.rubric(changing, place)
        reader.start()
        reader.join(1.5)
        assert reader.is_alive()
        put_rubric(changing, REVIEW, place, after=replace(before, items=before.items[::-1]))
        changing.commit()
    reader.join(30)
    assert answers[0].status_code == 409
    assert "The rubric has changed since you opened it" in answers[0].text
    assert "Kept &lt;b&gt;" in answers[0].text
    assert mean_of(session, reviews[0]) is None
    read(gil, reviews[0], **version_in(answers[0].text))
    assert mean_of(session, reviews[0]) == 7


def test_a_reading_sent_twice_at_once_is_one_reading(session, engine, reviews):
    grader = session.scalars(sa.select(User.id).where(User.name == "Gil")).one()
    failed = []

    def read_it(own: Session, comment: str) -> None:
        place = Place(own.scalars(sa.select(Course).where(Course.slug == "dl")).one())
        work = Opened(REVIEW, place, own.get_one(PaperReview, reviews[0]))
        give(own, work, grader_id=grader, sent=Sent(BOTH, comment))
        own.flush()

    def again() -> None:
        with Session(engine) as own:
            try:
                read_it(own, "again")
                own.commit()
            except IntegrityError as error:
                failed.append(error)

    with Session(engine) as first:
        read_it(first, "first")
        second = threading.Thread(target=again)
        second.start()
        second.join(1.0)
        first.commit()
    second.join(30)
    assert failed == []
    assert session.scalars(sa.select(Reading.comment)).all() == ["again"]


def test_two_who_change_a_rubric_at_once_do_not_undo_each_other_unawares(auth):
    ina, rubric = auth.login("ina"), f"{READINGS}/rubrics/review"
    form = rubric_form(ina) | version_in(ina.get(rubric).text)
    assert ina.post(rubric, form | {"title-0": "Theirs"}).status_code == 303
    refused = ina.post(rubric, form | {"title-0": "Mine <b>"})
    assert refused.status_code == 422
    assert "Somebody changed this rubric while you did" in refused.text
    assert "Mine &lt;b&gt;" in refused.text


def test_a_new_item_leaves_readings_incomplete_until_it_is_chosen(auth, session, reviews):
    gil, ina = auth.login("gil"), auth.login("ina")
    read(gil, reviews[0])
    form = rubric_form(ina) | {
        "title-2": "Own thoughts",
        "points-2-0": "0",
        "points-2-1": "2",
        "label-2-1": "many",
    }
    ina.post(f"{READINGS}/rubrics/review", form)
    assert mean_of(session, reviews[0]) is None
    key = rubric_form(ina)["item-2"]
    level = rubric_form(ina)["level-2-1"]
    assert read(gil, reviews[0]).status_code == 422
    read(gil, reviews[0], **{key: level})
    assert mean_of(session, reviews[0]) == 9


def test_an_item_taken_away_no_longer_counts_and_a_given_level_cannot_vanish(
    auth, session, reviews
):
    gil, ina = auth.login("gil"), auth.login("ina")
    read(gil, reviews[0])
    form = rubric_form(ina)
    refused = ina.post(f"{READINGS}/rubrics/review", form | {"points-0-4": ""})
    assert refused.status_code == 422
    assert "Clarity of writing at 4 points is given already" in refused.text
    assert mean_of(session, reviews[0]) == 7
    ina.post(f"{READINGS}/rubrics/review", form | {"title-1": ""})
    assert mean_of(session, reviews[0]) == 4


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"points-0-1": "nan"}, "expected a number from 0 to 100"),
        ({"points-0-1": "-1"}, "expected a number from 0 to 100"),
        ({"title-0": "", "title-1": ""}, "needs at least one item"),
        ({"title-0": "x" * 121}, "121 characters, expected at most 120"),
        ({"title-1": "clarity of WRITING"}, "same title"),
        ({f"points-0-{n}": "" for n in range(1, 6)}, "has 1 levels, expected at least 2"),
        ({f"points-0-{n}": "0" for n in range(6)}, "no level with more than 0 points"),
    ],
)
def test_a_rubric_that_is_none_is_refused_and_comes_back_as_typed(auth, reviews, change, sentence):
    ina = auth.login("ina")
    form = rubric_form(ina) | change | {"label-1-1": "kept <words>"}
    refused = ina.post(f"{READINGS}/rubrics/review", form)
    assert refused.status_code == 422
    assert sentence in refused.text
    assert "kept &lt;words&gt;" in refused.text
    assert "kept &lt;words&gt;" not in ina.get(f"{READINGS}/rubrics/review").text


def test_saving_leads_to_the_next_unread_until_nothing_waits(auth, reviews):
    gil = auth.login("gil")
    first = gil.get(f"{READINGS}/next")
    assert first.location.endswith(f"reviews/{reviews[0]}")
    second = read(gil, reviews[0], then="next")
    assert second.location.endswith(f"reviews/{reviews[1]}")
    last = read(gil, reviews[1], then="next")
    assert last.location.endswith("/readings")
    assert "Nothing more waits" in gil.get(READINGS).text


def test_a_second_reader_sees_the_first_only_after_saving_and_disagreement_shows(
    auth, reviews, second_grader
):
    gil, zoe = auth.login("gil"), auth.login("zoe")
    read(gil, reviews[0], clarity="5", communication="5", comment="Superb.")
    before = zoe.get(f"{READINGS}/reviews/{reviews[0]}").text
    assert "Superb." not in before
    assert "1 other reading: shown once you have saved yours" in before
    read(zoe, reviews[0], clarity="1", communication="2")
    assert "Superb." in zoe.get(f"{READINGS}/reviews/{reviews[0]}").text
    disputed = zoe.get(f"{READINGS}?show=disputed").text
    assert "Readers differ by 7" in disputed
    assert disputed.count('<th scope="row">') == 1
    read(zoe, reviews[0], clarity="4", communication="4")
    assert "Readers differ" not in zoe.get(READINGS).text


def test_a_list_keeps_what_others_gave_from_who_has_yet_to_read_it(
    auth, session, reviews, second_grader
):
    gil, zoe, ina = auth.login("gil"), auth.login("zoe"), auth.login("ina")
    number = session.scalars(sa.select(User.id).where(User.name == "Zoe")).one()
    ina.post(f"{READINGS}/work/review/{reviews[0]}", {"grader": [str(number)]})
    read(gil, reviews[0], clarity="5", communication="5")
    assert "10 of 10" in ina.get(READINGS).text
    before = zoe.get(READINGS).text
    assert "5, 5" not in before
    assert "10 of 10" not in before
    assert "1 reading: shown once you have saved yours" in before
    read(zoe, reviews[0], clarity="1", communication="2")
    assert "5, 5" in zoe.get(READINGS).text


def test_graders_are_compared_in_a_table(auth, reviews, second_grader):
    gil, zoe = auth.login("gil"), auth.login("zoe")
    read(gil, reviews[0], clarity="5", communication="5")
    read(gil, reviews[1], clarity="3", communication="3")
    read(zoe, reviews[0], clarity="2", communication="2")
    page = zoe.get(f"{READINGS}/work").text
    rows = dict(
        re.findall(r'<th scope="row">(Gil|Zoe)</th>((?:<td class="num">[^<]*</td>)+)', page)
    )
    cells = {name: re.findall(r">([^<]+)</td>", row) for name, row in rows.items()}
    assert cells["Gil"] == ["2", "80%", "20%", "1", "+60%"]
    assert cells["Zoe"] == ["1", "40%", "0%", "1", "-60%"]


def test_hidden_names_appear_nowhere_while_reading_and_the_stand_in_stays(auth, session, reviews):
    ina, gil = auth.login("ina"), auth.login("gil")
    ada = auth.login("ada")
    ada.post("/courses/dl/proposal/team", {"name": "Adas Team"})
    key = session.scalars(sa.select(Proposal.id)).one()
    slide = {"slide": (io.BytesIO(b"%PDF-1"), "ada-slide.pdf")}
    ada.post("/courses/dl/proposal/slide", slide)
    own = {"review": (io.BytesIO(b"%PDF-1"), "ada-review.pdf")}
    ada.post("/courses/dl/review/file", own)
    pages = [READINGS, f"{READINGS}/reviews/{reviews[0]}", f"{READINGS}/proposals/{key}"]
    assert all("Ada" in gil.get(page).text for page in pages)
    ina.post(f"{READINGS}/names", {"hidden": "yes"})
    seen = [gil.get(page).text for page in pages]
    assert not any("ada" in text.lower() for text in seen)
    stand_in = re.search(r"Author [0-9a-f]{6}", seen[1])[0]
    assert stand_in in seen[0]
    assert stand_in in ina.get(pages[1]).text
    for path in (f"reviews/{reviews[0]}/file", f"proposals/{key}/slide"):
        header = gil.get(f"/courses/dl/{path}").headers["Content-Disposition"]
        assert "ada" not in header
        assert "ada" in ada.get(f"/courses/dl/{path}").headers["Content-Disposition"]
    ina.post(f"{READINGS}/names", {"hidden": "no"})
    assert "Ada" in gil.get(pages[1]).text


def test_kept_comments_are_offered_and_removed(auth, session, reviews):
    gil = auth.login("gil")
    gil.post(f"{READINGS}/comments", {"text": "Say <what> is new."})
    page = gil.get(f"{READINGS}/reviews/{reviews[0]}").text
    assert '<option value="Say &lt;what&gt; is new.">' in page
    assert "not 0." in gil.post(f"{READINGS}/comments", {"text": " "}, follow_redirects=True).text
    number = re.search(r"comments/(\d+)/remove", gil.get(READINGS).text)[1]
    gil.post(f"{READINGS}/comments/{number}/remove")
    assert "is new" not in gil.get(f"{READINGS}/reviews/{reviews[0]}").text
    assert gil.post(f"{READINGS}/comments/{number}/remove").status_code == 404
