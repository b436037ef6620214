"""Fixtures of every folder: the servers that a test asks for, and routes compiled once."""

from typing import Any

import pytest

from tests import choosing
from tests.services.fixtures import new_database, postgresql, rabbitmq, redis
from tests.webapp.routing import routes_compiled_once

__all__ = ["new_database", "postgresql", "rabbitmq", "redis", "routes_compiled_once"]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        choosing.mark(item)
    items.sort(key=choosing.place)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> choosing.ByGroup | None:
    return choosing.ByGroup(config, log) if config.getvalue("dist") == "loadgroup" else None
