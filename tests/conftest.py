"""Fixtures of every folder: the servers that a test asks for."""

from tests.services.fixtures import new_database, postgresql, rabbitmq, redis

__all__ = ["new_database", "postgresql", "rabbitmq", "redis"]
