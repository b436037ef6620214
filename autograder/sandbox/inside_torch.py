"""PyTorch as a notebook may use it here: its tensors as arrays, and no compiler."""

from __future__ import annotations

import functools
import sys
from typing import Any

import numpy as np

_NO_COMPILER = "there is no compiler here: what torch.compile is given runs as it is, eagerly"


def is_tensor(value: Any) -> bool:
    """Whether it is a tensor of any kind, a parameter among them."""
    torch = sys.modules.get("torch")
    return torch is not None and isinstance(value, torch.Tensor)


def numpy_of(tensor: Any) -> Any:
    """A tensor as an array of its own dtype, dense and without its gradient.

    bfloat16 and the floats of 8 bits, which NumPy lacks, go as float16.
    """
    torch: Any = sys.modules["torch"]
    tensor = tensor.detach().cpu()
    if tensor.layout is not torch.strided:
        tensor = tensor.to_dense()
    if tensor.is_quantized:
        tensor = tensor.dequantize()
    tensor = tensor.resolve_conj().resolve_neg()
    if tensor.is_floating_point() and tensor.dtype not in _floats(torch):
        return tensor.float().numpy().astype(np.float16)
    if tensor.is_complex() and tensor.dtype not in (torch.complex64, torch.complex128):
        return tensor.to(torch.complex64).numpy()
    return tensor.numpy()


def _floats(torch: Any) -> tuple[Any, ...]:
    return torch.float16, torch.float32, torch.float64


def compile_nothing() -> None:
    """Let `torch.compile` give back what runs eagerly: there is no compiler for what it writes."""
    torch: Any = sys.modules["torch"]
    original, tell_once = torch.compile, functools.cache(_tell)

    @functools.wraps(original)
    def compile_eagerly(model: Any = None, **options: Any) -> Any:
        if model is None:
            return functools.partial(compile_eagerly, **options)
        tell_once()
        # Asked all the same, since it refuses options that it does not know.
        same = original(model, **{**options, "disable": True})
        return _wrapped(same) if isinstance(model, torch.nn.Module) else same

    torch.compile = compile_eagerly


def _tell() -> None:
    # No warning: notebooks turn those into errors.
    print(_NO_COMPILER, file=sys.stderr)


def _wrapped(module: Any) -> Any:
    """The module as its compiled form looks: with `_orig_mod`, and in the names of its state."""
    # Warm already: the first optimizer imports it as well.
    found: Any = sys.modules["torch._dynamo"].eval_frame
    return found.OptimizedModule(module, found._NullDecorator())
