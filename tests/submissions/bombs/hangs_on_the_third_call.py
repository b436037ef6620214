"""A function that answers twice and then no more.

Expect: score=16
Expect: verdict dense=timeout
"""
# %%
import time
calls = []
def dense(X, W, b):
    calls.append(1)
    if len(calls) >= 3:
        time.sleep(10_000)
    return X @ W + b
