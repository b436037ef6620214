"""Every kind of work is whole: it is in the list, and its file fits its columns and template."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path

import pytest

from webapp.models import Reader, Reading
from webapp.reading import kinds
from webapp.reading.kinds import KINDS
from webapp.reading.kinds.kind import Kind

FOLDER = Path(kinds.__file__).parent


def test_every_file_of_a_kind_is_in_the_list_once():
    modules = {path.stem for path in FOLDER.glob("*.py")} - {"__init__", "kind"}
    assert sorted(kind.name for kind in KINDS) == sorted(modules)
    for name in modules:
        found = vars(import_module(f"webapp.reading.kinds.{name}")).values()
        assert [each for each in found if isinstance(each, Kind) and each in KINDS], name


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
def test_a_kind_has_what_its_pages_and_rows_need(kind):
    template = FOLDER / f"{kind.name}.html"
    assert template.exists() == bool(kind.folder)
    assert Reading.__table__.c[kind.column].foreign_keys
    assert Reader.__table__.c[kind.reader_column].foreign_keys
    assert len(kind.name) <= Reading.__table__.c.kind.type.length
    assert all([kind.label, kind.one, kind.action])
