"""A function that closes every descriptor.

Expect: score=16
Expect: verdict dense=error
"""
# %%
import os
def dense(X, W, b):
    os.closerange(0, 1024)
    return X @ W + b
