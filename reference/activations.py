"""Activation functions, each beside its derivative.

Everything here works elementwise on a tensor of any shape and stays finite, without NaN, for
inputs of any finite size. Derivatives are taken with respect to the pre-activation ``z``, not
with respect to the output, which is how some textbooks tabulate them.
"""

from __future__ import annotations

import torch
from torch import Tensor


def sigmoid(z: Tensor) -> Tensor:
    """σ(z) = 1 / (1 + exp(-z)).

    Shapes: any in, the same out, with values in [0, 1]. Source: lecture "The perceptron".
    """
    return torch.sigmoid(z)


def sigmoid_grad(z: Tensor) -> Tensor:
    """σ'(z) = σ(z) σ(-z).

    The lecture writes σ(z) (1 - σ(z)), which is equal but rounds to 0 once σ(z) rounds to 1;
    the symmetric form keeps the full relative accuracy in both tails.

    Shapes: any in, the same out. Source: lecture "The perceptron: activation functions".
    """
    return torch.sigmoid(z) * torch.sigmoid(-z)


def tanh(z: Tensor) -> Tensor:
    """tanh(z) = (exp(z) - exp(-z)) / (exp(z) + exp(-z)).

    Shapes: any in, the same out, with values in [-1, 1]. Source: lecture "The perceptron:
    activation functions".
    """
    return torch.tanh(z)


def tanh_grad(z: Tensor) -> Tensor:
    """tanh'(z) = 1 - tanh(z)² = 4 σ(2z) σ(-2z).

    The second form is computed, since the first cancels to 0 in the tails.

    Shapes: any in, the same out. Source: lecture "The perceptron: activation functions".
    """
    return 4 * sigmoid_grad(2 * z)


def relu(z: Tensor) -> Tensor:
    """relu(z) = max(0, z).

    Shapes: any in, the same out. Source: lecture "The perceptron: activation functions"; Nair
    and Hinton (2010), Rectified linear units improve restricted Boltzmann machines.
    """
    return torch.relu(z)


def relu_grad(z: Tensor) -> Tensor:
    """relu'(z) = 1 where z > 0, else 0.

    At the kink z = 0 any value in [0, 1] is a subgradient; textbooks differ, and 0 is taken here
    as PyTorch does.

    Shapes: any in, the same out. Source: lecture "The perceptron: activation functions".
    """
    return (z > 0).to(z.dtype)


ACTIVATIONS = {"sigmoid": sigmoid, "tanh": tanh, "relu": relu}
GRADIENTS = {"sigmoid": sigmoid_grad, "tanh": tanh_grad, "relu": relu_grad}


def activate(z: Tensor, activation: str) -> Tensor:
    """φ(z) for the activation φ named ``"sigmoid"``, ``"tanh"`` or ``"relu"``.

    Shapes: any in, the same out. Raises ValueError for another name.
    """
    return ACTIVATIONS[_known(activation)](z)


def activation_grad(z: Tensor, activation: str) -> Tensor:
    """φ'(z) for the activation φ named ``"sigmoid"``, ``"tanh"`` or ``"relu"``.

    Shapes: any in, the same out. Raises ValueError for another name.
    """
    return GRADIENTS[_known(activation)](z)


def _known(activation: str) -> str:
    if activation not in ACTIVATIONS:
        raise ValueError(f"activation is {activation!r}, expected one of {sorted(ACTIVATIONS)}")
    return activation
