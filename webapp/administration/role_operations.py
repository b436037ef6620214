"""Who looks after the site and who may create courses: given and taken back, with a line each."""

from __future__ import annotations

from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.orm import Session

from webapp.administration.accounts import Account, Invited, account_for, invite
from webapp.administration.people import NamedAddress
from webapp.administration.queries import user_by_email
from webapp.audit.record import Action, SiteActor, record
from webapp.base.database import Missing, change, takes_the_one_lock
from webapp.models import User
from webapp.signing_in.ending import end_everything


class SiteRole(StrEnum):
    """A role of the site."""

    ADMINISTRATOR = "administrator"
    COURSE_MAKER = "course maker"


_GIVEN: dict[SiteRole, Action] = {
    SiteRole.ADMINISTRATOR: "make administrator",
    SiteRole.COURSE_MAKER: "let create courses",
}
_TAKEN: dict[SiteRole, Action] = {
    SiteRole.ADMINISTRATOR: "take back administrator",
    SiteRole.COURSE_MAKER: "no longer let create courses",
}
_COLUMNS = {
    SiteRole.ADMINISTRATOR: "is_administrator",
    SiteRole.COURSE_MAKER: "may_create_courses",
}


class RoleKept(Exception):
    """A role cannot be taken back: one sentence."""


def give_role(session: Session, actor: SiteActor, person: NamedAddress, role: SiteRole) -> Account:
    """Give somebody a role of the site, in a new account where they have none.

    Who has it already keeps it, and gets a new link where they have no password. Whoever becomes
    an administrator sets a new password by a link made now: an instructor may have had a link of
    theirs, or set the password that they had, and must not come into the site with it.
    """
    with change(session):
        if role == SiteRole.ADMINISTRATOR:
            _begin_anew(session, person.email)
        account = account_for(session, person)
        subject, email = f"user {account.user.id}", account.user.email
        if not getattr(account.user, _COLUMNS[role]):
            setattr(account.user, _COLUMNS[role], True)
            record(session, actor, _GIVEN[role], subject=subject, email=email)
        elif account.invited is not None:
            record(session, actor, "make link for the site", subject=subject, email=email)
    return account


def _begin_anew(session: Session, email: str) -> None:
    """End the password, links, sessions and tokens of who is to become an administrator."""
    user = user_by_email(session, email)
    if user is not None and not user.is_administrator:
        user.password = None
        end_everything(session, [user.id])


def take_role(session: Session, actor: SiteActor, user_id: int, role: SiteRole) -> User:
    """Take a role back; raises Missing for who has it not, RoleKept for the last administrator."""
    column = getattr(User, _COLUMNS[role])
    with change(session):
        # Two of the last two administrators must not take each other away at one moment.
        if not takes_the_one_lock(session):
            session.execute(sa.select(User.id).where(User.is_administrator).with_for_update())
        user = session.scalar(sa.select(User).where(User.id == user_id, column))
        if user is None:
            raise Missing
        if role == SiteRole.ADMINISTRATOR and not _others(session, user):
            raise RoleKept(
                f"{user.name} is the last administrator who can sign in: make another one first."
            )
        setattr(user, _COLUMNS[role], False)
        subject = f"user {user.id}"
        record(session, actor, _TAKEN[role], subject=subject, email=user.email)
    return user


def _others(session: Session, user: User) -> int:
    """How many other administrators can sign in."""
    chosen = sa.select(sa.func.count(User.id)).where(
        User.is_administrator, User.active, User.password.is_not(None), User.id != user.id
    )
    return session.scalar(chosen) or 0


def new_link(session: Session, actor: SiteActor, user_id: int) -> Invited:
    """A new link for somebody with a role of the site who has no password; raises Missing.

    At the command line also for who has one and forgot it.
    """
    with change(session):
        user = session.get(User, user_id)
        if user is None or not (user.is_administrator or user.may_create_courses):
            raise Missing
        if actor.user_id is not None and user.password is not None:
            raise Missing
        invited = invite(user)
        record(session, actor, "make link for the site", subject=f"user {user.id}")
    return invited
