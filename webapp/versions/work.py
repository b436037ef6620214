"""Proving versions beside the grading: a worker takes one and runs `heldout validate` on it.

The proof runs in a process group of its own, under a seed of its own, and notes how far it is. A
worker that dies stops extending its lease, and another begins the proof anew; the same happens to
what takes longer than any proof may.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from webapp.assignments import version_folders
from webapp.assignments.queries import archive_of
from webapp.assignments.version_folders import CannotHave
from webapp.base.database import moment_of
from webapp.models import AssignmentVersion, VersionState
from webapp.queue.broker import QUEUES
from webapp.roster.operations import forget_old
from webapp.versions.proof import Proof, ProofFailed

log = logging.getLogger("heldout.versions")

_LEASE = timedelta(minutes=1)
_POLL_SECONDS = 1.0
_TIDY_SECONDS = 3600.0
_OUR_FAULT = "The proof failed, which is a fault of ours: the worker's log says why."


def keep_proving(
    engine: sa.Engine, owner: str, stop: threading.Event, queues: Sequence[str] = QUEUES
) -> None:
    """Prove one version after the other until `stop` is set, and clear away unused folders."""
    tidied = float("-inf")
    while not stop.wait(_POLL_SECONDS):
        try:
            while not stop.is_set() and prove_one(engine, owner, queues=queues):
                pass
            if time.monotonic() - tidied > _TIDY_SECONDS:
                tidy(engine)
                tidied = time.monotonic()
        except SQLAlchemyError as error:
            log.warning("no version could be taken: %s", error)


def prove_one(
    engine: sa.Engine, owner: str, *, queues: Sequence[str] = QUEUES, only: int | None = None
) -> bool:
    """Prove the version that waits longest, or `only` that one; False when none waits."""
    with Session(engine) as session:
        version_id = _claim(session, owner, queues, only)
    if version_id is None:
        return False
    try:
        _prove(engine, owner, version_id)
    except ProofFailed as error:
        _update(engine, owner, version_id, state=VersionState.FAILED, report={"error": str(error)})
    except CannotHave as error:
        sentence = f"{str(error)[0].upper()}{str(error)[1:]}."
        _update(engine, owner, version_id, state=VersionState.FAILED, report={"error": sentence})
    except SQLAlchemyError:
        raise
    except Exception:
        log.exception("version %d could not be proved", version_id)
        _update(engine, owner, version_id, state=VersionState.FAILED, report={"error": _OUR_FAULT})
    return True


def tidy(engine: sa.Engine) -> None:
    """Remove folders of versions that are neither in use nor being proved, and old rosters."""
    with Session(engine) as session:
        forget_old(session)
        wanted = sa.or_(AssignmentVersion.in_use_since.is_not(None), _open())
        version_folders.forget_unused(
            set(session.scalars(sa.select(AssignmentVersion.digest).where(wanted)))
        )


def _open() -> sa.ColumnElement[bool]:
    return AssignmentVersion.state.in_((VersionState.WAITING, VersionState.PROVING))


def _claim(session: Session, owner: str, queues: Sequence[str], only: int | None) -> int | None:
    """The oldest version that waits, or whose worker died, and fits this machine; commits."""
    moment = moment_of(session)
    waits = sa.or_(
        AssignmentVersion.state == VersionState.WAITING,
        sa.and_(
            AssignmentVersion.state == VersionState.PROVING,
            AssignmentVersion.lease_expires_at < moment,
        ),
    )
    wanted = (waits,) if only is None else (waits, AssignmentVersion.id == only)
    rows = session.execute(
        sa.select(AssignmentVersion.id, AssignmentVersion.report)
        .where(*wanted)
        .order_by(AssignmentVersion.id)
    ).all()
    chosen = next((r for r in rows if r.report.get("needs", QUEUES[0]) in queues), None)
    if chosen is not None:
        taken = session.execute(
            sa.update(AssignmentVersion)
            .where(AssignmentVersion.id == chosen.id, waits)
            .values(
                state=VersionState.PROVING,
                owner=owner,
                lease_expires_at=moment + _LEASE,
                report={"needs": chosen.report.get("needs", QUEUES[0]), "done": 0, "total": 0},
            )
            .execution_options(synchronize_session=False)
        )
        chosen = chosen if taken.rowcount else None  # type: ignore[attr-defined]
    session.commit()
    return chosen.id if chosen is not None else None


def _prove(engine: sa.Engine, owner: str, version_id: int) -> None:
    with Session(engine) as session:
        version = session.get_one(AssignmentVersion, version_id)
        name, digest = version.assignment, version.digest
        home = version_folders.folder_of(name, digest, lambda: archive_of(session, name, digest))
    with Proof(home) as proof:
        while proof.goes_on(_POLL_SECONDS):
            if not _update(engine, owner, version_id, report=proof.progress()):
                return  # somebody else has taken over
        found = proof.result()
    sound = VersionState.SOUND if found.get("sound") else VersionState.UNSOUND
    _update(engine, owner, version_id, state=sound, report=found)


def _update(engine: sa.Engine, owner: str, version_id: int, **values: Any) -> bool:
    """Change the version only while it is being proved and is ours; the lease is extended."""
    with Session(engine) as session:
        needs = session.scalar(
            sa.select(AssignmentVersion.report).where(AssignmentVersion.id == version_id)
        )
        values["report"] = {"needs": (needs or {}).get("needs", QUEUES[0])} | values["report"]
        ends = "state" in values
        changed = session.execute(
            sa.update(AssignmentVersion)
            .where(
                AssignmentVersion.id == version_id,
                AssignmentVersion.state == VersionState.PROVING,
                AssignmentVersion.owner == owner,
            )
            .values(lease_expires_at=None if ends else moment_of(session) + _LEASE, **values)
            .execution_options(synchronize_session=False)
        )
        session.commit()
        return bool(changed.rowcount == 1)  # type: ignore[attr-defined]
