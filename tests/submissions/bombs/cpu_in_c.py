"""A function that is busy in C code, where no Python signal handler is asked.

Expect: score=16
Expect: verdict dense=timeout
"""
# %%
def dense(X, W, b):
    return pow(3, 10**9) % 7
