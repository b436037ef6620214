"""A demo's data folder, copied and served by a checkout while the clock stands still.

The product is started by its command line alone, since its modules lie elsewhere in each checkout.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

DATABASE = "heldout.sqlite"
_SKEWED = str(Path(__file__).resolve().parent.parent / "faults" / "skewed")
# After everything that the demo did while it was made.
_LATER = timedelta(hours=6)
_START_SECONDS = 90.0
_STOP_SECONDS = 60.0


class CannotServe(Exception):
    """The site cannot be served: one sentence."""


@dataclass(frozen=True)
class Account:
    """Someone of the demo who can sign in."""

    role: str
    email: str
    password: str
    name: str


@dataclass(frozen=True)
class Served:
    """A running site on a copy of its data."""

    url: str
    data: Path
    accounts: tuple[Account, ...]

    @property
    def database(self) -> Path:
        """The embedded database."""
        return self.data / DATABASE


@contextmanager
def served(checkout: Path, data: Path, folder: Path) -> Iterator[Served]:
    """Serve a copy of the data, made in the folder, with the product of the checkout."""
    copy, log, port = folder / "data", folder / "serve.log", _free_port()
    shutil.copytree(data, copy)
    with log.open("wb") as output:
        service = subprocess.Popen(
            [str(_program(checkout)), "serve", "--no-worker", "--port", str(port)],
            cwd=checkout,
            env=_environment(data, copy),
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    try:
        url = f"http://127.0.0.1:{port}"
        _wait_until_ready(service, url, log)
        kept = json.loads((copy / "accounts.json").read_text(encoding="utf-8"))
        yield Served(url, copy, tuple(Account(**entry) for entry in kept))
    finally:
        _end(service)


def _program(checkout: Path) -> Path:
    """The checkout's own `heldout`, or the one beside this interpreter."""
    own = checkout / ".venv" / "bin" / "heldout"
    return own if own.exists() else Path(sys.executable).with_name("heldout")


def _environment(data: Path, copy: Path) -> dict[str, str]:
    """Settings of the demo's folder, and a clock that stands still some hours after it was made."""
    library = next(iter(sorted(Path("/usr/lib").glob("*/faketime/libfaketime.so.1"))), None)
    if library is None:
        raise CannotServe("There is no libfaketime: install Debian's package of that name.")
    secrets = json.loads((data / "secrets.json").read_text(encoding="utf-8"))
    made = datetime.fromtimestamp((data / "accounts.json").stat().st_mtime, UTC)
    own = {name: text for name, text in os.environ.items() if not name.startswith("HELDOUT_")}
    # A demo of few assignments carries them in its folder, so that a recording takes less time.
    if (copy / "assignments").is_dir():
        own["HELDOUT_ASSIGNMENTS"] = str(copy / "assignments")
    return {
        **own,
        "HELDOUT_DATA": str(copy),
        "HELDOUT_SECRET_KEY": secrets["secret_key"],
        "HELDOUT_PASSWORD_SALT": secrets["password_salt"],
        "HELDOUT_HTTPS": "0",
        "HELDOUT_LOG_LEVEL": "WARNING",
        "TZ": "UTC",
        "LD_PRELOAD": str(library),
        "FAKETIME": f"{made + _LATER:%Y-%m-%d %H:%M:%S}",
        "FAKETIME_DONT_FAKE_MONOTONIC": "1",
        # The library's mending of waits with a deadline makes a thread that waits turn in circles.
        "FAKETIME_FORCE_MONOTONIC_FIX": "0",
        "NO_FAKE_STAT": "1",
        "PYTHONPATH": _SKEWED,
    }


def _wait_until_ready(service: subprocess.Popen[bytes], url: str, log: Path) -> None:
    give_up = time.monotonic() + _START_SECONDS
    while time.monotonic() < give_up and service.poll() is None:
        try:
            with urllib.request.urlopen(f"{url}/health/ready", timeout=5):
                return
        except (urllib.error.URLError, OSError):
            time.sleep(0.1)
    raise CannotServe(f"The site did not start: {log.read_text(encoding='utf-8')[-2000:]}")


def _end(service: subprocess.Popen[bytes]) -> None:
    if service.poll() is None:
        os.killpg(service.pid, signal.SIGTERM)
    try:
        service.wait(timeout=_STOP_SECONDS)
    except subprocess.TimeoutExpired:
        os.killpg(service.pid, signal.SIGKILL)
        service.wait()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
