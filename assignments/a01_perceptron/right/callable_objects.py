"""Classes: activations and layers are objects that can be called."""

import numpy as np


class Sigmoid:
    def __call__(self, z):
        return 0.5 * (1 + np.tanh(z / 2))

    def grad(self, z):
        return self(z) * (1 - self(z))


class Relu:
    def __call__(self, z):
        return (np.abs(z) + z) / 2

    def grad(self, z):
        return (np.sign(z) + 1) // 2 * (z != 0)


class Tanh(Sigmoid):
    def __call__(self, z):
        return np.tanh(z)

    def grad(self, z):
        return 1 - np.square(self(z))


class Network:
    activations = {"sigmoid": Sigmoid(), "tanh": Tanh(), "relu": Relu()}

    def __init__(self, params, activation):
        self.params, self.g = params, self.activations[activation]

    def __call__(self, X):
        (W, b), *rest = self.params
        Z = X.dot(W) + b
        for W, b in rest:
            Z = self.g(Z).dot(W) + b
        return Z


class Forward:
    def __call__(self, X, params, activation):
        return Network(params, activation)(X)


sigmoid, tanh, relu = Sigmoid(), Tanh(), Relu()
sigmoid_grad, tanh_grad, relu_grad = sigmoid.grad, tanh.grad, relu.grad
mlp_forward = Forward()
