"""Solved notebooks as people have them: each function saves the source in another way."""

from __future__ import annotations

import base64
import json
from typing import Any


def _code(source: dict[str, Any]) -> list[dict[str, Any]]:
    return [cell for cell in source["cells"] if cell["cell_type"] == "code"]


def _found(source: dict[str, Any], start: str) -> dict[str, Any]:
    return next(cell for cell in _code(source) if "".join(cell["source"]).startswith(start))


def _cell(text: str) -> dict[str, Any]:
    return {"cell_type": "code", "metadata": {}, "outputs": [], "source": text}


def by_jupyter(source: dict[str, Any]) -> bytes:
    """Saved by Jupyter with counts, outputs and the state of its widgets.

    Expect: score=18
    """
    for number, cell in enumerate(_code(source)):
        stream = {"output_type": "stream", "name": "stdout", "text": ["passed\\n"]}
        view = {"application/vnd.jupyter.widget-view+json": {"model_id": "abc"}}
        data = {"output_type": "display_data", "metadata": {}, "data": view}
        cell.update(execution_count=number, outputs=[stream, data])
    state = {"abc": {"model_name": "IntSliderModel", "state": {"value": 7}}}
    kind = "application/vnd.jupyter.widget-state+json"
    source["metadata"]["widgets"] = {kind: {"state": state, "version_major": 2}}
    return json.dumps(source, indent=1).encode()


def by_vs_code(source: dict[str, Any]) -> bytes:
    """Saved by VS Code, which leaves out the ids of cells.

    Expect: score=18
    """
    for cell in source["cells"]:
        cell.pop("id", None)
        cell["metadata"].setdefault("vscode", {"languageId": "python"})
    return json.dumps(source, indent=2).encode()


def by_colab(source: dict[str, Any]) -> bytes:
    """Saved by Colab: metadata of its own, nbformat 4.0, sources as one text.

    Expect: score=18
    """
    source.update(nbformat_minor=0)
    source["metadata"] = {"colab": {"provenance": []}, "accelerator": "GPU"}
    for cell in source["cells"]:
        cell.update(source="".join(cell["source"]), metadata={"id": "xYz"})
        cell.pop("id", None)
    return json.dumps(source).encode()


def in_format_4_1(source: dict[str, Any]) -> bytes:
    """Saved in nbformat 4.1, with prompts in the metadata.

    Expect: score=18
    """
    for cell in source["cells"]:
        cell.pop("id", None)
    return json.dumps({**source, "nbformat_minor": 1}).encode()


def in_format_4_5(source: dict[str, Any]) -> bytes:
    """Saved in nbformat 4.5, with an id for every cell.

    Expect: score=18
    """
    for number, cell in enumerate(source["cells"]):
        cell["id"] = f"cell-{number}"
    return json.dumps({**source, "nbformat_minor": 5}).encode()


def with_windows_newlines(source: dict[str, Any]) -> bytes:
    """Saved on Windows: CRLF between the lines of the file and of the sources.

    Expect: score=18
    """
    for cell in source["cells"]:
        cell["source"] = "".join(cell["source"]).replace("\n", "\r\n")
    return json.dumps(source, indent=1).replace("\n", "\r\n").encode()


def with_byte_order_mark(source: dict[str, Any]) -> bytes:
    """Saved by an editor that begins files with a byte-order mark.

    Expect: score=18
    """
    return b"\xef\xbb\xbf" + json.dumps(source).encode()


def with_a_large_plot(source: dict[str, Any]) -> bytes:
    """A plot of 5 MB among the outputs.

    Expect: score=18
    """
    picture = base64.b64encode(bytes(range(256)) * 15_000).decode()
    data = {"output_type": "display_data", "metadata": {}, "data": {"image/png": picture}}
    _code(source)[0]["outputs"] = [data]
    return json.dumps(source).encode()


def with_attachments(source: dict[str, Any]) -> bytes:
    """A screenshot pasted into a Markdown cell.

    Expect: score=18
    """
    markdown = next(cell for cell in source["cells"] if cell["cell_type"] == "markdown")
    markdown["attachments"] = {"image.png": {"image/png": "iVBORw0KGgo="}}
    return json.dumps(source).encode()


def shuffled(source: dict[str, Any]) -> bytes:
    """Cells in the reverse order, imports last.

    Expect: score=18
    """
    source["cells"].reverse()
    return json.dumps(source).encode()


def duplicated(source: dict[str, Any]) -> bytes:
    """Every cell twice.

    Expect: score=18
    """
    source["cells"] = [cell for cell in source["cells"] for _ in range(2)]
    return json.dumps(source).encode()


def split(source: dict[str, Any]) -> bytes:
    """Each line of the first cell in a cell of its own.

    Expect: score=18
    """
    first = _code(source)[0]
    place = source["cells"].index(first)
    imports = [line for line in "".join(first["source"]).splitlines() if line.startswith("import")]
    source["cells"][place:place] = [_cell(line) for line in imports]
    return json.dumps(source).encode()


def merged(source: dict[str, Any]) -> bytes:
    """All definitions merged into one cell.

    Expect: score=18
    """
    parts = [cell for cell in _code(source) if cell["metadata"].get("nbgrader", {}).get("solution")]
    text = "\n\n".join("".join(cell["source"]) for cell in [_code(source)[0], *parts])
    source["cells"] = [_cell(text)]
    return json.dumps(source).encode()


def with_deleted_cells(source: dict[str, Any]) -> bytes:
    """The public tests and one solution deleted: only that question is lost.

    Expect: score=16
    Expect: verdict dense=missing
    """
    gone = [_found(source, "def dense")]
    gone += [cell for cell in _code(source) if cell["metadata"].get("nbgrader", {}).get("grade")]
    source["cells"] = [cell for cell in source["cells"] if cell not in gone]
    return json.dumps(source).encode()


def with_a_question_unsolved(source: dict[str, Any]) -> bytes:
    """One solution still raises NotImplementedError.

    Expect: score=14
    Expect: verdict mlp_forward=missing
    """
    text = "def mlp_forward(X, params, activation):\n    raise NotImplementedError()"
    _found(source, "def mlp_forward")["source"] = text
    return json.dumps(source).encode()


def with_every_cell_raw(source: dict[str, Any]) -> bytes:
    """Every cell turned into a raw cell by accident: nothing is defined.

    Expect: score=0
    Expect: verdict dense=missing
    """
    for cell in source["cells"]:
        cell["cell_type"] = "raw"
    return json.dumps(source).encode()
