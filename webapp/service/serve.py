"""`heldout serve`: one parent that keeps the web server and the worker running, and ends both."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from webapp.base import environment
from webapp.base.config import Settings
from webapp.rendering.renderer import nothing_secret

_STOP_SECONDS = 40.0
_START_SECONDS = 60.0
_RESTART_PAUSE = 2.0


class ServeError(Exception):
    """The service cannot start: one sentence."""


def require_free_port(host: str, port: int) -> None:
    """Raise ServeError when the address cannot be bound."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise ServeError(
                f"Port {port} on {host} cannot be used ({error.strerror}): stop what uses it, or "
                f"choose another with --port."
            ) from None


def as_environment(settings: Settings, base: Mapping[str, str] = os.environ) -> dict[str, str]:
    """The settings as a child process reads them."""
    return {
        **base,
        environment.DATA.name: str(settings.data),
        environment.DATABASE_URL.name: settings.database_url,
        environment.SECRET_KEY.name: settings.secret_key,
        environment.PASSWORD_SALT.name: settings.password_salt,
        environment.HTTPS.name: "1" if settings.https else "0",
        environment.PROXIES.name: str(settings.proxies),
        environment.UPLOAD_LIMIT.name: settings.upload_limit,
        environment.METRICS_TOKEN.name: settings.metrics_token,
        environment.BROKER_URL.name: settings.broker_url,
    }


@dataclass
class Service:
    """The processes of one running service."""

    settings: Settings
    host: str
    port: int
    threads: int = Settings.threads
    slots: int = 2
    with_worker: bool = True
    with_renderer: bool = True
    on_ready: Callable[[], None] = field(default=lambda: None)

    def run(self) -> None:
        """Serve until SIGTERM or SIGINT; raises ServeError when the web server does not start."""
        require_free_port(self.host, self.port)
        asked: list[int] = []
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda received, _frame: asked.append(received))
        web = self._start_web()
        worker = self._start_worker() if self.with_worker else None
        renderer = self._start_renderer() if self.with_renderer else None
        try:
            self._wait_until_ready(web, asked)
            if not asked:
                self.on_ready()
            while not asked:
                if web.poll() is not None:
                    raise ServeError(f"The web server ended with status {web.returncode}.")
                if worker is not None and worker.poll() is not None:
                    time.sleep(_RESTART_PAUSE)
                    worker = self._start_worker() if not asked else worker
                if renderer is not None and renderer.poll() is not None:
                    time.sleep(_RESTART_PAUSE)
                    renderer = self._start_renderer() if not asked else renderer
                time.sleep(0.2)
        finally:
            _stop([child for child in (web, worker, renderer) if child is not None])

    def _start_web(self) -> subprocess.Popen[bytes]:
        host = f"[{self.host}]" if ":" in self.host else self.host
        command = ["-m", "webapp.service.web", f"{host}:{self.port}", str(self.threads)]
        return _start(command, as_environment(self.settings))

    def _start_worker(self) -> subprocess.Popen[bytes]:
        # The worker stands next to student code: it gets no secret of the web service.
        child = as_environment(self.settings)
        for variable in environment.VARIABLES:
            if variable.secret:
                child.pop(variable.name, None)
        return _start(["-m", "webapp.service.worker_process", str(self.slots)], child)

    def _start_renderer(self) -> subprocess.Popen[bytes]:
        # It meets what students wrote, and needs a folder alone: no database, no setting.
        child = {**nothing_secret(), environment.DATA.name: str(self.settings.data)}
        child[environment.LOG_LEVEL.name] = environment.LOG_LEVEL.read()
        return _start(["-m", "webapp.service.renderer_process"], child)

    def _wait_until_ready(self, web: subprocess.Popen[bytes], asked: list[int]) -> None:
        host = "127.0.0.1" if self.host in ("0.0.0.0", "") else self.host  # noqa: S104 - compared
        host = f"[{host}]" if ":" in host else host
        url = f"http://{host}:{self.port}/health/ready"
        give_up = time.monotonic() + _START_SECONDS
        while not asked and time.monotonic() < give_up:
            if web.poll() is not None:
                raise ServeError(f"The web server ended with status {web.returncode}.")
            try:
                with urllib.request.urlopen(url, timeout=5):
                    return
            except urllib.error.HTTPError as error:
                raise ServeError(f"The service is not ready: {error.read().decode()}") from None
            except OSError:
                time.sleep(0.1)
        if not asked:
            raise ServeError(f"The web server did not answer within {_START_SECONDS:g} s.")


def _start(command: list[str], child_environment: dict[str, str]) -> subprocess.Popen[bytes]:
    # In a session of their own, so that Ctrl-C reaches the parent alone and it stops them in order.
    return subprocess.Popen(
        [sys.executable, *command], env=child_environment, start_new_session=True
    )


def _stop(children: list[subprocess.Popen[bytes]]) -> None:
    """Let each finish what it is doing; end what takes too long."""
    for child in children:
        if child.poll() is None:
            child.terminate()
    give_up = time.monotonic() + _STOP_SECONDS
    for child in children:
        try:
            child.wait(timeout=max(0.1, give_up - time.monotonic()))
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()
