"""A function that returns an array of 400 MB.

Expect: score=16
Expect: verdict dense=failed|memory
"""
# %%
import numpy as np
def dense(X, W, b):
    return np.broadcast_to(np.zeros(1), (50_000_000,))
