"""A short run of `python -m tests.faults`, with the seed that decides what is harmed when."""

from __future__ import annotations

import os

import pytest

from tests.faults.run import KILLED, run, victims


@pytest.mark.timeout(900)
def test_nothing_acknowledged_is_lost_or_doubled_whatever_is_harmed(postgresql, redis, monkeypatch):
    # The run sets it; this puts it back afterwards.
    monkeypatch.setenv("HELDOUT_ASSIGNMENTS", "")
    if "libfaketime" in os.environ.get("HELDOUT_TEST_REQUIRE", ""):
        assert "clock" in victims(), "there is no libfaketime: install Debian's package"
    report = run(len(victims()), seed=5, pause=0.7, hurry=True)
    assert set(KILLED) <= set(report.harms) == set(victims())
    assert report.sound, report
