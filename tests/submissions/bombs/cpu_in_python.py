"""A function that loops for ever.

Expect: score=16
Expect: verdict dense=timeout
"""
# %%
def dense(X, W, b):
    while True:
        pass
