"""Cells end in the sandbox as they do in the kernel that students know, or for a stated reason."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from autograder.sandbox.outside_launch import Sandbox
from tests.autograder.boundary import opened
from tests.autograder.sandbox.kernel_cells import CELLS

_SECONDS = 60.0


@dataclass(frozen=True)
class Ended:
    """How a cell ended: the type of its error, what it printed, and what it showed."""

    error: str
    text: str


def _one_text(parts: list[str]) -> str:
    return re.sub(r"\s+", " ", "".join(parts)).strip()


@pytest.fixture(scope="module")
def in_a_kernel(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Ended]:
    """Every cell in one real kernel; its process has an empty home and folder."""
    manager = pytest.importorskip("jupyter_client.manager")
    pytest.importorskip("ipykernel")
    home = tmp_path_factory.mktemp("home")
    kernel, client = manager.start_new_kernel(
        kernel_name="python3", cwd=str(home), env=_environment(home)
    )
    try:
        return {cell.source: _asked(client, cell.source) for cell in CELLS}
    finally:
        client.stop_channels()
        kernel.shutdown_kernel(now=True)


def _environment(home: Path) -> dict[str, str]:
    # A kernel that knows of a test keeps its hands off the standard descriptors.
    ours = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST")}
    return {**ours, "HOME": str(home), "IPYTHONDIR": str(home / "ipython"), "PAGER": "cat"}


def _asked(client: Any, source: str) -> Ended:
    parts: list[str] = []

    def heard(message: dict[str, Any]) -> None:
        content = message["content"]
        if message["msg_type"] == "stream":
            parts.append(content["text"])
        elif message["msg_type"] == "execute_result":
            parts.append(content["data"].get("text/plain", ""))

    reply = client.execute_interactive(
        source, store_history=True, allow_stdin=False, timeout=_SECONDS, output_hook=heard
    )
    return Ended(reply["content"].get("ename", ""), _one_text(parts))


@pytest.fixture(scope="module")
def in_the_sandbox() -> Iterator[dict[str, Ended]]:
    packages, warm = ("numpy", "matplotlib"), ("numpy.random", "matplotlib.pyplot")
    with (
        Sandbox(packages, warm) as sandbox,
        opened(sandbox, memory_mb=1024, processes=64) as session,
    ):
        ended = {}
        for number, cell in enumerate(CELLS, 1):
            reply = session.run_cell(cell.source, number, seconds=_SECONDS, limit=100_000)
            error = reply.raised.type if reply.raised else ""
            parts = [out[2] for out in reply.outputs if out[0] != "display"]
            ended[cell.source] = Ended(error, _one_text(parts))
        yield ended


def test_there_are_many_cells_and_none_twice() -> None:
    assert len({cell.source for cell in CELLS}) == len(CELLS) > 200


def test_cells_end_as_in_a_kernel(
    in_a_kernel: dict[str, Ended], in_the_sandbox: dict[str, Ended]
) -> None:
    """The same error or none; where a cell prints the same everywhere, the same text."""
    different = []
    for cell in CELLS:
        there, here = in_a_kernel[cell.source], in_the_sandbox[cell.source]
        same = there == here if cell.text else there.error == here.error
        if not same and not cell.reason:
            different.append((cell.source, there, here))
    assert different == []


def test_a_reason_is_stated_only_where_something_differs(
    in_a_kernel: dict[str, Ended], in_the_sandbox: dict[str, Ended]
) -> None:
    same = [
        cell.source
        for cell in CELLS
        if cell.reason and in_a_kernel[cell.source].error == in_the_sandbox[cell.source].error
    ]
    assert same == []
