"""Cells that skip IPython's translation are exactly those that it would leave alone."""

from __future__ import annotations

import pytest
from IPython.core.inputtransformer2 import TransformerManager

from autograder.assignment import find_assignment
from autograder.sandbox.inside_shell import is_plain_python
from autograder.submitted.notebook import parse_notebook

TRANSLATED = [
    "%matplotlib inline\nx = 1",
    "%%time\nx = 1",
    "x = %pwd",
    "if True:\n    %pwd",
    "!ls",
    "files = !ls",
    "np?",
    "?np",
    ",print a b",
    "x = 1\n  ;print a b",
    "/print 1",
    ">>> x = 1\n>>> y = 2",
    "In [1]: x = 1\n   ...: y = 2",
    "    x = 1\n    y = 2",
    "\n\nx = 1",
]


@pytest.mark.parametrize("source", TRANSLATED)
def test_what_ipython_translates_is_not_skipped(source: str) -> None:
    assert TransformerManager().transform_cell(source) != f"{source}\n"
    assert not is_plain_python(source)


def test_plain_cells_of_a_notebook_stay_as_they_are() -> None:
    notebook = parse_notebook(find_assignment("a01_perceptron").notebook_path.read_bytes())
    plain = [cell.source for cell in notebook.code_cells if is_plain_python(cell.source)]
    assert len(plain) > 10
    for source in plain:
        translated = TransformerManager().transform_cell(source)
        assert translated.rstrip("\n") == source.rstrip("\n")
