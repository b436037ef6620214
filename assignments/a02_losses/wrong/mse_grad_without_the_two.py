"""The 2 of the square is forgotten.

Loses: loss_grads
"""


def mean_squared_error_grad(prediction, target):
    return (prediction - target) / prediction.size
