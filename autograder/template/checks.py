"""Held-out checks: an example to replace by your own. `assignments/README.md` says how."""

import numpy as np

from autograder.checks import assert_close, assert_no_warnings, question

# Square first, so that a mistake of the axis has a value to be recognised by; then all different.
SHAPES = ((3, 3), (5, 2), (1, 4), (6, 1))


def tables(rng):
    """Tables of several shapes whose columns have different centres and sizes."""
    for rows, columns in SHAPES:
        centres = 5.0 + np.arange(columns)
        yield rng.normal(centres, 1.0 + np.arange(columns), size=(rows, columns))


@question("centre", points=2)
def test_centre_moves_every_column_to_zero(student, rng):
    """`centre(X)` subtracts from each column its own mean, for tables of any shape."""
    for X in tables(rng):
        assert_close(
            student.centre(X),
            X - X.mean(axis=0),
            what=f"`centre(X)` for X of shape {X.shape}",
            mistakes={
                "These are the means of the rows: columns go along axis 0.": X
                - X.mean(axis=1, keepdims=True),
                "This is the mean of all numbers: each column has its own.": X - X.mean(),
            },
        )


@question("standardise", points=2)
def test_standardise_gives_every_column_the_same_size(student, rng):
    """`standardise(X)` gives each column mean 0 and standard deviation 1."""
    for X in tables(rng):
        if len(X) == 1:
            continue
        centred = X - X.mean(axis=0)
        assert_close(
            student.standardise(X),
            centred / X.std(axis=0),
            what=f"`standardise(X)` for X of shape {X.shape}",
            mistakes={
                "Divide by the standard deviation: its square root is missing.": centred
                / X.var(axis=0)
            },
        )


@question("standardise", points=1)
def test_standardise_makes_a_constant_column_zero(student, rng):
    """A column whose numbers are all the same becomes zeros, without a warning."""
    X = rng.normal(size=(4, 3))
    X[:, 1] = 7.0
    size = np.where([True, False, True], X.std(axis=0), 1.0)
    found = student.standardise(X)
    assert_no_warnings(student, hint="A constant column has the standard deviation 0.")
    assert_close(found, (X - X.mean(axis=0)) / size, what="`standardise(X)` with a constant column")
