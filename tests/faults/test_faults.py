"""A short run of `python -m tests.faults`, with the seed that decides what is killed when."""

from __future__ import annotations

import pytest

from tests.faults.run import run


@pytest.mark.timeout(900)
def test_nothing_acknowledged_is_lost_or_doubled_whatever_is_killed(postgresql, redis, monkeypatch):
    # The run sets it; this puts it back afterwards.
    monkeypatch.setenv("HELDOUT_ASSIGNMENTS", "")
    report = run(kills=6, seed=5, pause=0.7, hurry=True)
    assert report.kills.total() == 6
    assert report.sound, report
