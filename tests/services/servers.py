"""A server of a test: on loopback, in a folder of its own, killed and started again at will."""

from __future__ import annotations

import contextlib
import ctypes
import getpass
import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from abc import ABC, abstractmethod
from collections.abc import Iterator
from pathlib import Path
from typing import Self

import psutil
import pytest

_START_SECONDS = 60.0
_PR_SET_PDEATHSIG = 1


class Server(ABC):
    """One server process; `package` is what Debian calls it."""

    package: str
    account: str

    def __init__(self) -> None:
        self.port = free_port()
        self.folder = Path(tempfile.mkdtemp(prefix=f"heldout-{self.package}-", dir="/tmp"))
        if os.getuid() == 0:
            shutil.chown(self.folder, self.account)
        self.process: subprocess.Popen[bytes] | None = None

    @classmethod
    @abstractmethod
    def program(cls) -> str | None:
        """Where the program is, or None where it is not installed."""

    @property
    @abstractmethod
    def url(self) -> str:
        """How Heldout reaches it."""

    @abstractmethod
    def command(self) -> list[str]:
        """What starts it in the foreground."""

    @abstractmethod
    def answers(self) -> bool:
        """Whether it serves."""

    def prepare(self) -> None:  # noqa: B027 - some need nothing
        """Make what it needs before it is first started."""

    def environment(self) -> dict[str, str]:
        """What it reads from its environment."""
        return {"PATH": os.environ["PATH"], "HOME": str(self.folder), "LC_ALL": "C.UTF-8"}

    def start(self) -> None:
        """Start it, and return when it serves."""
        self.process = self.run(self.command())
        give_up = time.monotonic() + _START_SECONDS
        while not self.answers():
            assert self.process.poll() is None, f"{self.package} ended: {self._said()}"
            assert time.monotonic() < give_up, f"{self.package} did not start: {self._said()}"
            time.sleep(0.05)

    def kill(self) -> None:
        """End it as a power cut would: at once, with everything it started."""
        if self.process is None:
            return
        parent = psutil.Process(self.process.pid)
        # By descent, since PostgreSQL's processes leave the process group.
        for process in [parent, *parent.children(recursive=True)]:
            with contextlib.suppress(psutil.NoSuchProcess):
                process.kill()
        self.process.wait()
        self.process = None

    def run(self, command: list[str]) -> subprocess.Popen[bytes]:
        """Start a program of this server as its account, which ends with the tests."""
        with (self.folder / "log").open("ab") as log:
            return subprocess.Popen(
                command,
                env=self.environment(),
                cwd=self.folder,
                stdout=log,
                stderr=log,
                start_new_session=True,
                preexec_fn=_end_with_parent,
                **self._as_account(),
            )

    def _as_account(self) -> dict[str, object]:
        if os.getuid() != 0:
            return {}
        entry = pwd.getpwnam(self.account)
        return {"user": entry.pw_uid, "group": entry.pw_gid, "extra_groups": []}

    def owner(self) -> str:
        """The name of the account it runs under."""
        return self.account if os.getuid() == 0 else getpass.getuser()

    def _said(self) -> str:
        return (self.folder / "log").read_text(errors="replace")[-2000:]

    def __enter__(self) -> Self:
        try:
            self.prepare()
            self.start()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *exception: object) -> None:
        self.kill()
        shutil.rmtree(self.folder, ignore_errors=True)


def _end_with_parent() -> None:
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)


def free_port() -> int:
    """A port of loopback that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def listens(port: int) -> bool:
    """Whether somebody listens on that port of loopback."""
    with contextlib.closing(socket.socket()) as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


@contextlib.contextmanager
def running(kind: type[Server]) -> Iterator[Server]:
    """A started server; without its package the test is skipped, or fails where it must not be."""
    if kind.program() is None:
        reason = f"there is no {kind.package}: install Debian's package of that name"
        if kind.package.partition("-")[0] in os.environ.get("HELDOUT_TEST_REQUIRE", ""):
            pytest.fail(reason)
        pytest.skip(reason)
    with kind() as server:
        yield server
