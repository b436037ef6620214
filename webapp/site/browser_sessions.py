"""Sessions as requests know them: what a cookie opens, and which browsers are known.

What Flask-Login keeps in its cookies, instead of a user's number, is the secret of a session that
the database knows; where that has ended, a copy of the cookie opens nothing.
"""

from __future__ import annotations

from typing import Any

from flask import Flask, after_this_request, current_app, g, request, session
from flask_login import LoginManager, user_logged_in, user_logged_out
from flask_security.utils import set_request_attr
from werkzeug.wrappers import Response

from webapp.base.database import db
from webapp.models import User
from webapp.signing_in import known, operations
from webapp.signing_in.browsers import kind_of
from webapp.signing_in.queries import Lifetimes

# `_remember` is how the form's “Keep me signed in” reaches the cookie.
_OF_FLASK_LOGIN = ("_fresh", "_id", "_remember", "_remember_seconds")


def init_app(app: Flask, login_manager: LoginManager) -> None:
    """Let sessions begin, be used and end in the database."""
    login_manager.user_loader(_user_of)
    user_logged_in.connect(_begin, app)
    user_logged_out.connect(_end, app)


def lifetimes() -> Lifetimes:
    """How long a session lives on this site."""
    config = current_app.config
    return Lifetimes(config["HELDOUT_SESSION_IDLE"], config["REMEMBER_COOKIE_DURATION"])


def this_session() -> int | None:
    """The number of the session that the request belongs to."""
    found = g.get("browser_session")
    return found if isinstance(found, int) else None


def known_to(user: User) -> str:
    """The number that this browser has for the account, where the account was signed in here."""
    secret = current_app.secret_key or ""
    return _marks().get(known.mark_of(user, str(secret)), "")


def know_browser(user: User) -> None:
    """Let this browser be known to the account, whose owner has just shown who they are."""
    secret = str(current_app.secret_key or "")
    config = current_app.config
    value = known.cookie_with(_marks(), known.mark_of(user, secret), secret)

    @after_this_request
    def _add(response: Response) -> Response:
        response.set_cookie(
            config["HELDOUT_KNOWN_COOKIE"],
            value,
            max_age=known.DAYS * 86400,
            secure=config["SESSION_COOKIE_SECURE"],
            httponly=True,
            samesite="Lax",
        )
        return response


def knows_somebody() -> bool:
    """Whether somebody was signed in with this browser before."""
    return bool(_marks())


def _marks() -> dict[str, str]:
    cookie = request.cookies.get(current_app.config["HELDOUT_KNOWN_COOKIE"], "")
    return known.marks_in(cookie, str(current_app.secret_key or "")) if cookie else {}


def _user_of(text: str) -> User | None:
    """Whose session it is, as Flask-Security's own loader says it."""
    found = operations.use_session(db.session, str(text), lifetimes())
    if found is None:
        return None
    g.browser_session = found.id
    set_request_attr("fs_authn_via", "session")
    return found.user


def _begin(_app: Flask, user: User, **_: Any) -> None:
    """Nothing of the session before signing in survives it, not even its CSRF token."""
    kept = {key: session[key] for key in _OF_FLASK_LOGIN if key in session}
    session.clear()
    session.update(kept)
    session["_user_id"] = operations.begin_session(
        db.session,
        user.id,
        browser=kind_of(request.headers.get("User-Agent", "")),
        kept=kept.get("_remember") == "set",
        lifetimes=lifetimes(),
    )
    know_browser(user)


def _end(_app: Flask, user: User, **_: Any) -> None:
    number = this_session()
    if number is not None:
        operations.end_session(db.session, user.id, number)
