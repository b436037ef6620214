"""Comparing an answer with what was expected, up a ladder: type, shape, dtype, values.

Each rung says in one sentence what it got and what it expected; the values' rung names the largest
error and its position and never a hidden input. Two values a (actual) and e (expected) agree when
`abs(a - e) <= atol + rtol * abs(e)`, as in numpy.allclose. What was computed in 32 bits is granted
more, unless the check asks for 64; what was computed in 16 fails.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

import numpy as np

from autograder.findings import fail
from autograder.precision import HALF, SINGLE, bits_of, coarsest
from autograder.sandbox.wire import Handle

RTOL = 1e-6
ATOL = 1e-8
SINGLE_RTOL = 1e-4
SINGLE_ATOL = 1e-6
Array = np.ndarray[Any, np.dtype[Any]]
_KINDS = {"float": "biuf", "number": "biuf", "int": "iu", "bool": "b"}


@dataclass(frozen=True)
class Tolerance:
    """How far a value may be off; `float64` asks for 64 bits where 32 would show nothing."""

    rtol: float = RTOL
    atol: float = ATOL
    float64: bool = False

    def of(self, value: Any) -> Tolerance:
        """The tolerance for this answer, by the bits that it was computed in."""
        if self.float64 or coarsest(value) > SINGLE:
            return self
        return Tolerance(max(self.rtol, SINGLE_RTOL), max(self.atol, SINGLE_ATOL))

    def remark(self, value: Any) -> str:
        """What a failure says besides about the bits."""
        if coarsest(value) > SINGLE:
            return ""
        if self.float64:
            return " It was computed in 32 bits (float32), and this check asks for 64 (float64)."
        return f" It was computed in 32 bits (float32), for which {SINGLE_RTOL:g} of it is allowed."


class Mismatch(Exception):
    """The first rung of the ladder that does not hold, in one sentence."""


def describe(value: Any) -> str:
    """What a value is, without saying what it holds: `an array of shape (3, 2)`."""
    if isinstance(value, np.ndarray):
        return f"an array of shape {value.shape}" if value.ndim else "a 0-d array"
    if isinstance(value, Handle):
        return f"an object of type {value.type_name}"
    if value is None:
        return "None"
    if isinstance(value, (list, tuple)):
        return f"a {'list' if isinstance(value, list) else 'tuple'} of length {len(value)}"
    name = {"str": "text", "int": "integer"}.get(type(value).__name__, type(value).__name__)
    return f"an {name}" if name == "integer" else f"a {name}" if name != "text" else "text"


def number(value: Any, what: str) -> float:
    """A real scalar: a float, an int, a NumPy scalar or a 0-d array, but not shape (1,)."""
    if isinstance(value, np.ndarray) and value.ndim:
        raise Mismatch(f"{what} is an array of shape {value.shape}, expected a scalar.")
    if isinstance(value, (np.ndarray, np.generic)):
        if value.dtype.kind not in "iuf":
            raise Mismatch(f"{what} has dtype {value.dtype}, expected a number.")
        _refuse_half(value, what)
        return float(value)
    if type(value) not in (int, float):
        raise Mismatch(f"{what} is {describe(value)}, expected a scalar.")
    try:
        return float(value)
    except OverflowError:
        return math.inf if value > 0 else -math.inf


def array(value: Any, shape: tuple[int, ...], what: str, kind: str = "float") -> Array:
    """An array of exactly that shape and kind of dtype (`float`, `int`, `number` or `bool`)."""
    if not isinstance(value, np.ndarray):
        raise Mismatch(f"{what} is {describe(value)}, expected an array of shape {shape}.")
    if value.shape != shape:
        raise Mismatch(f"{what} has shape {value.shape}, expected {shape}.")
    if value.dtype.kind not in _KINDS[kind]:
        expected = {"int": "integers", "bool": "booleans"}.get(kind, "real numbers")
        raise Mismatch(f"{what} has dtype {value.dtype}, expected {expected}.")
    _refuse_half(value, what)
    return value.astype(np.float64) if kind == "float" else value


def _refuse_half(value: Any, what: str) -> None:
    if bits_of(value) == HALF:
        coarse = "was computed in 16 bits (float16 or bfloat16), which hold three digits"
        raise Mismatch(f"{what} {coarse}: compute in float64.")


def compare(actual: Any, expected: Any, what: str, tolerance: Tolerance) -> None:
    """Climb the ladder; raises Mismatch at the first rung that does not hold."""
    if isinstance(expected, Mapping):
        _compare_dicts(actual, expected, what, tolerance)
    elif isinstance(expected, (list, tuple)):
        _compare_sequences(actual, expected, what, tolerance)
    elif isinstance(expected, np.ndarray) and expected.ndim:
        kind = "bool" if expected.dtype.kind == "b" else "number"
        _compare_values(array(actual, expected.shape, what, kind), expected, what, tolerance)
    elif isinstance(expected, (bool, np.bool_, str)) or expected is None:
        got, wanted = _plain_bool(actual), _plain_bool(expected)
        if type(got) is not type(wanted) or got != wanted:
            raise Mismatch(f"{what} is {describe(got)}, not what was expected.")
    else:
        plain = number(actual, what)
        got = np.asarray(actual if isinstance(actual, (np.ndarray, np.generic)) else plain)
        _compare_values(got, np.asarray(_expected_number(expected)), what, tolerance)


def _plain_bool(value: Any) -> Any:
    zero_d = isinstance(value, (np.ndarray, np.generic)) and not value.ndim
    return bool(value) if zero_d and value.dtype.kind == "b" else value


def _expected_number(value: Any) -> float:
    """The author's own value: that it is no number is no fault of the student's."""
    try:
        return number(value, "the expected value")
    except Mismatch as mismatch:
        raise TypeError(str(mismatch)) from None


def _compare_sequences(
    actual: Any, expected: Sequence[Any], what: str, tolerance: Tolerance
) -> None:
    if not isinstance(actual, (list, tuple)):
        raise Mismatch(
            f"{what} is {describe(actual)}, expected a tuple or list of length {len(expected)}."
        )
    if len(actual) != len(expected):
        raise Mismatch(f"{what} has length {len(actual)}, expected {len(expected)}.")
    for place, (got, wanted) in enumerate(zip(actual, expected, strict=True)):
        compare(got, wanted, f"{what}[{place}]", tolerance)


def _compare_dicts(
    actual: Any, expected: Mapping[Any, Any], what: str, tolerance: Tolerance
) -> None:
    if not isinstance(actual, dict):
        raise Mismatch(f"{what} is {describe(actual)}, expected a dict.")
    for key, wanted in expected.items():
        if key not in actual:
            raise Mismatch(f"{what} has no key {key!r}.")
        compare(actual[key], wanted, f"{what}[{key!r}]", tolerance)


def _compare_values(actual: Array, expected: Array, what: str, tolerance: Tolerance) -> None:
    granted, remark = tolerance.of(actual), tolerance.remark(actual)
    with np.errstate(all="ignore"):
        got, wanted = actual.astype(np.float64), expected.astype(np.float64)
        error = np.abs(got - wanted)
        near = np.isfinite(wanted) & (error <= granted.atol + granted.rtol * np.abs(wanted))
        good = near | (got == wanted) | (np.isnan(got) & np.isnan(wanted))
    if good.all():
        return
    strange = ~np.isfinite(got) & np.isfinite(wanted)
    if strange.any():
        name = "NaN" if np.isnan(got[strange]).any() else "infinite"
        raise Mismatch(f"{what} is {name} {_where(strange, 'finite')}.{remark}")
    missed = ~good & ~np.isfinite(wanted)
    if missed.any():
        name = "NaN" if np.isnan(wanted[missed]).any() else "infinite"
        raise Mismatch(f"{what} is wrong {_where(missed, name)}.{remark}")
    error = np.where(good, 0.0, error)
    place = tuple(int(axis) for axis in np.unravel_index(int(np.argmax(error)), error.shape))
    largest = f"the largest error is {error[place]:.3g}"
    if not actual.ndim:
        raise Mismatch(f"{what} is off by {error[place]:.3g}.{remark}")
    many = f"{int((~good).sum())} of {good.size} values wrong"
    raise Mismatch(f"{what} has {many}; {largest}, at {list(place)}.{remark}")


def _where(strange: Array, expected: str) -> str:
    place = f"at {int(strange.sum())} of {strange.size} positions " if strange.ndim else ""
    return f"{place}where it should be {expected}"


Mistakes = Mapping[str, Any]
_NONE: Mistakes = MappingProxyType({})


def assert_close(
    actual: Any,
    expected: Any,
    *,
    what: str = "the result",
    hint: str = "",
    mistakes: Mistakes | Callable[[], Mistakes] = _NONE,
    rtol: float = RTOL,
    atol: float = ATOL,
    float64: bool = False,
) -> None:
    """End the check unless `actual` agrees with `expected` in structure, shape and values.

    `mistakes` maps a hint to the value that a known mistake would give: when the answer equals it,
    that hint is shown instead of `hint`. Where values are dear, pass a function in place of one, or
    of all: it is called once something was wrong.
    `float64` is for what only 64 bits can show: stability, exactness, a difference of differences.
    """
    tolerance = Tolerance(rtol, atol, float64)
    try:
        compare(actual, expected, what, tolerance)
    except Mismatch as mismatch:
        shown = _recognise(actual, _made(mistakes), tolerance) or hint
        raise fail(_sentence(mismatch), shown) from None


def _made(value: Any) -> Any:
    return value() if callable(value) else value


def _recognise(actual: Any, mistakes: Mistakes, tolerance: Tolerance) -> str:
    for hint, value in mistakes.items():
        try:
            compare(actual, _made(value), "", tolerance)
        except Mismatch:
            continue
        return hint
    return ""


def _sentence(mismatch: Mismatch) -> str:
    text = str(mismatch)
    return text[:1].upper() + text[1:]


def as_array(
    value: Any,
    *,
    shape: tuple[int, ...],
    what: str = "the result",
    kind: str = "float",
    hint: str = "",
) -> Array:
    """The answer as an array to compute with, or the end of the check."""
    try:
        return array(value, shape, what, kind)
    except Mismatch as mismatch:
        raise fail(_sentence(mismatch), hint) from None


def as_scalar(value: Any, *, what: str = "the result", hint: str = "") -> float:
    """The answer as a float to compute with, or the end of the check."""
    try:
        return number(value, what)
    except Mismatch as mismatch:
        raise fail(_sentence(mismatch), hint) from None


def as_series(value: Any, *, length: int, what: str = "the result", hint: str = "") -> Array:
    """A list of scalars or a 1-d array of that length, as a float array to compute with."""
    if not isinstance(value, (list, tuple)):
        return as_array(value, shape=(length,), what=what, hint=hint).astype(np.float64)
    if len(value) != length:
        raise fail(
            f"{what[:1].upper()}{what[1:]} has length {len(value)}, expected {length}.", hint
        )
    items = [
        as_scalar(item, what=f"{what}[{place}]", hint=hint) for place, item in enumerate(value)
    ]
    return np.array(items, dtype=np.float64)


def unpack(value: Any, length: int, *, what: str = "the result", hint: str = "") -> tuple[Any, ...]:
    """The items of a tuple or list of exactly that length, or the end of the check."""
    if not isinstance(value, (list, tuple)):
        raise fail(
            f"{what[:1].upper()}{what[1:]} is {describe(value)}, "
            f"expected {length} values in a tuple or list.",
            hint,
        )
    if len(value) != length:
        raise fail(
            f"{what[:1].upper()}{what[1:]} has {len(value)} values, expected {length}.", hint
        )
    return tuple(value)
