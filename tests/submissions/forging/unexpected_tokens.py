"""Returns handles, callbacks and generator seeds where numbers are expected.

Expect: score<=empty
"""
# %%
from heldout_inside import wire
def perceptron(x, w, b):
    return wire.Callback(0)
def dense(X, W, b):
    return wire.Handle(10**9, "ndarray")
def xor_params():
    return [(wire.GeneratorSeed((1, 2)), wire.Handle(-1, "../..")), (wire.Callback(7), wire.Handle(0, "x" * 10**6))]
def relu(z):
    return {"value": wire.Handle(0, "float"), 3: wire.Callback(-5)}
