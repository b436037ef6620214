"""The step grows with the element, as some textbooks advise.

Loses: numerical_gradient
"""

import numpy as np


def numerical_gradient(f, theta, h=1e-5):
    gradient = np.zeros_like(theta)
    for place in np.ndindex(theta.shape):
        step = np.zeros_like(theta)
        step[place] = h * max(1.0, abs(theta[place]))
        gradient[place] = (f(theta + step) - f(theta - step)) / (2 * step[place])
    return gradient
