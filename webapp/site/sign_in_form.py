"""The form of the page that signs people in: each try at a password takes its turn."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from flask import current_app, request
from flask_security import LoginForm

from webapp.base.database import db
from webapp.base.typed_text import as_address, one_line
from webapp.models import User
from webapp.signing_in.gate import Gates
from webapp.signing_in.trying import PasswordTry, source_of
from webapp.site import browser_sessions


class SignInForm(LoginForm):
    """An address and a password, tried only as often as the pace of tries allows."""

    def validate(self, **kwargs: Any) -> bool:
        """Whether they match; raises SlowDown before a password is hashed."""
        tried = _try_of(str(self.email.data or ""))
        gates = current_app.extensions["heldout-gates"]
        assert isinstance(gates, Gates)
        with tried.made(db.session, gates):
            matches = bool(super().validate(**kwargs))
        if matches:
            tried.succeeded(db.session)
        return matches


def account_named(typed: str) -> str:
    """One spelling of an address as somebody types it, whether or not it is one."""
    return as_address(typed) or one_line(typed).lower()


def source() -> str:
    """Where the request comes from."""
    return source_of(request.remote_addr or "")


def _try_of(typed: str) -> PasswordTry:
    email = account_named(typed)
    browser = ""
    if browser_sessions.knows_somebody():
        user = db.session.scalar(sa.select(User).where(User.email == email))
        browser = browser_sessions.known_to(user) if user else ""
    return PasswordTry(str(current_app.secret_key or ""), email, source(), browser)
