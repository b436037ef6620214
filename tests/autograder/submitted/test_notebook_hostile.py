"""Hostile and damaged uploads: each becomes a Notebook or one sentence, soon and cheaply."""

from __future__ import annotations

import contextlib
import json
import time
import tracemalloc
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from autograder.submitted.notebook import Notebook, NotebookRejected, parse_notebook
from tests.autograder.uploads import cell, sources, upload, with_raw


def rejection(data: bytes) -> str:
    with pytest.raises(NotebookRejected) as caught:
        parse_notebook(data)
    sentence = str(caught.value)
    assert sentence.endswith(".")
    assert "\n" not in sentence
    assert len(sentence) < 250
    return sentence


# Hostile files


@pytest.mark.parametrize("place", ["OUTPUT", "METADATA", "TOP"])
@pytest.mark.parametrize("value", ["9" * 5000, "-" + "9" * 5000, "0." + "1" * 5000, "1e99999"])
def test_long_number_in_an_ignored_field_does_no_harm(place: str, value: str) -> None:
    assert sources(with_raw(value, place)) == ["SOURCE"]


@pytest.mark.parametrize("place", ["OUTPUT", "METADATA", "TOP", "SOURCE"])
def test_json_200_000_deep_is_rejected(place: str) -> None:
    for opening, closing in (("[", "]"), ('{"a":', "}")):
        data = with_raw(opening * 200_000 + "1" + closing * 200_000, place)
        assert "deep" in rejection(data)


@pytest.mark.parametrize("value", ["9" * 5000, "{}", "[1]", "true", '["a", null]'])
def test_source_of_another_type_is_rejected_with_its_cell(value: str) -> None:
    assert "Cell 1" in rejection(with_raw(value, "SOURCE"))


@pytest.mark.parametrize("escaped", ["\\ud800", "\\udfff", "\\uD83D\\uD83D", "\\udc00\\ud800"])
@pytest.mark.parametrize("place", ["OUTPUT", "METADATA", "TOP"])
def test_lone_surrogate_in_an_ignored_field_does_no_harm(escaped: str, place: str) -> None:
    assert sources(with_raw(f'"{escaped}"', place)) == ["SOURCE"]


@pytest.mark.parametrize(
    ("escaped", "read"),
    [
        ("a\\ud83d", "a\ufffd"),
        ("\\ud83d\\ude00\\ud83d", "😀\ufffd"),
        ("\\ud83d\\ud83d\\ude00", "\ufffd😀"),
        ("\\\\ud83d\\udead", "\\ud83d\ufffd"),
        ("\\u0000", "\ufffd"),
    ],
)
def test_lone_surrogate_or_nul_in_a_source_becomes_the_replacement_character(
    escaped: str, read: str
) -> None:
    metadata = {"nbgrader": {"grade_id": "SOURCE"}}
    text = upload(cell("SOURCE", metadata=metadata)).decode().replace("SOURCE", escaped)
    parsed = parse_notebook(text.encode()).cells[0]
    assert (parsed.source, parsed.grade_id) == (read, read)


def test_last_of_duplicate_keys_counts() -> None:
    first = json.dumps([cell("first")])
    data = upload(cell("second")).replace(b'{"cells"', b'{"cells": %s, "cells"' % first.encode())
    data = data.replace(b'"source": "second"', b'"source": 1, "source": "third"')
    assert sources(data) == ["third"]


def test_a_hundred_thousand_cells_are_rejected() -> None:
    sentence = rejection(upload(*[cell("")] * 100_000))
    assert "100000 cells" in sentence
    assert "10000" in sentence


def test_too_much_source_is_rejected() -> None:
    assert "9 MB of text" in rejection(upload(*[cell("x" * 1024 * 1024)] * 9))


def test_file_over_the_limit_is_rejected_with_both_sizes() -> None:
    sentence = rejection(b"{" + b" " * (100 * 1024 * 1024))
    assert "100 MB" in sentence
    assert "32 MB" in sentence


@pytest.mark.slow
@pytest.mark.parametrize(
    "unit",
    [
        '{"cell_type":""},',
        '{"cell\\u005ftype":"x","source":"","metadata":{}},',
        '{"cell_type":"code","source":["","a","\\ud800"]},',
        "NaN,",
        '"",',
        '"\\n\\\\",',
        '"\\ud800",',
        "[[]],",
        "\x00",
        "é",
    ],
)
@pytest.mark.parametrize("closed", [True, False])
def test_no_repetition_takes_quadratic_time_or_much_memory(unit: str, closed: bool) -> None:
    def attempt(size: int) -> tuple[float, float]:
        body = unit * (size // len(unit))
        body = body.rstrip(",") + ("]}" if closed else "")
        data = ('{"nbformat":4,"a":NaN,"b":"\\ud800","cells":[' + body).encode()
        tracemalloc.start()
        start = time.process_time()
        with contextlib.suppress(NotebookRejected):
            parse_notebook(data)
        seconds = time.process_time() - start
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return seconds, peak / len(data)

    attempt(10_000)
    seconds, memory = attempt(2_000_000)
    assert seconds < 2
    assert memory < 20


@pytest.mark.parametrize(
    ("data", "word"),
    [
        (b"", "empty"),
        (b" \r\n\t", "empty"),
        (b"\xef\xbb\xbf", "empty"),
        (b"\0" * 5000, "NUL"),
        (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "PNG image"),
        (b"\xff\xd8\xff\xe0\0\x10JFIF", "JPEG image"),
        (b"%PDF-1.7\n", "PDF document"),
        (b"PK\x03\x04\x14\0", "ZIP archive"),
        (b"\x1f\x8b\x08", "gzip archive"),
        (b"import numpy as np\n\ndef f():\n    return 1\n", "Python script"),
        (b"# %%\nx = 1\n", "Python script"),
        (b"<!DOCTYPE html><html>", "web page"),
        (b"\n  <html><body>Log in", "web page"),
        (b"Dear professor,\nplease", "not a notebook"),
        (b"[1, 2]", "JSON list"),
        (b"null", "not a notebook"),
        (b"{}", "nbformat"),
        (b'{"nbformat": "4", "cells": []}', "nbformat"),
        (b'{"nbformat": 4}', "no list of cells"),
        (b'{"nbformat": 4, "cells": {}}', "not a list"),
        (b'{"nbformat": 4, "cells": null}', "not a list"),
        (b'{"nbformat": 4, "cells": [1]}', "Cell 1"),
        (b'{"nbformat": 4, "cells": [{"cell_type": "code", "source": 1}]}', "not text"),
        (b'{"nbformat": 4, "cells": [{"source": ""}]}', "Cell 1"),
        (b'{"nbformat": 5, "cells": []}', "format 5, expected format 4"),
        (b'{"nbformat": %s, "cells": []}' % (b"9" * 5000), "nbformat"),
        (b'{"nbformat": 4, "cells": [{"cell_type": "co', "ends too early"),
        (b'{"nbformat": 4, "cells": []} trailing', "damaged"),
        (b'{"nbformat": 4,\n\n"cells": [}', "line 3"),
        (b'{"nbformat": 4, \0 "cells": []}', "NUL bytes"),
        (b'{"nbformat": 4, "cells": [{"cell_type": "code", "source": "\xe9"}]}', "UTF-8"),
        (b'{"nbformat": 4,\n<<<<<<< HEAD\n"cells": []}', "merge conflict"),
        ('{"nbformat": 4, "cells": []}'.encode("utf-16"), "UTF-16"),
        ('{"nbformat": 4, "cells": []}'.encode("utf-16-le"), "UTF-16"),
        ('{"nbformat": 4, "cells": []}'.encode("utf-16-be"), "UTF-16"),
    ],
)
def test_other_file_gets_a_sentence_that_says_what_it_is(data: bytes, word: str) -> None:
    assert word in rejection(data)


@pytest.mark.parametrize("version", [1, 2, 3])
def test_old_format_is_rejected_with_the_way_to_convert_it(version: int) -> None:
    data = json.dumps({"nbformat": version, "worksheets": [{"cells": []}], "metadata": {}})
    sentence = rejection(data.encode())
    assert f"format {version}" in sentence
    assert "jupyter nbconvert --to notebook --inplace" in sentence


# Properties

texts = st.text(st.characters(exclude_categories=()), max_size=30)
values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | texts,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
    max_leaves=8,
)
some_cells = st.fixed_dictionaries(
    {},
    optional={
        "cell_type": st.sampled_from(["code", "markdown", "raw", "other"]) | values,
        "source": texts | st.lists(texts, max_size=3) | values,
        "metadata": st.fixed_dictionaries(
            {}, optional={"nbgrader": st.fixed_dictionaries({"grade_id": values | texts})}
        )
        | values,
        "outputs": values,
    },
)


def assert_sound(data: bytes) -> None:
    try:
        parsed = parse_notebook(data)
    except NotebookRejected:
        rejection(data)
        return
    assert isinstance(parsed, Notebook)
    for each in parsed.cells:
        each.source.encode()
        (each.grade_id or "").encode()
        assert not {"\0", "\r"} & set(each.source)


@given(st.binary(max_size=200))
def test_any_bytes_give_a_notebook_or_a_rejection(data: bytes) -> None:
    assert_sound(data)
    assert_sound(b'{"nbformat":4,"cells":[' + data)


@settings(max_examples=300)
@given(st.lists(some_cells, max_size=4), values, st.booleans())
def test_any_shape_of_json_gives_a_notebook_or_a_rejection(
    cells: list[Any], extra: Any, ascii_only: bool
) -> None:
    whole = {"nbformat": 4, "x": extra, "cells": cells}
    assert_sound(json.dumps(whole, ensure_ascii=ascii_only).encode("utf-8", "surrogatepass"))


@given(st.data())
def test_damaged_notebook_gives_a_notebook_or_a_rejection(data: st.DataObject) -> None:
    whole = bytearray(upload(cell("a\ud800"), cell("b", kind="markdown"), x=[float("nan")]))
    for _ in range(data.draw(st.integers(1, 5))):
        place = data.draw(st.integers(0, len(whole) - 1))
        whole[place] = data.draw(st.integers(0, 255))
    assert_sound(bytes(whole[: data.draw(st.integers(0, len(whole)))]))


@given(st.lists(st.tuples(st.sampled_from(["code", "markdown", "raw"]), texts), max_size=5))
def test_what_json_writes_is_what_is_read(pairs: list[tuple[str, str]]) -> None:
    parsed = parse_notebook(upload(*[cell(text, kind=kind) for kind, text in pairs]))
    for each, (kind, text) in zip(parsed.cells, pairs, strict=True):
        newlines = text.replace("\r\n", "\n").replace("\r", "\n")
        whole = newlines.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
        assert (each.kind, each.source) == (kind, whole.replace("\0", "\ufffd"))
