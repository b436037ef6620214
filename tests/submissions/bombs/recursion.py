"""A function that calls itself without end.

Expect: score=16
Expect: verdict dense=error
"""
# %%
def dense(X, W, b):
    return dense(X, W, b)
