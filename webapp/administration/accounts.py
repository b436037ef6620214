"""Accounts that an administrator names by an address: one that there is, or a new one."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy.orm import Session

from webapp.administration.people import NamedAddress
from webapp.administration.queries import user_by_email
from webapp.base.clock import now
from webapp.models import User
from webapp.site.sign_in import welcome_token


@dataclass(frozen=True)
class Invited:
    """Somebody, and the token of a link that sets a password once."""

    user_id: int
    name: str
    email: str
    token: str

    def address(self, site: str) -> str:
        """The whole link on a site, as a command prints it."""
        return f"{site}/welcome/{self.token}"


@dataclass(frozen=True)
class Account:
    """Somebody's account, and the link that lets them in where it has no password."""

    user: User
    invited: Invited | None


def account_for(
    session: Session, person: NamedAddress, *, any_without_password: bool = True
) -> Account:
    """The account of an address, made where there is none; the caller commits.

    Who may not look after other courses gets links of new accounts alone: one that is there
    already may open another course.
    """
    user = user_by_email(session, person.email)
    new = user is None
    if user is None:
        user = User(email=person.email, name=person.name)
        session.add(user)
        session.flush()
    lets_in = new or (any_without_password and user.password is None)
    return Account(user, invite(user) if lets_in else None)


def invite(user: User) -> Invited:
    """A link for somebody to set a password; the caller commits."""
    user.invited_at = now()
    return Invited(user.id, user.name, user.email, welcome_token(user))
