"""Files that are no notebooks, or hardly: each function makes one."""

from __future__ import annotations

import io
import json
import struct
import zipfile
import zlib
from typing import Any


def _with_cell(source: dict[str, Any], raw: str) -> bytes:
    source["cells"].append({"cell_type": "code", "metadata": {}, "outputs": [], "source": "RAW"})
    return json.dumps(source).replace('"RAW"', raw).encode("utf-8", "surrogatepass")


def not_json(source: dict[str, Any]) -> bytes:
    """Free text under a notebook's name.

    Expect: rejected=notebook
    """
    return b"Dear professor, my notebook would not save."


def nothing(source: dict[str, Any]) -> bytes:
    """An empty file.

    Expect: rejected=empty
    """
    return b""


def zeros(source: dict[str, Any]) -> bytes:
    """A megabyte of NUL bytes, as a full disk leaves them.

    Expect: rejected=notebook
    """
    return bytes(2**20)


def cut_short(source: dict[str, Any]) -> bytes:
    """The first half of a notebook: an upload that broke off.

    Expect: rejected=notebook
    """
    whole = json.dumps(source).encode()
    return whole[: len(whole) // 2]


def png(source: dict[str, Any]) -> bytes:
    """A picture that was renamed to .ipynb.

    Expect: rejected=PNG
    """
    body = b"IHDR" + struct.pack(">IIBBBBB", 1, 1, 8, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + struct.pack(">I", 13) + body + struct.pack(">I", zlib.crc32(body))


def zipped(source: dict[str, Any]) -> bytes:
    """A zip archive that was renamed to .ipynb.

    Expect: rejected=zip
    """
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        archive.writestr("a01_perceptron.ipynb", json.dumps(source))
    return stream.getvalue()


def python_script(source: dict[str, Any]) -> bytes:
    """The notebook exported as a script.

    Expect: rejected=notebook
    """
    return (
        b"#!/usr/bin/env python\nimport numpy as np\n\ndef relu(z):\n    return np.maximum(z, 0)\n"
    )


def html_page(source: dict[str, Any]) -> bytes:
    """The course site's log-in page, saved instead of the notebook.

    Expect: rejected=notebook
    """
    return b"<!DOCTYPE html><html><body><script>alert(1)</script>Please log in</body></html>"


def utf16(source: dict[str, Any]) -> bytes:
    """The notebook saved as UTF-16 by an editor.

    Expect: rejected=UTF-16
    """
    return json.dumps(source).encode("utf-16")


def nbformat_3(source: dict[str, Any]) -> bytes:
    """A notebook of 2014, with worksheets.

    Expect: rejected=open it in Jupyter
    """
    return b'{"nbformat": 3, "nbformat_minor": 0, "metadata": {}, "worksheets": [{"cells": []}]}'


def nbformat_5(source: dict[str, Any]) -> bytes:
    """A notebook of a format that does not exist yet.

    Expect: rejected=format
    """
    return json.dumps({**source, "nbformat": 5}).encode()


def a_list(source: dict[str, Any]) -> bytes:
    """JSON, but a list.

    Expect: rejected=notebook
    """
    return b"[1, 2, 3]"


def no_cells(source: dict[str, Any]) -> bytes:
    """A notebook whose cells are gone.

    Expect: rejected=cells
    """
    return b'{"nbformat": 4, "nbformat_minor": 5, "metadata": {}}'


def cells_are_text(source: dict[str, Any]) -> bytes:
    """A notebook whose list of cells is a text.

    Expect: rejected=cells
    """
    return json.dumps({**source, "cells": "def relu(z): return z"}).encode()


def source_is_a_number(source: dict[str, Any]) -> bytes:
    """A cell whose source is a number.

    Expect: rejected=source
    """
    return _with_cell(source, "17")


def deep_source(source: dict[str, Any]) -> bytes:
    """A source that is a list 200,000 levels deep.

    Expect: rejected=Jupyter
    """
    return _with_cell(source, "[" * 200_000 + "]" * 200_000)


def deep_metadata(source: dict[str, Any]) -> bytes:
    """Metadata 200,000 objects deep, which nobody needs to read.

    Expect: rejected=nested too deeply
    """
    return (
        json.dumps({**source, "metadata": "DEEP"})
        .replace('"DEEP"', '{"a":' * 200_000 + "1" + "}" * 200_000)
        .encode()
    )


def long_number(source: dict[str, Any]) -> bytes:
    """A number of 5,000 digits as the execution count, which counts for nothing.

    Expect: score=18
    """
    source["cells"][-1]["execution_count"] = "LONG"
    return json.dumps(source).replace('"LONG"', "9" * 5000).encode()


def long_version(source: dict[str, Any]) -> bytes:
    """A number of 5,000 digits as the notebook format.

    Expect: rejected=format
    """
    return json.dumps({**source, "nbformat": "V"}).replace('"V"', "9" * 5000).encode()


def lone_surrogates(source: dict[str, Any]) -> bytes:
    """Half of an emoji in a source, as JavaScript cuts texts.

    Expect: score=18
    """
    return _with_cell(source, r'"title = \"\ud83d\"; print(title)"')


def raw_surrogates(source: dict[str, Any]) -> bytes:
    """Half of an emoji as bytes that are not UTF-8.

    Expect: rejected=UTF-8
    """
    return _with_cell(source, '"title = \ud83d"')


def nul_bytes(source: dict[str, Any]) -> bytes:
    """NUL characters in a source: the cell is no Python, the others are.

    Expect: score=18
    Expect: last=error
    """
    return _with_cell(source, r'"x = 1\u0000\u0000"')


def duplicate_keys(source: dict[str, Any]) -> bytes:
    """The list of cells twice: the last counts, as in Jupyter.

    Expect: score=18
    """
    return b'{"cells": [], ' + json.dumps(source).encode()[1:]


def not_a_number_in_outputs(source: dict[str, Any]) -> bytes:
    """NaN and Infinity in an output, which is no strict JSON but what Jupyter writes.

    Expect: score=18
    """
    data = {"application/json": [float("nan"), float("inf"), -float("inf")]}
    output = {"output_type": "display_data", "metadata": {}, "data": data}
    for each in source["cells"]:
        if each["cell_type"] == "code":
            each["outputs"] = [output]
    return json.dumps(source).encode()


def too_many_cells(source: dict[str, Any]) -> bytes:
    """100,000 cells.

    Expect: rejected=cells
    """
    empty = '{"cell_type":"code","metadata":{},"outputs":[],"source":""}'
    return ('{"nbformat":4,"metadata":{},"cells":[' + ",".join([empty] * 100_000) + "]}").encode()


def too_large(source: dict[str, Any]) -> bytes:
    """An output of 40 MB.

    Expect: rejected=MB
    """
    source["cells"][2]["outputs"] = [
        {"output_type": "stream", "name": "stdout", "text": "x" * 40_000_000}
    ]
    return json.dumps(source).encode()


def unknown_cell_type(source: dict[str, Any]) -> bytes:
    """A cell of a type that does not exist is passed over.

    Expect: score=18
    """
    source["cells"].append({"cell_type": "heading", "metadata": {}, "source": "def relu(z): 1"})
    return json.dumps(source).encode()


def another_kernel(source: dict[str, Any]) -> bytes:
    """A kernelspec that names a command: kernels of the upload are never started.

    Expect: score=18
    """
    source["metadata"]["kernelspec"] = {"name": "../../bin/sh", "language": "julia"}
    return json.dumps(source).encode()


def long_grade_id(source: dict[str, Any]) -> bytes:
    """A `grade_id` of a megabyte and names that traverse folders.

    Expect: score=18
    """
    source["cells"][-1]["metadata"]["nbgrader"] = {"grade_id": "../" * 350_000}
    source["metadata"]["title"] = "../../etc/passwd"
    return json.dumps(source).encode()


def ten_thousand_parentheses(source: dict[str, Any]) -> bytes:
    """A cell that is nested too deeply for Python's parser.

    Expect: score=18
    Expect: last=error
    """
    return _with_cell(source, json.dumps("(" * 10_000 + ")" * 10_000))
