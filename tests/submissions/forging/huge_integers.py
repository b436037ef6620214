"""Answers integers and texts of many digits, hoping that a comparison overflows.

Expect: score<=empty
"""
# %%
def perceptron(x, w, b):
    return 10**1200
def relu(z):
    return [[10**400] * 3] * 3
def collapse_linear(params):
    return (10**5000, "9" * 5000)
def xor_params():
    return [([[10**400, 1], [1, 1]], [0, 0]), ([[1], [1]], [-(10**400)])]
def dense(X, W, b):
    return 10**100_000
