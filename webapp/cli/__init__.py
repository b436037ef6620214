"""The service's commands of `heldout`: serve, worker, demo, submit."""

from __future__ import annotations

import dataclasses
import os
from collections.abc import Callable
from pathlib import Path

import click

from autograder.assignment import NEEDS
from webapp.base.config import Settings
from webapp.base.environment import HTTPS, LOG_LEVEL
from webapp.cli.this_site import data_option, one_sentence
from webapp.service.database import prepare_database
from webapp.service.serve import Service, require_free_port

# Browsers keep Secure cookies from plain HTTP, which is fine only on one's own machine.
_LOOPBACK = ("127.0.0.1", "localhost", "::1")
_PORT = click.IntRange(1, 65535)
_COUNT = click.IntRange(1, 256)


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option("--port", default=8000, show_default=True, type=_PORT, help="Port to listen on.")
@click.option(
    "--threads",
    default=Settings.threads,
    show_default=True,
    type=_COUNT,
    help="Requests at a time.",
)
@click.option(
    "--workers", default=os.cpu_count() or 1, type=_COUNT, help="Submissions graded at a time."
)
@click.option("--no-worker", is_flag=True, help="Serve only; grade with `heldout worker`.")
@click.option("--no-renderer", is_flag=True, help="Prepare no pages here; `heldout renderer` does.")
@data_option
def serve(
    host: str, port: int, threads: int, workers: int, no_worker: bool, no_renderer: bool
) -> None:
    """Serve the site, and grade what students submit."""
    with one_sentence():
        settings = Settings.from_environment()
        if HTTPS.name not in os.environ and host in _LOOPBACK and not settings.proxies:
            settings = dataclasses.replace(settings, https=False)
        if not no_worker:
            _refuse_without_sandbox()
        prepare_database(settings)
        service = Service(
            settings, host, port, threads=threads, slots=workers, with_worker=not no_worker
        )
        service.with_renderer = not no_renderer
        service.on_ready = _announcer(f"Serving on http://{host}:{port}/ (Ctrl-C stops).")
        service.run()


@click.command()
@click.option(
    "--workers", default=os.cpu_count() or 1, type=_COUNT, help="Submissions graded at a time."
)
@click.option(
    "--queue",
    "queues",
    multiple=True,
    type=click.Choice(NEEDS),
    help="What to grade by need, also several; cpu unless this machine has a CUDA device too.",
)
@data_option
def worker(workers: int, queues: tuple[str, ...]) -> None:
    """Grade what students submit, beside one or more `heldout serve --no-worker`.

    SIGTERM lets it finish what it is grading, and end.
    """
    from webapp.base import logs
    from webapp.service.worker_process import require_shared_seed, work

    logs.configure()
    with one_sentence():
        require_shared_seed()
        _refuse_without_sandbox()
        work(workers, queues)


@click.command()
@data_option
def renderer() -> None:
    """Prepare pages of what people wrote, beside a `heldout serve --no-renderer`.

    Both need the same data folder; it needs no database and no secret.
    """
    from webapp.base import logs
    from webapp.base.config import data_folder
    from webapp.rendering.shelf import RENDERINGS
    from webapp.service.renderer_process import render

    logs.configure()
    with one_sentence():
        render(data_folder() / RENDERINGS)


@click.command()
@click.option("--port", default=8000, show_default=True, type=_PORT, help="Port to serve on.")
@click.option(
    "--data",
    default=".demo",
    show_default=True,
    type=click.Path(file_okay=False, path_type=Path),
    help="Folder for everything the demo stores.",
)
@click.option("--students", default=30, show_default=True, type=click.IntRange(1, 2000))
@click.option(
    "--accounts",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Write the demo accounts here as JSON.",
)
def demo(port: int, data: Path, students: int, accounts: Path | None) -> None:
    """Make a sample course in a folder, grade it, and serve it on 127.0.0.1."""
    from webapp.demo import prepare, say_where

    with one_sentence():
        require_free_port("127.0.0.1", port)
        _refuse_without_sandbox()
        if accounts is not None:
            _require_writable_folder(accounts.resolve().parent)
        prepared = prepare(data.resolve(), students, accounts)
        # What the demo prints last, where to look and as whom, is to stay in sight.
        os.environ.setdefault(LOG_LEVEL.name, "WARNING")
        service = Service(prepared.settings, "127.0.0.1", port, slots=os.cpu_count() or 1)
        service.on_ready = lambda: say_where(prepared, port)
        service.run()


@click.command(context_settings={"ignore_unknown_options": True, "help_option_names": []})
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
def submit(arguments: tuple[str, ...]) -> None:
    """Hand in a notebook and read its result."""
    from webapp.site.submit_client import run

    raise SystemExit(run(list(arguments)))


def _refuse_without_sandbox() -> None:
    from autograder.cli.doctor import refuse_without_sandbox

    refuse_without_sandbox()


def _require_writable_folder(folder: Path) -> None:
    """Raise OSError now rather than after the work whose result would be written there."""
    import tempfile

    with tempfile.TemporaryFile(dir=folder):
        pass


def _announcer(text: str) -> Callable[[], None]:
    return lambda: click.echo(text)
