"""The folder that pages and the renderer share: what is wanted, and what was made.

    wanted/text/7.k.<key>     what account 7 waits for, oldest first
    made/3/<key>              a copy, of course 3; its pictures lie beside it
    made/passing/<key>        one that is of use for minutes: a preview, a check of an upload
    renderer                  locked while a renderer is there

Everything here can be made again: it is in no backup, and may be deleted at any time.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import secrets
import shutil
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from msgspec.structs import replace

from webapp.rendering.asked import Asked, Kind, Made, decode_made, encode

# Of one account so many wait; what it wants beyond is asked again by its next look at the page.
MOST_OF_ONE, MOST_WANTED, MOST_WANTED_BYTES = 6, 600, 512 * 2**20
PASSING = "passing"
# The folder's name in the data folder.
RENDERINGS = "renderings"
_KEPT_SECONDS, _PASSING_SECONDS, _FAULT_SECONDS = 30 * 86400.0, 900.0, 60.0
MOST_KEPT_BYTES = 4 * 2**30
LANES = ("text", "pdf")


@dataclass(frozen=True)
class Place:
    """Where a copy lies: of a course, or for minutes where `course` is None."""

    course: int | None
    key: str

    @property
    def folder(self) -> str:
        """The folder's name below `made`."""
        return PASSING if self.course is None else str(self.course)


@dataclass(frozen=True)
class Wanted:
    """Something that waits to be made; `since` orders those of one account."""

    account: int
    place: Place
    lane: str
    path: Path
    since: float


@dataclass
class _Copy:
    """A copy with its pictures; `read_at` is about when somebody read it last."""

    files: list[Path] = field(default_factory=list)
    size: int = 0
    read_at: float = 0.0

    @property
    def passing(self) -> bool:
        """Whether it is of use for minutes."""
        return self.files[0].parent.name == PASSING


class Shelf:
    """Both sides of the folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def find(self, place: Place) -> Made | None:
        """A copy, or None; one that failed by our fault is forgotten after a minute."""
        path = self._made(place)
        try:
            data = path.read_bytes()
            age = time.time() - path.stat().st_mtime
        except OSError:
            return None
        try:
            made = decode_made(data)
        except ValueError:
            return None
        if made.failed == "crash" and age > _FAULT_SECONDS:
            return None
        if age > 86400:
            with contextlib.suppress(OSError):
                os.utime(path)  # it is being read: it stays
        return made

    def picture(self, place: Place, name: str) -> bytes | None:
        """A picture that lies beside a copy."""
        try:
            return self._made(place, f".{name}").read_bytes()
        except OSError:
            return None

    def want(self, account: int, place: Place, kind: Kind, load: Callable[[], Asked]) -> bool:
        """Leave something to be made; False where too much waits already.

        It is loaded only where it does not wait yet: pages look again and again.
        """
        lane = "pdf" if kind == "pdf" else "text"
        waiting = list(self.wanted(lane))
        own = [each for each in waiting if each.account == account]
        if any(each.place == place for each in own):
            return True
        if place.course is None and lane == "text":
            # Who goes on typing waits for the newest preview alone.
            for each in own:
                if each.place.course is None:
                    each.path.unlink(missing_ok=True)
        size = sum(_size(each.path) for each in waiting)
        if len(own) >= MOST_OF_ONE or len(waiting) >= MOST_WANTED or size > MOST_WANTED_BYTES:
            return False
        name = f"{account}.{place.folder}.{place.key}"
        _write(self._folder / "wanted" / lane / name, encode(load()))
        return True

    def wanted(self, lane: str) -> Iterator[Wanted]:
        """What waits in a lane."""
        try:
            found = list(os.scandir(self._folder / "wanted" / lane))
        except FileNotFoundError:
            return
        for entry in found:
            account, _, rest = entry.name.partition(".")
            folder, _, key = rest.partition(".")
            if not account.isdigit() or not key:
                continue
            place = Place(int(folder) if folder.isdigit() else None, key)
            with contextlib.suppress(FileNotFoundError):
                since = entry.stat().st_mtime
                yield Wanted(int(account), place, lane, Path(entry.path), since)

    def keep(self, wanted: Wanted, made: Made) -> None:
        """Keep what was made, its pictures first, and want it no more.

        Where it is wanted no more, its course is being erased: then it is not kept.
        """
        try:
            if wanted.path.exists():
                for name, data in made.pictures.items():
                    _write(self._made(wanted.place, f".{name}"), data)
                _write(self._made(wanted.place), encode(replace(made, pictures={})))
        finally:
            # Also where the disk is full: else it would be made again at once, without end.
            wanted.path.unlink(missing_ok=True)

    def forget(self, course: int) -> None:
        """Delete every copy of a course, and what is wanted of it."""
        for lane in LANES:
            for each in self.wanted(lane):
                if each.place.course == course:
                    each.path.unlink(missing_ok=True)
        shutil.rmtree(self._folder / "made" / str(course), ignore_errors=True)

    def courses(self) -> set[int]:
        """The courses of which there are copies."""
        with contextlib.suppress(FileNotFoundError):
            names = os.listdir(self._folder / "made")
            return {int(name) for name in names if name.isdigit()}
        return set()

    def tidy(self) -> None:
        """Delete what nobody read for a month or is of use no more, and the oldest of too much."""
        now, size = time.time(), 0
        for copy in sorted(self._copies(), key=lambda copy: copy.read_at, reverse=True):
            size += copy.size
            old = _PASSING_SECONDS if copy.passing else _KEPT_SECONDS
            if now - copy.read_at > old or size > MOST_KEPT_BYTES:
                for path in copy.files:
                    path.unlink(missing_ok=True)
        for path in self._folder.glob("*/*/.*"):  # begun by a process that fell
            with contextlib.suppress(OSError):
                if now - path.stat().st_mtime > _PASSING_SECONDS:
                    path.unlink()

    def _copies(self) -> list[_Copy]:
        found: dict[Path, _Copy] = {}
        for path in (self._folder / "made").glob("*/[!.]*"):
            with contextlib.suppress(OSError):
                status = path.stat()
                copy = found.setdefault(path.with_name(path.name[:64]), _Copy())
                copy.files.append(path)
                copy.size += status.st_size
                copy.read_at = max(copy.read_at, status.st_mtime)
        return list(found.values())

    @contextlib.contextmanager
    def as_renderer(self) -> Iterator[bool]:
        """Be the folder's renderer; False where there is one already."""
        with self._lock_file() as descriptor:
            yield _locked(descriptor, fcntl.LOCK_EX)

    def has_renderer(self) -> bool:
        """Whether somebody takes what is wanted."""
        with self._lock_file() as descriptor:
            return not _locked(descriptor, fcntl.LOCK_SH)

    @contextlib.contextmanager
    def _lock_file(self) -> Iterator[int]:
        _make_private(self._folder)
        descriptor = os.open(self._folder / "renderer", os.O_RDWR | os.O_CREAT, 0o600)
        try:
            yield descriptor
        finally:
            os.close(descriptor)

    def _made(self, place: Place, more: str = "") -> Path:
        return self._folder / "made" / place.folder / f"{place.key}{more}"


def _locked(descriptor: int, how: int) -> bool:
    try:
        fcntl.flock(descriptor, how | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except FileNotFoundError:
        return 0


def _make_private(folder: Path) -> None:
    """A folder that its owner alone enters, and those above it that are missing."""
    if not folder.is_dir():
        _make_private(folder.parent)
        folder.mkdir(mode=0o700, exist_ok=True)


def _write(path: Path, data: bytes) -> None:
    """A file of its owner's alone, whole or not at all; the disk need not have it at once."""
    _make_private(path.parent)
    aside = path.with_name(f".{secrets.token_hex(8)}")
    try:
        with os.fdopen(os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(data)
        aside.replace(path)
    except BaseException:
        aside.unlink(missing_ok=True)
        raise
