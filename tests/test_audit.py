"""The audit of what is installed finds what is not as locked."""

from __future__ import annotations

from tests.audit import LOCKS, ROOT, differences, locked

LOCK = "numpy==2.4.1\nFlask_Security==5.9.0 ; python_version > '3'\ntorch==2.13.0\n# a==1\n"


def test_a_lock_is_read_by_canonical_names() -> None:
    assert locked([LOCK]) == {"numpy": "2.4.1", "flask-security": "5.9.0", "torch": "2.13.0"}


def test_what_is_as_locked_is_no_difference_whatever_its_build() -> None:
    found = {"numpy": "2.4.1", "flask-security": "5.9.0", "torch": "2.13.0+cpu", "pip": "26"}
    assert differences(found, locked([LOCK])) == []


def test_another_version_and_a_stranger_are_told() -> None:
    found = {"numpy": "2.4.2", "stranger": "1.0", "torch": "2.13.0"}
    assert differences(found, locked([LOCK])) == [
        "numpy is 2.4.2, expected 2.4.1",
        "stranger 1.0 is installed but in no lock",
    ]


def test_the_locks_pin_what_grading_stands_on() -> None:
    pinned = locked((ROOT / name).read_text(encoding="utf-8") for name in LOCKS)
    assert {"numpy", "torch", "msgspec", "pytest", "ipython", "flask"} <= set(pinned)
