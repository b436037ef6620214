"""Assignments to bring to a site: `heldout new`'s own, packed as people pack them."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

from sqlalchemy.orm import Session

from autograder.cli.new import write_assignment
from webapp.assignments.packed import Packed, from_folder
from webapp.base.clock import now
from webapp.models import AssignmentVersion


def folder_at(home: Path, name: str = "a01_demo", *, check: str = "") -> Path:
    """An assignment's folder; `check` is a line more in its checks, which makes another version."""
    home.mkdir(exist_ok=True)
    folder = write_assignment(name, "Demo", home)
    with (folder / "checks.py").open("a", encoding="utf-8") as checks:
        checks.write(f"\n# {check}\nMORE = {check!r}\n" if check else "")
    return folder


def zipped(entries: dict[str, bytes]) -> bytes:
    """A ZIP archive of these entries."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for name, data in entries.items():
            archive.writestr(name, data)
    return packed.getvalue()


def entries_of(folder: Path, *, under: str = "") -> dict[str, bytes]:
    """Every file of a folder, as an entry below `under`."""
    return {
        f"{under}{path.relative_to(folder).as_posix()}": path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def put_in_use(session: Session, folder: Path) -> Packed:
    """The folder as the site's version in use, without a proof."""
    found = from_folder(folder)
    version = AssignmentVersion(
        assignment=found.id,
        digest=found.digest,
        title="Demo",
        points=5,
        archive=found.archive,
        size=len(found.archive),
        state="sound",
        in_use_since=now(),
    )
    session.add(version)
    session.commit()
    return found
