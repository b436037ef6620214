"""The momentum of Nesterov's step is fixed at 0.9.

Loses: momentum
"""


def nesterov_step(theta, grad, state, *, lr, momentum):
    velocity = grad if state is None else 0.9 * state + grad
    return theta - lr * (grad + 0.9 * velocity), velocity
