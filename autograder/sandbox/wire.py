"""The wire: plain data, and nothing else, across the boundary.

A value is None, a bool, an int, a float, a complex, text, bytes, a list, a tuple, a dict with text
or integer keys, a numeric array or a numeric NumPy scalar. Three more things cross as tokens, never
as themselves: a `Handle` (an object that stays inside), a `Callback` (a function that stays
outside) and a `GeneratorSeed` (from which a numpy Generator is made anew).

A frame is a four-byte little-endian length and a MessagePack body. Containers are arrays whose
first element is a tag, so that a tuple returns as a tuple. Every reader caps bytes, depth, elements
and digits before it builds anything, and raises `WireError` for everything outside the list: the
other side may be hostile.
"""

from __future__ import annotations

import math
import struct
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

import msgspec
import numpy as np

MAX_FRAME = 16 * 2**20
MAX_DEPTH = 40
MAX_ELEMENTS = 250_000
MAX_PACKED = 4 * MAX_ELEMENTS
MAX_INT_BITS = 4096
MAX_AXES = 16

HEADER = struct.Struct("<I")
_LIST, _TUPLE, _DICT, _ARRAY, _SCALAR, _COMPLEX, _INT, _HANDLE, _CALLBACK, _SEED, _HELD = range(11)
_DTYPES = (
    *("|b1", "|i1", "<i2", "<i4", "<i8", "|u1", "<u2", "<u4", "<u8"),
    *("<f2", "<f4", "<f8", "<c8", "<c16"),
)
_DTYPE_CODES = {np.dtype(name): code for code, name in enumerate(_DTYPES)}
_INT64 = range(-(2**63), 2**64)


class WireError(ValueError):
    """A value that may not cross, or bytes that no honest peer sends."""


@dataclass(frozen=True)
class Handle:
    """An object that stays inside; `type_name` is what it says it is."""

    number: int
    type_name: str


class HeldTuple(tuple[Any, ...]):
    """A named tuple: its items as a plain tuple, and the handle with which it returns as itself."""

    handle: Handle

    @classmethod
    def of(cls, handle: Handle, items: Iterable[Any]) -> HeldTuple:
        """The items of the object that stays inside under that handle."""
        held = cls(items)
        held.handle = handle
        return held


@dataclass(frozen=True)
class Callback:
    """A function that stays outside."""

    number: int


@dataclass(frozen=True)
class GeneratorSeed:
    """The seed of a numpy Generator, drawn by the sender for this one crossing."""

    words: tuple[int, ...]


Replace = Callable[[Any], Any]


def _keep(value: Any) -> Any:
    raise WireError(f"an object of type {type(value).__name__} is not plain data")


def encode(value: Any, replace: Replace = _keep) -> bytes:
    """Encode plain data; `replace` turns anything else into a token or plain data, or raises."""
    packed = _Packer(replace).pack(value, MAX_DEPTH)
    try:
        body = msgspec.msgpack.encode(packed)
    except UnicodeEncodeError:
        raise WireError("a text holds a lone surrogate, which is not valid Unicode") from None
    if len(body) > MAX_FRAME:
        raise WireError(f"the value takes {len(body)} bytes, more than the limit of {MAX_FRAME}")
    return body


def decode(body: bytes, restore: Replace = lambda token: token) -> Any:
    """Decode plain data into exact builtins and fresh arrays; `restore` maps each token."""
    if len(body) > MAX_FRAME:
        raise WireError(f"a frame of {len(body)} bytes is over the limit of {MAX_FRAME}")
    _survey(body)
    try:
        packed = msgspec.msgpack.decode(body)
    except (msgspec.DecodeError, RecursionError, ValueError, TypeError) as error:
        raise WireError(f"not a frame: {type(error).__name__}") from None
    return _Unpacker(restore).unpack(packed, MAX_DEPTH)


_FIXED = {0xCA: 4, 0xCB: 8, 0xCC: 1, 0xCD: 2, 0xCE: 4, 0xCF: 8, 0xD0: 1, 0xD1: 2, 0xD2: 4, 0xD3: 8}
_SIZED = {0xC4: 1, 0xC5: 2, 0xC6: 4, 0xD9: 1, 0xDA: 2, 0xDB: 4}
_ARRAYS = {0xDC: 2, 0xDD: 4}


def _survey(body: bytes) -> None:
    """Count what a frame would make before anything is made: a byte can cost a hundred.

    Maps and extensions are refused; what is cut short is left to the decoder.
    """
    place, waiting, total = 0, 1, 0
    while waiting and place < len(body):
        lead = body[place]
        place += 1
        waiting -= 1
        if lead < 0x80 or lead >= 0xE0 or lead in (0xC0, 0xC2, 0xC3):
            continue
        if 0xA0 <= lead < 0xC0:
            place += lead - 0xA0
        elif lead in _FIXED:
            place += _FIXED[lead]
        elif lead in _SIZED:
            width = _SIZED[lead]
            place += width + int.from_bytes(body[place : place + width], "big")
        elif 0x90 <= lead < 0xA0 or lead in _ARRAYS:
            width = _ARRAYS.get(lead, 0)
            inside = int.from_bytes(body[place : place + width], "big") if width else lead - 0x90
            place += width
            waiting += inside
            total += inside
            if total > MAX_PACKED:
                raise WireError(f"a frame has more than {MAX_PACKED} packed elements")
        else:
            raise WireError("a frame holds something that is not on the list")


class _Packer:
    def __init__(self, replace: Replace) -> None:
        self.replace = replace
        self.left = MAX_ELEMENTS

    def pack(self, value: Any, depth: int) -> Any:
        kind = type(value)
        if kind in (bool, float, str, bytes) or value is None:
            return value
        if kind is int:
            return self._int(value)
        if depth == 0:
            raise WireError(f"the value is nested deeper than {MAX_DEPTH} levels")
        if isinstance(value, (list, tuple)) and kind in (list, tuple):
            return self._items(_LIST if kind is list else _TUPLE, value, depth)
        if kind is dict:
            return self._dict(value, depth)
        if kind is np.ndarray:
            return self._array(value)
        if isinstance(value, np.generic):
            return self._scalar(value)
        if kind is complex:
            return [_COMPLEX, value.real, value.imag]
        if kind is Handle:
            return [_HANDLE, value.number, value.type_name]
        if kind is HeldTuple:
            handle = [_HELD, value.handle.number, value.handle.type_name]
            return [*handle, *self._items(_TUPLE, value, depth)[1:]]
        if kind is Callback:
            return [_CALLBACK, value.number]
        if kind is GeneratorSeed:
            return [_SEED, *value.words]
        return self.pack(self.replace(value), depth - 1)

    def _int(self, value: int) -> Any:
        if value in _INT64:
            return value
        if value.bit_length() > MAX_INT_BITS:
            raise WireError(f"an integer of {value.bit_length()} bits is too long")
        return [_INT, hex(value)]

    def _count(self, number: int) -> None:
        self.left -= number
        if self.left < 0:
            raise WireError(f"the value has more than {MAX_ELEMENTS} elements")

    def _items(self, tag: int, value: Any, depth: int) -> list[Any]:
        self._count(len(value))
        return [tag, *[self.pack(item, depth - 1) for item in value]]

    def _dict(self, value: dict[Any, Any], depth: int) -> list[Any]:
        self._count(2 * len(value))
        packed: list[Any] = [_DICT]
        for key, item in value.items():
            packed.append(self._key(key))
            packed.append(self.pack(item, depth - 1))
        return packed

    def _key(self, key: Any) -> Any:
        if type(key) is str:
            return key
        if isinstance(key, (int, np.integer)) and int(key) in _INT64:
            return int(key)
        raise WireError(f"a dict key of type {type(key).__name__} is neither text nor an integer")

    def _array(self, value: np.ndarray[Any, Any]) -> list[Any]:
        if value.dtype == np.longdouble:
            value = value.astype(np.float64)
        code = _DTYPE_CODES.get(value.dtype.newbyteorder("="))
        if code is None:
            raise WireError(f"an array of dtype {value.dtype} is not numeric")
        if value.nbytes > MAX_FRAME or _spread(value.shape) > MAX_FRAME:
            shape, most = value.shape, MAX_FRAME
            raise WireError(f"an array of shape {shape} is over the limit of {most} bytes")
        data = np.ascontiguousarray(value, dtype=_DTYPES[code]).tobytes()
        return [_ARRAY, code, list(value.shape), data]

    def _scalar(self, value: np.generic) -> Any:
        if isinstance(value, (np.str_, np.bytes_)):
            return value.item()
        packed = self._array(np.asarray(value))
        return [_SCALAR, packed[1], packed[3]]


class _Unpacker:
    def __init__(self, restore: Replace) -> None:
        self.restore = restore

    def unpack(self, packed: Any, depth: int) -> Any:
        kind = type(packed)
        if kind in (bool, int, float, str, bytes) or packed is None:
            return packed
        if kind is not list or not packed or type(packed[0]) is not int:
            raise WireError("a frame holds something that is not on the list")
        if depth == 0:
            raise WireError(f"a frame is nested deeper than {MAX_DEPTH} levels")
        return self._tagged(packed[0], packed[1:], depth - 1)

    def _tagged(self, tag: int, items: list[Any], depth: int) -> Any:
        if tag == _LIST:
            return [self.unpack(item, depth) for item in items]
        if tag == _TUPLE:
            return tuple([self.unpack(item, depth) for item in items])
        if tag == _DICT:
            return self._dict(items, depth)
        if tag == _ARRAY:
            return _read_array(items)
        if tag == _SCALAR and len(items) == 2:
            return _read_array([items[0], [], items[1]])[()]
        if tag == _COMPLEX and len(items) == 2 and all(type(item) is float for item in items):
            return complex(*items)
        if tag == _INT and len(items) == 1:
            return _read_int(items[0])
        if tag == _HELD:
            handle = _read_token(_HANDLE, items[:2])
            assert isinstance(handle, Handle)
            held = HeldTuple.of(handle, [self.unpack(item, depth) for item in items[2:]])
            return self.restore(held)
        return self.restore(_read_token(tag, items))

    def _dict(self, items: list[Any], depth: int) -> dict[Any, Any]:
        keys = items[::2]
        if len(items) % 2 or any(type(key) not in (str, int) for key in keys):
            raise WireError("a frame holds a malformed dict")
        return {key: self.unpack(item, depth) for key, item in zip(keys, items[1::2], strict=True)}


def _read_array(items: list[Any]) -> np.ndarray[Any, Any]:
    if len(items) != 3:
        raise WireError("a frame holds a malformed array")
    code, shape, data = items
    sizes = isinstance(shape, list) and len(shape) <= MAX_AXES
    if not sizes or any(type(size) is not int or not 0 <= size < 2**32 for size in shape):
        raise WireError("a frame holds an array with a malformed shape")
    if _spread(shape) > MAX_FRAME:
        raise WireError("a frame holds an empty array of enormous width")
    if type(code) is not int or not 0 <= code < len(_DTYPES) or type(data) is not bytes:
        raise WireError("a frame holds an array of an unknown type")
    dtype = np.dtype(_DTYPES[code])
    count = 1
    for size in shape:
        count *= size
    if count * dtype.itemsize != len(data) or (dtype.kind == "b" and data.strip(b"\x00\x01")):
        raise WireError("a frame holds an array whose bytes do not fit its shape")
    try:
        return np.frombuffer(data, dtype=dtype).reshape(shape).copy()
    except ValueError:
        raise WireError("a frame holds an array with a malformed shape") from None


def _spread(shape: Iterable[int]) -> int:
    """Elements, empty axes left out: an empty array is as wide as it says in the next product."""
    return math.prod(size for size in shape if size)


def _read_int(text: Any) -> int:
    if type(text) is not str or len(text) > MAX_INT_BITS // 4 + 4:
        raise WireError("a frame holds a malformed integer")
    try:
        return int(text, 16)
    except ValueError:
        raise WireError("a frame holds a malformed integer") from None


def _read_token(tag: int, items: list[Any]) -> Handle | Callback | GeneratorSeed:
    numbers = [item for item in items if type(item) is int]
    if tag == _HANDLE and len(items) == 2 and len(numbers) == 1 and type(items[1]) is str:
        return Handle(items[0] if type(items[0]) is int else -1, clean_name(items[1]))
    if tag == _CALLBACK and len(items) == len(numbers) == 1:
        return Callback(items[0])
    if tag == _SEED and 0 < len(items) == len(numbers) <= 8:
        return GeneratorSeed(tuple(numbers))
    raise WireError("a frame holds something that is not on the list")


def clean_name(name: str) -> str:
    """A type's or exception's name, reduced to a short identifier."""
    short = "".join(
        char for char in name[:200] if char.isascii() and (char.isalnum() or char in "._")
    )
    return short[:60] or "object"
