"""A database with two full courses, beside the usual one."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from tests.webapp.terms.two_courses import fill
from webapp import migrations
from webapp.base.database import make_engine


@pytest.fixture(params=["sqlite", "postgresql"])
def full(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[sa.Engine]:
    """The engine of a database with two courses, each with a row in every table."""
    url = f"sqlite:///{tmp_path / 'full.sqlite'}"
    if request.param == "postgresql":
        url = request.getfixturevalue("new_database")()
    engine = make_engine(url)
    migrations.upgrade(engine)
    with engine.begin() as connection:
        fill(connection)
    yield engine
    engine.dispose()


@pytest.fixture
def full_session(full: sa.Engine) -> Iterator[Session]:
    with Session(full) as session:
        yield session
