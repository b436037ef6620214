"""A cluster for a test: a database of its own, and the broker that the test asks for."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.services.cluster import Cluster
from tests.webapp.conftest import populated_on_postgresql

__all__ = ["populated_on_postgresql"]


@pytest.fixture
def cluster_with(
    populated_on_postgresql: str, new_database: Callable[..., str], tmp_path: Path
) -> Iterator[Callable[..., Cluster]]:
    made: list[Cluster] = []

    def make(broker_url: str = "") -> Cluster:
        made.append(Cluster(tmp_path, new_database(populated_on_postgresql), broker_url))
        return made[-1]

    yield make
    for cluster in made:
        cluster.close()
