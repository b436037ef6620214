"""Throws frames at the decoder that no honest peer sends: `python -m tests.security.fuzz_wire`.

A frame is decoded or refused with WireError; nothing else may happen, and memory must not grow.
"""

from __future__ import annotations

import argparse
import random
import resource
import time
import tracemalloc
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from autograder.sandbox import wire

HEADS = bytes([*range(0xC0, 0xE0), 0x90, 0x91, 0x9F, 0x80, 0x8F, 0xA0, 0xBF, 0x7F, 0xFF])
MAX_LENGTH = 4096


@dataclass(frozen=True)
class Outcome:
    """What a run found: frames that were decoded and refused, seconds, kilobytes it grew by."""

    decoded: int
    refused: int
    seconds: float
    grown_kb: int


def honest_frames() -> list[bytes]:
    """Frames of every kind that really cross."""
    values = [
        None,
        [True, -1, 2**63, -(2**200), 1.5, 2 - 1j, "text", "ü\ud7ff", b"bytes"],
        (np.arange(6.0).reshape(2, 3), np.zeros((0, 3)), np.array(True), np.float32(1)),
        {"a": {1: [(), [], {}]}, "b": np.arange(4, dtype=np.uint8)},
        [wire.Handle(3, "Model"), wire.Callback(0), wire.GeneratorSeed((1, 2, 3, 4))],
        {"seq": 7, "value": wire.encode([1, 2.0]), "changed": ["1"], "warnings": [["a", "b"]]},
        {"outputs": [["stdout", "text/plain", "x", False]], "error": None, "seconds": 0.1},
        [[[[[[np.ones((2, 1, 2))]]]]]],
    ]
    return [wire.encode(value) for value in values]


def hostile_frames(count: int, seed: int) -> Iterator[bytes]:
    """Random bytes and honest frames with bytes changed, cut, repeated and put together."""
    chance = random.Random(seed)
    honest = honest_frames()
    for _ in range(count):
        if chance.random() < 0.15:
            yield chance.randbytes(chance.randrange(64))
            continue
        frame = bytearray(chance.choice(honest))
        for _ in range(chance.randrange(1, 6)):
            _mutate(frame, chance, honest)
        yield bytes(frame[:MAX_LENGTH])


def _mutate(frame: bytearray, chance: random.Random, honest: list[bytes]) -> None:
    place = chance.randrange(len(frame) + 1)
    kind = chance.randrange(7)
    if kind == 0 and place < len(frame):
        frame[place] ^= 1 << chance.randrange(8)
    elif kind == 1 and place < len(frame):
        frame[place] = chance.choice(HEADS)
    elif kind == 2:
        del frame[place:]
    elif kind == 3:
        frame[place:place] = frame[: chance.randrange(32)] * chance.randrange(1, 4)
    elif kind == 4:
        frame[place:place] = chance.choice(honest)
    elif kind == 5:
        frame[place : place + 4] = chance.choice((b"\xff" * 4, bytes(4), b"\x7f\xff\xff\xff"))
    else:
        frame[place:place] = chance.choice((b"\x91", b"\x92\x00", b"\x92\x01")) * 60


def fuzz(count: int, seed: int = 0) -> Outcome:
    """Decode that many hostile frames; anything but a value or WireError is raised."""
    decoded = refused = 0
    started = time.perf_counter()
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    for frame in hostile_frames(count, seed):
        try:
            wire.decode(frame)
            decoded += 1
        except wire.WireError:
            refused += 1
        except Exception as error:
            raise AssertionError(f"{type(error).__name__}: {error} from {frame!r}") from error
    grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    return Outcome(decoded, refused, time.perf_counter() - started, grown)


def peak_of(frame: bytes) -> int:
    """The most bytes that decoding one frame held at once."""
    tracemalloc.start()
    try:
        wire.decode(frame)
    except wire.WireError:
        pass
    finally:
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
    return peak


def main() -> None:
    """Print what a long run found."""
    parser = argparse.ArgumentParser(description="Fuzz the wire's decoder.")
    parser.add_argument("--frames", type=int, default=1_000_000)
    parser.add_argument("--seed", type=int, default=0)
    chosen = parser.parse_args()
    found = fuzz(chosen.frames, chosen.seed)
    print(
        f"{chosen.frames} frames in {found.seconds:.0f} s: {found.decoded} decoded, "
        f"{found.refused} refused, memory grew by {found.grown_kb / 1024:.1f} MB"
    )


if __name__ == "__main__":
    main()
