"""The velocity lives in a global variable that the first step resets.

Loses: momentum
"""

velocity = None


def momentum_step(theta, grad, state, *, lr, momentum):
    global velocity
    velocity = grad if state is None else momentum * velocity + grad
    return theta - lr * velocity, "running"
