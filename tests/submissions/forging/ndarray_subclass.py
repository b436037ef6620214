"""Returns arrays of a subclass whose comparisons are always true and whose shape is any shape.

Expect: score<=empty
"""
# %%
import numpy as np
class Liar(np.ndarray):
    def __eq__(self, other): return np.ones(self.shape, bool)
    def __array_ufunc__(self, ufunc, method, *inputs, **kwargs): return np.zeros(self.shape)
    def __sub__(self, other): return np.zeros(self.shape)
    @property
    def dtype(self): return np.dtype(float)
    def __reduce__(self): return (eval, ("1",))
def relu(z):
    return np.full(z.shape, 7.0).view(Liar)
sigmoid = tanh = sigmoid_grad = tanh_grad = relu_grad = relu
def dense(X, W, b):
    return np.full((len(X), len(b)), 7.0).view(Liar)
