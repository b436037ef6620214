"""One machine with SQLite whose disk is full: it refuses, keeps what it has, and goes on."""

from __future__ import annotations

import json
import random
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from tests.autograder.tiny import ID
from tests.bench.cluster import Bench, notebook
from tests.faults.disk import SmallDisk, skip_unless_mountable
from tests.faults.system import kill_tree, start_web, token_of_ada
from tests.services.servers import free_port
from webapp.base.config import embedded_database

# More than what readiness asks to be free.
_MEGABYTES = 128
_PATIENCE = 120.0


class Alone:
    """The service with its own worker; `upload` answers with what the service said."""

    def __init__(self, bench: Bench, port: int) -> None:
        self.cluster = bench.cluster
        self._address = f"http://127.0.0.1:{port}/api/v1/courses/dl/assignments/{ID}/submissions"
        self._headers = {"Authorization": f"Bearer {token_of_ada(bench.cluster)}"}
        self._chance = random.Random(3)
        self.acknowledged: list[int] = []

    def upload(self) -> httpx.Response | None:
        """Hand in a notebook that takes room; None where nobody answers."""
        whole = json.loads(notebook(self._chance.getrandbits(60), seconds=0.0))
        whole["cells"][0]["source"] += f"# {self._chance.randbytes(60_000).hex()}"
        data = json.dumps(whole).encode()
        files = {"notebook": ("work.ipynb", data)}
        try:
            answer = httpx.post(self._address, files=files, headers=self._headers, timeout=60)
        except httpx.TransportError:
            return None
        if answer.is_success:
            self.acknowledged.append(answer.json()["submission"])
        return answer

    def upload_until(self, wanted: bool) -> httpx.Response:
        """Hand in one after the other until the service takes one, or refuses one."""
        give_up = time.monotonic() + _PATIENCE
        while True:
            answer = self.upload()
            if answer is not None and answer.is_success is wanted:
                return answer
            assert time.monotonic() < give_up, self._said()

    def _said(self) -> str:
        return (self.cluster.folder / "web.log").read_text(errors="replace")[-3000:]


@contextmanager
def _alone(folder: Path) -> Iterator[Alone]:
    (folder / "workers.log").touch()
    bench, port = Bench(folder, embedded_database(folder), ""), free_port()
    web = start_web(bench.cluster, port, "--workers", "1")
    try:
        yield Alone(bench, port)
    finally:
        kill_tree(web)
        bench.cluster.close()


@pytest.mark.timeout(600)
def test_a_full_disk_refuses_uploads_in_words_and_loses_none(tmp_path, monkeypatch):
    skip_unless_mountable()
    monkeypatch.setenv("HELDOUT_ASSIGNMENTS", "")
    folder = tmp_path / "small"
    folder.mkdir()
    with SmallDisk(folder, _MEGABYTES) as disk, _alone(folder) as site:
        site.upload_until(True)
        disk.fill()
        refused = site.upload_until(False)
        assert refused.status_code == 503
        assert "What you just sent was not kept" in refused.json()["error"]
        assert refused.headers["Retry-After"]
        disk.empty()
        site.upload_until(True)
        site.cluster.wait_until_graded(site.acknowledged)
        assert site.cluster.results() == dict.fromkeys(site.acknowledged, 1)
