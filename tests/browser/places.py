"""The main pages of the service: who looks at each, and how it is found in the demo's course."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from tests.browser.service import ASSIGNMENT, COURSE, Site

STUDENT_WITH_REVIEW = 13
STUDENT_WITH_TEAM = 0


@dataclass(frozen=True)
class Place:
    """One page; `viewer` is a role, the number of a student, or nothing for a stranger."""

    name: str
    viewer: str | int | None
    address: Callable[[Site], str]


def _course(path: str) -> Callable[[Site], str]:
    return lambda site: site.address(path)


def _attempt(which: str, page: str = "") -> Callable[[Site], str]:
    """The first student's first or last attempt."""
    order = {"first": "", "last": " DESC"}[which]
    found = f"SELECT id FROM submissions WHERE user_id = ? ORDER BY attempt{order} LIMIT 1"
    return lambda site: site.address(
        f"submissions/{site.ask(found, _number(site, STUDENT_WITH_TEAM))[0][0]}{page}"
    )


def _ungraded(site: Site) -> str:
    found = "SELECT id FROM submissions WHERE ungraded > 0 AND auto_score > 0 LIMIT 1"
    return site.address(f"submissions/{site.ask(found)[0][0]}")


def _answers(page: str = "") -> Callable[[Site], str]:
    """Pages of the first written question."""
    found = "SELECT question FROM question_scores WHERE kind = 'manual' LIMIT 1"

    def address(site: Site) -> str:
        question = site.ask(found)[0][0]
        return site.address(f"staff/readings/answers/{ASSIGNMENT}/{question}{page}")

    return address


def _number(site: Site, student: int) -> int:
    email = site.student(student).email
    return int(site.ask("SELECT id FROM users WHERE email = ?", email)[0][0])


def _brought(page: str) -> Callable[[Site], str]:
    """Pages of an assignment that was brought to the site."""
    return lambda site: f"{site.url}/administration/assignments/{site.brought()}{page}"


def _of(table: str, path: str) -> Callable[[Site], str]:
    found = f"SELECT id FROM {table} ORDER BY id LIMIT 1"
    return lambda site: site.address(f"{path}/{site.ask(found)[0][0]}")


def _similar_pair(site: Site) -> str:
    number = site.ask("SELECT min(id) FROM similar_pairs")[0][0]
    return site.address(f"staff/assignments/{ASSIGNMENT}/similarity/pairs/{number}")


def _presentation(page: str) -> Callable[[Site], str]:
    found = "SELECT min(proposal_id) FROM slides"
    return lambda site: site.address(f"staff/readings/presentations/{site.ask(found)[0][0]}/{page}")


def _student_page(site: Site) -> str:
    return site.address(f"staff/students/{_number(site, STUDENT_WITH_TEAM)}")


def _person(page: str) -> Callable[[Site], str]:
    return lambda site: site.address(f"staff/people/{_number(site, STUDENT_WITH_TEAM)}{page}")


PLACES = (
    Place("sign-in", None, lambda site: f"{site.url}/login"),
    Place("ended-link", None, lambda site: f"{site.url}/welcome/used"),
    Place("home", STUDENT_WITH_TEAM, _course("")),
    Place("assignment", STUDENT_WITH_TEAM, _course(f"assignments/{ASSIGNMENT}")),
    Place("first-attempt", STUDENT_WITH_TEAM, _attempt("first")),
    Place("last-attempt", STUDENT_WITH_TEAM, _attempt("last")),
    Place("notebook", STUDENT_WITH_TEAM, _attempt("last", "/notebook")),
    Place("proposal", STUDENT_WITH_TEAM, _course("proposal")),
    Place("no-team", STUDENT_WITH_REVIEW, _course("proposal")),
    Place("review", STUDENT_WITH_REVIEW, _course("review")),
    Place("no-review", STUDENT_WITH_TEAM, _course("review")),
    Place("account", STUDENT_WITH_TEAM, lambda site: f"{site.url}/account"),
    Place("nothing-here", STUDENT_WITH_TEAM, _course("submissions/999999")),
    Place("not-for-you", STUDENT_WITH_TEAM, _course("staff")),
    Place("leaderboard", STUDENT_WITH_TEAM, _course(f"assignments/{ASSIGNMENT}/leaderboard")),
    Place("whose-alias", "instructor", _course(f"assignments/{ASSIGNMENT}/leaderboard")),
    Place("results", "instructor", _course(f"staff/assignments/{ASSIGNMENT}/results")),
    Place("scores", "instructor", _course("staff")),
    Place("no-match", "instructor", _course("staff?search=nobody")),
    Place("insight", "instructor", _course("staff/insight")),
    Place("grades", "instructor", _course("staff/grades")),
    Place("report", "grader", _course("staff/grades/report")),
    Place("from-nbgrader", "instructor", _course("staff/gradebook")),
    Place("own-grade", STUDENT_WITH_TEAM, _course("grade")),
    Place("api", None, lambda site: f"{site.url}/api"),
    Place("distribution", "instructor", _course(f"staff/assignments/{ASSIGNMENT}")),
    Place("regrade", "instructor", _course(f"staff/assignments/{ASSIGNMENT}/regrade")),
    Place("import", "instructor", _course(f"staff/assignments/{ASSIGNMENT}/import")),
    Place("student", "instructor", _student_page),
    Place("written-answer", "grader", _ungraded),
    Place("people", "instructor", _course("staff/people")),
    Place("about", STUDENT_WITH_TEAM, _course("about")),
    Place("about-for-staff", "instructor", _course("about")),
    Place("edit-the-page", "instructor", _course("about/edit")),
    Place("announce", "instructor", _course("about/announcements/new")),
    Place("add-a-person", "instructor", _course("staff/people/add")),
    Place("a-person", "instructor", _person("")),
    Place("remove-a-person", "instructor", _person("/remove")),
    Place("who-left", "instructor", _course("staff/people/former")),
    Place("roster", "instructor", _course("staff/people/roster")),
    Place("forgotten", None, lambda site: f"{site.url}/forgot"),
    Place("readings", "instructor", _course("staff/readings")),
    Place("reading-a-proposal", "grader", _of("proposals", "staff/readings/proposals")),
    Place("reading-a-review", "grader", _of("paper_reviews", "staff/readings/reviews")),
    Place("rubric", "instructor", _course("staff/readings/rubrics/review")),
    Place("presentations", "instructor", _course("staff/readings/presentations")),
    Place("written-answers", "grader", _course("staff/readings/answers")),
    Place("answers-to-a-question", "grader", _answers()),
    Place("reading-an-answer", "grader", _answers("/next")),
    Place("rubric-of-a-question", "instructor", _answers("/rubric")),
    Place("who-reads-answers", "instructor", _answers("/work")),
    Place("example-proposals", "instructor", _course("staff/readings/examples")),
    Place("results-of-the-day", "grader", _course("staff/readings/presentations/results")),
    Place("screen", "grader", _presentation("screen")),
    Place("score-a-presentation", "grader", _presentation("score")),
    Place("suggested-papers", "instructor", _course("staff/readings/papers")),
    Place("who-reads-what", "instructor", _course("staff/readings/work")),
    Place("queue", "instructor", _course("staff/queue")),
    Place("room", "instructor", _course("staff/room")),
    Place("site-room", "instructor", lambda site: f"{site.url}/administration/room"),
    Place("log", "instructor", _course("staff/log")),
    Place("settings", "instructor", _course("staff/settings")),
    Place("assignment-settings", "instructor", _course(f"staff/assignments/{ASSIGNMENT}/settings")),
    Place("delete-an-assignment", "instructor", _course(f"staff/assignments/{ASSIGNMENT}/remove")),
    Place("copy-settings", "instructor", _course(f"staff/assignments/{ASSIGNMENT}/settings/copy")),
    Place("extensions", "instructor", _course(f"staff/assignments/{ASSIGNMENT}/extensions")),
    Place("add-an-assignment", "instructor", _course("staff/assignments")),
    Place("preview", "grader", _course(f"staff/assignments/{ASSIGNMENT}/preview")),
    Place("similarity", "instructor", _course(f"staff/assignments/{ASSIGNMENT}/similarity")),
    Place("similar-pair", "instructor", _similar_pair),
    Place("requests", "grader", _course("staff/requests?state=all")),
    Place("own-courses", STUDENT_WITH_TEAM, lambda site: f"{site.url}/courses/"),
    Place("site-courses", "instructor", lambda site: f"{site.url}/administration/"),
    Place("new-course", "instructor", lambda site: f"{site.url}/administration/courses/new"),
    Place("site-assignments", "instructor", lambda site: f"{site.url}/administration/assignments/"),
    Place("versions-of-an-assignment", "instructor", _brought("/")),
    Place("use-a-version", "instructor", _brought("/versions/1/use")),
    Place("administrators", "instructor", lambda site: f"{site.url}/administration/people"),
    Place(
        "whole-course", "instructor", lambda site: f"{site.url}/administration/courses/{COURSE}/"
    ),
    Place(
        "delete-course",
        "instructor",
        lambda site: f"{site.url}/administration/courses/{COURSE}/delete",
    ),
    Place("time-zone", "instructor", _course("staff/settings/time-zone?zone=Europe/Berlin")),
    Place("site-log", "instructor", lambda site: f"{site.url}/administration/log"),
)
