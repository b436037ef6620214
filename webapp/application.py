"""Putting the application together from its settings: the database, every page, the guards."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from flask import Flask
from werkzeug.middleware.proxy_fix import ProxyFix

from webapp.base.config import MAX_UPLOAD_BYTES, Settings
from webapp.base.database import db, engine_options, prepare
from webapp.blueprints import blueprints
from webapp.courses import switching, viewing
from webapp.grading.library import GraderLibrary
from webapp.handout.shelf import Shelf
from webapp.queue import broker
from webapp.rendering.forgetting import know_copies
from webapp.rendering.prepared import Renderings
from webapp.rendering.shelf import RENDERINGS
from webapp.rendering.shelf import Shelf as RenderingShelf
from webapp.site import addresses, arrival, errors, filters, headers, requests_log, sign_in

_FORM_BYTES = 256 * 1024


def build(
    settings: Settings, *, library: GraderLibrary | None, overrides: Mapping[str, Any] | None
) -> Flask:
    """The application; see `webapp.create_app`."""
    # Templates lie beside their pages and are named from here: `people/people.html`.
    app = Flask("webapp", template_folder=".")
    addresses.init_app(app)
    app.config.from_mapping(_configuration(settings))
    app.config.from_mapping(overrides or {})
    app.extensions["heldout"] = library or GraderLibrary()
    shelf = RenderingShelf(settings.data / RENDERINGS)
    app.extensions["heldout-renderings"] = Renderings(shelf, threads=settings.threads)
    app.extensions["heldout-shelf"] = Shelf(settings.data / "releases")
    if settings.proxies:
        count = settings.proxies
        app.wsgi_app = ProxyFix(  # type: ignore[method-assign]
            app.wsgi_app, x_for=count, x_proto=count, x_host=count
        )
    requests_log.init_app(app)
    db.init_app(app)
    broker.configure(settings.broker_url)
    with app.app_context():
        prepare(db.engine)
        know_copies(db.sessionmaker, shelf)
    for blueprint in blueprints():
        app.register_blueprint(blueprint)
    addresses.guard_forms(app)
    for part in (arrival, filters, sign_in, viewing, switching, headers, errors):
        part.init_app(app)
    return app


def _configuration(settings: Settings) -> dict[str, Any]:
    prefix = "__Host-" if settings.https else ""
    return {
        "SECRET_KEY": settings.secret_key,
        "SECURITY_PASSWORD_SALT": settings.password_salt,
        "SQLALCHEMY_ENGINES": {"default": engine_options(settings.database_url)},
        "SESSION_COOKIE_NAME": f"{prefix}heldout",
        "SESSION_COOKIE_SECURE": settings.https,
        "SESSION_COOKIE_HTTPONLY": True,
        "SESSION_COOKIE_SAMESITE": "Lax",
        "SESSION_COOKIE_PATH": "/",
        "REMEMBER_COOKIE_NAME": f"{prefix}heldout-remember",
        "REMEMBER_COOKIE_SECURE": settings.https,
        "REMEMBER_COOKIE_HTTPONLY": True,
        "REMEMBER_COOKIE_SAMESITE": "Lax",
        "REMEMBER_COOKIE_DURATION": timedelta(days=settings.session_days),
        "HELDOUT_SESSION_IDLE": timedelta(hours=settings.session_idle_hours),
        "HELDOUT_KNOWN_COOKIE": f"{prefix}heldout-known",
        "MAX_CONTENT_LENGTH": MAX_UPLOAD_BYTES + _FORM_BYTES,
        "MAX_FORM_MEMORY_SIZE": _FORM_BYTES,
        "MAX_FORM_PARTS": 50,
        "BOOTSTRAP_SERVE_LOCAL": True,
        "HELDOUT_METRICS_TOKEN": settings.metrics_token,
        "HELDOUT_UPLOAD_LIMIT": settings.upload_limit,
        "HELDOUT_THREADS": settings.threads,
        "HELDOUT_MAILER": settings.mailer,
        "HELDOUT_JUPYTERHUB": settings.jupyterhub,
        "WTF_CSRF_TIME_LIMIT": None,
    }
