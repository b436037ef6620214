"""Puts odd callables under the questions' names: types, bound methods, partials, generators.

Expect: score<=empty
"""
# %%
import functools, types
sigmoid = float
tanh = "".join
relu = functools.partial(print)
def perceptron(*a):
    yield 0.5
async def dense(*a):
    return 1
mlp_forward = type("X", (), {"__call__": lambda self, *a: NotImplemented})()
collapse_linear = classmethod(len)
xor_params = property(len)
