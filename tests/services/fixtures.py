"""The servers as fixtures: one of each for a whole session, databases of their own for tests."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator

import pytest

from tests.services.brokers import RabbitMQ, Redis
from tests.services.postgresql import PostgreSQL
from tests.services.servers import running


@pytest.fixture(scope="session")
def postgresql() -> Iterator[PostgreSQL]:
    """A PostgreSQL cluster."""
    with running(PostgreSQL) as server:
        assert isinstance(server, PostgreSQL)
        yield server


@pytest.fixture
def new_database(postgresql: PostgreSQL) -> Iterator[Callable[..., str]]:
    """Makes databases, which are dropped after the test; returns their URLs."""
    made: list[str] = []

    def make(template: str = "template0") -> str:
        made.append(f"test_{secrets.token_hex(6)}")
        return postgresql.create(made[-1], template)

    yield make
    for name in made:
        postgresql.drop(name)


@pytest.fixture(scope="session")
def redis() -> Iterator[Redis]:
    """A Redis server."""
    with running(Redis) as server:
        assert isinstance(server, Redis)
        yield server


@pytest.fixture(scope="session")
def rabbitmq() -> Iterator[RabbitMQ]:
    """A RabbitMQ node."""
    with running(RabbitMQ) as server:
        assert isinstance(server, RabbitMQ)
        yield server
