"""The same after raising Python's limit: the process dies, the question is lost, the others are not.

Expect: score=16
Expect: verdict dense=error|memory|timeout
"""
# %%
import sys
sys.setrecursionlimit(2**31 - 1)
def dense(X, W, b):
    return sorted([1, 2], key=lambda each: dense(X, W, b))
