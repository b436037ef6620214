"""Signing in: Flask-Security with Argon2id, CSRF on every form, throttling, closed by default."""

from __future__ import annotations

import hashlib
import secrets
from typing import Any

import sqlalchemy as sa
from flask import Flask, Request, abort, current_app, redirect, request, url_for
from flask_limiter import Limiter
from flask_limiter.util import get_remote_address
from flask_login import current_user
from flask_security import MailUtil, Security, SQLAlchemyUserDatastore
from flask_wtf import CSRFProtect
from itsdangerous import BadSignature, URLSafeTimedSerializer
from sqlalchemy.exc import DBAPIError
from werkzeug.wrappers import Response

from webapp.base.database import db
from webapp.base.typed_text import as_address
from webapp.models import User
from webapp.signing_in.gate import Gates
from webapp.site import browser_sessions, operations
from webapp.site.sign_in_form import SignInForm

PUBLIC_ENDPOINTS = frozenset(
    {
        "static",
        "bootstrap.static",
        "assets.client",
        "assets.htmx",
        "security.login",
        "accounts.forgot",
        "accounts.welcome",
        "handout.fetched",
        "health.live",
        "health.ready",
        "metrics.show",
        "api_docs.show",
        "api.openapi",
    }
)
UPLOAD_ENDPOINTS = (
    "submissions.submit",
    "api.submit",
    "proposals.hand_in_slide",
    "reviews.hand_in_file",
)
# What a page sends while somebody types.
TYPING_ENDPOINTS = ("reviews.save_draft", "reviews.preview", "course_page.preview")
WELCOME_DAYS = 14
_csrf = CSRFProtect()

_SETTINGS: dict[str, Any] = {
    "SECURITY_PASSWORD_HASH": "argon2",
    "SECURITY_PASSWORD_SCHEMES": ["argon2"],
    "SECURITY_PASSWORD_LENGTH_MIN": 10,
    "SECURITY_RETURN_GENERIC_RESPONSES": True,
    "SECURITY_JOIN_USER_ROLES": False,
    "SECURITY_LOGOUT_METHODS": ["POST"],
    "SECURITY_LOGIN_USER_TEMPLATE": "site/sign_in.html",
    "SECURITY_POST_LOGIN_VIEW": "/",
    "SECURITY_POST_LOGOUT_VIEW": "/login",
    "SECURITY_EMAIL_VALIDATOR_ARGS": {"check_deliverability": False},
    "SECURITY_STATIC_FOLDER": None,
    "SECURITY_FLASH_MESSAGES": False,
    "SECURITY_API_ENABLED_METHODS": ["session"],
}


class _Addresses(MailUtil):
    """What somebody types to sign in is looked for as addresses are kept."""

    def normalize(self, email: str) -> str:
        """The address as it is kept; raises what Flask-Security expects where it is none."""
        return as_address(email) or super().normalize(email)


def init_app(app: Flask) -> None:
    """Add accounts to the application."""
    for key, value in _SETTINGS.items():
        app.config.setdefault(key, value)
    datastore = SQLAlchemyUserDatastore(db, User, None)  # type: ignore[arg-type]
    security = Security(
        app,
        datastore,
        register_blueprint=True,
        mail_util_cls=_Addresses,
        login_form=SignInForm,
    )
    app.extensions["heldout-gates"] = Gates(app.config["HELDOUT_THREADS"])
    browser_sessions.init_app(app, security.login_manager)
    # Pages take a session alone and the API a token alone.
    security.login_manager.request_loader(_owner_of_token)
    security.login_context_processor(lambda: {"site_is_empty": _is_empty})
    app.view_functions["security.verify"] = lambda: abort(404)
    _csrf.init_app(app)
    _csrf.exempt(app.blueprints["api"])
    _throttle(app)
    app.before_request(_closed_by_default)


def _is_empty() -> bool:
    """Whether nobody has an account; the page that asks is shown without a database, too."""
    try:
        return not db.session.scalar(sa.select(sa.exists(sa.select(User.id))))
    except DBAPIError:
        db.session.rollback()
        return False


def _throttle(app: Flask) -> None:
    """Slow down what one account sends; tries at a password count in `webapp.signing_in`."""
    limiter = Limiter(get_remote_address, app=app, storage_uri="memory://", headers_enabled=False)
    # A class behind one address hands in together: only the account counts here.
    uploads = limiter.shared_limit(
        app.config["HELDOUT_UPLOAD_LIMIT"], scope="uploads", key_func=_account, methods=["POST"]
    )
    app.config.setdefault("HELDOUT_TYPING_LIMIT", "120 per minute")
    typing = limiter.shared_limit(
        app.config["HELDOUT_TYPING_LIMIT"], scope="typing", key_func=_account, methods=["POST"]
    )
    for limit, endpoints in ((uploads, UPLOAD_ENDPOINTS), (typing, TYPING_ENDPOINTS)):
        for endpoint in endpoints:
            guarded: Any = limit(app.view_functions[endpoint])
            app.view_functions[endpoint] = guarded


def _account() -> str:
    return f"account-{current_user.id}"


def _closed_by_default() -> Response | None:
    """Every page needs someone signed in, but for the few named as public."""
    if request.blueprint == "api":
        return None  # it looks for its token itself
    if request.endpoint in PUBLIC_ENDPOINTS or current_user.is_authenticated:
        return None
    if request.endpoint is None:
        abort(404)
    if request.headers.get("HX-Request") or request.method not in ("GET", "HEAD"):
        abort(401)
    return redirect(url_for("security.login", next=request.full_path.rstrip("?")))


def _owner_of_token(asked: Request) -> User | None:
    if asked.blueprint != "api":
        return None
    token = operations.use_token(db.session, asked.headers.get("Authorization", ""))
    return None if token is None else token.user


def _serializer() -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(current_app.secret_key or "", salt="heldout-welcome")


def _fingerprint(user: User) -> str:
    return hashlib.sha256(f"{user.fs_uniquifier}:{user.password}".encode()).hexdigest()[:32]


def welcome_token(user: User) -> str:
    """A link's token to set a password once: it ends with the first password that is set."""
    return _serializer().dumps([user.id, _fingerprint(user)])


def user_of_token(token: str) -> User | None:
    """Whose token it is, or None when it is used, expired or not ours."""
    try:
        user_id, fingerprint = _serializer().loads(token, max_age=WELCOME_DAYS * 86400)
    except (BadSignature, ValueError):
        return None
    user = db.session.get(User, user_id)
    if user is None or not secrets.compare_digest(_fingerprint(user), str(fingerprint)):
        return None
    return user
