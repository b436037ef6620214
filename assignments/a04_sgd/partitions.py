"""What `minibatches` must return, and how a random partition looks to statistics."""

from __future__ import annotations

import numpy as np

from autograder.checks import as_array, require, unpack

SHUFFLE = "Shuffle all rows (rng.permutation) before they are cut into pieces."


def draw_minibatches(student, n, batch_size, rng):
    """The student's pieces as integer arrays; ends the check unless they partition range(n)."""
    sizes = [min(batch_size, n - start) for start in range(0, n, batch_size)]
    case = f"n = {n} and batch_size = {batch_size}"
    pieces = unpack(
        student.minibatches(n, batch_size, rng),
        len(sizes),
        what=f"the list of minibatches for {case}",
        hint="A list (not a generator) of ceil(n / batch_size) arrays; the last may be short.",
    )
    pieces = [
        as_array(piece, shape=(size,), what=f"piece {place} for {case}", kind="int")
        for place, (piece, size) in enumerate(zip(pieces, sizes, strict=True))
    ]
    whole = np.concatenate(pieces)
    require(
        np.array_equal(np.sort(whole), np.arange(n)),
        f"For {case} the pieces hold {len(np.unique(whole))} different rows, expected each row of "
        f"range({n}) exactly once.",
        "Shuffle the rows once and cut: independent draws repeat some rows and miss others.",
    )
    return pieces


def require_spread(pieces, *, n):
    """End the check unless n rows are spread at random over pieces of equal size."""
    size, piece_of = len(pieces[0]), np.empty(n, dtype=int)
    for place, piece in enumerate(pieces):
        piece_of[piece] = place
    # A piece's mean row is nearly normal: 7 deviations have P = 2.6e-12 for each of the pieces.
    deviation = np.sqrt((n * n - 1) / 12 / size * (n - size) / (n - 1))
    means = np.array([piece.mean() for piece in pieces])
    require(
        bool((np.abs(means - (n - 1) / 2) < 7 * deviation).all()),
        "The pieces are not drawn from all rows alike: some hold mostly early or late rows.",
        SHUFFLE,
    )
    # Neighbours share a piece with probability p, nearly independently of each other, so their
    # number has a variance below n * p; it is out by 8 deviations with P < 1e-9.
    together, p = int((np.diff(piece_of) == 0).sum()), (size - 1) / (n - 1)
    require(
        bool(abs(together - (n - 1) * p) < 8 * np.sqrt(n * p)),
        "Rows that stand side by side are kept together or kept apart.",
        SHUFFLE,
    )


def require_disorder(order):
    """End the check unless `order`, the rows of pieces of one row each, looks random."""
    # Steps of +1 and -1 in a random order are nearly Poisson with mean 2: 20 have P < 3e-13.
    steps = int((np.abs(np.diff(order)) == 1).sum())
    message = "With batch_size = 1 neighbouring rows come one after the other."
    require(steps < 20, message, SHUFFLE)
    # The rank correlation has the deviation 1 / sqrt(n - 1); 6 of them have P = 2e-9.
    drift = float(np.corrcoef(order, np.arange(len(order)))[0, 1]) * np.sqrt(len(order) - 1)
    message = "With batch_size = 1 early rows come mostly early, or mostly late."
    require(bool(abs(drift) < 6), message, SHUFFLE)
