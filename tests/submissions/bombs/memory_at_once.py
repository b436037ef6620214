"""A function that asks for far more memory than there is.

Expect: score=16
Expect: verdict dense=memory
"""
# %%
def dense(X, W, b):
    return bytearray(10**12)
