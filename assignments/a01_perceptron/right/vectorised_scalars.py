"""Functions of one number, spread over arrays by np.vectorize with otypes."""

import math

import numpy as np


def everywhere(function):
    return np.vectorize(function, otypes=[float])


@everywhere
def sigmoid(value):
    return 1 / (1 + math.exp(-value)) if value > -700 else 0.0


@everywhere
def relu(value):
    return max(0, value)


@everywhere
def relu_grad(value):
    return value > 0


@everywhere
def tanh(value):
    return math.tanh(value)


def perceptron(x, w, b):
    return sigmoid(np.vdot(x, w) + b)


def xor_params():
    # One neuron for each true row, each scaled by large numbers.
    return [
        (np.array([[100.0, -100.0], [-100.0, 100.0]]), np.array([-50.0, -50.0])),
        [np.array([[3.0], [3.0]]), np.array([-1.0])],
    ]
