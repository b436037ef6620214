"""The gradient is masked but not scaled.

Loses: dropout_backward
"""


def dropout_backward(dout, mask):
    return np.where(mask > 0, dout, 0.0)
