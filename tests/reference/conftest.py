"""Every maths test runs on each device present and in both precisions, with warnings as errors."""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import settings
from torch import Tensor

# A time limit per example would fail on a busy machine and tells nothing about the maths.
settings.register_profile("reference", deadline=None)
settings.load_profile("reference")

DEVICES = ["cpu", *(["cuda"] if torch.cuda.is_available() else [])]
TOLERANCE = {torch.float32: (2e-4, 2e-5), torch.float64: (1e-9, 1e-11)}


@dataclass(frozen=True)
class Place:
    """A device and a precision: makes tensors there and compares results that must be there."""

    device: str
    dtype: torch.dtype

    def tensor(self, values: Any) -> Tensor:
        return torch.tensor(values, dtype=self.dtype, device=self.device)

    def labels(self, values: Any) -> Tensor:
        return torch.tensor(values, dtype=torch.int64, device=self.device)

    def normal(self, rng: np.random.Generator, *shape: int, scale: float = 1.0) -> Tensor:
        return self.tensor(rng.normal(size=shape) * scale)

    def bits(self, rng: np.random.Generator, n: int) -> Tensor:
        return self.tensor(rng.integers(0, 2, size=n).astype(float))

    def params(self, rng: np.random.Generator, sizes: Sequence[int]) -> list[tuple[Tensor, Tensor]]:
        return [(self.normal(rng, i, o), self.normal(rng, o)) for i, o in pairwise(sizes)]

    def assert_close(self, actual: Any, expected: Any, *, loose: float = 1.0) -> None:
        """Equal within the precision's tolerance, and of this device and precision."""
        assert isinstance(actual, Tensor)
        assert actual.dtype == self.dtype
        assert actual.device.type == self.device
        if not isinstance(expected, Tensor):
            expected = self.tensor(expected)
        rtol, atol = TOLERANCE[self.dtype]
        torch.testing.assert_close(actual, expected.detach(), rtol=rtol * loose, atol=atol * loose)

    def assert_layers_close(self, actual: Any, expected: Any, *, loose: float = 1.0) -> None:
        """`assert_close` on each (W, b) pair of two lists of the same depth."""
        assert len(actual) == len(expected)
        for (W, b), (W_expected, b_expected) in zip(actual, expected, strict=True):
            self.assert_close(W, W_expected, loose=loose)
            self.assert_close(b, b_expected, loose=loose)


@pytest.fixture(
    scope="session",
    params=[(d, t) for d in DEVICES for t in (torch.float32, torch.float64)],
    ids=lambda param: f"{param[0]}-{str(param[1]).removeprefix('torch.')}",
)
def place(request: pytest.FixtureRequest) -> Place:
    return Place(*request.param)


@pytest.fixture
def rng() -> np.random.Generator:
    return np.random.default_rng(20260105)


@pytest.fixture(autouse=True)
def _no_warnings() -> Iterator[None]:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        yield


@pytest.fixture(autouse=True, scope="session")
def _one_thread() -> Iterator[None]:
    # Small matrices gain nothing from threads, and the suite shares its cores with other tests.
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)
