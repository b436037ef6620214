"""nginx on loopback, with the file that the documentation gives."""

from __future__ import annotations

import shutil
from pathlib import Path

from tests.services.servers import Server, listens

DOCUMENTED = Path(__file__).parents[2] / "docs" / "nginx.conf"
# Whoever proxies without a thought: no header says that there is a proxy.
BARE = "server { listen 127.0.0.1:8443; location / { proxy_pass http://127.0.0.1:8000; } }"
_MAIN = """
worker_processes 1;
pid {folder}/nginx.pid;
error_log stderr warn;
events {{ worker_connections 2048; }}
http {{
    access_log off;
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    include {folder}/heldout.conf;
}}
"""


class Nginx(Server):
    """In front of what listens on `upstream`; without a certificate, and on a port of its own."""

    package = "nginx"
    account = "www-data"
    upstream: int
    site = DOCUMENTED.read_text(encoding="utf-8")

    @classmethod
    def program(cls) -> str | None:
        return shutil.which("nginx") or shutil.which("/usr/sbin/nginx")

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def prepare(self) -> None:
        site = self.site.replace("listen 443 ssl;", "listen 127.0.0.1:8443;")
        lines = [line for line in site.splitlines() if "ssl_certificate" not in line]
        site = "\n".join(lines).replace("127.0.0.1:8000", f"127.0.0.1:{self.upstream}")
        self._write("heldout.conf", site.replace("127.0.0.1:8443", f"127.0.0.1:{self.port}"))
        self._write("nginx.conf", _MAIN.format(folder=self.folder))

    def _write(self, name: str, text: str) -> None:
        path = self.folder / name
        path.write_text(text, encoding="utf-8")
        path.chmod(0o644)

    def command(self) -> list[str]:
        program = self.program()
        assert program is not None
        configured = ["-p", str(self.folder), "-c", str(self.folder / "nginx.conf")]
        return [program, *configured, "-g", "daemon off;"]

    def answers(self) -> bool:
        return listens(self.port)
