"""Taking a roster into a course: kept and looked at first, then done in one transaction."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from webapp.audit.record import Actor, record
from webapp.base.clock import now
from webapp.base.database import change
from webapp.models import Course, Enrolment, RosterFile
from webapp.people import membership
from webapp.people.changing import fixed_accounts
from webapp.people.operations import take_out, write_changes
from webapp.people.person import Details
from webapp.roster import queries
from webapp.roster.compare import compare
from webapp.roster.entries import Entry
from webapp.roster.plan import Known, Plan
from webapp.roster.text import RosterError
from webapp.site.uploads import Upload

_ACCOUNT = ("name", "email")
_CHANGED = "Who is in the course has changed since this was shown, so nothing was done: look again."


class RosterChanged(RosterError):
    """What would be done is not what was looked at: one sentence."""


@dataclass(frozen=True)
class Taken:
    """What was done: how many came, were known, of these changed, were removed, were left out.

    `people` are the numbers of those in the file who came or were known.
    """

    enrolled: int
    known: int
    changed: int
    removed: int
    left_out: int
    people: tuple[int, ...]

    @property
    def sentence(self) -> str:
        """For people."""
        parts = [f"{self.enrolled} enrolled", f"{self.known} were enrolled already"]
        parts += [f"{self.changed} of these changed"] if self.changed else []
        parts += [f"{self.removed} removed"] if self.removed else []
        parts += [f"{self.left_out} left out"] if self.left_out else []
        return ", ".join(parts) + "."


def forget_old(session: Session) -> None:
    """Forget the files that nobody took in a day."""
    with change(session):
        _forget_old(session)


def _forget_old(session: Session) -> None:
    old = now() - queries.KEPT_FOR
    session.execute(sa.delete(RosterFile).where(RosterFile.uploaded_at <= old))


def keep_file(session: Session, actor: Enrolment, upload: Upload) -> None:
    """Keep a file for whoever looks at it, in the place of their earlier one.

    Nobody's is kept for longer than a day, see `forget_old`.
    """
    with change(session):
        _forget_old(session)
        _forget(session, actor)
        session.add(
            RosterFile(
                course_id=actor.course_id,
                user_id=actor.user_id,
                filename=upload.filename,
                data=upload.data,
            )
        )


def forget_file(session: Session, actor: Enrolment) -> None:
    """Throw away the file that somebody looked at."""
    with change(session):
        _forget(session, actor)


def _forget(session: Session, actor: Enrolment) -> None:
    session.execute(
        sa.delete(RosterFile).where(
            RosterFile.course_id == actor.course_id, RosterFile.user_id == actor.user_id
        )
    )


def plan_of(session: Session, actor: Actor, people: Sequence[Entry]) -> Plan:
    """What a roster would change; nothing is changed."""
    course = session.get_one(Course, actor.course_id)
    known = queries.known_people(session, course, [entry.email for entry in people if entry.email])
    plan = compare(people, known, actor_id=actor.user_id)
    others = [
        line.user_id
        for line in plan.changed
        if line.user_id and any(each.field in _ACCOUNT for each in line.changes)
    ]
    fixed = fixed_accounts(session, actor, others) if others else {}
    if not fixed:
        return plan
    held = [replace(each, fixed=fixed.get(each.user_id, "")) for each in known]
    return compare(people, held, actor_id=actor.user_id)


def take_roster(
    session: Session,
    actor: Actor,
    people: Sequence[Entry],
    *,
    digest: str | None = None,
    remove: Collection[int] | None = (),
    leave_conflicts: bool = False,
) -> Taken:
    """Do what `plan_of` says, all of it or nothing; where it was looked at, exactly that.

    `digest` is the plan's that was looked at. Of those whom the file does not mention the ones in
    `remove` leave the course, all where it is None. Raises RosterError, and RosterChanged where
    it would be something else.
    """
    try:
        with change(session):
            membership.lock(session, actor.course_id)
            plan = plan_of(session, actor, people)
            if digest is not None and digest != plan.digest:
                raise RosterChanged(_CHANGED)
            if plan.conflicts and not leave_conflicts:
                raise RosterError(_refusal(plan))
            return _take(session, actor, plan, remove)
    except IntegrityError:
        raise RosterChanged(_CHANGED) from None


def _refusal(plan: Plan) -> str:
    first, *more = plan.conflicts
    others = f" {len(more)} more cannot be taken in either." if more else ""
    return f"line {', '.join(map(str, first.lines))}: {first.fault}{others}"


def _take(session: Session, actor: Actor, plan: Plan, remove: Collection[int] | None) -> Taken:
    fresh = [line.details for line in plan.new if line.user_id is None]
    numbers = membership.make_accounts(session, fresh)
    coming = {line.user_id or numbers[line.details.email]: line.details for line in plan.new}
    membership.enrol(session, actor.course_id, coming)
    known = queries.known_people(session, session.get_one(Course, actor.course_id), ())
    had = {each.user_id: each.details for each in known}
    changed = {
        line.user_id: (had[line.user_id], line.details) for line in plan.changed if line.user_id
    }
    write_changes(session, actor, changed)
    leaving = _leaving(plan.missing, remove)
    removed = take_out(session, actor, leaving) if leaving else 0
    stayed = [line.user_id for line in (*plan.changed, *plan.same) if line.user_id]
    taken = Taken(
        len(coming),
        len(stayed),
        len(changed),
        removed,
        len(plan.conflicts),
        (*coming, *stayed),
    )
    _note(session, actor, plan, taken)
    if isinstance(actor, Enrolment):
        _forget(session, actor)
    return taken


def _leaving(missing: Sequence[Known], remove: Collection[int] | None) -> list[int]:
    return [each.user_id for each in missing if remove is None or each.user_id in remove]


def _note(session: Session, actor: Actor, plan: Plan, taken: Taken) -> None:
    course = session.get_one(Course, actor.course_id)
    told: dict[str, object] = {"enrolled": taken.enrolled, "known": taken.known}
    counts = {"changed": taken.changed, "removed": taken.removed, "left_out": taken.left_out}
    told |= {name: count for name, count in counts.items() if count}
    staff = [_with_role(line.details) for line in plan.staff]
    told |= {"staff": ", ".join(staff)} if staff else {}
    record(session, actor, "import roster", subject=f"course {course.slug}", **told)


def _with_role(details: Details) -> str:
    return f"{details.email} ({details.role})"
