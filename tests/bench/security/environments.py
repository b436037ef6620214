"""Environments of their own for the peers, made on first use under the ignored `.bench/`."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

_ROOT = Path(__file__).resolve().parents[3]
_SHARED = ("numpy", "matplotlib", "ipykernel")
_STAMP = ".requirements"


class SetupFailed(Exception):
    """An environment cannot be made: one sentence."""


def environment(name: str, pinned: str, folder: Path) -> Path:
    """The virtual environment `name` in `folder` with `pinned`, made unless it is there already.

    What notebooks import has the versions that Heldout itself was tested with.
    """
    place = folder.resolve() / name
    wanted = "\n".join([pinned, *shared_requirements()]) + "\n"
    stamp = place / _STAMP
    if stamp.is_file() and stamp.read_text(encoding="utf-8") == wanted:
        return place
    shutil.rmtree(place, ignore_errors=True)
    place.mkdir(parents=True)
    _run([sys.executable, "-m", "venv", str(place)])
    _run([str(place / "bin" / "python"), "-m", "pip", "install", "--quiet", *wanted.split()])
    stamp.write_text(wanted, encoding="utf-8")
    return place


def shared_requirements() -> list[str]:
    """What notebooks import, with the versions of `requirements.lock`."""
    lock = (_ROOT / "requirements.lock").read_text(encoding="utf-8")
    found = dict(re.findall(r"^([a-z0-9-]+)==(\S+)$", lock, re.M))
    return [f"{name}=={found[name]}" for name in _SHARED]


def _run(command: list[str]) -> None:
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode != 0:
        said = (done.stderr or done.stdout).strip().splitlines()[-1:]
        raise SetupFailed(f"`{' '.join(command[:4])} …` ended with {done.returncode}: {said}")
