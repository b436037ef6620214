"""PyTorch in a submission: forked warm, on one thread, within the memory limit."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest

from autograder.grading.checker import warm_modules
from autograder.sandbox.outside_launch import Sandbox
from tests.autograder.boundary import PLENTY, call, opened, run
from tests.autograder.tiny import TOML, tiny_assignment

pytestmark = pytest.mark.slow

TRAIN = """
import time, torch
started = time.process_time()
net = torch.nn.Linear(4, 1)
optimizer = torch.optim.Adam(net.parameters())
net(torch.ones(2, 4)).mean().backward()
optimizer.step()
print(torch.get_num_threads(), time.process_time() - started)
"""


@pytest.fixture(scope="module")
def sandbox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sandbox]:
    toml = TOML.replace('["numpy"]', '["numpy", "torch"]')
    assignment = tiny_assignment(tmp_path_factory.mktemp("torch"), toml=toml)
    with Sandbox(assignment.packages, warm_modules(assignment)) as warm:
        warm.wait_until_ready()
        yield warm


def test_the_first_optimizer_of_a_submission_is_warm_and_single_threaded(sandbox: Sandbox) -> None:
    for _ in range(2):
        with opened(sandbox) as session:
            threads, seconds = run(session, TRAIN).split()
            assert threads == "1"
            # Importing what an optimizer needs takes over two seconds of processor time.
            assert float(seconds) < 0.5


def test_a_tensor_beyond_the_limit_counts_as_memory(sandbox: Sandbox) -> None:
    with opened(sandbox, memory_mb=256) as session:
        source = "import torch\ntensors = [torch.ones(2**24) for _ in range(20)]"
        reply = session.run_cell(source, 1, seconds=PLENTY, limit=0)
        assert reply.raised is not None
        assert reply.raised.memory
        assert run(session, "print('alive')") == "alive"


BITS = """
import torch
def tensor(kind):
    return torch.ones(2, dtype=getattr(torch, kind))
"""


@pytest.mark.parametrize(
    ("kind", "dtype"), [("float64", "f8"), ("float32", "f4"), ("float16", "f2"), ("bfloat16", "f2")]
)
def test_a_tensors_bits_survive_the_wire(sandbox: Sandbox, kind: str, dtype: str) -> None:
    with opened(sandbox) as session:
        run(session, BITS)
        value = call(session, "tensor", kind)
    assert value.dtype == np.dtype(dtype)
    assert value.tolist() == [1.0, 1.0]
