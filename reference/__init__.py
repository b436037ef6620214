"""Ground truth for every function of the course, in PyTorch.

Each module holds one chapter: :mod:`reference.activations`, :mod:`reference.layers`,
:mod:`reference.losses`, :mod:`reference.backprop`, :mod:`reference.optimizers`,
:mod:`reference.regularization`, :mod:`reference.stopping`, :mod:`reference.training`,
:mod:`reference.capstone` and :mod:`reference.data`. Functions take tensors on any device, in
float32 or float64, keep device and dtype, and never change an argument.
:mod:`reference.arrays` offers the same names with NumPy arrays in and out.

The package imports nothing by itself, so that ``from reference import arrays`` stays light and
``python -m reference.training`` runs its module once.
"""
