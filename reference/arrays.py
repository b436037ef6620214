"""The reference with NumPy arrays in and out: every public function, under the same name.

``from reference import arrays as reference; reference.mlp_forward(X, params, "relu")``

Names resolve on first use, so importing this module does not import PyTorch. Arguments are
copied into tensors (floats keep their precision, integers become int64), through lists, tuples
and dicts; Python numbers, text, ``None`` and generators pass as they are. Results come back as
arrays of their own, and 0-d results as Python numbers. A function given as an argument is called
with arrays and may return arrays or numbers.
"""

from __future__ import annotations

import importlib
import inspect
from collections.abc import Callable
from functools import cache, wraps
from typing import Any

import numpy as np

MODULES = (
    "activations",
    "layers",
    "losses",
    "metrics",
    "backprop",
    "optimizers",
    "regularization",
    "stopping",
    "training",
    "capstone",
)


def public_names() -> list[str]:
    """The names of all functions offered here, sorted."""
    return sorted(_functions())


def to_tensors(value: Any) -> Any:
    """``value`` with each array in it copied into a tensor, and each callable wrapped."""
    import torch

    if isinstance(value, np.ndarray):
        if value.dtype.kind in "iu":
            value = value.astype(np.int64)
        return torch.from_numpy(np.array(value, order="C", copy=True))
    if isinstance(value, np.generic):
        return value.item()
    if isinstance(value, dict):
        return {key: to_tensors(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return type(value)(to_tensors(item) for item in value)
    if callable(value):
        return _with_tensors(value)
    return value


def to_arrays(value: Any) -> Any:
    """``value`` with each tensor in it as an array, or as a number if it has no axes."""
    import torch

    if isinstance(value, torch.Tensor):
        array = value.detach().cpu().numpy()
        return array.item() if array.ndim == 0 else array
    if isinstance(value, dict):
        return {key: to_arrays(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return type(value)(to_arrays(item) for item in value)
    return value


def _with_arrays(function: Callable[..., Any]) -> Callable[..., Any]:
    """``function`` of tensors as a function of arrays."""

    @wraps(function)
    def of_arrays(*args: Any, **kwargs: Any) -> Any:
        return to_arrays(function(*to_tensors(args), **to_tensors(kwargs)))

    return of_arrays


def _with_tensors(function: Callable[..., Any]) -> Callable[..., Any]:
    """``function`` of arrays (a caller's own) as a function of tensors."""

    @wraps(function)
    def of_tensors(*args: Any, **kwargs: Any) -> Any:
        return to_tensors(function(*to_arrays(args), **to_arrays(kwargs)))

    return of_tensors


@cache
def _functions() -> dict[str, Callable[..., Any]]:
    """All public functions that the modules define themselves, wrapped."""
    found: dict[str, Callable[..., Any]] = {}
    for name in MODULES:
        module = importlib.import_module(f"reference.{name}")
        for attribute, value in vars(module).items():
            own = inspect.isfunction(value) and value.__module__ == module.__name__
            if own and not attribute.startswith("_"):
                found[attribute] = _with_arrays(value)
    return found


def __getattr__(name: str) -> Callable[..., Any]:
    functions = {} if name.startswith("__") else _functions()
    if name not in functions:
        raise AttributeError(f"the reference has no function {name!r}")
    return functions[name]
