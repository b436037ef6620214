"""A function whose exception has a message of 100 MB and a name of 1 MB.

Expect: score=16
Expect: verdict dense=error
"""
# %%
def dense(X, W, b):
    raise type("E" * 2**20, (Exception,), {})("x" * 100_000_000)
