"""A function that returns a list of ten million numbers.

Expect: score=16
Expect: verdict dense=failed|memory
"""
# %%
def dense(X, W, b):
    return [0.5] * 10_000_000
