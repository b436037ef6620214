"""A bank file that names lines changes exactly these, or says why it cannot."""

from pathlib import Path

import pytest

from autograder.assignment import AssignmentError
from autograder.proof.replacements import read_replacement
from autograder.proof.solution import SourceCell

CELL = """\
def step(theta, grad):
    ### BEGIN SOLUTION
    for _ in range(1):
        theta = (
            theta
            - grad
        )
    return theta
    ### END SOLUTION


def other(theta):
    return theta
"""


CELLS = [
    SourceCell(0, "def step(theta):\n    return 0\n", is_test=False),
    SourceCell(1, "%matplotlib inline\n" + CELL, is_test=False),
    SourceCell(2, "def step(: a draft", is_test=False),
]


def written(folder: Path, *changes: tuple[str, str], function: str = "step") -> Path:
    path = folder / "uphill.toml"
    text = f'what = "Uphill."\nloses = ["sgd"]\nfunction = "{function}"\n'
    for lines, into in changes:
        text += f"[[change]]\nlines = '''\n{lines}'''\ninto = '''\n{into}'''\n"
    path.write_text(text)
    return path


def run(code: str) -> dict[str, object]:
    names: dict[str, object] = {}
    exec(code, names)
    return names


def test_lines_change_where_they_stand_and_keep_their_indentation(tmp_path: Path) -> None:
    path = written(tmp_path, ("theta\n- grad", "theta\n+ grad"))
    replacement = read_replacement(path, CELLS)
    assert (replacement.what, replacement.loses) == ("Uphill.", ("sgd",))
    assert run(replacement.code)["step"](1, 2) == 3  # type: ignore[operator]
    assert "other" not in replacement.code


def test_lines_can_be_taken_out_and_become_more(tmp_path: Path) -> None:
    path = written(
        tmp_path,
        ("for _ in range(1):", "start = theta\nfor _ in range(1):"),
        ("theta = (\n    theta\n    - grad\n)", "if grad:\n    theta = 7"),
        ("return theta", "return theta, start"),
    )
    assert run(read_replacement(path, CELLS).code)["step"](1, 2) == (7, 1)  # type: ignore[operator]


@pytest.mark.parametrize(
    ("change", "function", "sentence"),
    [
        (("theta - grad", ""), "step", "are not in the function"),
        (("", "theta"), "step", "are not in the function"),
        (("return theta", "return theta"), "missing", "which the notebook does not define"),
        (("return theta", "return ("), "step", "makes no Python"),
    ],
)
def test_what_does_not_fit_is_told(
    tmp_path: Path, change: tuple[str, str], function: str, sentence: str
) -> None:
    path = written(tmp_path, change, function=function)
    with pytest.raises(AssignmentError, match=sentence):
        read_replacement(path, CELLS)


def test_lines_that_stand_twice_are_refused(tmp_path: Path) -> None:
    twice = [SourceCell(0, "def step(x):\n    x += 1\n    x += 1\n    return x\n", is_test=False)]
    with pytest.raises(AssignmentError, match="stand 2 times"):
        read_replacement(written(tmp_path, ("x += 1", "x -= 1")), twice)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("what = ", "is not TOML"),
        ('function = "step"', "needs a `function`"),
        ('function = "step"\nchange = [{lines = "a"}]', "needs a `function`"),
        ('function = "step"\nreplace = 1', "unknown key 'replace'"),
        ('function = "step"\nloses = 3\nchange = [{lines = "a", into = "b"}]', "`loses` is a list"),
    ],
)
def test_a_malformed_file_is_told(tmp_path: Path, text: str, sentence: str) -> None:
    path = tmp_path / "strange.toml"
    path.write_text(text)
    with pytest.raises(AssignmentError, match=sentence):
        read_replacement(path, CELLS)
