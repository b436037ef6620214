"""Fixtures of every folder: the servers that a test asks for, and routes compiled once."""

from tests.services.fixtures import new_database, postgresql, rabbitmq, redis
from tests.webapp.routing import routes_compiled_once

__all__ = ["new_database", "postgresql", "rabbitmq", "redis", "routes_compiled_once"]
