"""A function that reads address 0.

Expect: score=16
Expect: verdict dense=error
"""
# %%
import ctypes
def dense(X, W, b):
    ctypes.string_at(0)
