"""A cell that is not Python defines nothing and stops nothing.

Expect: score=18
Expect: last=error
"""
# %%
def dense(X, W, b)
    return 0
