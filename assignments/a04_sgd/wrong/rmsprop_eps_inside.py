"""RMSprop adds eps under the root, as TensorFlow does.

Loses: adaptive
"""

import numpy as np


def rmsprop_step(theta, grad, state, *, lr, alpha, eps):
    before = 0.0 if state is None else state
    average = alpha * before + (1 - alpha) * grad**2
    return theta - lr * grad / np.sqrt(average + eps), average
