"""A student's time: what falls due on each of the coming seven days, and what to do next."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from webapp.base.clock import local, now
from webapp.models import Course
from webapp.submissions.standing import Standing
from webapp.written.rules import WrittenOption, conditions

_DAYS = 7
_MOST_STEPS = 3
_AGAIN = ("rejected", "fault", "cancelled")


@dataclass(frozen=True)
class Deadline:
    """Something that falls at a moment; `state` is `done`, `open`, `missed` or `event`.

    It is about an assignment, or else about the `page` of the written option.
    """

    at: datetime
    title: str
    what: str
    state: str
    assignment: str = ""
    page: str = ""


@dataclass(frozen=True)
class Day:
    """One day of the course's calendar with what falls on it, in order."""

    day: date
    name: str
    entries: tuple[Deadline, ...]


@dataclass(frozen=True)
class Week:
    """The seven days from today on, and the first deadline after them."""

    days: tuple[Day, ...]
    later: Deadline | None

    @property
    def quiet(self) -> bool:
        """Whether nothing falls on any of them."""
        return not any(day.entries for day in self.days)


@dataclass(frozen=True)
class Step:
    """Something to do, and until when."""

    text: str
    due_at: datetime | None
    assignment: str = ""
    page: str = ""


def week(
    found: Sequence[Standing], course: Course, option: WrittenOption, *, at: datetime | None = None
) -> Week:
    """The calendar of a student's coming days, in the course's zone."""
    zone = course.time_zone
    today = local(at or now(), zone).date()
    dates = sorted(
        (*_of_assignments(found), *_of_written_option(course, option)), key=lambda d: d.at
    )
    days = []
    for ahead in range(_DAYS):
        day = today + timedelta(days=ahead)
        entries = tuple(d for d in dates if local(d.at, zone).date() == day)
        days.append(Day(day, _name(day, ahead), entries))
    end = today + timedelta(days=_DAYS)
    later = (d for d in dates if local(d.at, zone).date() >= end)
    return Week(tuple(days), next(later, None))


def _name(day: date, ahead: int) -> str:
    return ("Today", "Tomorrow")[ahead] if ahead < 2 else f"{day:%A}"


def _of_assignments(found: Sequence[Standing]) -> Iterator[Deadline]:
    for s in found:
        item = s.assignment
        if item.opens_at is not None:
            yield Deadline(item.opens_at, item.title, "opens", "event", item.assignment)
        if s.due_at is not None:
            yield Deadline(s.due_at, item.title, "due", _state(s), item.assignment)
        if item.cut_off_at is not None and s.extended_to is None and s.latest is None:
            yield Deadline(item.cut_off_at, item.title, "last chance", "event", item.assignment)


def _state(standing: Standing) -> str:
    latest = standing.latest
    if latest is not None and str(latest.state) not in _AGAIN:
        return "done"
    return "missed" if standing.past_due else "open"


def _of_written_option(course: Course, option: WrittenOption) -> Iterator[Deadline]:
    """The dates of the option a student is in; all of them before they have chosen."""
    team, at = option.team, now()
    ready = team is not None and all(c.state != "open" for c in conditions(team, course))
    slide = team is not None and team.proposal is not None and team.proposal.slide is not None
    in_teams = team is not None or option.review is None
    dates = (
        (course.groups_due_at, "Groups", "final", team is not None and team.complete, in_teams),
        (course.slides_due_at, "Team's slide", "due", slide, in_teams),
        (course.reviews_due_at, "Paper review", "due", option.review is not None, not ready),
    )
    for due, title, what, done, shown in dates:
        page = "reviews.show" if title == "Paper review" else "proposals.show"
        if due is not None and (shown or done):
            state = "done" if done else ("missed" if due < at else "open")
            yield Deadline(due, title, what, state, page=page)
    if course.presentations_at is not None:
        yield Deadline(
            course.presentations_at, "Presentations", "begin", "event", page="proposals.show"
        )


def next_steps(found: Sequence[Standing], course: Course, option: WrittenOption) -> list[Step]:
    """What to do, what is due soonest first; what was missed only where nothing lies ahead."""
    unfinished = [s for s in found if s.is_open and _is_unfinished(s)]
    ahead = [s for s in unfinished if not s.past_due]
    steps = [_step(s) for s in ahead or [s for s in unfinished if not s.attempts]]
    written = _written_step(course, option)
    if written is not None:
        steps.append(written)
    steps.sort(key=lambda step: (step.due_at is None, step.due_at or now()))
    return steps[:_MOST_STEPS]


def _is_unfinished(standing: Standing) -> bool:
    wanted = standing.state in ("open", "overdue", "scored", *_AGAIN)
    return wanted and standing.tries.left != 0 and not standing.cut_off


def _step(standing: Standing) -> Step:
    item = standing.assignment
    verb = "Improve" if standing.latest and standing.best else "Submit"
    return Step(f"{verb} {item.title}", standing.due_at, item.assignment)


def _written_step(course: Course, option: WrittenOption) -> Step | None:
    """What is missing for either written option, until its time has passed."""
    team, at = option.team, now()
    if option.review is not None:
        return None
    groups, slides, reviews = course.groups_due_at, course.slides_due_at, course.reviews_due_at
    if team is None:
        if groups is not None and groups > at:
            return Step("Choose a written option", groups, page="proposals.show")
    elif not team.complete:
        if groups is not None and groups > at:
            return Step("Complete your team", groups, page="proposals.show")
    else:
        missing = [c.text for c in conditions(team, course) if c.state == "open"]
        if not missing:
            return None
        if slides is not None and slides > at:
            return Step(f"For your proposal: {_lower(missing[0])}", slides, page="proposals.show")
    if reviews is not None and reviews > at:
        return Step("Write a paper review", reviews, page="reviews.show")
    return None


def _lower(text: str) -> str:
    return text[0].lower() + text[1:]
