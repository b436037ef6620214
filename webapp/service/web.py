"""The web server process: gunicorn, used as a library, around one that reads whole requests."""

from __future__ import annotations

import contextlib
import gc
import logging
import os
import sys
import threading
from collections.abc import Callable
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
from webapp.base.config import Settings, data_folder
from webapp.base.data_folder import METRICS_SOCKET
from webapp.base.database import db, moment_of
from webapp.base.parent import end_with_parent
from webapp.grading.release import NoRelease, source_of
from webapp.handout.queries import set_anywhere
from webapp.handout.shelf import shelf
from webapp.models import Course
from webapp.queue.workers import say_what_the_site_has
from webapp.rendering.prepared import Renderings, renderings
from webapp.service.http.worker import WholeRequests
from webapp.written.looking import look_at_waiting

log = logging.getLogger("heldout.web")

_SAY_SECONDS, _LOOK_SECONDS, _FORGET_SECONDS = 5.0, 2.0, 60.0
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
        with app.app_context():
            do_beside(db.engine, renderings())
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


def do_beside(engine: sa.Engine, kept: Renderings) -> None:
    """What goes on beside the pages: workers compare, PDFs wait, and courses end elsewhere."""

    def say(session: Session) -> None:
        say_what_the_site_has(session, moment_of(session))

    def look(session: Session) -> None:
        look_at_waiting(session, kept)

    def forget(session: Session) -> None:
        forget_what_is_gone(session, kept)

    again(engine, say, seconds=_SAY_SECONDS, name="saying what the site grades with")
    again(engine, look, seconds=_LOOK_SECONDS, name="looking at handed-in PDFs")
    again(engine, forget, seconds=_FORGET_SECONDS, name="comparing copies with the courses")


def again(
    engine: sa.Engine, work: Callable[[Session], None], *, seconds: float, name: str
) -> threading.Event:
    """Do it again and again, in a thread that no full disk ends; the event does."""
    stop = threading.Event()

    def go() -> None:
        while not stop.is_set():
            try:
                with Session(engine) as session:
                    work(session)
            except (SQLAlchemyError, OSError) as error:
                log.warning("%s failed, and is tried again: %s", name, error)
            stop.wait(seconds)

    threading.Thread(target=go, name=name, daemon=True).start()
    return stop


def forget_what_is_gone(session: Session, kept: Renderings) -> None:
    """Delete the copies of courses that are gone: another machine erased one, or this one fell."""
    found = kept.shelf.courses()
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
