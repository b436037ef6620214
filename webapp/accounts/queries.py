"""Accounts as somebody names them."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.orm import Session

from webapp.models import User


def active_user(session: Session, email: str) -> User | None:
    """Whose address it is, if they may sign in."""
    return session.scalar(sa.select(User).where(User.email == email, User.active))
