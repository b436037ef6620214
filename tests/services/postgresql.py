"""A private PostgreSQL cluster, with databases made and dropped in an instant."""

from __future__ import annotations

import subprocess
from pathlib import Path

import psycopg

from tests.services.servers import Server


class PostgreSQL(Server):
    """A cluster of one test session; `durable` makes commits survive a power cut."""

    package = "postgresql"
    account = "postgres"
    durable = False

    @classmethod
    def program(cls) -> str | None:
        found = sorted(Path("/usr/lib/postgresql").glob("*/bin/postgres"))
        return str(found[-1]) if found else None

    @property
    def url(self) -> str:
        return self.url_of("postgres")

    def url_of(self, database: str) -> str:
        return f"postgresql://{self.owner()}@127.0.0.1:{self.port}/{database}"

    def prepare(self) -> None:
        program = self.program()
        assert program is not None
        initdb = str(Path(program).with_name("initdb"))
        options = ["--auth=trust", "--no-sync", "--encoding=UTF8", "--locale=C.UTF-8"]
        maker = self.run([initdb, *options, "--pgdata", str(self.folder / "data")])
        if maker.wait() != 0:
            raise subprocess.SubprocessError((self.folder / "log").read_text())

    def command(self) -> list[str]:
        program = self.program()
        assert program is not None
        settings = {
            "listen_addresses": "127.0.0.1",
            "port": self.port,
            "unix_socket_directories": self.folder,
            "fsync": "on" if self.durable else "off",
            "max_connections": 200,
            "shared_buffers": "32MB",
        }
        if not self.durable:
            # Nothing of it outlives the tests, so it keeps no more than it must answer with.
            settings |= {
                "full_page_writes": "off",
                "synchronous_commit": "off",
                "wal_level": "minimal",
                "max_wal_senders": 0,
                "autovacuum": "off",
            }
        pairs = [word for key, value in settings.items() for word in ("-c", f"{key}={value}")]
        return [program, "-D", str(self.folder / "data"), *pairs]

    def answers(self) -> bool:
        try:
            psycopg.connect(self.url, connect_timeout=2).close()
        except psycopg.OperationalError:
            return False
        return True

    def execute(self, statement: str) -> None:
        with psycopg.connect(self.url, autocommit=True) as connection:
            connection.execute(statement.encode())

    def create(self, name: str, template: str = "template0") -> str:
        """Make a database, as a copy of another; returns its URL."""
        self.execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
        return self.url_of(name)

    def drop(self, name: str) -> None:
        self.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')


class DurablePostgreSQL(PostgreSQL):
    """As an installation runs it: what it has committed survives kill -9 and a power cut."""

    durable = True
