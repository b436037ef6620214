"""Links to set a password: making them for one or for all who have none, and ending them."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session

from webapp.audit.record import Actor, record
from webapp.base.clock import now
from webapp.base.database import change, in_parts
from webapp.models import Enrolment, User
from webapp.people import membership, queries
from webapp.people.changing import fixed_accounts
from webapp.people.person import PersonRefused
from webapp.site.sign_in import welcome_token


@dataclass(frozen=True)
class Invitation:
    """Someone, and the token of a link that sets a password once."""

    user_id: int
    name: str
    email: str
    token: str


def invitation(user: User) -> Invitation:
    """A link for someone to set a password; setting one ends every other link."""
    return Invitation(user.id, user.name, user.email, welcome_token(user))


def make_link(session: Session, actor: Enrolment, user_id: int) -> Invitation | None:
    """A new link for someone of the course; None where they are not in it."""
    with change(session):
        user = queries.active_member(session, actor.course, user_id)
        if user is not None:
            record(session, actor, "make sign-in link", subject=f"user {user.id}")
    return None if user is None else invitation(user)


def make_links(
    session: Session, actor: Actor, *, invited: bool | None = None
) -> Sequence[Invitation]:
    """Links for who of the course has no password: for all, or who got a link before, or not."""
    with change(session):
        users = queries.without_password(session, actor.course_id, invited=invited)
        subject = f"{len(users)} people without a password"
        record(session, actor, "make sign-in links", subject=subject)
        found = [invitation(user) for user in users]
    return found


def links_for(session: Session, user_ids: Collection[int]) -> list[Invitation]:
    """Links for those of these people who have neither a password nor a link so far."""
    found: list[Invitation] = []
    for part in in_parts(sorted(user_ids)):
        chosen = sa.select(User).where(
            User.id.in_(part),
            User.password.is_(None),
            User.invited_at.is_(None),
            User.active,
        )
        found += [invitation(user) for user in session.scalars(chosen.order_by(User.name))]
    return found


def note_invited(session: Session, user_ids: Collection[int]) -> None:
    """Note that these people were sent or given their link just now."""
    with change(session):
        for part in in_parts(sorted(user_ids)):
            chosen = sa.update(User).where(User.id.in_(part))
            session.execute(chosen.values(invited_at=now()))


def end_links(session: Session, actor: Enrolment, user_id: int) -> bool:
    """End someone's open links, sessions and tokens; False where they are not in the course.

    Raises PersonRefused where these open more than the course.
    """
    with change(session):
        user = queries.active_member(session, actor.course, user_id)
        if user is None:
            return False
        if why := fixed_accounts(session, actor, [user.id]).get(user.id):
            raise PersonRefused(f"This person {why}.")
        membership.end_links(session, [user.id])
        record(session, actor, "end sign-in links", subject=f"user {user.id}")
    return True
