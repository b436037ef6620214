"""The web server process: gunicorn, used as a library, around one that reads whole requests."""

from __future__ import annotations

import contextlib
import gc
import logging
import os
import sys
import threading
from dataclasses import replace
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from flask import Flask
from gunicorn.app.base import BaseApplication
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from webapp import create_app
from webapp.base import logs
from webapp.base.config import Settings, data_folder, database_url
from webapp.base.data_folder import METRICS_SOCKET
from webapp.base.database import db, make_engine, moment_of
from webapp.base.parent import end_with_parent
from webapp.grading.release import NoRelease, source_of
from webapp.handout.queries import set_anywhere
from webapp.handout.shelf import shelf
from webapp.models import Course
from webapp.queue.workers import say_what_the_site_has
from webapp.rendering.prepared import Renderings, renderings
from webapp.service.http.worker import WholeRequests
from webapp.written.looking import keep_looking

log = logging.getLogger("heldout.web")

_SAY_SECONDS, _FORGET_SECONDS = 5.0, 60.0
_SOCKET_UMASK = 0o177
# What the kernel takes of a socket's path.
_LONGEST_SOCKET = 107


class WebServer(BaseApplication):
    """gunicorn around `create_app`."""

    def __init__(self, bind: str, threads: int) -> None:
        self._bind = bind
        self._threads = threads
        super().__init__()

    def load_config(self) -> None:
        """Called by gunicorn while it starts."""
        settings: dict[str, Any] = {
            "bind": [self._bind, *own_socket(data_folder())],
            "umask": _SOCKET_UMASK,
            "worker_class": WholeRequests,
            "workers": 1,
            "threads": self._threads,
            "timeout": 90,
            "graceful_timeout": 20,
            "loglevel": "warning",
            "control_socket_disable": True,
            "proc_name": "heldout-web",
        }
        if os.path.isdir("/dev/shm"):  # noqa: S108 - gunicorn keeps heartbeats there, no data
            settings["worker_tmp_dir"] = "/dev/shm"  # noqa: S108
        for name, value in settings.items():
            self.cfg.set(name, value)

    def load(self) -> Flask:
        """The application, made in the serving process."""
        app = create_app(replace(Settings.from_environment(), threads=self._threads))
        make_releases_ready(app)
        threading.Thread(target=keep_saying, name="versions", daemon=True).start()
        with app.app_context():
            beside = (db.engine, renderings(), threading.Event())
        threading.Thread(target=keep_looking, args=beside, name="pdfs", daemon=True).start()
        threading.Thread(target=keep_forgetting, args=beside, name="copies", daemon=True).start()
        leave_out_of_collections()
        return app


def own_socket(data: Path) -> list[str]:
    """Where this machine's metrics are asked for, as gunicorn takes it; none at too long a path."""
    path = data / METRICS_SOCKET
    if len(os.fsencode(path)) <= _LONGEST_SOCKET:
        return [f"unix:{path}"]
    log.warning(
        "There is no socket for metrics, since %s has more than %d bytes: ask with the token.",
        path,
        _LONGEST_SOCKET,
    )
    return []


def make_releases_ready(app: Flask) -> None:
    """Make what is handed out, one after the other, while the service takes requests."""

    def make() -> None:
        with app.app_context():
            for name in set_anywhere(db.session):
                with contextlib.suppress(NoRelease):
                    shelf().made(source_of(db.session, name))

    threading.Thread(target=make, name="releases", daemon=True).start()


def keep_saying(stop: threading.Event | None = None) -> None:
    """Say again and again what lies in the folder of assignments here: workers compare."""
    stop, engine = stop or threading.Event(), make_engine(database_url())
    while True:
        try:
            with Session(engine) as session:
                say_what_the_site_has(session, moment_of(session))
        except SQLAlchemyError as error:
            log.warning("what the site grades with could not be said: %s", error)
        if stop.wait(_SAY_SECONDS):
            engine.dispose()
            return


def keep_forgetting(
    engine: sa.Engine, kept: Renderings, stop: threading.Event | None = None
) -> None:
    """Delete the copies of courses that are gone: another machine erased one, or this one fell."""
    stop = stop or threading.Event()
    while not stop.wait(_FORGET_SECONDS):
        try:
            forget_what_is_gone(engine, kept)
        except SQLAlchemyError as error:
            log.warning("copies could not be compared with the courses: %s", error)


def forget_what_is_gone(engine: sa.Engine, kept: Renderings) -> None:
    """The same, once."""
    found = kept.shelf.courses()
    with Session(engine) as session:
        there = set(session.scalars(sa.select(Course.id).where(Course.id.in_(found))))
    for course in found - there:
        kept.shelf.forget(course)


def leave_out_of_collections() -> None:
    """What is there stays for good: the collector, run by large tables, need not look at it."""
    gc.collect()
    gc.freeze()


def main() -> None:
    """`python -m webapp.service.web ADDRESS THREADS`, started by `heldout serve`."""
    end_with_parent()
    logs.configure()
    bind, threads = sys.argv[1:]
    WebServer(bind, int(threads)).run()


if __name__ == "__main__":
    main()
