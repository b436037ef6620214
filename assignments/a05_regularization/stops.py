"""Curves of validation accuracy for the hidden checks, and where common mistakes would stop."""

from __future__ import annotations

import numpy as np

# Curves as ranks with their patience: equal ranks are ties, and 0 stands for an accuracy of 0.
CURVES = (
    ([1, 4, 6, 5, 3, 2, 7, 3, 2, 3, 1, 8], 3),
    ([3, 2, 4, 3, 5, 1, 2, 1, 1, 7], 2),
    ([2, 5, 4, 5, 3, 1, 2, 9], 3),
    ([1, 2, 4, 3, 4, 2, 6, 5], 2),
    ([3, 1, 2, 1, 2, 5], 4),
    ([2, 3, 5, 4, 3], 6),
    ([4, 3, 1, 5], 2),
    ([1, 2, 3, 4, 5], 1),
    ([2, 2, 3], 1),
    ([5, 4, 3, 2, 1], 1),
    ([5, 5, 5, 5], 9),
    ([0, 0, 1], 2),
    ([0, 0, 0], 3),
    ([3], 1),
    ([0], 2),
)

# How many more validation rows are right after an epoch than after the one before; and a patience.
STAIRCASES = (
    ((1, 2, 0, -1, -1, 3, 1), 3),
    ((-1, 2, 0, 1, -1, 1, 2), 2),
    ((1, 1, 0, 2), 1),
    ((2, 1, -1, -1, 1), 4),
    ((-1, -1), 9),
)


def rule(accuracies, patience, *, tie=False, anew=True, previous=False, late=0, stops=True):
    """(best, last): the epoch to restore and the last one looked at; right by default.

    With `tie` an equal accuracy is a new best, without `anew` the count never starts afresh, with
    `previous` an epoch is compared with the one before it, and `late` is added to the patience.
    """
    best = waited = 0
    for epoch in range(1, len(accuracies)):
        rival = accuracies[epoch - 1 if previous else best]
        if accuracies[epoch] > rival or (tie and accuracies[epoch] == rival):
            best, waited = epoch, waited * (not anew)
        else:
            waited += 1
        if stops and waited >= patience + late:
            return best, epoch
    return best, len(accuracies) - 1


def mistakes(accuracies, patience):
    """Hint -> a function that gives the index which this mistake returns."""
    curve = accuracies, patience
    return {
        "Training has stopped by then: later epochs are never seen.": (
            lambda: rule(*curve, stops=False)[0]
        ),
        "This is the epoch at which training stops: return the best one before it.": (
            lambda: rule(*curve)[1]
        ),
        "A tie is not a new best: compare with >.": lambda: rule(*curve, tie=True)[0],
        "This stops one epoch too late: stop after `patience` epochs without a new best.": (
            lambda: rule(*curve, late=1)[0]
        ),
        "This stops one epoch too early: stop after `patience` epochs without a new best.": (
            lambda: rule(*curve, late=-1)[0]
        ),
        "Only epochs in a row count: start counting afresh at each new best.": (
            lambda: rule(*curve, anew=False)[0]
        ),
        "Compare with the best so far, not with the epoch before.": (
            lambda: rule(*curve, previous=True)[0]
        ),
        "Epochs are counted from 0.": lambda: rule(*curve)[0] + 1,
    }


def accuracies_of(ranks, rng):
    """Random accuracies in that order, 0 for rank 0; steps from 0.00001 to 0.08, for no margin."""
    steps = 10 ** rng.uniform(-5.0, -1.1, size=max(ranks) + 1)
    levels = np.concatenate([[0.0], np.cumsum(steps)])
    return levels[list(ranks)]
