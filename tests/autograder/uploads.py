"""Uploads for the tests: notebooks as bytes, made from plain dictionaries."""

from __future__ import annotations

import json
from typing import Any

from autograder.submitted.notebook import parse_notebook


def cell(source: Any = "x = 1", kind: str = "code", **extra: Any) -> dict[str, Any]:
    return {"cell_type": kind, "metadata": {}, "source": source, **extra}


def upload(*cells: Any, **top: Any) -> bytes:
    whole = {"cells": list(cells), "metadata": {}, "nbformat": 4, "nbformat_minor": 5, **top}
    return json.dumps(whole).encode()


def with_raw(value: str, place: str) -> bytes:
    """A notebook with the JSON text `value` in the output, metadata, source or top level."""
    whole = cell(outputs=["OUTPUT"], metadata={"deep": "METADATA"})
    text = upload(whole, extra="TOP").decode().replace('"x = 1"', '"SOURCE"')
    return text.replace(f'"{place}"', value).encode("utf-8", "surrogatepass")


def sources(data: bytes) -> list[str]:
    return [cell.source for cell in parse_notebook(data).cells]
