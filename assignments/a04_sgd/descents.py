"""Runs of the optimisers for the hidden checks: fresh inputs, right paths and known mistakes."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from types import SimpleNamespace
from typing import Any

import numpy as np

from autograder.checks import as_array, assert_close, unpack
from reference import arrays as reference

FOLDED = "Keep lr out of the buffer (v = momentum * v + grad): it may change between steps."
PLAIN = "This is plain SGD: return the new buffer in the state and use it in the next step."
UPHILL = "That is uphill: the step is subtracted from theta."
INSIDE = "eps stands outside the square root."


def away_from_zero(rng, shape, *, low=0.3, high=2.0):
    """Numbers of both signs whose sizes are spread over [low, high]."""
    return rng.uniform(low, high, size=shape) * rng.choice([-1.0, 1.0], size=shape)


class Memory(dict):
    """What a rule remembers from step to step, all of it zero at first."""

    def mix(self, key, keep, new):
        """Update one memory to keep * memory + new."""
        self[key] = keep * self.get(key, 0.0) + new
        return self[key]

    def mean(self, g, keep):
        """Update the running mean of squares."""
        return self.mix("squares", keep, (1 - keep) * g * g)


def adadelta(m, g, s, *, step_eps=None, outside=0.0, scale=1.0):
    """Adadelta's step, right by default; `scale` multiplies what is remembered of it."""
    before, squares = m.get("steps", 0.0), m.mean(g, s.rho)
    top, inside = s.eps if step_eps is None else step_eps, 1.0 - outside
    root_top = np.sqrt(before + inside * top) + outside * top
    delta = g * root_top / (np.sqrt(squares + inside * s.eps) + outside * s.eps)
    m.mix("steps", s.rho, (1 - s.rho) * (scale * delta) ** 2)
    return delta


def adam(m, g, t, s, *, times=(1, 1), root=lambda square, eps: np.sqrt(square) + eps):
    """Adam's step, right by default; `times` are the exponents' factors, 0 for no correction."""
    (beta1, beta2), (t1, t2) = s.betas, (t * times[0], t * times[1])
    mean = m.mix("mean", beta1, (1 - beta1) * g) / ((1 - beta1**t1) if t1 else 1.0)
    square = m.mean(g, beta2) / ((1 - beta2**t2) if t2 else 1.0)
    return mean / root(square, s.eps)


def swapped(s):
    """The same settings with the betas in the wrong order."""
    return SimpleNamespace(**{**vars(s), "betas": s.betas[::-1]})


# What common mistakes compute: each rule gives the step that lr multiplies at step t = 1, 2, ...
# with gradient g; m is its Memory and s holds lr and the settings.
MISTAKES = {
    "momentum_step": {
        FOLDED: lambda m, g, t, s: m.mix("v", s.momentum, s.lr * g) / s.lr,
        UPHILL: lambda m, g, t, s: -m.mix("v", s.momentum, g),
        PLAIN: lambda m, g, t, s: g,
        "As in torch.optim the gradient enters the buffer whole, without 1 - momentum.": (
            lambda m, g, t, s: m.mix("v", s.momentum, (1 - s.momentum) * g)
        ),
        "On the first step the buffer is the gradient itself.": (
            lambda m, g, t, s: m.mix("v", s.momentum, g + (t == 1) * s.momentum * g)
        ),
        "Update the buffer first, then step along the new buffer.": (
            lambda m, g, t, s: (m.mix("v", s.momentum, g) - g) / s.momentum
        ),
        "This is Nesterov's step.": lambda m, g, t, s: g + s.momentum * m.mix("v", s.momentum, g),
    },
    "nesterov_step": {
        FOLDED: lambda m, g, t, s: g + s.momentum * m.mix("v", s.momentum, s.lr * g) / s.lr,
        UPHILL: lambda m, g, t, s: -g - s.momentum * m.mix("v", s.momentum, g),
        PLAIN: lambda m, g, t, s: g,
        "This is plain momentum: Nesterov steps along grad + momentum * (new buffer).": (
            lambda m, g, t, s: m.mix("v", s.momentum, g)
        ),
        "The gradient itself is missing: step along grad + momentum * (new buffer).": (
            lambda m, g, t, s: s.momentum * m.mix("v", s.momentum, g)
        ),
        "The step is grad + momentum * (new buffer), not (1 + momentum) times the buffer.": (
            lambda m, g, t, s: (1 + s.momentum) * m.mix("v", s.momentum, g)
        ),
        "The buffer is not remembered: return the new one in the state.": (
            lambda m, g, t, s: (1 + s.momentum) * g
        ),
    },
    "adagrad_step": {
        INSIDE: lambda m, g, t, s: g / np.sqrt(m.mix("G", 1, g * g) + s.eps),
        "Take the root of the sum of squares.": (
            lambda m, g, t, s: g / (m.mix("G", 1, g * g) + s.eps)
        ),
        "The squares of all steps add up: return their sum in the state.": (
            lambda m, g, t, s: g / (np.abs(g) + s.eps)
        ),
        "eps is missing.": lambda m, g, t, s: g / np.sqrt(m.mix("G", 1, g * g)),
        "Each element has a sum of its own.": (
            lambda m, g, t, s: g / (np.sqrt(m.mix("G", 1, (g * g).sum())) + s.eps)
        ),
        "The sum includes the present gradient.": (
            lambda m, g, t, s: g / (np.sqrt(np.abs(m.mix("G", 1, g * g) - g * g)) + s.eps)
        ),
    },
    "rmsprop_step": {
        INSIDE: lambda m, g, t, s: g / np.sqrt(m.mean(g, s.alpha) + s.eps),
        "alpha weighs the old average, 1 - alpha the new square.": (
            lambda m, g, t, s: g / (np.sqrt(m.mean(g, 1 - s.alpha)) + s.eps)
        ),
        "RMSprop has no bias correction.": (
            lambda m, g, t, s: g / (np.sqrt(m.mean(g, s.alpha) / (1 - s.alpha**t)) + s.eps)
        ),
        "The average starts at 0, not at the first square.": (
            lambda m, g, t, s: g / (np.sqrt(m.mean(g, s.alpha if t > 1 else 0.0)) + s.eps)
        ),
        "Take the root of the average.": lambda m, g, t, s: g / (m.mean(g, s.alpha) + s.eps),
        "This is Adagrad: RMSprop averages the squares.": (
            lambda m, g, t, s: g / (np.sqrt(m.mix("G", 1, g * g)) + s.eps)
        ),
    },
    "adadelta_step": {
        "The step is scaled by lr.": lambda m, g, t, s: adadelta(m, g, s) / s.lr,
        "In Adadelta eps stands inside both roots.": (
            lambda m, g, t, s: adadelta(m, g, s, outside=1.0)
        ),
        "eps is added in the numerator, too.": lambda m, g, t, s: adadelta(m, g, s, step_eps=0.0),
        "Average the squared steps before they are scaled by lr.": (
            lambda m, g, t, s: adadelta(m, g, s, scale=s.lr)
        ),
        "The numerator is the root of the averaged squared steps: update and return it.": (
            lambda m, g, t, s: adadelta(m, g, s, scale=0.0)
        ),
    },
    "adam_step": {
        "Bias correction is missing: divide both moments by 1 - beta**t before the step.": (
            lambda m, g, t, s: adam(m, g, t, s, times=(0, 0))
        ),
        "The second moment needs its bias correction, too.": (
            lambda m, g, t, s: adam(m, g, t, s, times=(1, 0))
        ),
        "The first moment needs its bias correction, too.": (
            lambda m, g, t, s: adam(m, g, t, s, times=(0, 1))
        ),
        "t counts the steps: keep it in the state and raise it by one each time.": (
            lambda m, g, t, s: adam(m, g, 1, s)
        ),
        "t is 1 in the first step.": lambda m, g, t, s: adam(m, g, t + 1, s),
        INSIDE: lambda m, g, t, s: adam(m, g, t, s, root=lambda v, eps: np.sqrt(v + eps)),
        "Take the root of the second moment.": (
            lambda m, g, t, s: adam(m, g, t, s, root=lambda v, eps: v + eps)
        ),
        "eps is added after the bias correction.": (
            lambda m, g, t, s: adam(
                m, g, t, s, root=lambda v, e: np.sqrt(v) + e / np.sqrt(1 - s.betas[1] ** t)
            )
        ),
        "The betas are swapped: the first belongs to the mean, the second to the squares.": (
            lambda m, g, t, s: adam(m, g, t, swapped(s))
        ),
    },
}

# What is said of a mistake that none of these rules computes.
RULES = {
    "momentum_step": "v = momentum * v + grad, at first v = grad; the step is lr * v.",
    "nesterov_step": "v as in momentum_step; the step is lr * (grad + momentum * v).",
    "adagrad_step": "G = G + grad**2, from 0; the step is lr * grad / (sqrt(G) + eps).",
    "rmsprop_step": "s = alpha * s + (1 - alpha) * grad**2, from 0; divide by sqrt(s) + eps.",
    "adadelta_step": "Update s, take the step with the old u, and only then update u.",
    "adam_step": "Keep t and the uncorrected moments in the state; a correction is for one step.",
}


def settings_of(name, rng):
    """Hyperparameters at which each mistake shows: betas well apart, and eps no dwarf beside g."""
    keep, eps = float(rng.uniform(0.6, 0.9)), float(rng.uniform(0.1, 0.4))
    return {
        "momentum_step": {"momentum": keep},
        "nesterov_step": {"momentum": keep},
        "adagrad_step": {"eps": eps},
        "rmsprop_step": {"alpha": keep, "eps": eps},
        "adadelta_step": {"rho": keep, "eps": eps},
        "adam_step": {"betas": (float(rng.uniform(0.3, 0.5)), keep), "eps": eps},
    }[name]


@dataclass(frozen=True)
class Descent:
    """What an optimiser is given: a start, then for each step a gradient and a learning rate."""

    name: str
    theta: np.ndarray
    grads: np.ndarray
    rates: list[float]
    settings: dict[str, Any]

    @classmethod
    def draw(cls, name, rng, *, shape, steps, settings=None):
        """Gradients of order one, and rates that change by a factor from step to step."""
        rates = [float(rate) for rate in 0.1 * rng.permutation(1.5 ** np.arange(steps))]
        theta, grads = away_from_zero(rng, shape), away_from_zero(rng, (steps, *shape))
        return cls(name, theta, grads, rates, settings or settings_of(name, rng))

    def step(self, function, t, theta, state):
        """Call a step function of the student or of the reference for step t = 1, 2, ..."""
        grad, lr = self.grads[t - 1].copy(), self.rates[t - 1]
        return function(theta, grad, state, lr=lr, **self.settings)

    def expected(self):
        """Theta after each step."""
        theta, state, path = self.theta, None, []
        for t in range(1, len(self.rates) + 1):
            theta, state = self.step(getattr(reference, self.name), t, theta, state)
            path.append(theta)
        return path

    def ask(self, student, t, theta, state, **comparison):
        """One step of the student, compared with `expected`; returns (theta, state)."""
        answer = self.step(getattr(student, self.name), t, theta, state)
        theta, state = unpack(answer, 2, what=f"the result (theta, state) of {self.name}")
        what = f"theta after step {t} of {self.name}"
        as_array(theta, shape=self.theta.shape, what=what)
        assert_close(theta, **comparison, what=what)
        return theta, state

    def mistakes(self, t):
        """Hint -> a function for theta after step t by that mistake."""
        rules = MISTAKES[self.name]
        return {hint: partial(self._mistaken, rule, t) for hint, rule in rules.items()}

    def _mistaken(self, rule, steps):
        theta, memory = self.theta, Memory()
        for t in range(1, steps + 1):
            s = SimpleNamespace(lr=self.rates[t - 1], **self.settings)
            with np.errstate(all="ignore"):
                theta = theta - s.lr * rule(memory, self.grads[t - 1], t, s)
        return theta
