"""A helper that hangs, tried out in many cells: what does not need it keeps its points.

Expect: score=14.5
Expect: verdict activations=timeout
Expect: verdict dense=timeout
Expect: verdict xor=passed
"""
# %%
def hang():
    while True:
        pass
def sigmoid(z):
    hang()
def dense(X, W, b):
    return hang()
# %%
sigmoid(1)
# %%
dense(1, 2, 3)
# %%
sigmoid(2)
