"""What `minibatches` must return, and how a random partition looks to statistics."""

from __future__ import annotations

import numpy as np

from autograder.checks import as_array, assert_close, require, unpack

SHUFFLE = "Shuffle all rows (rng.permutation) before they are cut into pieces."
UNIFORM = "Every order must be equally likely, as rng.permutation(n) makes it."


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


def swapped_with_any(n):
    """Where each row ends up when place 0, 1, ... in turn is swapped with any of n places.

    The famous wrong shuffle: [row, place] is a probability, which a fair shuffle has at 1 / n.
    """
    chance = np.eye(n)
    for place in range(n):
        here, mean = chance[:, place].copy(), chance.mean(axis=1)
        chance += (here[:, None] - chance) / n
        chance[:, place] = mean
    return chance


def require_fairness(orders):
    """End the check unless 50 orders of 300 rows or more look as if all were equally likely."""
    count, n = orders.shape
    # Of 50 orders of 300 rows a row stands 12 times in the same place with P < 3e-19, of more rows
    # more rarely, and there are at most 130,000 rows and places.
    held = max(int(np.bincount(column).max()) for column in orders.T)
    message = f"In {held} of {count} orders of {n} rows the same row stands in the same place."
    require(held < 12, message, UNIFORM)
    # Rows that stay in their own place are nearly Poisson with mean 50: none, and 110 or more,
    # have P < 1e-12.
    stay = int((orders == np.arange(n)).sum())
    message = (
        f"In {count} orders of {n} rows {stay} rows keep their places, expected about {count}."
    )
    require(0 < stay < 110, message, UNIFORM)
    # How well the rows' places fit the wrong shuffle is a sum over 15,000 of them, so it is nearly
    # normal: 6.5 deviations have P < 1e-10. The wrong shuffle is out by about 14.
    fit = n * swapped_with_any(n) - 1
    deviation = np.sqrt(count * (fit**2).sum() / (n - 1))
    for weights in (fit, fit[::-1, ::-1]):
        total = float(sum(weights[order, np.arange(n)].sum() for order in orders))
        message = "The rows are swapped so that some orders come more often than others."
        hint = "At place i swap with one of the places from i on, not with any: " + UNIFORM
        require(abs(total) < 6.5 * deviation, message, hint)


def ask_twice(rng, ask, hint):
    """Answers to two generators in turns; equal states must give equal answers. Returns the first.

    Whose turn it is, is drawn: answers known by heart fit with probability 2/70.
    """
    seeds, answers = rng.integers(2**32, size=2), {}
    for turn in rng.permutation([0, 1] * 4):
        answer = ask(np.random.default_rng(int(seeds[turn])))
        before = answers.setdefault(int(turn), answer)
        assert_close(answer, before, what="another answer to the same generator state", hint=hint)
    return answers[0]
