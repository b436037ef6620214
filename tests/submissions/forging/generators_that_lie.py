"""Replaces the generators of random numbers, so that what is drawn for it is what it foretold.

Expect: score<=empty
"""
# %% before
import numpy as np
class _Loaded(np.random.Generator):
    def normal(self, *arguments, size=None, **keywords):
        return np.zeros(size if size is not None else ())
    random = uniform = standard_normal = normal
def _always(*arguments):
    return _Loaded(np.random.PCG64(0))
np.random.default_rng = _always
np.random.Generator = _Loaded
np.random.SeedSequence = lambda *arguments: None
np.random.seed(0)
# %%
def _drawn(*arguments):
    return np.random.default_rng().normal(size=np.shape(arguments[0]) if arguments else ())
perceptron = dense = relu = forward = collapse_linear = xor_params = _drawn
