"""Fixtures of every folder: the servers that a test asks for, and routes compiled once."""

import pytest

from tests import choosing
from tests.services.fixtures import new_database, postgresql, rabbitmq, redis
from tests.webapp.routing import routes_compiled_once

__all__ = ["new_database", "postgresql", "rabbitmq", "redis", "routes_compiled_once"]


# First: xdist reads the groups in the same hook.
@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        choosing.mark(item)
        if name := choosing.group(item):
            item.add_marker(pytest.mark.xdist_group(name))
    items.sort(key=choosing.place)
