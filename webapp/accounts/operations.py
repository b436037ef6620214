"""What people do with their own account: set a password, sign out everywhere, keep tokens."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy.orm import Session

from webapp.base.database import change
from webapp.models import User
from webapp.models.accounts import new_uniquifier
from webapp.site import tokens


def set_password(session: Session, user: User, hashed: str) -> None:
    """Keep a password's hash; every older session, link and token of the account ends."""
    with change(session):
        user.password = hashed
        _end_everything(session, user)


def sign_out_everywhere(session: Session, user: User) -> None:
    """End every session and token of the account."""
    with change(session):
        _end_everything(session, user)


def make_token(session: Session, user: User, name: str, scopes: Collection[str]) -> str:
    """A new token, which is shown once and never again; raises TooManyTokens."""
    with change(session):
        return tokens.create(session, user, name, scopes)


def end_token(session: Session, user: User, token_id: int) -> bool:
    """End one of someone's tokens; False when it is not theirs."""
    with change(session):
        return tokens.revoke(session, user, token_id)


def _end_everything(session: Session, user: User) -> None:
    user.fs_uniquifier = new_uniquifier()
    tokens.revoke_all(session, user)
