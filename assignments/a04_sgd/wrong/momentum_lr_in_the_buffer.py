"""The learning rate is folded into the velocity, as in many textbooks.

Loses: momentum
"""


def momentum_step(theta, grad, state, *, lr, momentum):
    velocity = 0.0 if state is None else state
    velocity = momentum * velocity - lr * grad
    return theta + velocity, velocity
