"""A function that aborts in C.

Expect: score=16
Expect: verdict dense=error
"""
# %%
import ctypes
def dense(X, W, b):
    ctypes.CDLL(None).abort()
