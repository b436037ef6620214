"""A function that returns a list nested a hundred thousand times, one that holds itself, and a dict like it.

Expect: score=12
Expect: verdict dense=failed
Expect: verdict perceptron=failed
Expect: verdict xor=failed
"""
# %%
def dense(X, W, b):
    value = []
    for _ in range(100_000):
        value = [value]
    return value
def perceptron(x, w, b):
    value = []
    value.append(value)
    return value
def xor_params():
    value = {}
    value["me"] = value
    return value
