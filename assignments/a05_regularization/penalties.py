"""Networks for the checks of the L2 term, and what common mistakes make of them."""

from __future__ import annotations

import numpy as np
from problems import random_params

from reference import arrays as reference


def draw_networks(rng):
    """Networks of one to four layers, each with a weight decay."""
    widths = [int(width) for width in rng.permutation(np.arange(2, 7))]
    for sizes in (widths[:3], widths[:2], widths[:5], [*widths[:2], 1], [1, 1]):
        yield random_params(rng, *sizes), float(rng.uniform(0.05, 0.4))


def penalty_mistakes(params, decay):
    """Hint -> the penalty by that mistake."""
    squares = np.array([(W**2).sum() for W, _ in params])
    biases = sum((b**2).sum() for _, b in params)
    sizes = sum(np.abs(W).sum() for W, _ in params)
    right, count = decay / 2 * squares.sum(), sum(W.size for W, _ in params)
    return {
        "The factor is weight_decay / 2.": 2 * right,
        "Biases are not penalised.": right + decay / 2 * biases,
        "Biases are not penalised, and the factor is 1/2.": 2 * right + decay * biases,
        "weight_decay is missing.": squares.sum() / 2,
        "This is the sum of squares alone: multiply it by weight_decay / 2.": squares.sum(),
        "Sum the squares; this is their mean.": right / count,
        "No square root is taken.": decay / 2 * np.sqrt(squares.sum()),
        "Square each weight before they are summed.": decay / 2 * sum(W.sum() for W, _ in params),
        "Square the weights; this sums their absolute values.": decay / 2 * sizes,
        "Square the weights, and halve: this sums their absolute values.": decay * sizes,
        "Every layer counts, not only the first.": decay / 2 * squares[0],
        "Every layer counts, not only the last.": decay / 2 * squares[-1],
    }


def pulls(params, weight_decay):
    """The gradients of the penalty, by the reference."""
    return reference.l2_penalty_grads(params, weight_decay)


def pull_mistakes(params, decay):
    """Hint -> the gradients by that mistake."""
    factors = {
        "The 2 of the square and the factor 1/2 cancel: the gradient is weight_decay * W.": 2.0,
        "The square has the derivative 2 W: the gradient is weight_decay * W.": 0.5,
        "weight_decay is missing.": 1 / decay,
        "The gradient has the sign of W: it is subtracted only in the step.": -1.0,
    }
    grads = {hint: pulls(params, factor * decay) for hint, factor in factors.items()}
    return grads | {
        "Biases are not penalised: their gradient is zero.": [
            (decay * W, decay * b) for W, b in params
        ],
        "This is the gradient of abs(W), not of its square.": [
            (decay * np.sign(W), 0 * b) for W, b in params
        ],
        "These are the weights after a step: return the gradient alone.": [
            (W - decay * W, b) for W, b in params
        ],
    }
