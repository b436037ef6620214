"""An administrator, a data folder of one's own, and assignments to bring."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy.orm import Session

from tests.webapp.assignments.folders import folder_at
from webapp.assignments import version_folders
from webapp.assignments.packed import from_folder
from webapp.audit.record import SiteActor
from webapp.base.database import db
from webapp.models import AssignmentVersion, User, VersionState
from webapp.versions import operations, work

NAME = "a01_demo"


@pytest.fixture(autouse=True)
def data(tmp_path: Path, monkeypatch) -> Path:
    """The data folder; nothing is placed yet."""
    monkeypatch.setenv("HELDOUT_DATA", str(tmp_path / "data"))
    monkeypatch.setenv("HELDOUT_ASSIGNMENTS", str(tmp_path / "placed"))
    monkeypatch.setattr(version_folders, "_looked_at", set())
    return tmp_path / "data"


@pytest.fixture
def amy(session: Session) -> User:
    """An administrator of the site, in no course."""
    password = session.scalar(sa.select(User.password).where(User.name == "Ina"))
    user = User(email="amy@example.edu", name="Amy", password=password, is_administrator=True)
    session.add(user)
    session.commit()
    return user


@pytest.fixture
def bring(session: Session, amy: User, tmp_path: Path) -> Callable[..., AssignmentVersion]:
    """Bring a version; the check makes it another than the one before."""

    def bring(check: str = "", name: str = NAME, *, sound: bool = False) -> AssignmentVersion:
        folder = folder_at(tmp_path / f"brought {name} {check}", name, check=check)
        version = operations.bring(session, SiteActor(amy.id), from_folder(folder)).version
        if sound:
            version.state = VersionState.SOUND
            session.commit()
        return version

    return bring


class StandInProof:
    """A proof that is over at once, or never."""

    found: dict[str, Any] = {"sound": True, "claims": [], "grader_version": "1+aa"}
    goes = 0

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.rounds = 0

    def __enter__(self) -> StandInProof:
        return self

    def __exit__(self, *exception: object) -> None:
        pass

    def goes_on(self, _seconds: float) -> bool:
        self.rounds += 1
        return self.rounds <= self.goes

    def progress(self) -> dict[str, int]:
        return {"done": self.rounds, "total": 9}

    def result(self) -> dict[str, Any]:
        if isinstance(self.found, Exception):
            raise self.found
        return dict(self.found)


@pytest.fixture
def proof(monkeypatch) -> type[StandInProof]:
    """What proofs find from now on, without a sandbox."""
    kind = type("OwnProof", (StandInProof,), {})
    monkeypatch.setattr(work, "Proof", kind)
    return kind


@pytest.fixture
def statements(app: Flask) -> Callable[[Callable[[], Any]], int]:
    """How many statements the application makes for something."""

    def count(do: Callable[[], Any]) -> int:
        seen: list[str] = []

        def note(_connection: object, _cursor: object, text: str, *_more: object) -> None:
            seen.append(text)

        with app.app_context():
            engine = db.engine
        sa.event.listen(engine, "before_cursor_execute", note)
        do()
        sa.event.remove(engine, "before_cursor_execute", note)
        return len(seen)

    return count
