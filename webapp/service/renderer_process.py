"""The renderer's process: it knows a folder, and neither the database nor any secret."""

from __future__ import annotations

import os
import signal
import threading
import time
from pathlib import Path

from webapp.base import logs
from webapp.base.config import data_folder
from webapp.base.parent import end_with_parent
from webapp.rendering.renderer import Renderer
from webapp.rendering.shelf import RENDERINGS, Shelf

# Whoever asks for a page goes first.
_NICE = 5


def render(folder: Path) -> None:
    """Make what pages want until SIGTERM or SIGINT; waits while another renderer is there."""
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda _number, _frame: stop.set())
    os.nice(_NICE)
    shelf = Shelf(folder)
    while not stop.is_set():
        with shelf.as_renderer() as alone:
            if alone:
                Renderer(shelf).run(stop)
        time.sleep(0.2)


def main() -> None:
    """`python -m webapp.service.renderer_process`, started by `heldout serve`."""
    end_with_parent()
    logs.configure()
    render(data_folder() / RENDERINGS)


if __name__ == "__main__":
    main()
