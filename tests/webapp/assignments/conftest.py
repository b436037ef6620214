"""A data folder of one's own, and a folder of placed assignments."""

from __future__ import annotations

from pathlib import Path

import pytest

from webapp.assignments import version_folders


@pytest.fixture(autouse=True)
def data(tmp_path: Path, monkeypatch) -> Path:
    """The data folder; nothing is placed, and this process has looked at no folder yet."""
    monkeypatch.setenv("HELDOUT_DATA", str(tmp_path / "data"))
    monkeypatch.setenv("HELDOUT_ASSIGNMENTS", str(tmp_path / "placed"))
    monkeypatch.setattr(version_folders, "_looked_at", set())
    return tmp_path / "data"
