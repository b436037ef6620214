"""Objects that agree with whatever they are compared with; a part of the adversary's cell."""

from __future__ import annotations

from typing import Any

import numpy as np


class Agreeable:
    """Equal to everything, less and more than everything, and another array whenever asked."""

    def __init__(self) -> None:
        self.asked = 0

    def _yes(self, *others: Any) -> Any:
        return True

    __eq__ = __ne__ = __lt__ = __le__ = __gt__ = __ge__ = __bool__ = __contains__ = _yes
    __hash__ = object.__hash__

    def __array__(self, *how: Any, **more: Any) -> Any:
        self.asked += 1
        return np.full(self.asked % 4, float(self.asked))

    def _nothing(self, *others: Any) -> Any:
        return 0.0

    __float__ = __sub__ = __rsub__ = __abs__ = __add__ = __radd__ = __mul__ = __rmul__ = _nothing


class LyingArray(np.ndarray[Any, Any]):
    """Zeros that any comparison finds equal and any difference finds zero."""

    def __array_ufunc__(self, ufunc: Any, method: str, *inputs: Any, **more: Any) -> Any:
        shape = np.broadcast_shapes(*[np.shape(item) for item in inputs])
        judged = ufunc.__name__ in {"equal", "less", "less_equal", "greater", "greater_equal"}
        return np.ones(shape, dtype=bool) if judged or "is" in ufunc.__name__ else np.zeros(shape)


class LyingNumber(float):
    """A zero that equals everything."""

    __eq__ = __le__ = __ge__ = __lt__ = __gt__ = Agreeable._yes
    __sub__ = __rsub__ = __abs__ = Agreeable._nothing
    __hash__ = float.__hash__


def lie(leaf: Any) -> Any:
    """Zeros in the form of the leaf that say they are whatever is asked."""
    if isinstance(leaf, np.ndarray):
        return np.zeros(leaf.shape).view(LyingArray)
    return LyingNumber(0.0)
