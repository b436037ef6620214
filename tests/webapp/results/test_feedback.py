"""What helps a student on: what changed, curves, cells, and questions as they come."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

import pytest
import sqlalchemy as sa
from msgspec.structs import replace

from autograder.results import Curve, Plot
from tests.bench.upload import shows_a_result
from tests.webapp.graders import notebook, result
from webapp.base.curves import line_chart
from webapp.grading.progress import Progress
from webapp.models import Job, JobState


def page_of(auth, submission, ending="", name="ada"):
    return auth.login(name).get(f"/courses/dl/submissions/{submission.id}{ending}").text


def with_check(found, **changes):
    """The result with its first question's only check changed."""
    first, *others = found.questions
    check = replace(first.checks[0], **changes)
    return replace(found, questions=(replace(first, checks=(check,)), *others))


def since(page: str) -> str:
    found = re.search(r'<h2 id="since-title".*?</section>', page, re.S)
    return " ".join(re.sub(r"<[^>]+>", " ", found.group(0)).split()) if found else ""


@pytest.mark.parametrize(
    ("before", "now", "said"),
    [
        (1, 3, "1 gained, 0 lost, 0 the same, 1 with staff: +2 points"),
        (3, 0.5, "0 gained, 1 lost, 0 the same, 1 with staff: −2.5 points"),
        (1, 1, "0 gained, 0 lost, 1 the same, 1 with staff: 0 points"),
    ],
)
def test_what_changed_since_the_last_attempt_is_said_in_words_and_with_its_sign(
    auth, graded, before, now, said
):
    graded("ada", result(score=before), notebook("x = 1"))
    told = since(page_of(auth, graded("ada", result(score=now), notebook("x = 2"))))
    assert told.startswith("Since attempt 1")
    assert said in told


def test_the_first_attempt_and_one_after_a_refused_one_are_compared_with_nothing_refused(
    auth, graded
):
    from tests.webapp.graders import rejected

    first = graded("ada", result(score=1), notebook("x = 1"))
    graded("ada", rejected("This is not a notebook."), notebook("x = 2"))
    third = graded("ada", result(score=3), notebook("x = 3"))
    assert since(page_of(auth, first)) == ""
    assert since(page_of(auth, third)).startswith("Since attempt 1")


def test_staffs_points_and_other_checks_count_in_the_comparison(auth, graded):
    old = graded("ada", result(score=1), notebook("x = 1"))
    new = graded("ada", result(score=1, version="v2"), notebook("x = 2"))
    gil = auth.login("gil")
    for submission, points in ((old, "0.5"), (new, "2")):
        address = f"/courses/dl/staff/submissions/{submission.id}/grades/why"
        gil.post(address, {"points": points})
    told = since(page_of(auth, new))
    assert "1 gained, 0 lost, 1 the same: +1.5 points" in told
    assert "The checks were changed in between." in told


def test_another_students_attempts_are_never_compared(auth, graded):
    graded("bob", result(score=1), notebook("x = 1"))
    assert since(page_of(auth, graded("ada", result(score=3), notebook("x = 2")))) == ""


LOSSES = Plot(
    "Your loss", "epoch", "mean BCE", (Curve("yours", (0.7, 0.3, 0.5)), Curve("ours", (0.6, 0.1)))
)


def test_a_checks_curves_are_drawn_with_a_text_and_a_table(auth, graded):
    page = page_of(auth, graded("ada", with_check(result(score=1), plots=(LOSSES,))))
    assert "<polyline" in page
    assert "yours: 0.7 at epoch 1, 0.5 at epoch 3, least 0.3 at epoch 2." in page
    table = page.split("The numbers: Your loss")[1].split("</table>")[0]
    assert re.findall(r"<t[dh][^>]*>([^<]*)</t[dh]>", table)[:6] == [
        *("epoch", "yours", "ours"),
        *("1", "0.7", "0.6"),
    ]


def test_labels_of_a_plot_are_escaped(auth, graded):
    odd = Plot("<b>T</b>", "x", "y", (Curve("<script>alert(1)</script>", (1.0, 2.0)),))
    page = page_of(auth, graded("ada", with_check(result(score=1), plots=(odd,))))
    assert "<script>alert" not in page
    assert "&lt;b&gt;T" in page


@pytest.mark.parametrize(
    "values",
    [(1.0, 1.0), (0.0, 0.0), (-1.0, 1.0), (1e-12, 1e12), (1e12, -1e12), (1e-12, 2e-12)],
)
def test_every_pair_of_numbers_that_may_be_attached_is_drawn_within_the_picture(values):
    chart = line_chart(Plot("T", "epoch", "loss", (Curve("yours", values),)))
    places = [float(part) for point in chart.lines[0].points.split() for part in point.split(",")]
    assert all(0 <= place <= chart.frame.width for place in places)
    assert all(0 <= tick.at <= chart.frame.height for tick in chart.up)


def test_losses_over_orders_of_magnitude_get_a_logarithmic_axis():
    wide = Plot("T", "epoch", "loss", (Curve("yours", (5.0, 0.01)),))
    narrow = Plot("T", "epoch", "loss", (Curve("yours", (5.0, 1.0)),))
    assert (line_chart(wide).logarithmic, line_chart(narrow).logarithmic) == (True, False)


def test_a_curve_that_broke_off_says_so():
    broken = Plot("T", "epoch", "loss", (Curve("yours", (5.0, 9.0), cut=True),))
    assert line_chart(broken).words.endswith("9 at epoch 2, then no number any more.")


def test_a_traceback_leads_to_its_cell_in_the_executed_notebook(auth, graded):
    traceback = "Cell 2, line 1\n    1 / 0\nZeroDivisionError: division by zero"
    data = notebook("x = 1", "1 / 0")
    submission = graded("ada", with_check(result(score=0), traceback=traceback), data)
    assert f"/submissions/{submission.id}/notebook#cell-2" in page_of(auth, submission)
    shown = page_of(auth, submission, "/notebook")
    second = shown.split('id="cell-2"')[1]
    assert "1 / 0" in second
    assert "x = 1" not in second


@dataclass
class Clock:
    """The time as the test tells it."""

    at: float = 0.0
    writes: list[list[str]] = field(default_factory=list)

    def monotonic(self) -> float:
        return self.at


@pytest.fixture
def told(monkeypatch) -> Any:
    """Tells a Progress what happens when, and gives the questions of each write."""
    from webapp.grading import progress

    clock = Clock()
    monkeypatch.setattr(progress, "time", clock)
    monkeypatch.setattr(
        progress.jobs,
        "note_progress",
        lambda session, claim, shown: clock.writes.append([q["name"] for q in shown["questions"]]),
    )

    def tell(engine, *events: tuple[float, str]) -> list[list[str]]:
        watched = Progress(engine, claim=None)
        for number, (at, name) in enumerate(events, start=1):
            clock.at = at
            question = {"name": name, "score": 1, "max_score": 1, "verdict": "passed"}
            step = {"stage": "checks", "done": number, "total": len(events)}
            watched({**step, "question": question} if name else step)
        return clock.writes

    return tell


def test_each_question_is_shown_at_once_even_close_behind_another(engine, told):
    assert told(engine, (2.0, "a"), (2.01, "b"), (9.0, "c")) == [["a"], ["a", "b"]]


def test_a_grading_that_is_over_in_a_moment_writes_no_progress(engine, told):
    assert told(engine, (0.05, "a"), (0.1, "b"), (0.2, "c")) == []


def test_other_steps_are_written_only_a_few_times_a_second(engine, told):
    assert len(told(engine, (1.0, ""), (1.1, ""), (1.2, ""), (1.4, ""))) == 2


def test_the_upload_benchmark_sees_the_first_result_and_nothing_before(auth, graded, session):
    submission = graded("ada")
    ada, address = auth.login("ada"), f"/courses/dl/submissions/{submission.id}/status"
    graded_page = ada.get(address)
    question = {"name": "dense", "score": 3, "max_score": 3, "verdict": "passed"}
    submission.state = "running"
    seen = []
    for questions in ([], [question]):
        progress = {"stage": "checks", "done": 1, "total": 2, "questions": questions}
        session.execute(sa.update(Job).values(state=JobState.RUNNING, progress=progress))
        session.commit()
        page = ada.get(address)
        seen.append(shows_a_result(page.status_code, page.text))
    assert seen == [False, True]
    assert shows_a_result(graded_page.status_code, graded_page.text)


def test_questions_still_to_come_are_listed_while_others_are_there(auth, graded, session):
    submission = graded("ada")
    question = {"name": "dense", "score": 3, "max_score": 3, "verdict": "passed"}
    progress = {"stage": "checks", "done": 1, "total": 2, "questions": [question]}
    session.execute(sa.update(Job).values(state=JobState.RUNNING, progress=progress))
    submission.state = "running"
    session.commit()
    page = page_of(auth, submission, "/status")
    assert "Checking: 1 of 2" in page
    assert "3 of 3" in page
