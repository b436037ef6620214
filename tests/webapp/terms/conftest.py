"""A database with two full courses, beside the usual one."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from tests.webapp.terms.two_courses import fill
from webapp import migrations
from webapp.base.database import make_engine


@pytest.fixture(scope="session")
def full_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database with two courses, each with a row in every table, as a file to copy."""
    path = tmp_path_factory.mktemp("full") / "full.sqlite"
    _fill(make_engine(f"sqlite:///{path}"))
    return path


@pytest.fixture(params=["sqlite", "postgresql"])
def full(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[sa.Engine]:
    """The engine of a database with two courses, each with a row in every table."""
    if request.param == "postgresql":
        url = request.getfixturevalue("new_database")()
        _fill(make_engine(url))
    else:
        copy = shutil.copy(request.getfixturevalue("full_file"), tmp_path / "full.sqlite")
        url = f"sqlite:///{copy}"
    engine = make_engine(url)
    yield engine
    engine.dispose()


def _fill(engine: sa.Engine) -> None:
    migrations.upgrade(engine)
    with engine.begin() as connection:
        fill(connection)
    engine.dispose()


@pytest.fixture
def full_session(full: sa.Engine) -> Iterator[Session]:
    with Session(full) as session:
        yield session
