"""Functions as lambdas, partials, bound methods, vectorised functions and objects.

Expect: score=18
"""
# %%
import functools
relu = np.vectorize(lambda v: max(v, 0.0), otypes=[float])
tanh = np.tanh
class Dense:
    def __call__(self, X, W, b):
        return X @ W + b
    def forward(self, X, W, b):
        return self(X, W, b)
dense = functools.partial(Dense().forward)
