"""Uploads as people make them: what is read, the digest, and the written answers."""

from __future__ import annotations

import json
import tracemalloc
from typing import Any

import nbformat
import pytest

from autograder.submitted.notebook import parse_notebook
from tests.autograder.uploads import cell, sources, upload, with_raw

# What people save


@pytest.mark.parametrize("minor", range(6))
def test_every_minor_version_of_format_4_is_read(minor: int) -> None:
    book = nbformat.v4.new_notebook()
    book.cells = [nbformat.v4.new_code_cell("a = 1\nb = 2"), nbformat.v4.new_markdown_cell("hi")]
    book.nbformat_minor = minor
    if minor < 5:
        for each in book.cells:
            del each["id"]
    data = nbformat.writes(book).encode()
    assert sources(data) == ["a = 1\nb = 2", "hi"]
    kinds = [each.kind for each in parse_notebook(data).cells]
    assert kinds == ["code", "markdown"]


def test_source_is_text_or_a_list_of_lines() -> None:
    assert sources(upload(cell("a\nb"), cell(["a\n", "b"]), cell([]))) == ["a\nb", "a\nb", ""]


def test_cells_keep_their_position_when_unknown_ones_are_ignored() -> None:
    parsed = parse_notebook(upload(cell("a"), cell(None, kind="heading"), cell("b", kind="raw")))
    assert [(each.index, each.kind) for each in parsed.cells] == [(0, "code"), (2, "raw")]
    assert parsed.code_cells == parsed.cells[:1]
    assert parsed.markdown_cells == ()


def test_byte_order_mark_windows_newlines_and_white_space_are_read() -> None:
    data = b"\xef\xbb\xbf\r\n" + upload(cell("a\r\nb\rc")).replace(b", ", b",\r\n")
    assert sources(data) == ["a\nb\nc"]


def test_leading_blank_space_of_any_length_is_read() -> None:
    assert sources(b"\n" * 10_000 + upload(cell("a"))) == ["a"]


def test_other_kernels_and_any_metadata_are_ignored() -> None:
    data = upload(
        cell("1", metadata=[1, {"nbgrader": 5}]),
        cell("2", metadata={"nbgrader": {"grade_id": 7}}),
        cell("3", metadata=None),
        metadata={"kernelspec": {"name": "julia-1.10", "language": "julia"}},
    )
    assert [each.grade_id for each in parse_notebook(data).cells] == [None] * 3


def test_grade_id_is_read_from_nbgrader_metadata() -> None:
    metadata = {"nbgrader": {"grade": True, "grade_id": "why", "points": 2}, "tags": ["x"]}
    assert parse_notebook(upload(cell(metadata=metadata))).cells[0].grade_id == "why"


def test_text_in_any_script_survives() -> None:
    data = json.dumps(
        {"nbformat": 4, "cells": [cell("# Ελληνικά 深度学习 🧠")]}, ensure_ascii=False
    ).encode()
    assert sources(data) == ["# Ελληνικά 深度学习 🧠"]


def test_five_megabyte_plot_output_costs_little() -> None:
    plot = {"output_type": "display_data", "data": {"image/png": "iVBOR" * 1024 * 1024}}
    data = upload(cell("plot()", outputs=[plot]))
    tracemalloc.start()
    assert sources(data) == ["plot()"]
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 100_000


def test_not_a_number_in_an_output_is_accepted() -> None:
    data = with_raw('{"y": [NaN, -Infinity, Infinity, "NaN"]}', "OUTPUT")
    assert sources(data.replace(b'"SOURCE"', b'"NaN Infinity"')) == ["NaN Infinity"]


# The digest


def test_digest_sees_only_the_work() -> None:
    plain = upload(cell("a\nb"), cell("c", kind="markdown"))
    dressed = b"\xef\xbb\xbf" + upload(
        cell(["a\r\n", "b"], id="x", outputs=[{"a": 1}], execution_count=3, attachments={}),
        cell("c", kind="markdown", metadata={"collapsed": True}),
        metadata={"kernelspec": {"name": "other"}},
        nbformat_minor=2,
    )
    assert parse_notebook(plain).digest == parse_notebook(dressed).digest


def test_digest_changes_with_kind_source_order_and_the_grade_id_of_an_answer() -> None:
    graded = {"nbgrader": {"grade_id": "why"}}
    variants = [
        upload(cell("a"), cell("b")),
        upload(cell("b"), cell("a")),
        upload(cell("ab"), cell("")),
        upload(cell("a"), cell("b", kind="raw")),
        upload(cell("a"), cell("b", kind="markdown")),
        upload(cell("a"), cell("b", kind="markdown", metadata=graded)),
        upload(cell("a"), cell("b"), cell("")),
    ]
    assert len({parse_notebook(data).digest for data in variants}) == len(variants)


def test_digest_ignores_the_grade_id_of_code() -> None:
    graded = upload(cell("a", metadata={"nbgrader": {"grade_id": "x"}}))
    assert parse_notebook(graded).digest == parse_notebook(upload(cell("a"))).digest


@pytest.mark.parametrize("source", [None, "", []])
def test_a_cell_without_a_source_is_empty(source: Any) -> None:
    assert sources(upload(cell(source), cell("x"))) == ["", "x"]


def test_a_cell_that_lacks_its_source_is_empty() -> None:
    bare = cell()
    del bare["source"]
    assert sources(upload(bare, cell("x"))) == ["", "x"]


def test_a_byte_order_mark_in_a_cell_is_ignored() -> None:
    assert sources(upload(cell("\ufeffx = 1\n\ufeffy = 2"))) == ["x = 1\ny = 2"]
