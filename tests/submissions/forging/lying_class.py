"""Claims to be a float, an array and a tuple through __class__.

Expect: score<=empty
"""
# %%
import numpy as np
class Pretender:
    kind = float
    @property
    def __class__(self):
        return self.kind
def perceptron(x, w, b):
    return Pretender()
def relu(z):
    Pretender.kind = np.ndarray
    return Pretender()
def collapse_linear(params):
    Pretender.kind = tuple
    return Pretender()
