"""What staff do about people: enrol them, change them, take them out and bring them back."""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from webapp.audit.record import Actor, record
from webapp.base.database import change
from webapp.models import Course, Enrolment, User
from webapp.people import membership, queries
from webapp.people.changing import fixed_accounts
from webapp.people.person import Details, PersonRefused
from webapp.reading import duties

_ACCOUNT = ("name", "email")


class NotRemovable(Exception):
    """Someone cannot be taken out of the course: one sentence."""


@dataclass(frozen=True)
class Added:
    """Who came into the course; `known` had an account already, `back` was in it before."""

    user_id: int
    name: str
    known: bool
    back: bool
    has_password: bool


def add_person(session: Session, actor: Actor, details: Details) -> Added:
    """Enrol somebody by their address; an account that there is keeps its name.

    Raises PersonRefused.
    """
    course_id = actor.course_id
    try:
        with change(session):
            membership.lock(session, course_id)
            user = queries.user_by_email(session, details.email)
            back = False
            if user is not None:
                back = _returning(session, course_id, user)
                details = replace(details, name=user.name)
            known = user is not None
            has_password = user is not None and user.password is not None
            number = (
                user.id
                if user is not None
                else membership.make_accounts(session, [details])[details.email]
            )
            membership.enrol(session, course_id, {number: details})
            told = {"email": details.email, "role": details.role, "section": details.section}
            record(session, actor, "add to course", subject=f"user {number}", **told)
    except IntegrityError:
        raise PersonRefused(f"{details.email} was enrolled meanwhile.") from None
    return Added(number, details.name, known, back, has_password)


def _returning(session: Session, course_id: int, user: User) -> bool:
    """Whether an account's person was in the course before; raises PersonRefused where they are."""
    course = session.get_one(Course, course_id)
    if session.execute(queries.of_course(course).where(User.id == user.id)).first():
        raise PersonRefused(f"{user.name} is in the course already, with the address {user.email}.")
    return (
        session.execute(queries.formerly_of(course).where(User.id == user.id)).first() is not None
    )


def change_person(session: Session, actor: Actor, user_id: int, details: Details) -> list[str]:
    """Give someone of the course these details; what became another.

    Another address ends every open link and session of theirs. Raises Missing and PersonRefused.
    """
    try:
        with change(session):
            membership.lock(session, actor.course_id)
            course = session.get_one(Course, actor.course_id)
            had = queries.member_of(session, course, user_id).details
            changed = changed_fields(had, details)
            _refuse(session, actor, user_id, details, changed)
            if changed:
                write_changes(session, actor, {user_id: (had, details)})
    except IntegrityError:
        raise PersonRefused(f"The address {details.email} is somebody else's.") from None
    return changed


def changed_fields(had: Details, wanted: Details) -> list[str]:
    """Which fields are not the same."""
    return [field for field, value in asdict(wanted).items() if value != getattr(had, field)]


def _refuse(
    session: Session, actor: Actor, user_id: int, details: Details, changed: list[str]
) -> None:
    """Raise PersonRefused where the change is not the actor's to make."""
    if "role" in changed and user_id == actor.user_id:
        raise PersonRefused("You cannot change your own role: another instructor can.")
    if not set(changed) & set(_ACCOUNT):
        return
    if why := fixed_accounts(session, actor, [user_id]).get(user_id):
        raise PersonRefused(f"This person {why}.")
    other = queries.user_by_email(session, details.email)
    if other is not None and other.id != user_id:
        raise PersonRefused(f"The address {details.email} is somebody else's.")


def write_changes(
    session: Session, actor: Actor, people: dict[int, tuple[Details, Details]]
) -> None:
    """Make what was the second of each pair, and note it; the caller commits."""
    changed = {number: changed_fields(*pair) for number, pair in people.items()}
    wanted = {number: pair[1] for number, pair in people.items()}
    accounts = {n: wanted[n] for n, fields in changed.items() if set(fields) & set(_ACCOUNT)}
    moved = [number for number, fields in changed.items() if "email" in fields]
    membership.change_parts(session, actor.course_id, wanted)
    membership.change_accounts(session, accounts, moved)
    for number, (had, now) in people.items():
        told = {
            field: f"{getattr(had, field) or 'none'} → {getattr(now, field) or 'none'}"
            for field in changed[number]
        }
        record(session, actor, "change person", subject=f"user {number}", **told)


def remove(session: Session, actor: Actor, user_id: int) -> bool:
    """Take someone out of the course, whose work stays; False where they are not in it.

    Raises NotRemovable.
    """
    if user_id == actor.user_id:
        raise NotRemovable("You cannot take yourself out of the course.")
    with change(session):
        membership.lock(session, actor.course_id)
        return bool(take_out(session, actor, [user_id]))


def take_out(session: Session, actor: Actor, user_ids: list[int]) -> int:
    """Move people to the former participants and note each; how many. The caller commits."""
    there = set(
        session.scalars(
            sa.select(Enrolment.user_id).where(
                Enrolment.course_id == actor.course_id, Enrolment.user_id.in_(user_ids)
            )
        )
    )
    membership.leave(session, actor.course_id, there)
    readers = queries.readers_among(session, actor.course_id, there)
    for user_id in sorted(there):
        left = duties.give_back(session, actor.course_id, user_id) if user_id in readers else 0
        detail = {"readings_given_back": left} if left else {}
        record(session, actor, "remove from course", subject=f"user {user_id}", **detail)
    return len(there)


def bring_back(session: Session, actor: Actor, user_id: int) -> Details:
    """Let someone who left the course in again, as what they were; raises Missing."""
    with change(session):
        membership.lock(session, actor.course_id)
        course = session.get_one(Course, actor.course_id)
        details = queries.former_member_of(session, course, user_id).details
        membership.enrol(session, course.id, {user_id: details})
        told = {"role": details.role, "section": details.section}
        record(session, actor, "bring back to course", subject=f"user {user_id}", **told)
    return details
