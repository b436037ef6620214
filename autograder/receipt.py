"""What it takes to reproduce a score: the receipt that every result carries.

It names the work, the judge, the versions and the secret seed without revealing it: the seed's id
comes from a deliberately slow hash, so that even a short seed cannot be found by trying.
"""

from __future__ import annotations

import functools
import hashlib
import hmac
import os
import platform
from collections.abc import Mapping
from importlib import metadata
from typing import Any

import msgspec

from autograder.assignment import Assignment

_VERSIONS = ("heldout", "numpy", "torch", "ipython")
_SALT = b"heldout: the seed's id and the key of receipts"
_ID_BYTES, _KEY_BYTES = 8, 32
# For the checker and the notebook alike: sums do not depend on how many cores there are.
ONE_THREAD = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")


class Receipt(msgspec.Struct, frozen=True):
    """How a result came about.

    `submission_sha256` is of the file, `source_digest` of the cells' sources alone. `timings` are
    seconds by stage. `restarts` counts the processes that ended by time, memory or themselves.
    A `cached` result was found earlier, for the same work under the same conditions.
    """

    submission_sha256: str
    source_digest: str
    grader_version: str
    environment: dict[str, str]
    seed_id: str
    limits: dict[str, float]
    timings: dict[str, float] = {}
    peak_kb: int = 0
    restarts: int = 0
    cached: bool = False


def file_sha256(data: bytes) -> str:
    """The SHA-256 of a file's bytes, in hex."""
    return hashlib.sha256(data).hexdigest()


def environment(
    assignment: Assignment, threads: str = ONE_THREAD["OMP_NUM_THREADS"]
) -> dict[str, str]:
    """The versions that a score may depend on, by name; nothing of them is imported."""
    found = {"python": platform.python_version(), "machine": platform.machine()}
    for name in sorted({*_VERSIONS, *assignment.packages}):
        if version := _version(name):
            found[name] = version
    return {**found, "threads": threads}


@functools.cache
def _version(name: str) -> str:
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return ""


def limits(assignment: Assignment) -> dict[str, float]:
    """The assignment's limits, and those of single questions as `call_seconds:question`."""
    found = {name: float(value) for name, value in vars(assignment.limits).items()}
    for question in assignment.questions:
        if question.call_seconds is not None:
            found[f"call_seconds:{question.name}"] = question.call_seconds
    return found


def seed_id(seed: bytes) -> str:
    """Which seed it was, for whoever has it, and nothing about it for anybody else."""
    return _stretched(seed)[:_ID_BYTES].hex()


@functools.lru_cache(maxsize=64)
def _stretched(seed: bytes) -> bytes:
    return hashlib.scrypt(seed, salt=_SALT, n=2**14, r=8, p=1, dklen=_ID_BYTES + _KEY_BYTES)


def sealed(record: Mapping[str, Any], seed: bytes) -> dict[str, Any]:
    """The record with a seal, which only the holder of the seed can make."""
    return {**record, "seal": _seal(record, seed)}


def seal_holds(record: Mapping[str, Any], seed: bytes) -> bool:
    """Whether nothing was changed in a sealed record since it was written with this seed."""
    unsealed = {key: value for key, value in record.items() if key != "seal"}
    return hmac.compare_digest(str(record.get("seal", "")).encode(), _seal(unsealed, seed).encode())


def _seal(record: Mapping[str, Any], seed: bytes) -> str:
    body = msgspec.json.encode(record, order="deterministic")
    return hmac.new(_stretched(seed)[_ID_BYTES:], body, hashlib.sha256).hexdigest()


def checker_threads() -> str:
    """How many threads this checker process computes with."""
    return os.environ.get("OMP_NUM_THREADS", "any")
