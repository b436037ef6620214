"""Loops over columns, lists in between."""

import math

import numpy as np


def centre(X):
    columns = [[v - sum(column) / len(column) for v in column] for column in X.T.tolist()]
    return np.array(columns).T


def standardise(X):
    found = []
    for column in centre(X).T.tolist():
        size = math.sqrt(sum(v * v for v in column) / len(column))
        found.append([v / size if size else 0.0 for v in column])
    return np.array(found).T
