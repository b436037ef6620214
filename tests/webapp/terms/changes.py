"""Everything that is done to a course, by the name of its operation, in the course of `fill`.

Each is called with values that change something while the course is not archived.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from tests.webapp.graders import PNG, notebook
from webapp.arranging import operations as arranging
from webapp.audit.record import SiteActor
from webapp.base.clock import now
from webapp.base.database import change
from webapp.course_page import operations as course_page
from webapp.course_page.texts import News, version_of
from webapp.extensions import operations as extensions
from webapp.gradebook import operations as gradebook
from webapp.gradebook.from_nbgrader import GradeChange
from webapp.gradebook.pass_rule import PassRule
from webapp.grading.conditions import Conditions
from webapp.grading.library import Slide as SeenPdf
from webapp.handout import operations as handout
from webapp.imports import operations as imports
from webapp.leaderboard import operations as leaderboard
from webapp.models import (
    BankComment,
    BulkImport,
    CountingRule,
    Course,
    CourseAssignment,
    Enrolment,
    FormerEnrolment,
    Job,
    Leaderboard,
    Proposal,
    Regrade,
    RegradeRequest,
    RequestState,
    ResultRule,
    ReviewDraft,
    Slide,
    Submission,
    Team,
    User,
)
from webapp.people import link_operations as links
from webapp.people import operations as people
from webapp.people.person import Details
from webapp.presentations import operations as presentations
from webapp.queue import operations as queue
from webapp.reading import operations as reading
from webapp.reading.kinds import kind_at, place_in, work_at
from webapp.regrades import operations as regrades
from webapp.results import operations as results
from webapp.room import operations as room
from webapp.roster import operations as roster
from webapp.roster.entries import Entry
from webapp.rubrics import operations as rubrics
from webapp.rubrics.marks import Sent
from webapp.rubrics.queries import rubric_of
from webapp.settings import operations as settings
from webapp.settings import time_zone_operations as time_zone
from webapp.settings.time_zone import Keep
from webapp.settings.values import AssignmentValues, CourseValues, RuleValues
from webapp.similarity import operations as similarity
from webapp.site.uploads import Upload
from webapp.students import operations as students
from webapp.submissions import operations as submissions
from webapp.visibility import operations as visibility
from webapp.written import operations as written
from webapp.written import team_operations as teams
from webapp.written.examples import Example
from webapp.written.pdfs import Waiting
from webapp.written.review_text import ReviewText

ADA, BOB, CYD, GIL, INA, FAY = range(1, 7)
WORK = notebook("x = 1")
UPLOAD = Upload("work.ipynb", WORK, hashlib.sha256(WORK).hexdigest())
SEEN = SeenPdf(1, PNG)
WHY = "The reason why."


class World:
    """The first course of `fill`, where something of each kind is open, as its people have it."""

    def __init__(self, session: Session) -> None:
        self.session = session

    def who(self, user_id: int) -> Enrolment:
        own = Enrolment.course_id == 1, Enrolment.user_id == user_id
        return self.session.scalars(sa.select(Enrolment).where(*own)).one()

    def get(self, table: type[Any], number: int = 1) -> Any:
        return self.session.get_one(table, number)

    @property
    def ina(self) -> Enrolment:
        return self.who(INA)

    @property
    def item(self) -> CourseAssignment:
        return self.session.get_one(CourseAssignment, 1)

    @property
    def other(self) -> CourseAssignment:
        return self.session.get_one(CourseAssignment, 2)

    def attempt(self, number: int = 1) -> Submission:
        return self.session.get_one(Submission, number)

    def place(self, *, why: bool = False) -> Any:
        return place_in(self.session, self.ina, *(("a01_demo", "why") if why else ()))

    def review(self) -> Any:
        return work_at(self.session, self.ina, self.place(), kind="review", number=1)

    def rubric(self) -> Any:
        return rubric_of(self.session, 1, "presentation")


def open_everything(session: Session) -> None:
    """Let what the tables hold as over be open, so that it can be closed."""
    soon = now() + timedelta(days=3)
    course = session.get_one(Course, 1)
    course.groups_due_at = course.slides_due_at = course.reviews_due_at = soon
    course.presentations_at = soon
    session.get_one(Team, 1).invitation_code = "ABCD"
    session.get_one(BulkImport, 1).state = "open"
    # Somebody who left, an assignment that is retired, and another course's settings.
    session.add(User(email="fay@example.edu", name="Fay"))
    session.flush()
    session.get_one(FormerEnrolment, 1).user_id = FAY
    retired = CourseAssignment(id=3, course_id=1, assignment="a03_old", title="Old", points=1.0)
    retired.position, retired.retired_at = 3, now()
    session.add(retired)
    # One leaderboard that is open, and one that shows the final ranks.
    session.get_one(Leaderboard, 1).revealed_at = None
    session.add(Leaderboard(course_assignment_id=2, opened_at=now(), revealed_at=now()))
    session.get_one(CourseAssignment, 1001).late_penalty = 0.5
    session.execute(sa.update(Regrade).where(Regrade.id == 2).values(state="open"))
    # A submission that waits and one that staff stopped.
    session.execute(sa.update(Job).where(Job.id == 8).values(state="queued"))
    session.execute(sa.update(Job).where(Job.id == 9).values(state="cancelled"))
    session.commit()


def _grade_change() -> GradeChange:
    return GradeChange(1, "Ada", "a01_demo", "why", old=1.0, new=2.0, comment="Better.")


def _new_items(world: World) -> list[Any]:
    from webapp.rubrics.rubrics import NewItem, NewLevel

    return [
        NewItem(
            f"{item.title} of it",
            tuple(NewLevel(each.points, each.label, each.key) for each in item.levels),
            item.key,
        )
        for item in world.rubric().items
    ]


def _read(world: World) -> Any:
    sent = Sent({"clarity": "4"}, "Read again.")
    return reading.keep(world.session, world.ina, world.review(), sent=sent)


def _helper(call: Callable[[World], Any]) -> Callable[[World], Any]:
    """What an operation calls in its change, in one of its own."""

    def changed(world: World) -> Any:
        with change(world.session):
            return call(world)

    return changed


_EXTRA = timedelta(days=400)
_CONDITIONS = Conditions("another version", "")
_DEE = Details("Dee", "dee@example.edu")
_ENTRY = Entry((2,), "Dee", "dee@example.edu")
_ANSWER = results.Answer(RequestState.DECLINED, "It is as it should be.")
_PAPERS = ["B. Author (2021). Another title."]

_NEWS = News("Room", "We moved again.")


def _unseen(slide: Slide) -> Waiting:
    return Waiting("slide", slide.id, slide.user_id, slide.sha256)


_SEEN_PAGE, _SEEN_NEWS = version_of("# Rooms"), version_of("Room", "We moved.")

EVERY: dict[str, Callable[[World], Any]] = {
    "arranging.copy_settings": lambda w: arranging.copy_settings(
        w.session, w.ina, w.item, w.get(CourseAssignment, 1001)
    ),
    "arranging.move": lambda w: arranging.move(w.session, w.ina, w.item, up=False),
    "arranging.put_in_order": lambda w: arranging.put_in_order(
        w.session, w.ina, ["a02_other", "a01_demo"]
    ),
    "arranging.remove": lambda w: arranging.remove(
        w.session, w.ina, w.get(CourseAssignment, 3), typed="a03_old"
    ),
    "arranging.retire": lambda w: arranging.retire(w.session, w.ina, w.item),
    "arranging.take_back": lambda w: arranging.take_back(
        w.session, w.ina, w.get(CourseAssignment, 3)
    ),
    "course_page.save_page": lambda w: course_page.save_page(
        w.session, w.ina, text="# Other rooms", seen=_SEEN_PAGE
    ),
    "course_page.announce": lambda w: course_page.announce(w.session, w.ina, _NEWS),
    "course_page.change_announcement": lambda w: course_page.change_announcement(
        w.session, w.ina, 1, news=_NEWS, seen=_SEEN_NEWS
    ),
    "course_page.remove_announcement": lambda w: course_page.remove_announcement(
        w.session, w.ina, 1, seen=_SEEN_NEWS
    ),
    "extensions.give": lambda w: extensions.give(
        w.session, w.ina, w.item, users=[ADA], due_at=now() + _EXTRA, reason=WHY
    ),
    "extensions.remove": lambda w: extensions.remove(
        w.session, w.ina, w.item, user_id=BOB, reason=WHY
    ),
    "gradebook.change_pass_rule": lambda w: gradebook.change_pass_rule(
        w.session, w.ina, rule=PassRule(minimum_share=0.9)
    ),
    "gradebook.look_into_gradebook": lambda w: gradebook.look_into_gradebook(
        w.session, w.ina, upload=UPLOAD
    ),
    "gradebook.take_gradebook": lambda w: gradebook.take_gradebook(
        w.session, w.ina, sha256="d" * 64
    ),
    "gradebook.take_gradebook_file": lambda w: gradebook.take_gradebook_file(
        w.session, w.ina, changes=[_grade_change()], grader_id=GIL, filename="gradebook.db"
    ),
    "imports.discard_import": lambda w: imports.discard_import(w.session, w.ina, w.item, number=1),
    "imports.keep_import": lambda w: imports.keep_import(
        w.session, w.ina, w.item, gathered=[], filename="more.zip"
    ),
    "imports.take_import": lambda w: imports.take_import(w.session, w.ina, w.item, number=1),
    "leaderboard.join": lambda w: leaderboard.join(w.session, w.item, BOB, "Europa"),
    "leaderboard.leave": lambda w: leaderboard.leave(w.session, w.item, ADA),
    "leaderboard.close_board": lambda w: leaderboard.close_board(w.session, w.ina, w.item),
    "leaderboard.open_board": lambda w: leaderboard.open_board(
        w.session, w.ina, w.get(CourseAssignment, 3)
    ),
    "leaderboard.reveal": lambda w: leaderboard.reveal(w.session, w.ina, w.item),
    "leaderboard.set_open": _helper(lambda w: leaderboard.set_open(w.session, w.item)),
    "leaderboard.take_back": lambda w: leaderboard.take_back(w.session, w.ina, w.other),
    "students.add_note": lambda w: students.add_note(
        w.session, w.ina, w.get(User, ADA), text="Ill."
    ),
    "students.begin_viewing": lambda w: students.begin_viewing(w.session, w.ina, w.get(User, ADA)),
    "students.end_viewing": lambda w: students.end_viewing(
        w.session, INA, course_id=1, student_id=ADA
    ),
    "people.add_person": lambda w: people.add_person(w.session, w.ina, _DEE),
    "people.bring_back": lambda w: people.bring_back(w.session, w.ina, FAY),
    "people.change_person": lambda w: people.change_person(
        w.session, w.ina, ADA, Details("Ada", "ada@example.edu", section="C")
    ),
    "people.end_links": lambda w: links.end_links(w.session, w.ina, ADA),
    "people.make_link": lambda w: links.make_link(w.session, w.ina, ADA),
    "people.make_links": lambda w: links.make_links(w.session, w.ina),
    "people.take_out": _helper(lambda w: people.take_out(w.session, w.ina, [ADA])),
    "people.write_changes": _helper(
        lambda w: people.write_changes(
            w.session, w.ina, {ADA: (Details("Ada", "ada@example.edu"), _DEE)}
        )
    ),
    "roster.forget_file": lambda w: roster.forget_file(w.session, w.ina),
    "roster.keep_file": lambda w: roster.keep_file(w.session, w.ina, UPLOAD),
    "roster.take_roster": lambda w: roster.take_roster(w.session, w.ina, [_ENTRY]),
    "handout.take": lambda w: handout.take(w.session, w.who(BOB), w.item, "f" * 64),
    "people.remove": lambda w: people.remove(w.session, w.ina, ADA),
    "students.remove_note": lambda w: students.remove_note(
        w.session, w.ina, w.get(User, BOB), note_id=1
    ),
    "presentations.draw": lambda w: presentations.draw(w.session, w.ina),
    "presentations.move": lambda w: presentations.move(w.session, w.ina, 1, where="out"),
    "queue.cancel_grading": lambda w: queue.cancel_grading(w.session, w.ina, w.attempt(8)),
    "queue.grade_again": lambda w: queue.grade_again(w.session, w.ina, w.attempt(9)),
    "queue.pause_grading": lambda w: queue.pause_grading(w.session, w.ina, paused=False),
    "reading.change_rubric": lambda w: reading.change_rubric(
        w.session,
        w.ina,
        kind_at(w.place(), "presentation"),
        place=w.place(),
        items=_new_items(w),
        edited=w.rubric().version,
    ),
    "reading.divide": lambda w: reading.divide(
        w.session, w.ina, w.place(why=True), graders=[GIL, INA], readers=2
    ),
    "reading.keep": _read,
    "reading.let_read": lambda w: reading.let_read(
        w.session, w.ina, w.place(), kind="review", number=1, graders=[GIL]
    ),
    "reading.publish_scores": lambda w: reading.publish_scores(w.session, w.ina, shown=True),
    "regrades.discard_regrade": lambda w: regrades.discard_regrade(
        w.session, w.ina, w.get(Regrade, 2)
    ),
    "regrades.publish_regrade": lambda w: regrades.publish_regrade(
        w.session, w.ina, w.get(Regrade, 2)
    ),
    "regrades.retry_stopped": lambda w: regrades.retry_stopped(w.session, w.ina, w.get(Regrade, 2)),
    "regrades.start_regrade": lambda w: regrades.start_regrade(
        w.session, w.ina, w.other, _CONDITIONS
    ),
    "results.answer_request": lambda w: results.answer_request(
        w.session, w.ina, w.get(RegradeRequest), _ANSWER
    ),
    "results.ask_again": lambda w: results.ask_again(
        w.session, w.attempt(), question="why", reason=WHY
    ),
    "results.close_request": _helper(
        lambda w: results.close_request(w.session, w.get(RegradeRequest), _ANSWER, actor_id=INA)
    ),
    "results.forget_reply": lambda w: results.forget_reply(w.session, w.ina.course, 1),
    "results.give_points": lambda w: results.give_points(
        w.session, w.ina, w.attempt(), question="why", points=2.0, comment="Better."
    ),
    "results.keep_reply": lambda w: results.keep_reply(
        w.session, w.ina.course, title="Thanks", text="Thank you again."
    ),
    "results.override_score": lambda w: results.override_score(
        w.session, w.ina, w.attempt(), question="dense", points=2.0, reason=WHY
    ),
    "results.remove_override": lambda w: results.remove_override(
        w.session, w.ina, w.attempt(10), question="dense"
    ),
    "rubrics.forget_comment": lambda w: rubrics.forget_comment(w.session, w.get(BankComment)),
    "rubrics.hide_names": lambda w: rubrics.hide_names(w.session, w.ina, hidden=False),
    "rubrics.keep_comment": lambda w: rubrics.keep_comment(w.session, w.ina, "Well put."),
    "settings.change_assignment": lambda w: settings.change_assignment(
        w.session, w.ina, w.item, AssignmentValues(title="Another"), reason=WHY
    ),
    "room.change_course_room": lambda w: room.change_course_room(
        w.session, SiteActor(5), w.ina.course, 77
    ),
    "room.change_student_room": lambda w: room.change_student_room(w.session, w.ina, 77),
    "settings.change_course": lambda w: settings.change_course(
        w.session, w.ina, CourseValues(title="Another"), reason=WHY
    ),
    "settings.change_late_days": lambda w: settings.change_late_days(
        w.session, w.ina, 7, reason=WHY
    ),
    "settings.change_rules": lambda w: settings.change_rules(
        w.session, w.ina, w.item, RuleValues(counting=CountingRule.BEST), reason=WHY
    ),
    "settings.change_time_zone": lambda w: time_zone.change_time_zone(
        w.session, w.ina, "Europe/Berlin", keep=Keep.CLOCK, reason=WHY
    ),
    "similarity.cancel_comparison": lambda w: similarity.cancel_comparison(
        w.session, w.ina, w.other
    ),
    "similarity.compare_notebooks": lambda w: similarity.compare_notebooks(
        w.session, w.ina, w.item, all_attempts=False
    ),
    "similarity.queue_report": _helper(
        lambda w: similarity.queue_report(w.session, w.item, actor_id=INA, all_attempts=True)
    ),
    "submissions.hand_in": lambda w: submissions.hand_in(
        w.session, w.who(ADA), w.other, upload=UPLOAD, digest="e" * 64, received_at=now()
    ),
    "submissions.receive": lambda w: submissions.receive(
        w.session, w.item, user_id=CYD, upload=UPLOAD, digest="e" * 64
    ),
    "visibility.change_rule": lambda w: visibility.change_rule(
        w.session, w.ina, w.item, ResultRule.AT_ONCE
    ),
    "visibility.publish": _helper(lambda w: visibility.publish(w.session, w.item, on=False)),
    "visibility.set_rule": _helper(
        lambda w: visibility.set_rule(w.session, w.item, ResultRule.AT_ONCE)
    ),
    "visibility.show_results": lambda w: visibility.show_results(
        w.session, w.ina, w.item, on=False
    ),
    "written.hand_in_review": lambda w: written.hand_in_review(
        w.session, w.who(ADA), w.get(ReviewDraft), pages=0.5
    ),
    "written.hand_in_review_file": lambda w: written.hand_in_review_file(
        w.session, w.who(BOB), upload=UPLOAD, seen=SEEN
    ),
    "written.hand_in_slide": lambda w: written.hand_in_slide(
        w.session, w.who(ADA), w.get(Proposal), upload=UPLOAD, seen=SEEN
    ),
    "written.keep_what_was_seen": lambda w: written.keep_what_was_seen(
        w.session, _unseen(w.get(Slide)), seen=SEEN
    ),
    "written.save_draft": lambda w: written.save_draft(
        w.session, w.who(ADA), text=ReviewText("P", "More"), revision=3
    ),
    "written.save_proposal_text": lambda w: written.save_proposal_text(
        w.session, w.get(Proposal), title="Another", abstract="A"
    ),
    "written.show_examples": lambda w: written.show_examples(
        w.session, w.ina, [Example("Another", "What it would do.")]
    ),
    "written.suggest_papers": lambda w: written.suggest_papers(w.session, w.ina, _PAPERS),
    "written.found_team": lambda w: teams.found_team(w.session, w.who(BOB), name="Others"),
    "written.join_team": lambda w: teams.join_team(w.session, w.who(BOB), code="ABCD"),
    "written.leave_team": lambda w: teams.leave_team(w.session, w.who(ADA)),
}
