"""A function that gives a hundred thousand warnings.

Expect: score=16
Expect: verdict dense=failed
"""
# %%
import warnings
def dense(X, W, b):
    for number in range(100_000):
        warnings.warn(f"{number}" * 50, RuntimeWarning)
    return None
