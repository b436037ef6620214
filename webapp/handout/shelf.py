"""Releases as files to hand out: each version is made once, beside the service, and then kept.

No request waits for one to be made: it is made by a thread of its own, in a process of its own
(`webapp.grading.release`), and a page says meanwhile that it comes.
"""

from __future__ import annotations

import hashlib
import logging
import os
import shutil
import tempfile
import threading
import time
import zipfile
from dataclasses import dataclass
from pathlib import Path

from flask import current_app

from webapp.grading.release import NoRelease, Source, write
from webapp.handout.about import about, readme

log = logging.getLogger("heldout.web")

# After how many seconds something that failed is tried again.
_AGAIN = 60.0
# Of each assignment so many versions are kept: somebody may be taking the one before.
_KEPT = 2
_DIGEST, _README = "digest", "README.txt"


@dataclass(frozen=True)
class Release:
    """One version of an assignment's release; `digest` is that of the notebook and its data."""

    assignment: str
    digest: str
    folder: Path

    @property
    def notebook(self) -> Path:
        """The notebook alone."""
        return self.folder / f"{self.assignment}.ipynb"

    @property
    def archive(self) -> Path:
        """The notebook with its data and a text about what grades it."""
        return self.folder / f"{self.assignment}.zip"


class Shelf:
    """The releases that are kept, in a folder that only the service reads."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._lock = threading.Lock()
        self._one_at_a_time = threading.Lock()
        self._being_made: set[str] = set()
        self._failed: dict[str, tuple[float, str]] = {}

    def find(self, source: Source) -> Release | None:
        """The release as the assignment is now; None while it is made. Raises NoRelease."""
        key = _key(source)
        found = self._kept(source, key)
        if found is not None:
            return found
        with self._lock:
            at, sentence = self._failed.get(key, (0.0, ""))
            if sentence and time.monotonic() < at + _AGAIN:
                raise NoRelease(sentence)
            if key not in self._being_made:
                self._being_made.add(key)
                threading.Thread(target=self._make_or_note, args=(source, key), daemon=True).start()
        return None

    def made(self, source: Source) -> Release:
        """The same, made now where it is not kept: this takes seconds. Raises NoRelease."""
        key = _key(source)
        with self._one_at_a_time:
            return self._kept(source, key) or self._make(source, key)

    def _kept(self, source: Source, key: str) -> Release | None:
        place = self._place(source, key)
        try:
            digest = (place / _DIGEST).read_text(encoding="ascii")
        except OSError:
            return None
        return Release(source.assignment.id, digest, place)

    def _place(self, source: Source, key: str) -> Path:
        return self._folder / source.assignment.id / key

    def _make_or_note(self, source: Source, key: str) -> None:
        sentence = ""
        try:
            with self._one_at_a_time:
                if self._kept(source, key) is None:
                    self._make(source, key)
        except NoRelease as error:
            sentence = str(error)
        except Exception:
            log.exception("the release of %s could not be made", source.assignment.id)
            sentence = "The release could not be made, which is our fault: the log says why."
        with self._lock:
            self._being_made.discard(key)
            self._failed.pop(key, None)
            if sentence:
                self._failed[key] = (time.monotonic(), sentence)

    def _make(self, source: Source, key: str) -> Release:
        place = self._place(source, key)
        try:
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            place.parent.mkdir(mode=0o700, exist_ok=True)
            unfinished = Path(tempfile.mkdtemp(prefix=".making-", dir=place.parent))
        except OSError as error:
            raise NoRelease(f"The release cannot be kept: {error.strerror}.") from None
        try:
            _fill(unfinished, source)
            if not place.exists():
                os.replace(unfinished, place)
        finally:
            shutil.rmtree(unfinished, ignore_errors=True)
        self._clear(place)
        found = self._kept(source, key)
        assert found is not None
        return found

    def _clear(self, newest: Path) -> None:
        """Leave the newest versions of an assignment alone."""
        others = [each for each in newest.parent.iterdir() if each != newest and each.is_dir()]
        others.sort(key=lambda each: each.stat().st_mtime, reverse=True)
        for old in others[_KEPT - 1 :]:
            shutil.rmtree(old, ignore_errors=True)


def shelf() -> Shelf:
    """The running application's shelf."""
    found = current_app.extensions["heldout-shelf"]
    assert isinstance(found, Shelf)
    return found


def _key(source: Source) -> str:
    """What changes when the release, or what grades it, does."""
    said = (source.state, readme(about(source.assignment)), str(source.assignment.folder))
    return hashlib.sha256(repr(said).encode()).hexdigest()[:40]


def _fill(place: Path, source: Source) -> None:
    """The notebook, the archive, and last of all the digest."""
    assignment = source.assignment
    name = f"{assignment.id}.ipynb"
    with tempfile.TemporaryDirectory(dir=place) as written:
        output = Path(written)
        write(assignment.folder, output)
        files = [name, *sorted(assignment.files)]
        digest = hashlib.sha256()
        with zipfile.ZipFile(place / f"{assignment.id}.zip", "w", zipfile.ZIP_DEFLATED) as archive:
            for each in files:
                data = (output / each).read_bytes()
                digest.update(f"{len(each)} {each} {len(data)} ".encode() + data)
                archive.write(output / each, f"{assignment.id}/{each}")
            ours = _README if _README not in files else f"HELDOUT-{_README}"
            archive.writestr(f"{assignment.id}/{ours}", readme(about(assignment)))
        os.replace(output / name, place / name)
    (place / _DIGEST).write_text(digest.hexdigest(), encoding="ascii")
    for kept in place.iterdir():
        kept.chmod(0o600)
