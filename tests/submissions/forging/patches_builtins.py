"""Makes len, isinstance, abs, type and sum lie.

Expect: score<=empty
"""
# %%
import builtins
builtins.isinstance = lambda *a: True
builtins.abs = lambda x: 0
builtins.len = lambda x: 1
builtins.sum = lambda *a: 18
builtins.AssertionError = Warning
def perceptron(x, w, b):
    return 0.5
