"""The wire carries plain data exactly, and refuses everything else with WireError."""

from __future__ import annotations

import struct
from typing import Any

import msgspec
import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from autograder.sandbox import wire
from tests.security.fuzz_wire import fuzz, peak_of

DTYPES = st.one_of(
    hnp.boolean_dtypes(),
    hnp.integer_dtypes(endianness="<"),
    hnp.unsigned_integer_dtypes(endianness="<"),
    hnp.floating_dtypes(endianness="<", sizes=(16, 32, 64)),
    hnp.complex_number_dtypes(endianness="<", sizes=(64, 128)),
)
ARRAYS = hnp.arrays(DTYPES, hnp.array_shapes(min_dims=0, max_dims=4, min_side=0, max_side=4))
SCALARS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(2**300), 2**300),
    st.floats(),
    st.complex_numbers(),
    st.text(),
    st.binary(),
)
KEYS = st.one_of(st.text(), st.integers(-(2**63), 2**64 - 1))
PLAIN = st.recursive(
    st.one_of(SCALARS, ARRAYS),
    lambda inner: st.one_of(
        st.lists(inner, max_size=4),
        st.lists(inner, max_size=4).map(tuple),
        st.dictionaries(KEYS, inner, max_size=4),
    ),
    max_leaves=12,
)


def same(left: Any, right: Any) -> bool:
    """Equal in type and content, NaN like NaN."""
    if type(left) is not type(right):
        return False
    if isinstance(left, np.ndarray):
        return left.dtype == right.dtype and left.shape == right.shape and same_bytes(left, right)
    if isinstance(left, (list, tuple)):
        return len(left) == len(right) and all(map(same, left, right))
    if isinstance(left, dict):
        return list(left) == list(right) and all(map(same, left.values(), right.values()))
    if isinstance(left, float):
        return struct.pack("d", left) == struct.pack("d", right)
    if isinstance(left, complex):
        return same(left.real, right.real) and same(left.imag, right.imag)
    return bool(left == right)


def same_bytes(left: np.ndarray[Any, Any], right: np.ndarray[Any, Any]) -> bool:
    return left.tobytes() == right.tobytes()


@given(PLAIN)
@settings(max_examples=150, deadline=None)
def test_plain_data_arrives_as_it_left(value: Any) -> None:
    assert same(wire.decode(wire.encode(value)), value)


def test_an_empty_array_is_not_enormous() -> None:
    """Its product with another would be: (4, 0) @ (0, 2**32 - 1) takes 128 GB."""
    wide = (0, 2**32 - 1)
    with pytest.raises(wire.WireError, match="over the limit"):
        wire.encode(np.empty(wide))
    honest = wire.encode(np.empty((0, 65_535)))
    forged = honest.replace(b"\xcd\xff\xff", b"\xce\xff\xff\xff\xff")
    assert forged != honest
    with pytest.raises(wire.WireError, match="enormous"):
        wire.decode(forged)
    assert wire.decode(honest).shape == (0, 65_535)


@given(ARRAYS)
@settings(max_examples=50, deadline=None)
def test_an_array_arrives_as_a_fresh_one_that_can_be_written(array: np.ndarray[Any, Any]) -> None:
    arrived = wire.decode(wire.encode(array))
    assert type(arrived) is np.ndarray
    assert arrived.flags.writeable
    assert arrived.flags.owndata


def test_strange_layouts_arrive_in_order() -> None:
    array = np.arange(24.0).reshape(4, 6)
    for view in (array.T, array[::-2, ::3], np.asfortranarray(array), array.astype(">f8")):
        np.testing.assert_array_equal(wire.decode(wire.encode(view)), view)


def test_numpy_scalars_keep_their_type() -> None:
    for value in (np.float32(0.1), np.int8(-3), np.bool_(True), np.complex64(1 + 2j)):
        arrived = wire.decode(wire.encode(value))
        assert type(arrived) is type(value)
        assert arrived == value


def test_tokens_cross_as_tokens() -> None:
    tokens = [wire.Handle(3, "Model"), wire.Callback(1), wire.GeneratorSeed((1, 2**62))]
    assert wire.decode(wire.encode(tokens)) == tokens
    seen: list[Any] = []
    wire.decode(wire.encode(tokens), seen.append)
    assert seen == tokens


def test_a_handle_says_a_harmless_name() -> None:
    token = wire.decode(wire.encode(wire.Handle(0, "../<script>\x1b[31m" + "x" * 500)))
    assert token.type_name.startswith("..script31mxxx")
    assert len(token.type_name) == 60


class Text(str):
    """A subclass is not exactly text."""


@pytest.mark.parametrize(
    "value",
    [
        object(),
        {1, 2},
        Text("x"),
        np.array(["text"]),
        np.array([object()]),
        np.zeros(2, [("a", float)]),
        np.array(["2026-11-22"], dtype="datetime64[D]"),
        {(1, 2): 3},
        {2.5: 1},
        {2**70: 1},
        "\ud83d",
        10**2000,
        range(3),
        len,
        wire.WireError,
    ],
    ids=lambda value: type(value).__name__,
)
def test_what_is_not_plain_data_does_not_leave(value: Any) -> None:
    with pytest.raises(wire.WireError):
        wire.encode([value])


def test_what_is_too_large_does_not_leave() -> None:
    deep: Any = []
    for _ in range(wire.MAX_DEPTH + 1):
        deep = [deep]
    own: list[Any] = []
    own.append(own)
    for value in (deep, own, [0] * (wire.MAX_ELEMENTS + 1), bytes(wire.MAX_FRAME + 1)):
        with pytest.raises(wire.WireError):
            wire.encode(value)
    with pytest.raises(wire.WireError, match="over the limit"):
        wire.encode(np.broadcast_to(np.zeros(1), (10**9,)))


def test_the_largest_honest_values_cross() -> None:
    floats = [0.5] * wire.MAX_ELEMENTS
    assert wire.decode(wire.encode(floats)) == floats
    assert wire.decode(wire.encode(np.zeros(2_000_000))).shape == (2_000_000,)


def _array(code: Any, shape: Any, data: Any) -> list[Any]:
    return [3, code, shape, data]


FLOATS = 11
HOSTILE: dict[str, Any] = {
    "a map": {"a": 1},
    "an extension": msgspec.msgpack.Ext(5, b"x"),
    "a list without a tag": [],
    "a tag of text": ["list", 1],
    "an unknown tag": [10, 1],
    "a negative tag": [-1, 1],
    "a huge tag": [2**63, 1],
    "a tag that is true": [True, 1],
    "a dict without a value": [2, "a"],
    "a dict with a list as key": [2, [0], 1],
    "a dict with true as key": [2, True, 1],
    "an array without bytes": _array(FLOATS, [2], None),
    "an array with too few bytes": _array(FLOATS, [2], bytes(8)),
    "an array with too many bytes": _array(FLOATS, [1], bytes(16)),
    "an array of objects": _array(99, [1], bytes(8)),
    "an array with a negative code": _array(-1, [1], bytes(8)),
    "an array with a negative size": _array(FLOATS, [-1], b""),
    "an array with negative sizes": _array(FLOATS, [-1, -1], bytes(8)),
    "an array of 2**64 empty rows": _array(FLOATS, [2**32 - 1] * 8 + [0], b""),
    "an array with too many axes": _array(FLOATS, [1] * 17, bytes(8)),
    "an array with a shape of floats": _array(FLOATS, [1.0], bytes(8)),
    "an array with a number as shape": _array(FLOATS, 1, bytes(8)),
    "an array of text": _array(FLOATS, [1], "12345678"),
    "an array of impossible booleans": _array(0, [3], b"\x01\x02\x00"),
    "a scalar of two numbers": [4, FLOATS, bytes(16)],
    "a scalar without bytes": [4, FLOATS],
    "a complex of text": [5, "1", "2"],
    "an integer that is no number": [6, "0xnumber"],
    "an integer of 100,000 digits": [6, "9" * 100_000],
    "an integer of bytes": [6, b"12"],
    "a handle without a name": [7, 1],
    "a handle called 1": [7, 1, 1],
    "a handle numbered by text": [7, "1", "1"],
    "a callback of text": [8, "f"],
    "a seed of nothing": [9],
    "a seed of nine words": [9, *range(9)],
    "a seed of floats": [9, 1.5],
}


@pytest.mark.parametrize("packed", HOSTILE.values(), ids=HOSTILE.keys())
def test_a_hostile_frame_is_refused(packed: Any) -> None:
    for frame in (packed, [0, packed], [2, "value", packed]):
        with pytest.raises(wire.WireError):
            wire.decode(msgspec.msgpack.encode(frame))


BODIES: dict[str, bytes] = {
    "nothing": b"",
    "a text that is no UTF-8": b"\xa2\xff\xfe",
    "two values": b"\xc0\xc0",
    "a reserved byte": b"\xc1",
    "a length beyond the end": b"\xc6\xff\xff\xff\xff",
    "an array length beyond the end": b"\xdd\xff\xff\xff\xff",
    "a hundred thousand levels": b"\x92\x00" * 100_000,
    "ten thousand levels": b"\x92\x00" * 10_000 + b"\xc0",
    "too many bytes": bytes(wire.MAX_FRAME + 1),
}


@pytest.mark.parametrize("body", BODIES.values(), ids=BODIES.keys())
def test_bytes_that_are_no_frame_are_refused(body: bytes) -> None:
    with pytest.raises(wire.WireError):
        wire.decode(body)


@given(st.binary(max_size=400))
@settings(max_examples=300, deadline=None)
@example(b"\x93\x00\x80\x80")
def test_random_bytes_give_a_value_or_a_wire_error(body: bytes) -> None:
    sentence = ""
    try:
        wire.decode(body)
    except wire.WireError as error:
        sentence = str(error)
    assert len(sentence) < 200


def test_a_small_frame_cannot_make_a_large_value() -> None:
    empty_lists = b"\xdd\x00\xf0\x00\x00" + b"\x90" * 0xF00000
    empty_maps = b"\xdd\x00\xf0\x00\x00" + b"\x80" * 0xF00000
    for frame in (empty_lists, empty_maps, b"\xdd\xff\xff\xff\xff", b"\x91" * 10**5):
        assert peak_of(frame) < 2**20


def test_twenty_thousand_mutated_frames_do_no_harm() -> None:
    found = fuzz(20_000, seed=1)
    assert found.decoded + found.refused == 20_000
    assert found.decoded > 100, "the fuzzer should also produce frames that pass"
    assert found.refused > 10_000
    assert found.grown_kb < 64 * 1024
