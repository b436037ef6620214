"""A helper that hangs, tried out in many cells: what does not need it keeps its points.

Expect: score=10
Expect: verdict xor=passed
Expect: verdict collapse_linear=passed
"""
# %%
def hang():
    while True:
        pass
def sigmoid(z):
    hang()
tanh = sigmoid_grad = tanh_grad = relu_grad = relu = sigmoid
def dense(X, W, b):
    return hang()
# %%
sigmoid(1)
# %%
tanh(1)
# %%
dense(1, 2, 3)
# %%
relu(1)
