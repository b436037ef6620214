"""Fighting overfitting around the loop: early stopping."""

from __future__ import annotations

from collections.abc import Sequence

from torch import Tensor


def early_stopping(validation_accuracy: Sequence[float] | Tensor, patience: int) -> int:
    """argmax of the accuracies seen before ``patience`` epochs in a row without a new best.

    The 0-based index of the epoch whose parameters to restore. A tie is not a new best, so the
    earliest of equals is kept; an epoch counts as without a new best when it does not exceed the
    best before it. Where training never stops, the best of all.

    Shapes: ``validation_accuracy (epochs,)``, a list or a tensor; returns an int. Raises
    ValueError when it is empty or ``patience`` is below 1. Source: lecture "Regularization 2:
    early stopping"; Goodfellow et al. (2016), algorithm 7.1.
    """
    if patience < 1:
        raise ValueError(f"patience is {patience}, expected at least 1")
    if len(validation_accuracy) == 0:
        raise ValueError("validation_accuracy has 0 epochs, expected at least 1")
    accuracies = [float(accuracy) for accuracy in validation_accuracy]
    best = 0
    for epoch, accuracy in enumerate(accuracies):
        if accuracy > accuracies[best]:
            best = epoch
        if epoch - best == patience:
            break
    return best
