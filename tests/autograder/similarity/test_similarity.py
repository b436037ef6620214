"""Similarity: a copy is found however it is disguised, and what is one's own is not."""

from __future__ import annotations

import json
import re
import textwrap

import pytest

from autograder.assignment import find_assignment
from autograder.nbgrader.release import release_notebook
from autograder.proof.banks import read_bank
from autograder.similarity import Document, Stopped, common_passages, compare
from autograder.similarity.comparison import COMMON_STUDENTS
from autograder.similarity.tokens import MOST_TOKENS, tokens_of
from autograder.similarity.winnowing import WINDOW, K, fingerprints, kgrams
from autograder.submitted.notebook import Notebook, parse_notebook

ASSIGNMENTS = ("a01_perceptron", "a02_losses", "a03_backprop")
# Any copy of these tests lies above the one, any two independent solutions below the other.
COPIED, INDEPENDENT = 0.7, 0.25
ORIGINAL = textwrap.dedent(
    """
    def standardise(rows, floor=1e-8):
        centre = rows.mean(axis=0)
        spread = rows.std(axis=0)
        spread[spread < floor] = 1.0
        return (rows - centre) / spread, centre, spread

    def batches(rows, labels, size, generator):
        order = generator.permutation(len(rows))
        for begin in range(0, len(order), size):
            chosen = order[begin:begin + size]
            yield rows[chosen], labels[chosen]

    def descend(model, rows, labels, steps, rate):
        losses = []
        for step in range(steps):
            total = 0.0
            for inputs, targets in batches(rows, labels, 32, model.generator):
                outputs = model.forward(inputs)
                gradient = 2 * (outputs - targets) / len(targets)
                model.weights -= rate * inputs.T @ gradient
                total += float(((outputs - targets) ** 2).sum())
            losses.append(total / len(rows))
            if step > 3 and losses[-1] > losses[-2]:
                rate = rate / 2
        return losses
    """
).strip()


def notebook(*cells: str) -> Notebook:
    found = [{"cell_type": "code", "source": cell, "metadata": {}} for cell in cells]
    return parse_notebook(json.dumps({"cells": found, "nbformat": 4, "metadata": {}}).encode())


def figure(left: Notebook, right: Notebook, *release: Notebook) -> float:
    documents = [Document(n, n, book) for n, book in enumerate((left, right))]
    pairs = compare(documents, release).pairs
    return pairs[0].figure if pairs else 0.0


def _renamed(code: str) -> str:
    names = ("rows", "labels", "losses", "chosen", "gradient", "spread", "descend", "total")
    for number, name in enumerate(names):
        code = re.sub(rf"\b{name}\b", f"thing_{number}", code)
    return code.replace("0.0", "0.").replace("32", "64")


def _reordered(code: str) -> str:
    return "\n\n".join(reversed(code.split("\n\n")))


def _laid_out_anew(code: str) -> str:
    lines = [f"{line}  # as in the lecture\n" for line in code.splitlines() if line]
    return "# My own work.\n" + "".join(lines).replace("    ", "  ").replace(" = ", "=")


def _with_statements(code: str) -> str:
    lines = code.splitlines()
    for place in (22, 12, 4):
        indent = re.match(r"\s*", lines[place]).group()
        lines.insert(place, f"{indent}unused = [1, 2, 3]")
    return "\n".join(lines)


def _broken(code: str) -> str:
    return f"{code}\nprint('never closed\nx = (1, 2\n"


@pytest.mark.parametrize(
    "disguise", [_renamed, _reordered, _laid_out_anew, _with_statements, _broken, str.strip]
)
def test_a_disguised_copy_is_found(disguise):
    assert figure(notebook(ORIGINAL), notebook(disguise(ORIGINAL))) > COPIED


def test_a_copy_split_into_other_cells_behind_a_magic_command_is_found():
    parts = [f"%matplotlib inline\n{part}" for part in ORIGINAL.split("\n\n")]
    assert figure(notebook(ORIGINAL), notebook(*parts)) > COPIED


@pytest.mark.slow
@pytest.mark.parametrize("name", ASSIGNMENTS)
def test_independent_right_solutions_stay_far_below_copies(name):
    assignment = find_assignment(name)
    release = parse_notebook(release_notebook(assignment))
    given = [cell.source for cell in release.code_cells]
    right = [entry.code for entry in read_bank(assignment) if not entry.loses]
    books = [notebook(*given, code) for code in right]
    books.append(parse_notebook(assignment.notebook_path.read_bytes()))
    figures = [
        figure(left, right, release)
        for place, left in enumerate(books)
        for right in books[place + 1 :]
    ]
    assert len(figures) >= 10
    assert max(figures) < INDEPENDENT


def test_what_the_release_gives_is_nobodys_copy():
    release = notebook(ORIGINAL)
    assert figure(notebook(ORIGINAL, "x = 1"), notebook(ORIGINAL, "y = 2"), release) == 0


def test_own_work_is_found_between_what_the_release_gives():
    given = "\n\n".join(f"def given_{n}(a, b):\n    return [a, {n}, b, *'c']" for n in range(9))
    left, right = notebook(given, ORIGINAL), notebook(given, _renamed(ORIGINAL), given)
    assert figure(left, right, notebook(given)) > COPIED


def test_what_many_students_have_does_not_count_and_what_two_have_does():
    shared = ORIGINAL.split("\n\n")[2]
    books = [notebook(shared, f"x{n} = {n}") for n in range(COMMON_STUDENTS + 5)]
    own = ORIGINAL.split("\n\n")[0] + "\n" + ORIGINAL.split("\n\n")[1]
    books[3], books[7] = notebook(shared, own), notebook(own, shared)
    found = compare([Document(n, n, b) for n, b in enumerate(books)], ())
    assert [(pair.left, pair.right) for pair in found.pairs] == [(3, 7)]
    assert found.students == len(books)


def test_attempts_of_one_student_are_no_pair_and_the_most_alike_are_named():
    books = {1: notebook(ORIGINAL[:300]), 2: notebook(ORIGINAL), 3: notebook(_renamed(ORIGINAL))}
    student = {1: 10, 2: 10, 3: 20}
    documents = [Document(n, student[n], books[n]) for n in books]
    (pair,) = compare(documents, ()).pairs
    assert (pair.left, pair.right) == (2, 3)


def test_comparing_stops_when_it_is_told_to():
    with pytest.raises(Stopped):
        compare([Document(1, 1, notebook("x = 1"))], (), lambda _done: False)


@pytest.mark.parametrize(
    "code", ["", "x", "'''", "(((", "\x00", "\\", "  a\n b\n", "é = ‽", "%%js\n("]
)
def test_code_that_is_no_python_is_read_as_far_as_it_goes(code):
    tokens_of(notebook(code))
    assert figure(notebook(code, ORIGINAL), notebook(ORIGINAL, code)) > COPIED


def test_passages_name_the_lines_on_both_sides():
    moved = notebook("x = 1", _reordered(_renamed(ORIGINAL)))
    passages = common_passages(notebook(ORIGINAL), moved, ())
    lines = ORIGINAL.split("\n")
    begin = lines.index("def batches(rows, labels, size, generator):")
    held = [p for p in passages if p.left[0] <= begin <= p.left[1] or p.left[0] == begin]
    assert held
    assert all(p.tokens >= K and p.left[0] <= p.left[1] and p.right[0] <= p.right[1] for p in held)
    everything = frozenset(kgrams([token.symbol for token in tokens_of(notebook(ORIGINAL))]))
    assert common_passages(notebook(ORIGINAL), moved, everything) == ()


def test_a_notebook_without_end_is_read_up_to_a_bound():
    assert len(tokens_of(notebook("x = 1\n" * MOST_TOKENS, ORIGINAL))) == MOST_TOKENS


def test_a_passage_ends_where_what_the_release_gives_begins():
    given = "\n\n".join(f"def given_{n}(a, b):\n    return [a, {n}, b, *'c']" for n in range(9))
    left_out = frozenset(kgrams([token.symbol for token in tokens_of(notebook(given))]))
    left, right = notebook(ORIGINAL, given, ORIGINAL), notebook(_renamed(ORIGINAL), given, "x = 1")
    passages = common_passages(left, right, left_out)
    lines = ORIGINAL.count("\n") + 1
    assert {passage.left[0] for passage in passages} >= {0}
    middle = lines + given.count("\n") // 2
    assert not any(p.left[0] <= middle <= p.left[1] for p in passages)


def test_whatever_is_shared_over_a_window_leaves_an_equal_fingerprint():
    shared = list(range(1000, 1000 + K + WINDOW - 1))
    left = fingerprints(kgrams([*range(50), *shared, *range(70)]))
    right = fingerprints(kgrams([*range(200, 290), *shared, *range(300, 310)]))
    assert left & right
    assert fingerprints(kgrams(shared[: K - 1])) == set()
