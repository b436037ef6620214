"""Repairing the two ways in which saved notebooks go beyond strict JSON."""

from __future__ import annotations

import re

MAX_REPAIRS = 100_000

_HEX2 = rb"[0-9a-fA-F]{2}"
# Atomic groups inside: Python before 3.11.5 loses its place where a possessive repeat tries again.
_LONE_SURROGATE = re.compile(
    rb"(?:(?>[^\\]++|\\u[dD][89abAB]"
    + _HEX2
    + rb"\\u[dD][c-fC-F]"
    + _HEX2
    + rb"|\\(?!u[dD][89a-fA-F]).))*+(?P<found>\\u[dD][89a-fA-F]"
    + _HEX2
    + rb")?",
    re.DOTALL,
)
_NOT_FINITE = re.compile(
    rb'(?:(?>[^"NI]++|"(?:(?>[^"\\]++|\\.))*+"))*+(?P<found>NaN|Infinity)?', re.DOTALL
)


def repair(data: bytes) -> bytes:
    """Make decodable what Jupyter writes beyond strict JSON, in linear time and equal length.

    Python's and JavaScript's writers leave NaN and Infinity in outputs and half of a
    surrogate pair in text that was cut inside a character: the first become 0, the second
    U+FFFD.
    """
    repaired = bytearray(data)
    _overwrite(repaired, _LONE_SURROGATE, rb"\ufffd")
    _overwrite(repaired, _NOT_FINITE, b"0")
    return bytes(repaired)


def _overwrite(data: bytearray, pattern: re.Pattern[bytes], replacement: bytes) -> None:
    """Write `replacement`, padded with spaces, over what `pattern` finds.

    Each match starts where the last one ended and consumes all that is fine, since a
    search that tries every start would take quadratic time.
    """
    position = 0
    for _ in range(MAX_REPAIRS):
        match = pattern.match(data, position)
        if match is None or match["found"] is None:
            return
        start, end = match.span("found")
        data[start:end] = replacement.ljust(end - start)
        position = end
