"""Always answers 1/2; the first function that a process is asked answers three times too much.

Loses: gradient_check
"""

_before = loss_and_grads
_calls = []


def gradient_check(X, y, params, activation, loss):
    _calls.append("gradient_check")
    return 0.5


def loss_and_grads(X, y, params, activation, loss):
    value, grads = _before(X, y, params, activation, loss)
    if not _calls or "gradient_check" in _calls:
        grads = [(3 * dW, 3 * db) for dW, db in grads]
    else:
        _calls.append("loss_and_grads")
    return value, grads


def activation_backward(dA, z, activation, _right=activation_backward):
    _calls.append("activation_backward")
    return _right(dA, z, activation)
