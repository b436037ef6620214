"""Under which conditions would be graded now: what an unchanged result is known by."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec
from sqlalchemy.orm import Session

from autograder.assignment import AssignmentError
from autograder.receipt import Receipt, environment, limits, seed_id
from autograder.results import GradeResult
from webapp.assignments.finding import site_assignment
from webapp.base.config import data_folder
from webapp.base.environment import SEED


class CannotGrade(Exception):
    """The assignment cannot be judged from here: one sentence."""


@dataclass(frozen=True)
class Conditions:
    """The version of the checks, and a digest of all that a score depends on but the notebook.

    The digest is empty where the secret seed is kept elsewhere: then nothing counts as known.
    """

    version: str
    digest: str


def current_conditions(session: Session, assignment_id: str) -> Conditions:
    """The conditions of an assignment as the site grades it; raises CannotGrade."""
    from autograder.grading import grader_version

    try:
        assignment = site_assignment(session, assignment_id)
        version = grader_version(assignment)
    except AssignmentError as error:
        raise CannotGrade(str(error)) from None
    seed = _known_seed(data_folder())
    if seed is None:
        return Conditions(version, "")
    digest = _digest(version, environment(assignment), limits(assignment), seed_id(seed))
    return Conditions(version, digest)


def conditions_of(result: GradeResult) -> str:
    """The digest of a result's conditions; empty where grading again may give another result."""
    from autograder.cache import is_steady

    receipt: Receipt | None = result.receipt
    if receipt is None or not is_steady(result):
        return ""
    return _digest(result.grader_version, receipt.environment, receipt.limits, receipt.seed_id)


def _digest(
    version: str, versions: Mapping[str, str], bounds: Mapping[str, float], seed: str
) -> str:
    parts: list[Any] = [version, versions, bounds, seed]
    return hashlib.sha256(msgspec.json.encode(parts, order="deterministic")).hexdigest()


def _known_seed(data: Path) -> bytes | None:
    """The seed that the workers use, where it can be known without making one."""
    if setting := SEED.read():
        return setting.encode()
    try:
        return (data / "seed").read_bytes().strip() or None
    except OSError:
        return None
