"""Somebody who looks after the site, and somebody who may create courses."""

from __future__ import annotations

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from webapp.models import User


@pytest.fixture
def amy(session: Session) -> User:
    """An administrator of the site, in no course."""
    return _with_role(session, "amy", is_administrator=True)


@pytest.fixture
def max_(session: Session) -> User:
    """Somebody who may create courses, in none so far."""
    return _with_role(session, "max", may_create_courses=True)


def _with_role(session: Session, name: str, **roles: bool) -> User:
    # Hashing a password takes an application; the sample course's people have one already.
    password = session.scalar(sa.select(User.password).where(User.name == "Ina"))
    user = User(email=f"{name}@example.edu", name=name.capitalize(), password=password, **roles)
    session.add(user)
    session.commit()
    return user
