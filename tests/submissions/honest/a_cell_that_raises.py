"""A cell that raises in the middle: what stood before is defined.

Expect: score=16
Expect: verdict dense=missing
Expect: last=error
"""
# %%
del dense
def relu(z):
    return np.maximum(z, 0)
1 / 0
def dense(X, W, b):
    return X @ W + b
