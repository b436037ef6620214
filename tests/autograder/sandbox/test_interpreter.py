"""What runs inside is the checker's own Python, wherever it was installed."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path

import pytest

from autograder.sandbox import outside_host, outside_interpreter, outside_launch
from autograder.sandbox.outside_launch import Sandbox, SandboxError
from tests.autograder.boundary import opened, run, warmed

sandbox = pytest.fixture(scope="module")(warmed)
ROOT = Path(__file__).parents[3]
# What an interpreter says of itself and of the one that a submission meets.
SAY = """
import sys
from tests.autograder.boundary import opened, run, warmed
for sandbox in warmed():
    with opened(sandbox) as session:
        assert run(session, "import sys; print(sys.version)") == sys.version
        assert run(session, "import ssl, sqlite3, ctypes, lzma; print(ssl.OPENSSL_VERSION)")
        child = "import subprocess, sys\\nprint(subprocess.run([sys.executable, '-c',"
        child += "'import sys; print(sys.version)'], capture_output=True, text=True).stdout)"
        assert run(session, child) == sys.version
print(sys.base_prefix, sys.prefix)
"""


def said(python: Path | str, **environment: str) -> list[str]:
    """The prefixes of an interpreter that holds a sandbox of its own version."""
    site = sysconfig.get_path("purelib")
    words = {**os.environ, "PYTHONPATH": f"{ROOT}:{site}", **environment}
    done = subprocess.run([python, "-c", SAY], env=words, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return done.stdout.split()


def test_the_same_version_library_and_modules_are_inside(sandbox: Sandbox) -> None:
    with opened(sandbox) as session:
        assert run(session, "import sys; print(sys.version)") == sys.version
        inside = run(session, outside_interpreter.IMPORT_ALL)
    assert inside == outside_interpreter.imports_outside()
    assert "|ssl" not in inside


def test_an_environment_made_from_an_environment_runs_the_base_interpreter(tmp_path: Path) -> None:
    python: Path | str = sys.executable
    for name in ("one", "two"):
        subprocess.run([python, "-m", "venv", "--without-pip", tmp_path / name], check=True)
        python = tmp_path / name / "bin" / "python"
    assert said(python) == [sys.base_prefix, str(tmp_path / "two")]


def test_an_installation_elsewhere_whose_library_is_found_by_a_variable(tmp_path: Path) -> None:
    """As a Python that was moved, or one in /opt whose library lies in a folder of its own."""
    home, own = tmp_path / "home", Path(os.path.realpath(sys.executable))
    (home / "bin").mkdir(parents=True)
    (home / "lib").mkdir()
    (home / "bin" / own.name).write_bytes(own.read_bytes())
    (home / "bin" / own.name).chmod(0o755)
    library = Path(sysconfig.get_path("stdlib"))
    left_out = shutil.ignore_patterns("site-packages", "__pycache__", "test", "idlelib")
    shutil.copytree(library, home / "lib" / library.name, ignore=left_out, symlinks=True)
    apart = tmp_path / "apart"
    apart.mkdir()
    for name, path in outside_interpreter.libraries().items():
        (apart / name).write_bytes(path.read_bytes())
    assert said(home / "bin" / own.name, LD_LIBRARY_PATH=str(apart))[0] == str(home)


def test_another_interpreter_inside_grades_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(outside_launch.sys, "version", "3.99.0 (main)")
    with Sandbox(("numpy",)) as warm, pytest.raises(SandboxError) as refused:
        warm.wait_until_ready()
    here = ".".join(map(str, sys.version_info[:3]))
    assert str(refused.value) == f"the sandbox runs Python {here} where the checker runs 3.99.0"


@pytest.mark.parametrize(
    ("inside", "sentence"),
    [
        ("3.11.2 (main)|nt", "submissions meet 3.11.2 (main), the checker runs 3.11.7 (main)"),
        ("", "submissions meet nothing, the checker runs 3.11.7 (main)"),
        ("3.11.7 (main)|_ssl|nt|ssl", "3.11.7, but inside these cannot be imported: _ssl, ssl"),
    ],
)
def test_doctor_says_what_differs(inside: str, sentence: str) -> None:
    layer = outside_host._interpreter(inside, "3.11.7 (main)|nt")
    assert (layer.holds, layer.detail) == (False, sentence)


def test_data_that_only_its_owner_may_read_reaches_the_notebook(tmp_path: Path) -> None:
    path = tmp_path / "rows.csv"
    path.write_text("1,2")
    path.chmod(0o600)
    with Sandbox(("numpy",), files={"data/rows.csv": path}) as warm, opened(warm) as session:
        assert run(session, "print(open('data/rows.csv').read())") == "1,2"
        assert run(session, "import os; print(os.access('data/rows.csv', os.W_OK))") == "False"
