"""What people do with their own account: set a password, sign out everywhere, keep tokens."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy.orm import Session

from webapp.base.database import change
from webapp.models import User
from webapp.signing_in import operations as signing_in
from webapp.signing_in.ending import end_everything
from webapp.signing_in.pace import MAILS, MAILS_FROM_SOURCE
from webapp.signing_in.trying import SlowDown, key_of
from webapp.site import tokens


def set_password(session: Session, user: User, hashed: str) -> None:
    """Keep a password's hash; every older session, link and token of the account ends."""
    with change(session):
        user.password = hashed
        end_everything(session, [user.id])


def sign_out_everywhere(session: Session, user: User) -> None:
    """End every session and token of the account."""
    with change(session):
        end_everything(session, [user.id])


def end_session(session: Session, user: User, number: int) -> bool:
    """End one of someone's sessions; False where it is not theirs, or has ended."""
    return signing_in.end_session(session, user.id, number)


def may_be_mailed(session: Session, email: str, *, source: str, secret: str) -> bool:
    """Whether an address, of an account or of none, may be mailed a link now; counts the mail.

    Raises SlowDown where too many were asked for from one source.
    """
    asked = {key_of(secret, "mails from", source): MAILS_FROM_SOURCE}
    wait = signing_in.look(session, asked).wait or signing_in.take(session, asked).wait
    if wait > 0:
        raise SlowDown(wait)
    mailed = {key_of(secret, "mails to", email): MAILS}
    return not (signing_in.look(session, mailed).wait or signing_in.take(session, mailed).wait)


def make_token(session: Session, user: User, name: str, scopes: Collection[str]) -> str:
    """A new token, which is shown once and never again; raises TooManyTokens."""
    with change(session):
        return tokens.create(session, user, name, scopes)


def end_token(session: Session, user: User, token_id: int) -> bool:
    """End one of someone's tokens; False when it is not theirs."""
    with change(session):
        return tokens.revoke(session, user, token_id)
