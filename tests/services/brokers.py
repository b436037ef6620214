"""Redis and RabbitMQ on loopback, each in a folder of its own."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import time
from pathlib import Path

from tests.services.servers import Server, free_port, listens


class Redis(Server):
    """Redis as people run it for Celery: nothing of it survives a kill."""

    package = "redis-server"
    account = "redis"

    @classmethod
    def program(cls) -> str | None:
        return shutil.which("redis-server")

    @property
    def url(self) -> str:
        return f"redis://127.0.0.1:{self.port}/0"

    def command(self) -> list[str]:
        options = ["--bind", "127.0.0.1", "--port", str(self.port), "--dir", str(self.folder)]
        return [str(self.program()), *options, "--save", "", "--appendonly", "no"]

    def answers(self) -> bool:
        try:
            with socket.create_connection(("127.0.0.1", self.port), timeout=2) as connection:
                connection.sendall(b"PING\r\n")
                return connection.recv(16).startswith(b"+PONG")
        except OSError:
            return False


class RabbitMQ(Server):
    """A RabbitMQ node with a name, a cookie and a port mapper of its own."""

    package = "rabbitmq-server"
    account = "rabbitmq"

    def __init__(self) -> None:
        super().__init__()
        self._mapper_port = free_port()
        self._distribution_port = free_port()
        self._mapper: subprocess.Popen[bytes] | None = None

    @classmethod
    def program(cls) -> str | None:
        path = "/usr/lib/rabbitmq/bin/rabbitmq-server"
        return path if Path(path).exists() else None

    @property
    def url(self) -> str:
        return f"amqp://guest:guest@127.0.0.1:{self.port}//"

    def environment(self) -> dict[str, str]:
        return {
            **super().environment(),
            "ERL_EPMD_ADDRESS": "127.0.0.1",
            "ERL_EPMD_PORT": str(self._mapper_port),
            "RABBITMQ_NODENAME": f"heldout{self.port}@localhost",
            "RABBITMQ_NODE_IP_ADDRESS": "127.0.0.1",
            "RABBITMQ_NODE_PORT": str(self.port),
            "RABBITMQ_DIST_PORT": str(self._distribution_port),
            "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS": (
                "-kernel inet_dist_use_interface {127,0,0,1} +S 1:1"
            ),
            "RABBITMQ_MNESIA_BASE": str(self.folder / "mnesia"),
            "RABBITMQ_LOG_BASE": str(self.folder / "logs"),
            "RABBITMQ_PID_FILE": str(self.folder / "pid"),
            "RABBITMQ_CONFIG_FILE": str(self.folder / "rabbitmq"),
            "RABBITMQ_ENABLED_PLUGINS_FILE": str(self.folder / "plugins"),
            "RABBITMQ_CONF_ENV_FILE": "/dev/null",
        }

    def prepare(self) -> None:
        (self.folder / "plugins").write_text("[].\n")
        (self.folder / "rabbitmq.conf").write_text("loopback_users.guest = true\n")
        mapper = shutil.which("epmd")
        assert mapper is not None, "Erlang's port mapper comes with RabbitMQ"
        self._mapper = self.run([mapper, "-address", "127.0.0.1", "-port", str(self._mapper_port)])
        give_up = time.monotonic() + 10
        while not listens(self._mapper_port):
            assert time.monotonic() < give_up, "Erlang's port mapper did not start"
            time.sleep(0.02)

    def command(self) -> list[str]:
        return [str(self.program())]

    def answers(self) -> bool:
        """It greets, with a frame of its protocol, only when it takes connections."""
        try:
            with socket.create_connection(("127.0.0.1", self.port), timeout=2) as connection:
                connection.sendall(b"AMQP\x00\x00\x09\x01")
                connection.settimeout(5)
                return connection.recv(1) == b"\x01"
        except OSError:
            return False

    def __exit__(self, *exception: object) -> None:
        super().__exit__()
        if self._mapper is not None:
            os.killpg(self._mapper.pid, signal.SIGKILL)
            self._mapper.wait()
