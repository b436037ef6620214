"""A cage for graders that run hostile notebooks: nothing survives it and little can be used up.

It hides the host and bounds what runs, and leaves a grader what it needs on a machine of its own:
a home that can be written to, an environment, processes, and a loopback interface.
"""

from __future__ import annotations

import itertools
import os
import stat
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from autograder.sandbox.outside_launch import bubblewrap, is_privileged

HOME = "/home/grader"
# Each cage has a user of its own, so that none meets the limits or the signals of another.
_USERS = itertools.cycle(range(61_000, 64_000))
_MB = 2**20
_LIMITS = ("--nproc=256", f"--as={4096 * _MB}", f"--fsize={64 * _MB}", "--nofile=1024", "--core=0")
_NAMESPACES = ("--unshare-ipc", "--unshare-pid", "--unshare-net", "--unshare-uts")
_FILES = ("hosts", "passwd", "group", "ld.so.cache", "alternatives", "localtime", "fonts")
_ONE_THREAD = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")


@dataclass(frozen=True)
class Ended:
    """How a command ended: its exit status, None when its time was up, and all that it wrote."""

    status: int | None
    output: str


def confined(
    command: Sequence[str],
    *,
    environment: Path,
    home: Path,
    variables: Mapping[str, str],
    folder: str = "",
    seconds: float,
) -> Ended:
    """Run a command of a virtual environment with `home` as its home, in `folder` below that.

    Root's rights build the cage and are given up before the command starts.
    """
    user = next(_USERS)
    if is_privileged():
        _give_to(user, home)
    words = [bubblewrap(), *_NAMESPACES, "--unshare-cgroup-try", "--die-with-parent"]
    words += ["--new-session", "--clearenv", *_identity(), *_variables(environment, variables)]
    words += ["--perms", "1777", "--tmpfs", "/tmp", *_system()]
    words += [*_mounted(Path(sys.base_prefix)), *_mounted(environment)]
    words += ["--dir", "/home", "--bind", str(home), HOME, "--proc", "/proc", "--dev", "/dev"]
    words += ["--chdir", str(Path(HOME, folder))]
    return _bounded([*words, *_dropping(user), "prlimit", *_LIMITS, "--", *command], seconds)


def left_behind(home: Path, name: str) -> str:
    """A file below `home` that a command was to write; empty where there is no plain one.

    A hostile command may have put a link or a pipe in its place, which must not be followed.
    """
    path = home / name
    real = path.resolve() == home.resolve() / name
    if not real or not path.exists() or not stat.S_ISREG(path.lstat().st_mode):
        return ""
    return path.read_text(encoding="utf-8", errors="replace")


def _bounded(words: Sequence[str], seconds: float) -> Ended:
    with tempfile.TemporaryFile() as log:
        process = subprocess.Popen(words, stdin=subprocess.DEVNULL, stdout=log, stderr=log, env={})
        try:
            status: int | None = process.wait(timeout=seconds)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
            status = None
        log.seek(0)
        return Ended(status, log.read().decode("utf-8", "replace"))


def _give_to(user: int, home: Path) -> None:
    home.chmod(0o755)  # without its rights over files, root has to pass as anybody else
    for folder, _, files in os.walk(home):
        for path in (folder, *[os.path.join(folder, name) for name in files]):
            os.chown(path, user, user, follow_symlinks=False)


def _identity() -> list[str]:
    if is_privileged():
        return ["--cap-drop", "ALL", "--cap-add", "CAP_SETUID", "--cap-add", "CAP_SETGID"]
    return ["--unshare-user", "--uid", "1000", "--gid", "1000"]


def _dropping(user: int) -> list[str]:
    identity = f"--reuid={user}", f"--regid={user}", "--clear-groups"
    return ["setpriv", *(identity if is_privileged() else ()), "--no-new-privs"]


def _variables(environment: Path, variables: Mapping[str, str]) -> list[str]:
    plain = {"HOME": HOME, "USER": "grader", "LANG": "C.UTF-8", "TMPDIR": "/tmp"}
    plain["PATH"] = f"{environment}/bin:/usr/bin:/bin"
    given = {**plain, **_ONE_THREAD, **variables}
    return [word for item in given.items() for word in ("--setenv", *item)]


def _system() -> list[str]:
    words = ["--ro-bind", "/usr", "/usr", "--dir", "/etc", "--hostname", "localhost"]
    for name in ("bin", "sbin", "lib", "lib32", "lib64"):
        plain = Path("/", name)
        if plain.is_symlink():
            words += ["--symlink", f"usr/{name}", str(plain)]
        elif plain.is_dir():
            words += ["--ro-bind", str(plain), str(plain)]
    for name in _FILES:
        words += ["--ro-bind-try", f"/etc/{name}", f"/etc/{name}"]
    return words


def _mounted(place: Path) -> list[str]:
    """A folder at its own path, since scripts name their interpreter; /usr is there already."""
    if place.is_relative_to("/usr"):
        return []
    # Made before they are filled: bubblewrap would make them for their owner alone.
    above = [str(folder) for folder in reversed(place.parents) if folder.name]
    words = [word for folder in above for word in ("--dir", folder)]
    return [*words, "--ro-bind", str(place), str(place)]
