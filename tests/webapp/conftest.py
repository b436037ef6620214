"""Fixtures as in Flask's tutorial: `app`, `client`, `auth`; each test has its own database."""

from __future__ import annotations

import base64
import hashlib
import io
import secrets
import shutil
import threading
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session
from werkzeug.serving import make_server

from autograder.results import GradeResult, Output
from tests.services.postgresql import PostgreSQL
from tests.services.reused import ReusedDatabase
from tests.webapp import sample_course
from tests.webapp.browser import Visitor
from tests.webapp.graders import LIBRARY, PNG, StandInPool, notebook, result
from tests.webapp.rendering.here import made_here
from tests.webapp.shared import MovingEngines, SharedApplication
from webapp import create_app, migrations
from webapp.base.config import Settings, embedded_database
from webapp.base.database import db, make_engine
from webapp.grading.worker import Worker
from webapp.models import Course, CourseAssignment, Enrolment, Submission, User
from webapp.site import tokens
from webapp.site.uploads import Upload
from webapp.submissions.operations import receive

CHEAP_HASHES = {"argon2__time_cost": 1, "argon2__memory_cost": 8, "argon2__parallelism": 1}
OVERRIDES = {
    "TESTING": True,
    "SECURITY_PASSWORD_HASH_PASSLIB_OPTIONS": CHEAP_HASHES,
}


# What reads and writes the database in ways that differ from one to the other.
_BOTH = """
answer_points answers arranging attempts_to_read backup browser_sessions courses deleting duties
estimates extensions fair_queue feedback final_ranks grades guessing handout import_times
imports insight jobs leaderboard log mixed_versions operations own_data pass_rule person
points_in_total presentations queue_page readings recount regrades requests results
review_drafts roles room roster_pages rules sections similarity staff submissions versions
visibility work workers written
"""
ON_POSTGRESQL_TOO = frozenset(f"test_{name}" for name in _BOTH.split())


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "backend" in metafunc.fixturenames:
        module = metafunc.module.__name__.rpartition(".")[2]
        both = module in ON_POSTGRESQL_TOO
        metafunc.parametrize("backend", ["sqlite", "postgresql"] if both else ["sqlite"])


def settings_for(folder: Path, database_url: str = "") -> Settings:
    return Settings(
        data=folder,
        database_url=database_url or embedded_database(folder),
        secret_key="a secret key of tests only",
        password_salt="a password salt of tests only",
        https=False,
    )


@pytest.fixture(scope="session")
def populated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database with the course of `people`, made once and copied for each test."""
    folder = tmp_path_factory.mktemp("populated")
    engine = populate(settings_for(folder))
    with engine.connect() as connection:
        connection.execute(sa.text("PRAGMA wal_checkpoint(TRUNCATE)"))
    engine.dispose()
    return folder / "heldout.sqlite"


@pytest.fixture(scope="session")
def populated_on_postgresql(
    postgresql: PostgreSQL, tmp_path_factory: pytest.TempPathFactory
) -> str:
    """The same course in a PostgreSQL database, which serves as a template."""
    # Its own name: each folder that uses this fixture makes one.
    name = f"populated_{secrets.token_hex(4)}"
    url = postgresql.create(name)
    populate(settings_for(tmp_path_factory.mktemp("postgresql"), url)).dispose()
    return name


@pytest.fixture(scope="session")
def reused_on_postgresql(
    postgresql: PostgreSQL, populated_on_postgresql: str
) -> Iterator[ReusedDatabase]:
    """A copy of it that one test after the other gets, each time with its first rows."""
    database = ReusedDatabase(
        postgresql.create(f"{populated_on_postgresql}_reused", populated_on_postgresql)
    )
    yield database
    database.close()


def populate(settings: Settings) -> sa.Engine:
    """Make the schema and the course of `people`."""
    engine = make_engine(settings.database_url)
    migrations.upgrade(engine)
    app = create_app(settings, library=LIBRARY, overrides=OVERRIDES)
    with app.app_context(), Session(engine) as session:
        sample_course.populate(session)
    with app.app_context():
        db.engine.dispose()
    return engine


@pytest.fixture
def settings(backend: str, request: pytest.FixtureRequest, tmp_path: Path) -> Settings:
    if backend == "sqlite":
        shutil.copy(request.getfixturevalue("populated"), tmp_path / "heldout.sqlite")
        return settings_for(tmp_path)
    database = request.getfixturevalue("reused_on_postgresql")
    database.put_back()
    return settings_for(tmp_path, database.url)


@pytest.fixture(scope="session")
def shared_application(tmp_path_factory: pytest.TempPathFactory) -> SharedApplication:
    """The application of this process, made once and lent to one test after the other."""
    settings = settings_for(tmp_path_factory.mktemp("application"))
    app = create_app(settings, library=LIBRARY, overrides=OVERRIDES)
    made_here(app, settings.data)
    return SharedApplication(app)


@pytest.fixture
def app(settings: Settings, shared_application: SharedApplication) -> Iterator[Flask]:
    with shared_application.over(settings.database_url) as app:
        yield app


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()


@pytest.fixture
def site(app: Flask) -> Iterator[str]:
    """The application behind a real socket; yields its address."""
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty place for the saved token, and no setting from outside."""
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    for name in ("HELDOUT_TOKEN", "HELDOUT_SITE"):
        monkeypatch.delenv(name, raising=False)
    return tmp_path


@pytest.fixture(scope="session")
def engines() -> MovingEngines:
    """The engines of tests' own sessions and workers, beside the application's."""
    return MovingEngines()


@pytest.fixture
def engine(settings: Settings, engines: MovingEngines) -> Iterator[sa.Engine]:
    with engines.over(settings.database_url) as engine:
        yield engine


@pytest.fixture
def session(engine: sa.Engine) -> Iterator[Session]:
    with Session(engine) as session:
        yield session


@pytest.fixture
def item(session: Session) -> CourseAssignment:
    """Ada's and bob's assignment."""
    found = sa.select(CourseAssignment).join(Course).where(Course.slug == sample_course.SLUG)
    return session.scalars(found).one()


@pytest.fixture
def ina(session: Session) -> Enrolment:
    """Who instructs."""
    found = sa.select(Enrolment).join(User, Enrolment.user_id == User.id).where(User.name == "Ina")
    return session.scalars(found).one()


class Auth:
    """Signs people in, each in a browser of their own."""

    def __init__(self, app: Flask) -> None:
        self._app = app

    def visitor(self) -> Visitor:
        return Visitor(self._app.test_client())

    def login(self, name: str, password: str = sample_course.PASSWORD) -> Visitor:
        visitor = self.visitor()
        response = visitor.sign_in(f"{name}@example.edu", password)
        assert response.status_code == 302, response.text
        return visitor


@pytest.fixture
def auth(app: Flask) -> Auth:
    return Auth(app)


@pytest.fixture
def ask(client: FlaskClient, session: Session) -> Callable[..., tuple[int, Any]]:
    """Sends a request as someone, with a token of these scopes; returns status and answer."""

    made: dict[tuple[str, Sequence[str]], str] = {}

    def send(
        name: str,
        method: str,
        path: str,
        body: dict[str, Any] | None = None,
        scopes: Sequence[str] = tokens.SCOPES,
        files: dict[str, tuple[str, bytes]] | None = None,
    ) -> tuple[int, Any]:
        user = session.scalars(sa.select(User).where(User.name == name.capitalize())).one()
        if (name, scopes) not in made:
            made[name, scopes] = tokens.create(session, user, "test", tuple(scopes))
            session.commit()
        headers = {"Authorization": f"Bearer {made[name, scopes]}"}
        options: dict[str, Any] = {} if body is None else {"json": body}
        if files is not None:
            options["data"] = {key: (io.BytesIO(data), file) for key, (file, data) in files.items()}
        answer = client.open(path, method=method, headers=headers, **options)
        session.expire_all()
        return answer.status_code, answer.get_json()

    return send


@pytest.fixture
def graded(engine: sa.Engine, session: Session) -> Callable[..., Submission]:
    """Hand in a notebook of someone's and grade it with a given result."""

    def grade(name: str, found: GradeResult | None = None, data: bytes | None = None) -> Submission:
        data = data or notebook("x = 1", answer="**Answer (why):** because <b>bold</b>")
        digest = hashlib.sha256(data).hexdigest()
        user = session.scalars(sa.select(User).where(User.name == name.capitalize())).one()
        assignment = session.scalars(
            sa.select(CourseAssignment).join(Course).where(Course.slug == sample_course.SLUG)
        ).one()
        submission = receive(
            session,
            assignment,
            user_id=user.id,
            upload=Upload("work.ipynb", data, digest),
            digest=f"{digest[:32]}{secrets.token_hex(16)}",
        ).submission
        plot = Output("display", "image/png", base64.b64encode(PNG).decode())
        pool = StandInPool(lambda _: found or result(outputs=(plot,)))
        Worker(engine, pool, poll_seconds=0.01).run(threading.Event(), drain=True)
        session.refresh(submission)
        return submission

    return grade
