"""What is installed is what was locked: `python -m tests.audit`, which needs no network.

`pip check` tells whether the packages fit together; this, whether each has the locked version and
whether one slipped in that nobody locked. Known vulnerabilities need a service: `make audit`.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable, Mapping
from importlib import metadata
from pathlib import Path

from packaging.utils import canonicalize_name
from packaging.version import Version

ROOT = Path(__file__).resolve().parents[1]
LOCKS = ("requirements.lock", "torch.lock")
# What builds and installs the others, and the project itself.
_UNLOCKED = frozenset({"heldout", "pip", "setuptools", "wheel"})
_PINNED = re.compile(r"^([A-Za-z0-9._-]+)(?:\[[^\]]*\])?==([^\s;]+)", re.M)


def locked(texts: Iterable[str]) -> dict[str, str]:
    """The versions by canonical name that lock files pin."""
    pins = (pin for text in texts for pin in _PINNED.findall(text))
    return {canonicalize_name(name): version for name, version in pins}


def installed() -> dict[str, str]:
    """The versions by canonical name of this environment."""
    return {canonicalize_name(each.name): each.version for each in metadata.distributions()}


def differences(found: Mapping[str, str], wanted: Mapping[str, str]) -> list[str]:
    """One sentence for each package that is not as locked; builds of one version are equal.

    A lock also holds what only some extras need, so what is missing is left to `pip check`.
    """
    faults = []
    for name, version in sorted(found.items()):
        if name in wanted and Version(version).public != Version(wanted[name]).public:
            faults.append(f"{name} is {version}, expected {wanted[name]}")
        elif name not in wanted and name not in _UNLOCKED:
            faults.append(f"{name} {version} is installed but in no lock")
    return faults


def main() -> None:
    """Print what differs; exit status 1 when something does."""
    wanted = locked((ROOT / name).read_text(encoding="utf-8") for name in LOCKS)
    faults = differences(installed(), wanted)
    print("\n".join(faults) or "Every installed package is as locked.")
    sys.exit(bool(faults))


if __name__ == "__main__":
    main()
