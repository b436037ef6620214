"""Training problems for the hidden checks, and runs of `train_regularized` on them.

Without dropout and with all rows in one batch a run is deterministic, so it is compared number by
number, and validation rows can be placed where such a run will change its mind.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np
from runs import METRICS, Run, metrics_of

from autograder.checks import as_array, unpack
from reference import arrays as reference

USUAL = {"p": 0.0, "weight_decay": 0.0, "lr": 0.3, "patience": 50}


def random_params(rng, *sizes):
    """Layers of the given widths, input first, with biases away from zero."""
    params = []
    for d_in, d_out in pairwise(sizes):
        b = rng.uniform(0.2, 0.6, size=d_out) * rng.choice([-1.0, 1.0], size=d_out)
        params.append((rng.normal(scale=1.2 / np.sqrt(d_in), size=(d_in, d_out)), b))
    return params


def logits(X, params):
    """What the network says of each row."""
    return reference.mlp_forward(X, params, "relu")[:, 0]


@dataclass(frozen=True)
class Problem:
    """Rows and labels to train on and to validate with, and the parameters to start from."""

    X: np.ndarray
    y: np.ndarray
    params: list[tuple[np.ndarray, np.ndarray]]
    X_val: np.ndarray
    y_val: np.ndarray

    @classmethod
    def random(cls, rng, *, n, sizes, n_val=17):
        """Random rows and labels, both labels among them."""
        count = n + n_val
        X, y = rng.normal(size=(count, sizes[0])), np.arange(count) % 2.0
        y = np.concatenate([rng.permutation(y[:n]), rng.permutation(y[n:])])
        return cls(X[:n], y[:n], random_params(rng, *sizes), X[n:], y[n:])

    @classmethod
    def alike(cls, rng, *, n, sizes):
        """n times the same row, with the label that the network does not expect."""
        problem = cls.random(rng, n=n, sizes=sizes)
        X = np.tile(problem.X[:1], (n, 1))
        return replace(problem, X=X, y=np.full(n, float(logits(X, problem.params)[0] < 0)))

    @property
    def data(self):
        """The positional arguments."""
        return self.X, self.y, self.X_val, self.y_val, self.params

    def ask(self, student, rng, **settings):
        """The student's run, in the right structure."""
        params, history = self.answer(student, rng, **settings)
        return Run(params, metrics_of(history))

    def answer(self, student, rng, **settings):
        """The student's parameters as arrays, and the history as it came."""
        answer = student.train_regularized(*self.data, rng=rng, **USUAL | settings)
        what = "the result (params, history) of `train_regularized`"
        params, history = unpack(answer, 2, what=what)
        layers = unpack(params, len(self.params), what="the list of trained layers")
        trained = []
        for place, (layer, (W, b)) in enumerate(zip(layers, self.params, strict=True)):
            new_W, new_b = unpack(layer, 2, what=f"trained layer {place}, (W, b),")
            new_W = as_array(new_W, shape=W.shape, what=f"the trained W of layer {place}")
            new_b = as_array(new_b, shape=b.shape, what=f"the trained b of layer {place}")
            trained.append((new_W, new_b))
        return trained, history

    def expected(self, **settings):
        """The reference's run, in an order of its own."""
        rng = np.random.default_rng(0)
        params, history = reference.train_regularized(*self.data, rng=rng, **USUAL | settings)
        return Run(params, {name: np.array([row[name] for row in history]) for name in METRICS})

    def after(self, steps, *, biases=1.0, shrink_biases=0.0):
        """Parameters after steps (rate, decay) along the gradient over all rows.

        `biases` scales the steps of the biases, which decay by `shrink_biases` as well.
        """
        params = self.params
        for rate, decay in steps:
            _, grads = reference.loss_and_grads(self.X, self.y, params, "relu", "bce")
            params = [
                (W - rate * dW - decay * W, b - biases * rate * db - shrink_biases * b)
                for (W, b), (dW, db) in zip(params, grads, strict=True)
            ]
        return params


def staircase(rng, deltas, *, rows):
    """A problem of one layer whose validation accuracy takes known steps from epoch to epoch.

    All rows to train on are alike, so with one batch W moves along that row x by s and b by s,
    where s only grows. A validation row v has the logit z + s k, with z = W·v + b at the start and
    k = x·v + 1 > 0, so it can be placed to change its mind between any two epochs. deltas[e] more
    rows (or fewer, if negative) are right after epoch e + 1 than after epoch e. The rows that are
    right all the time bring the loss on the validation rows down, whatever the accuracy does.
    """
    x, W = rng.normal(size=2), rng.normal(size=2)
    x, W = x / np.linalg.norm(x), W - (W @ x) * x / (x @ x)
    W = W / np.linalg.norm(W) + rng.uniform(-0.5, 0.0) * x  # never parallel to x
    b = float(rng.uniform(-0.6, -0.3))
    start = Problem(np.tile(x, (rows, 1)), np.ones(rows), [(W[:, None], np.array([b]))], x, x)
    s = [0.0]
    for _ in range(len(deltas) + 1):
        # The logit of x is (W + s x)·x + b + s, where x·x = 1, and the label is 1.
        slope = reference.sigmoid(np.array([-(W @ x + b + 2 * s[-1])]))[0]
        s.append(s[-1] + USUAL["lr"] * slope)
    wanted = [(0.5, 1.0, 1.0)] * 25  # z, k and the label
    for epoch, delta in enumerate(deltas):
        turn = (s[epoch + 1] + s[epoch + 2]) / 2
        for k in rng.uniform(0.5, 1.5, size=abs(delta)):
            wanted.append((-k * turn, k, float(delta > 0)))
    points = [np.linalg.solve([W, x], [z - b, k - 1]) for z, k, _ in wanted]
    order = rng.permutation(len(wanted))
    labels = np.array([label for _, _, label in wanted])
    return replace(start, X_val=np.array(points)[order], y_val=labels[order])
