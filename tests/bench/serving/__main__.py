"""`python -m tests.bench.serving`: servers beside each other, in turns, on one site.

Each is asked for a page by eight readers at a time: alone, while 500 clients are slow, while
300 wait for an answer, and then how long after it was there those 300 had it. Rounds take turns, so
that what else the machine does meets all of them.
"""

from __future__ import annotations

import os
import secrets
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path

import click

from tests.bench.load import percentile
from tests.bench.serving.candidates import NAMES
from tests.bench.serving.clients import Pages, Waiters, look, slow_clients
from tests.services.servers import free_port
from webapp import migrations
from webapp.base.config import embedded_database
from webapp.base.database import make_engine

_PAGE = "/login"
_START_SECONDS = 60.0


@contextmanager
def running(name: str, data: Path) -> Iterator[int]:
    """One of the servers on a port of its own."""
    port = free_port()
    said = {"HELDOUT_DATA": str(data), "HELDOUT_HTTPS": "0"}
    said |= {"HELDOUT_SECRET_KEY": secrets.token_hex(16)}
    said |= {"HELDOUT_PASSWORD_SALT": secrets.token_hex(16)}
    command = [sys.executable, "-m", "tests.bench.serving.candidates", name, str(port)]
    process = subprocess.Popen(command, env={**os.environ, **said}, stderr=subprocess.DEVNULL)
    try:
        give_up = time.monotonic() + _START_SECONDS
        while not _answers(port):
            assert process.poll() is None, f"{name} ended"
            assert time.monotonic() < give_up, f"{name} does not answer"
            time.sleep(0.1)
        yield port
    finally:
        process.terminate()
        try:
            process.wait(timeout=30)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _answers(port: int) -> bool:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}{_PAGE}", timeout=5):
            return True
    except OSError:
        return False


def _said(situation: str, name: str, pages: Pages) -> None:
    middle, most = percentile(pages.seconds, 0.5), percentile(pages.seconds, 0.95)
    click.echo(
        f"{situation:<16} {name:<16} {pages.each_second:7.1f} a second   "
        f"{middle * 1000:8.1f} ms   {most * 1000:8.1f} ms   {pages.missing} missing"
    )


def measure(
    name: str, data: Path, *, readers: int, seconds: float, slow: int, waiters: int
) -> None:
    """One round of one server."""
    with running(name, data) as port:
        look(port, _PAGE, readers=readers, seconds=1)
        _said("alone", name, look(port, _PAGE, readers=readers, seconds=seconds))
        with slow_clients(port, slow):
            _said(f"{slow} slow", name, look(port, _PAGE, readers=readers, seconds=seconds))
    with running(name, data) as port:
        waiting = Waiters(port, waiters)
        time.sleep(1)
        _said(f"{waiters} waiting", name, look(port, _PAGE, readers=readers, seconds=seconds))
        told = waiting.told()
    click.echo(
        f"{'told':<16} {name:<16} {len(told)} of {waiters}, "
        f"95 % within {percentile(told, 0.95) * 1000:.1f} ms"
    )


@click.command()
@click.option("--rounds", default=2, show_default=True, type=click.IntRange(1, 20))
@click.option("--readers", default=8, show_default=True, type=click.IntRange(1, 100))
@click.option("--seconds", default=4.0, show_default=True)
@click.option("--slow", default=500, show_default=True, type=click.IntRange(1, 2000))
@click.option("--waiters", default=300, show_default=True, type=click.IntRange(1, 1000))
def main(rounds: int, readers: int, seconds: float, slow: int, waiters: int) -> None:
    """Print pages a second, their median and 95th percentile, by situation and server."""
    known = [name for name in NAMES if name != "waitress" or find_spec("waitress")]
    with tempfile.TemporaryDirectory(prefix="heldout-bench-serving-") as folder:
        engine = make_engine(embedded_database(Path(folder)))
        migrations.upgrade(engine)
        engine.dispose()
        for _ in range(rounds):
            for name in known:
                measure(
                    name, Path(folder), readers=readers, seconds=seconds, slow=slow, waiters=waiters
                )


if __name__ == "__main__":
    main()
