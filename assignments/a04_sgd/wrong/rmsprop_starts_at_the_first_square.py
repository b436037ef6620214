"""RMSprop's average starts at the first square instead of zero.

Loses: adaptive
"""

import numpy as np


def rmsprop_step(theta, grad, state, *, lr, alpha, eps):
    average = grad**2 if state is None else alpha * state + (1 - alpha) * grad**2
    return theta - lr * grad / (np.sqrt(average) + eps), average
